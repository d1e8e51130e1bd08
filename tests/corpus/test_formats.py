"""Text, tables and records: what stands in a file comes out under our names, and what can't be read is named."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from corpus.errors import ReadWarning, UnreadableError
from corpus.formats import READERS, Record, count
from corpus.formats.encoding import decode, guess_file
from corpus.formats.fragment import is_markup, one_line, to_text
from corpus.formats.moments import from_pdf, to_iso
from corpus.formats.record import open_file

DE = "Die Brücke in Altdorf ist gesperrt. Größere Schäden fürchtet die Behörde nicht, sagte sie. "


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path) -> list[Record | UnreadableError]:
    """What the reader of its suffix gives; an error that it raises comes last."""
    found: list[Record | UnreadableError] = []
    try:
        found.extend(READERS[path.suffix](path))
    except UnreadableError as error:
        found.append(error)
    return found


def record(path: Path) -> Record:
    [found] = read(path)
    assert isinstance(found, Record), found
    return found


def failure(path: Path) -> UnreadableError:
    [found] = read(path)
    assert isinstance(found, UnreadableError), found
    return found


# --- field names ---


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"headline": "T", "articleBody": "X", "datePublished": "2024-10-11"}, {"title": "T", "published": "2024-10-11"}),
        ({"header": "T", "article": "X", "date": "2024-10-11"}, {"title": "T", "published": "2024-10-11"}),
        ({"Titel": "T", "Inhalt": "X", "Datum": "11.10.2024"}, {"title": "T", "published": "11.10.2024"}),
        ({"maintext": "X", "authors": ["A", "B"], "source_domain": "x.de"}, {"author": "A, B", "source": "x.de"}),
        ({"content": "X", "publishedAt": "2024", "source": {"name": "Bote"}}, {"published": "2024", "source": "Bote"}),
        ({"title": {"rendered": "T &#8211; t"}, "content": {"rendered": "<p>X"}, "link": "u"}, {"title": "T – t", "url": "u"}),
        ({"text": ["X", "Y"], "section": "Lokales", "inLanguage": "de-DE"}, {"category": "Lokales", "language": "de"}),
        ({"text": "X", "pubDate": "Fri, 11 Oct 2024 14:20:00 +0200"}, {"published": "2024-10-11T14:20:00+02:00"}),
        ({"text": "X", "timestamp": 1728649200}, {"published": "2024-10-11T12:20:00+00:00"}),
        ({"TEXT": "X", "Published_At": "2024", "modified": "2025"}, {"published": "2024", "updated": "2025"}),
    ],
)  # fmt: skip
def test_names_that_others_use(tmp_path: Path, given: dict[str, object], expected: dict[str, str]) -> None:
    found = record(write(tmp_path / "a.json", json.dumps(given)))
    assert found.text.startswith("X")
    assert found.fields == expected


def test_what_has_no_name_of_ours_is_kept(tmp_path: Path) -> None:
    found = record(
        write(tmp_path / "a.json", json.dumps({"text": "X", "Foo Bar": 7, "tags": ["a", "b"], "nan": float("nan")}))
    )
    assert found.fields == {"foo bar": "7", "tags": "a, b"}


def test_text_comes_from_the_best_field(tmp_path: Path) -> None:
    found = record(write(tmp_path / "a.json", json.dumps({"description": "kurz", "body": "lang", "text": ""})))
    assert found.text == "lang"
    assert found.fields == {"description": "kurz"}


def test_mapping_file(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", json.dumps({"lead": "Vorspann.", "inh": "Text.", "text": "nein", "m": {"n": "Bote"}})
    )
    write(
        tmp_path / "belegt.toml",
        '[fields]\ntext = ["lead", "inh"]\nsource = "m.n"\n[defaults]\nlanguage = "de"\nsource = "A"\npublished = 2024-10-11',
    )
    found = record(path)
    assert found.text == "Vorspann.\n\nText."
    assert {key: found.fields[key] for key in ("source", "language", "published")} == {
        "source": "Bote",
        "language": "de",
        "published": "2024-10-11",
    }
    write(tmp_path / "a.toml", '[fields]\ntext = "inh"')  # named like the file: counts alone
    assert record(path).text == "Text."
    assert "language" not in record(path).fields


def test_defaults_hold_for_all_formats(tmp_path: Path) -> None:
    write(tmp_path / "belegt.toml", '[defaults]\nsource = "Archiv"')
    assert record(write(tmp_path / "a.txt", DE)).fields == {"source": "Archiv"}
    assert record(write(tmp_path / "b.md", f"---\nsource: Bote\n---\n{DE}")).fields == {"source": "Bote"}


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ('[fields]\ntekst = "a"', "tekst"),
        ('[field]\ntext = "a"', "field"),
        ('[defaults]\nid = "a"', "id"),
        ("[fields]\ntext = 5", "text"),
        ("[fields", "']'"),
        ("fields = 1", "fields"),
    ],
)
def test_a_wrong_mapping_file_is_named(tmp_path: Path, toml: str, named: str) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "X"}')
    write(tmp_path / "belegt.toml", toml)
    found = failure(path)
    assert found.key == "mapping"
    assert found.facts["path"] == str(path)
    for language in ("en", "de"):
        assert "belegt.toml" in found.text(language)
        assert named in found.text(language)


# --- JSON ---


@pytest.mark.parametrize(
    "value",
    [
        {"text": "X"},
        [{"text": "X"}],
        {"articles": [{"text": "X"}], "status": "ok"},
        {"response": {"total": 1, "results": [{"text": "X"}]}},
        {"@context": "https://schema.org", "@graph": [{"headline": "T", "articleBody": "X"}]},
    ],
)
def test_json_shapes(tmp_path: Path, value: object) -> None:
    path = write(tmp_path / "a.json", json.dumps(value))
    assert record(path).text == "X"
    assert record(path).place == f"{path}:1"
    assert record(path).key


def test_json_lines_in_a_json_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '{"text": "X"}\n{"text": "Y"}\n')
    assert [item.text for item in read(path) if isinstance(item, Record)] == ["X", "Y"]


@pytest.mark.parametrize(
    ("content", "key"),
    [("[", "json"), ("[" * 100_000, "json"), ("[]", "empty"), ("", "empty"), ("5", "record"), ('{"title": "T"}', "record"),
     ("[1]", "record"), (f'{{"text": {"9" * 5000}}}', "json")],
)  # fmt: skip
def test_broken_json(tmp_path: Path, content: str, key: str) -> None:
    assert failure(write(tmp_path / "a.json", content)).key == key


def test_a_list_with_one_bad_item(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", json.dumps([{"text": "X"}, {"title": "T"}, {"text": "Y"}]))
    first, bad, last = read(path)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(bad, UnreadableError)
    assert bad.facts["path"] == f"{path}:2"


# --- tables ---


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_dialects(tmp_path: Path, delimiter: str) -> None:
    rows = [["Titel", "Datum", "Inhalt"], ["Eins", "2024", f'"Er sagte ""Ja{delimiter} ja"".\nDann ging er."']]
    path = write(tmp_path / "a.csv", "\r\n".join(delimiter.join(row) for row in rows))
    found = record(path)
    assert found.text == f'Er sagte "Ja{delimiter} ja".\nDann ging er.'
    assert found.fields == {"title": "Eins", "published": "2024"}
    assert found.place == f"{path}:2"
    assert count(path) == 1


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'title,text\na,"offen\nb,gut\nc,"auch ""gut"""\nd,"x" y\n')
    bad, *good = read(path)
    assert isinstance(bad, UnreadableError)
    assert (bad.key, bad.facts["path"]) == ("csv", f"{path}:2")
    assert [(item.place[-1], item.text) for item in good if isinstance(item, Record)] == [
        ("3", "gut"), ("4", 'auch "gut"'), ("5", "x y"),
    ]  # fmt: skip


def test_a_table_without_a_text_column(tmp_path: Path) -> None:
    found = failure(write(tmp_path / "a.csv", "eins,zwei\n1,2\n"))
    assert found.key == "columns"
    assert "eins, zwei" in found.text("de")
    assert 'text = "..."' in found.text("en")
    write(tmp_path / "belegt.toml", '[fields]\ntext = "zwei"')
    assert record(tmp_path / "a.csv").text == "2"


def test_a_table_in_windows_1252(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"titel;text\nMüll;{DE}".encode("cp1252"))
    found = record(path)
    assert found.fields["title"] == "Müll"
    assert isinstance(found.warning, ReadWarning)


def test_a_long_cell(tmp_path: Path) -> None:
    assert len(record(write(tmp_path / "a.csv", "text\n" + "x" * 1_000_000)).text) == 1_000_000


# --- markup in fields ---


def test_markup_becomes_paragraphs(tmp_path: Path) -> None:
    markup = "<p>Eins &amp; <b>zwei</b>\nhier.</p><script>x<y</script><ul><li>a<li>b</ul><table><tr><td>c<td>d</table>"
    found = record(write(tmp_path / "a.json", json.dumps({"text": markup, "title": "A &quot;B&quot; <i>C</i>"})))
    assert found.text == "Eins & zwei hier.\n- a\n- b\nc | d"
    assert found.fields["title"] == 'A "B" C'


@pytest.mark.parametrize("text", ["5 < 6 und a<b>", "x <- y", "<3", "A & B", "R&D"])
def test_what_is_no_markup_stays(text: str) -> None:
    assert to_text(text) == text or is_markup(text)
    assert to_text("5 < 6 & 7 > 3") == "5 < 6 & 7 > 3"


def test_fragment_limits() -> None:
    assert to_text("<div>" * 100_000 + "Ende") == "Ende"
    assert to_text("<p>") == ""
    assert one_line("a\n<b>b</b>\ud800") == "a b?"


# --- moments and encodings ---


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Fri, 11 Oct 2024 14:20:00 GMT", "2024-10-11T14:20:00+00:00"),
        ("11 Oct 2024 14:20 +0530", "2024-10-11T14:20:00+05:30"),
        ("1728649200000", "2024-10-11T12:20:00+00:00"),
        ("2024-10-11", "2024-10-11"),
        ("20241011", "20241011"),
        ("Fri, 99 Oct 2024 14:20:00 GMT", "Fri, 99 Oct 2024 14:20:00 GMT"),
    ],
)
def test_moments(text: str, iso: str) -> None:
    assert to_iso(text) == iso


def test_moments_of_pdf() -> None:
    assert from_pdf("D:20241011142000+02'00'") == "2024-10-11T14:20:00+02:00"
    assert from_pdf("D:20241011142000Z") == "2024-10-11T14:20:00+00:00"
    assert from_pdf("20241011") == "2024-10-11"
    assert from_pdf("D:20249911") is None
    assert from_pdf("gestern") is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (DE, "cp1252"), ("Größe", "cp1252"), (DE, "mac_roman"), (DE, "cp850"), (DE, "utf-16"), (DE, "utf-16-le"), (DE, "utf-32"),
        ("Zażółć gęślą jaźń, powiedział prezydent w poniedziałek.", "cp1250"),
        ("Президент заявил, что мост будет закрыт в понедельник.", "cp1251"),
        ("Президент заявил, что мост будет закрыт в понедельник.", "koi8_r"),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    found, warning = decode(text.encode(encoding), "x")
    assert found == text
    assert warning is not None
    path = write(tmp_path / "a.txt", (text * 50).encode(encoding))
    with open_file(path) as file:
        codec, _ = guess_file(file)
        assert file.read().decode(codec) == text * 50


# --- counting ---


def test_count(tmp_path: Path) -> None:
    lines = b'{"text": "x"}\n' * 5
    assert count(write(tmp_path / "a.jsonl", lines)) == 5
    assert count(write(tmp_path / "a.jsonl.gz", gzip.compress(lines))) == 5
    assert count(write(tmp_path / "a.csv", 'text\n"a\nb"\nc\n')) == 2
    assert count(write(tmp_path / "a.txt", "x")) == 1
    assert count(write(tmp_path / "a.rss", "<item><item>")) == 2
    assert count(write(tmp_path / "a.zip", "no zip")) == 1
    assert count(tmp_path / "nirgends.jsonl") == 1


def test_messages_exist_in_both_languages() -> None:
    facts = dict.fromkeys(
        "suffix megabytes limit line detail id other file kind seconds columns characters".split(), "0"
    )
    for reasons in (UnreadableError, ReadWarning):
        for key in reasons.REASONS:
            error = reasons("x", key, **facts, encoding="y")
            assert error.reason("en") != error.reason("de")
