"""What was deleted is in no file of the index any more, not even as a leftover byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corpus.article import Article, Removed
from corpus.dates import NewsDate
from rag import german
from rag.index import Index

SECRET = (
    "Der Quittenschmuggler Zebulon Wackernagel versteckte das Zwetschgenelixier im Xylophon. Niemand in Krötenbruck ahnte "
    "davon, bis die Jazzkapelle probte."
)
# Whole words and their stems: chunk_fts holds stems.
WORDS = (
    "Quittenschmuggler",
    "Wackernagel",
    "Zwetschgenelixier",
    "Krötenbruck",
    "Jazzkapelle",
    "Überschriftsgeheimnis",
    "Dattelwerbung",
)


def article(name: str, text: str, **fields: object) -> Article:
    return Article(id=name, text=text, language="de", **fields)  # type: ignore[arg-type]


def leftovers(folder: Path) -> list[str]:
    """Files under ``folder`` that hold one of the words, or its stem, in any usual encoding."""
    traces = set()
    for word in WORDS:
        for form in (word, word.lower(), *german.analyse(word, "de")):
            traces |= {form.encode("utf-8"), form.encode("utf-16-le")}
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [f"{path.name}: {trace!r}" for path in files for trace in traces if trace in path.read_bytes()]


def test_no_byte_of_a_deleted_article_stays(make_index: Callable[..., Index]) -> None:
    index = make_index()
    filler = [article(f"f{i}", f"Ein Bericht über den Haushalt der Stadt, Teil {i}. " * 20) for i in range(20)]
    fields = {
        "title": "Das Überschriftsgeheimnis",
        "removed": (Removed("Dattelwerbung: jetzt kaufen", "teaser"),),
        "published": NewsDate.parse("2024-05-03"),
    }
    index.add([*filler[:10], article("geheim", SECRET, **fields), *filler[10:]])
    index.add([article("geheim", SECRET + " Das war 2019.", **fields)])  # an older version lies in the file too
    assert leftovers(index.path)  # it was there
    [position] = [i for i in index.store.chunks(range(1, 200)).values() if i.article_id == "geheim"]
    vector = next(v for _, _, v in index.store.vectors([position.id])).tobytes()
    index.delete(["geheim"])
    index.close()
    assert leftovers(index.path) == []
    holding = [path for path in index.path.rglob("*") if path.is_file() and vector in path.read_bytes()]
    assert holding == []


def test_pruning_leaves_nothing_either(make_index: Callable[..., Index], tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    (folder / "geheim.txt").write_text(SECRET, "utf-8")
    (folder / "anderes.txt").write_text("Der Haushalt der Stadt ist beschlossen.", "utf-8")
    index = make_index()
    index.ingest([folder], progress=False)
    (folder / "geheim.txt").unlink()
    index.ingest([folder], progress=False, prune=True)
    index.close()
    assert leftovers(index.path) == []
