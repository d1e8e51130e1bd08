"""What was deleted is in no file of the index any more, not even as a leftover byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.article import Article, Removed
from corpus.dates import NewsDate
from rag import feedback, german
from rag.errors import CitedArticleGoneError, FeedbackUnwritableError
from rag.index import Index
from tests.page_samples import answered, cite, passage

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


def ingested(index: Index, folder: Path) -> Path:
    """The file with the secret, ingested beside another one from a new folder."""
    folder.mkdir()
    secret = folder / "geheim.txt"
    secret.write_text(SECRET, "utf-8")
    (folder / "anderes.txt").write_text("Der Haushalt der Stadt ist beschlossen.", "utf-8")
    index.ingest([folder], progress=False)
    return secret


def prune(index: Index, file: Path) -> None:
    file.unlink()
    index.ingest([file.parent], progress=False, prune=True)


def test_pruning_leaves_nothing_either(make_index: Callable[..., Index], tmp_path: Path) -> None:
    index = make_index()
    prune(index, ingested(index, tmp_path / "n"))
    index.close()
    assert leftovers(index.path) == []


def rate(index: Index, of: Article, name: str) -> None:
    """A thumbs-down on an answer that quotes ``of``, and one on a refusal beside which it was shown."""
    quoting = answered(cite(1, of, of.text))
    refusal = answered(status="not_found", text="Nichts.", passages=(passage(of),))
    for number, answer in enumerate((quoting, refusal)):
        feedback.add(index.path, f"{name}{number}", answer, "down", f"Dort steht: {of.text}", held=index.store.article)


@pytest.mark.parametrize("way", ["delete", "prune"])
def test_feedback_that_quotes_a_deleted_article_goes_with_it(
    way: str, make_index: Callable[..., Index], tmp_path: Path
) -> None:
    index = make_index()
    source = ingested(index, tmp_path / "n")
    secret, other = sorted((article for _, article in index.store.articles()), key=lambda a: "Haushalt" in a.text)
    rate(index, secret, "s")
    rate(index, other, "o")
    file = index.path / feedback.FILE
    assert any(line.startswith(feedback.FILE) for line in leftovers(index.path))  # it was there
    kept = [line for line in file.read_bytes().splitlines(keepends=True) if b"Haushalt" in line]
    if way == "delete":
        index.delete([secret.id])
    else:
        prune(index, source)
    with pytest.raises(CitedArticleGoneError):  # a page that still shows the answer
        rate(index, secret, "s")
    index.close()
    assert leftovers(index.path) == []
    assert len(kept) == 2 and file.read_bytes() == b"".join(kept)


def test_feedback_that_can_not_be_taken_out_stops_the_deletion(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add([article("geheim", SECRET)])
    (index.path / feedback.FILE).mkdir()
    with pytest.raises(FeedbackUnwritableError):
        index.delete(["geheim"])
    assert index.article("geheim").text == SECRET
    (index.path / feedback.FILE).rmdir()
    assert index.delete(["geheim"]) == ["geheim"]
