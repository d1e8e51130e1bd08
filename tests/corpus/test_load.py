"""Files become articles; what can't be read is named, and the rest still comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus import Article, load
from corpus.errors import ReadWarning, SourceEmptyError, SourceMissingError, UnreadableError
from corpus.formats.record import MAX_RECORD_BYTES


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def articles(path: Path) -> list[Article]:
    return [item for item in load([path]) if isinstance(item, Article)]


def failures(path: Path) -> list[UnreadableError]:
    return [item for item in load([path]) if isinstance(item, UnreadableError)]


def test_text_file_with_headline(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Brücke gesperrt\nDie Brücke in Altdorf ist seit Montag gesperrt.\nSie ist alt.\n")
    [article] = articles(tmp_path)
    assert article.title == "Brücke gesperrt"
    assert article.text == "Die Brücke in Altdorf ist seit Montag gesperrt.\n\nSie ist alt."
    assert article.id == f"{tmp_path.name}/a.txt"
    assert (article.source, article.author, article.published, article.url) == (None, None, None, None)
    assert article.language == "de"


def test_a_first_line_that_is_a_sentence_is_no_headline(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Die Brücke ist seit Montag gesperrt.\nSie ist alt.\n")
    [article] = articles(tmp_path)
    assert article.title is None
    assert article.text.startswith("Die Brücke")


def test_front_matter(tmp_path: Path) -> None:
    write(
        tmp_path / "a.md",
        "---\nid: x-1\ntitle: 'Titel: mit Doppelpunkt'\nsource: Kurier\nauthor: [A. Eins, B. Zwei]\n"
        "published: 2024-10-11\nagency: nwd\nlanguage: de\nnotice: Demo\n---\n"
        "## Titel: mit Doppelpunkt\n\nEin **fetter** [Link](https://example.org/x) und\numbrochener Satz.\n\n- Punkt eins\n",
    )
    [article] = articles(tmp_path)
    assert (article.id, article.title, article.source) == ("x-1", "Titel: mit Doppelpunkt", "Kurier")
    assert article.author == "A. Eins, B. Zwei"
    assert str(article.published) == "2024-10-11"
    assert article.agency == "nwd"
    assert article.metadata == {"notice": "Demo"}
    assert article.text == "Ein fetter Link und umbrochener Satz.\n\n- Punkt eins"


@pytest.mark.parametrize("head", ["---\n- nur\n- Liste\n---\n", "---\na: [1\n---\n", "---\n\t: x\n---\n"])
def test_broken_front_matter_is_named(tmp_path: Path, head: str) -> None:
    write(tmp_path / "a.md", head + "Ein Satz.\n")
    [failure] = failures(tmp_path)
    assert failure.key == "front_matter"
    assert "a.md" in str(failure)


def test_yaml_alias_bomb_is_harmless(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    write(tmp_path / "a.md", f"---\n{bomb}---\nEin Satz steht hier.\n")
    [article] = articles(tmp_path)
    assert sum(len(v) for v in article.metadata.values()) < 1000


def test_records_and_their_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": 7, "text": "Erster Text.", "published": "11.10.2024, 14:20 Uhr", "source": "Kurier"}),
        "{kaputt",
        "",
        json.dumps({"title": "ohne Text"}),
        json.dumps([1, 2]),
        json.dumps({"text": "Zweiter Text.", "date": "irgendwann"}),
        "[" * 100_000,
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(lines))
    first, second = articles(path)
    assert (first.id, first.source, str(first.published)) == ("7", "Kurier", "2024-10-11T14:20:00")
    assert second.id.startswith(f"{tmp_path.name}/a.jsonl#")
    assert second.published is None
    assert second.metadata["published"] == "irgendwann"  # kept as written, not guessed
    assert second.origin == f"{path}:6"
    assert [(f.key, f.facts["path"]) for f in failures(path)] == [
        ("json", f"{path}:2"),
        ("record", f"{path}:4"),
        ("record", f"{path}:5"),
        ("json", f"{path}:7"),
    ]
    assert "2" in failures(path)[0].reason("de")


def test_record_ids_survive_a_line_added_above(tmp_path: Path) -> None:
    one, two = json.dumps({"text": "Eins ist hier."}), json.dumps({"text": "Zwei ist hier."})
    before = articles(write(tmp_path / "a.jsonl", one))
    after = articles(write(tmp_path / "a.jsonl", two + "\n" + one))
    assert before[0].id == after[1].id


def test_a_line_of_fifty_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps({"text": "Ein guter Satz."}).encode()
    path.write_bytes(b'{"text": "' + b"x" * 50_000_000 + b'"}\n' + good)
    assert [a.text for a in articles(path)] == ["Ein guter Satz."]
    [failure] = failures(path)
    assert failure.key == "too_big"
    assert failure.facts["megabytes"] == 47
    assert failure.facts["path"] == f"{path}:1"


def test_a_huge_text_file_is_not_loaded(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(MAX_RECORD_BYTES + 1)
    [failure] = failures(tmp_path)
    assert failure.key == "too_big"


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"", "empty"), (b" \n\n ", "empty"), (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"), (b"+++ Teaser +++", "no_text")],
)
def test_unreadable_files(tmp_path: Path, content: bytes, key: str) -> None:
    write(tmp_path / "bad.txt", content)
    write(tmp_path / "good.txt", "Ein guter Satz.")
    [failure] = failures(tmp_path)
    assert (failure.key, failure.facts["path"]) == (key, str(tmp_path / "bad.txt"))
    assert [a.text for a in articles(tmp_path)] == ["Ein guter Satz."]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Größe über alles".encode("cp1252"), "Größe über alles"),
        ("Größe über alles".encode("utf-16"), "Größe über alles"),
        ("äöüß".encode() * 3 + b"\xff", "äöüß" * 3 + "\ufffd"),
    ],
)
def test_other_encodings_are_read_and_named(tmp_path: Path, content: bytes, text: str) -> None:
    path = write(tmp_path / "a.txt", content)
    warning, article = load([path])
    assert isinstance(warning, ReadWarning)
    assert str(path) in str(warning)
    assert isinstance(article, Article)
    assert article.text == text


def test_utf8_with_mark_needs_no_warning(tmp_path: Path) -> None:
    [article] = load([write(tmp_path / "a.txt", "\ufeffGröße zählt.")])
    assert isinstance(article, Article)
    assert article.text == "Größe zählt."


def test_missing_and_empty(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError, match="nirgends"):
        load([tmp_path / "nirgends"])
    with pytest.raises(SourceEmptyError):
        load([tmp_path])


def test_what_a_folder_passes_over(tmp_path: Path) -> None:
    for name in (".hidden.txt", "README.md", "bild.png", ".git/x.txt", "LICENSE.txt"):
        write(tmp_path / name, "Ein Satz.")
    write(tmp_path / "b" / "z.txt", "Zwei Sätze.")
    write(tmp_path / "a.txt", "Ein Satz.")
    assert [a.id for a in articles(tmp_path)] == [f"{tmp_path.name}/a.txt", f"{tmp_path.name}/b/z.txt"]


def test_a_file_of_unknown_format_named_outright_is_reported(tmp_path: Path) -> None:
    [failure] = load([write(tmp_path / "bild.png", b"x")])
    assert isinstance(failure, UnreadableError)
    assert failure.key == "format"


def test_hostile_characters(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", '{"text": "Ein \\ud800 Satz\\u0000 mit\\u0007 Tönen."}')
    [article] = articles(tmp_path)
    assert article.text == "Ein ? Satz mit Tönen."
    assert article.content_hash


def test_seeds(seeds: Path) -> None:
    by_id = {a.id: a for a in articles(seeds)}
    first, second = by_id["seeds/000_d6d1575a7536b8bc.txt"], by_id["seeds/003_c78e47244ad97c62.txt"]
    assert str(first.published) == "2024-10"
    assert first.text.startswith("Im Krieg gegen die Ukraine")
    assert [r.reason for r in first.removed] == ["date line", "teaser", "teaser"]
    assert second.title == "„Strategische Partner“ Iran und Russland"
    assert second.agency == "afp"
    assert second.published is None
    assert [r.reason for r in second.removed] == ["donation", "donation"]
    assert second.text.endswith("sagte Lee. (afp)")
