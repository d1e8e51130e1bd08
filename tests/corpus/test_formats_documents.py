"""PDF, Word, EPUB, mail and feeds: paragraphs, fields with their provenance, and what can't be read by name."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from corpus import Article, load
from corpus.errors import UnreadableError
from corpus.formats.lines import paragraphs
from corpus.formats.pdf import without_headers
from tests.corpus.test_formats import failure, read, record, write
from tests.hostile import LAUGHS, OUTSIDE
from tests.samples import docx, epub, pdf, set_lines

SENTENCES = (
    "Die Brücke in Altdorf ist seit Montag gesperrt.",
    "Sie ist alt und wird saniert, sagte die Bürgermeisterin.",
)

# --- lines ---


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("teilte die Regie-", "rung gestern mit", "teilte die Regierung gestern mit"),
        ("auf der Nord-", "Süd-Achse", "auf der Nord-Süd-Achse"),
        ("die Ein-", "und Ausfuhr", "die Ein- und Ausfuhr"),
        ("die EU-", "weite Regel", "die EU-weite Regel"),
        ("von 2019-", "2024 im Amt", "von 2019-2024 im Amt"),
        ("die Regie\u00ad", "rung", "die Regierung"),
        ("ein Satz –", "und noch einer", "ein Satz – und noch einer"),
    ],
)
def test_words_cut_at_line_ends(first: str, second: str, joined: str) -> None:
    assert paragraphs([first, second]) == [joined]


def test_a_compound_that_stands_elsewhere_keeps_its_hyphen() -> None:
    assert paragraphs(["a well-known man and a well-", "known woman"]) == ["a well-known man and a well-known woman"]


def test_paragraphs_end_where_a_line_ends_early() -> None:
    lines = [
        "Eine Zeile, die so lang ist wie die Spalte, in der sie",
        "gesetzt ist, und die letzte ist kurz.",
        "Ein neuer Absatz beginnt hier und füllt wieder die ganze",
        "Breite aus, bis er endet.",
        "- Punkt eins",
        "- Punkt zwei",
    ]
    assert [p[:13] for p in paragraphs(lines)] == ["Eine Zeile, d", "Ein neuer Abs", "- Punkt eins", "- Punkt zwei"]


# --- PDF ---

COLUMN = [
    "Die Brücke in Altdorf ist seit Montag gesperrt, teilte die Regie-",
    "rung am Dienstag in der Hauptstadt mit. Das Bauwerk sei alt und",
    "müsse dringend saniert werden.",
    "Ein neuer Absatz beginnt hier nach einem größeren Abstand zur Nord-",
    "Süd-Achse und geht weiter.",
]


def test_pdf(tmp_path: Path) -> None:
    bodies = [
        set_lines(COLUMN, gaps=[2]),
        set_lines(["Auf der zweiten Seite steht etwas anderes.", "Und dann ist Schluss."]),
    ]
    pages = [
        [(50.0, 800.0, 9.0, f"Altdorfer Bote, Seite {n}"), *body, (300.0, 30.0, 9.0, f"- {n} -")]
        for n, body in enumerate(bodies, 1)
    ]
    info = {"Title": "Brücke gesperrt", "Author": "A. Muster", "CreationDate": "D:20241011142000+02'00'"}
    path = write(tmp_path / "a.pdf", pdf(pages, info))
    found = record(path)
    assert found.text.splitlines() == [
        "Die Brücke in Altdorf ist seit Montag gesperrt, teilte die Regierung am Dienstag in der Hauptstadt mit. "
        "Das Bauwerk sei alt und müsse dringend saniert werden.",
        "Ein neuer Absatz beginnt hier nach einem größeren Abstand zur Nord-Süd-Achse und geht weiter.",
        "Auf der zweiten Seite steht etwas anderes.",  # far shorter than the lines around: it ended there
        "Und dann ist Schluss.",
    ]
    assert found.fields == {"title": "Brücke gesperrt", "author": "A. Muster", "published": "2024-10-11T14:20:00+02:00"}
    assert set(found.provenance.values()) == {"pdf"}
    [article] = load([path])
    assert isinstance(article, Article)
    assert article.text.count("\n\n") == 3


def test_pdf_headers() -> None:
    pages = [
        ["Bote", f"Text {c}", f"mehr {c} und noch mehr", "Fuß", f"Seite {i} von 3"] for i, c in enumerate("abc", 1)
    ]
    assert without_headers(pages) == [[f"Text {c}", f"mehr {c} und noch mehr"] for c in "abc"]
    same = [["Bote", "Text"], ["Bote", "Text"]]
    assert without_headers(same) == same  # nothing would be left


def test_pdf_title_of_a_program(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pdf", pdf([set_lines(COLUMN)], {"Title": "Microsoft Word - artikel.docx"}))
    assert record(path).fields == {}


def test_pdf_without_text(tmp_path: Path) -> None:
    found = failure(write(tmp_path / "a.pdf", pdf([[]])))
    assert found.key == "no_ocr"
    assert "OCR" in found.text("de")


@pytest.mark.parametrize("password", ["", "geheim"])
def test_pdf_with_a_password(tmp_path: Path, password: str) -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf([set_lines(COLUMN)]))))
    writer.encrypt(password, "other", algorithm="RC4-128")
    with (tmp_path / "a.pdf").open("wb") as file:
        writer.write(file)
    [found] = read(tmp_path / "a.pdf")
    if password:
        assert isinstance(found, UnreadableError)
        assert found.key == "encrypted"
    else:  # one may print it, but not change it; reading it is free
        assert not isinstance(found, UnreadableError)


@pytest.mark.parametrize("data", [b"%PDF-1.4\nnix", b"kein PDF", pdf([set_lines(COLUMN)])[:300]])
def test_broken_pdf(tmp_path: Path, data: bytes) -> None:
    assert failure(write(tmp_path / "a.pdf", data)).key == "damaged"


def test_pdf_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.formats.pdf.SECONDS", 0)  # the process of its own has no time at all
    found = failure(write(tmp_path / "a.pdf", pdf([set_lines(COLUMN)])))
    assert found.key == "too_slow"


# --- Word ---


def test_docx(tmp_path: Path) -> None:
    import docx as library

    document = library.Document()
    document.add_heading("Brücke gesperrt", level=1)
    document.add_paragraph(SENTENCES[0])
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Höhe", "12 m"
    document.add_paragraph(SENTENCES[1])
    document.core_properties.author = "A. Muster"
    document.core_properties.category = "Lokales"
    document.save(str(tmp_path / "a.docx"))
    found = record(tmp_path / "a.docx")
    assert found.text == f"Brücke gesperrt\n{SENTENCES[0]}\nHöhe | 12 m\n{SENTENCES[1]}"
    assert {key: found.fields[key] for key in ("title", "author", "category")} == {
        "title": "Brücke gesperrt",
        "author": "A. Muster",
        "category": "Lokales",
    }
    assert found.provenance["author"] == "docx"


def test_docx_without_properties_has_none(tmp_path: Path) -> None:
    found = record(write(tmp_path / "a.docx", docx("<w:p><w:r><w:t>Ein Satz steht hier.</w:t></w:r></w:p>")))
    assert found.fields == {}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"kein Word", "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "encrypted"),
        (docx(""), "no_text"),
        (docx("<w:p>&j;</w:p>", LAUGHS), "entities"),
        (docx("<w:p>&a;</w:p>", OUTSIDE), "entities"),
        (docx("<w:p>" * 5000), "damaged"),
    ],
)
def test_broken_docx(tmp_path: Path, data: bytes, key: str) -> None:
    assert failure(write(tmp_path / "a.docx", data)).key == key


# --- EPUB ---


def test_epub(tmp_path: Path) -> None:
    page = (
        "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>"
    )
    paragraph = "".join(f"<p>{sentence * 3}</p>" for sentence in SENTENCES)
    chapters = {
        "cover.xhtml": "<html><body><img src='c.png'/></body></html>",
        "eins.xhtml": page.format("Eins", paragraph),
        "zwei.xhtml": page.format("Zwei", paragraph),
    }
    metadata = (
        "<dc:title>Heft 3</dc:title><dc:creator>A. Eins</dc:creator><dc:creator>B. Zwei</dc:creator>"
        "<dc:date>2024-10</dc:date><dc:language>de-DE</dc:language>"
    )
    found, other = read(write(tmp_path / "a.epub", epub(chapters, metadata)))
    assert not isinstance(found, UnreadableError)
    assert not isinstance(other, UnreadableError)
    assert [found.key, other.key] == ["OEBPS/eins.xhtml", "OEBPS/zwei.xhtml"]  # the cover has no text
    assert found.place == f"{tmp_path / 'a.epub'}!OEBPS/eins.xhtml"
    assert "Sie ist alt" in found.text
    assert {key: found.fields[key] for key in ("author", "source", "published", "language")} == {
        "author": "A. Eins, B. Zwei",
        "source": "Heft 3",
        "published": "2024-10",
        "language": "de",
    }
    assert found.provenance["source"] == "epub"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"kein Zip", "damaged"),
        (epub({}), "no_text"),
        (epub({"a.xhtml": "<p>x</p>"}, doctype=LAUGHS), "entities"),
        (epub({"a.xhtml": "<p>x</p>"}, doctype=OUTSIDE), "entities"),
    ],
)
def test_broken_epub(tmp_path: Path, data: bytes, key: str) -> None:
    assert failure(write(tmp_path / "a.epub", data)).key == key


# --- mail ---

MAIL = (
    "From: =?utf-8?q?Anna_M=C3=BCller?= <anna@example.org>\nSubject: =?utf-8?b?QnLDvGNrZSBnZXNwZXJydA==?=\n"
    "Date: Fri, 11 Oct 2024 14:20:00 +0200 (CEST)\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n"
)


def test_mail(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.eml",
        MAIL + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>HTML</p>\n--b\n"
        "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
        "Die Br=FCcke in Altdorf ist seit Montag gesperrt, teilte die Ge-\nmeinde mit.\n\nZweiter Absatz.\n--b--\n",
    )
    found = record(path)
    assert found.text == "Die Brücke in Altdorf ist seit Montag gesperrt, teilte die Gemeinde mit.\nZweiter Absatz."
    assert found.fields == {
        "id": "1@example.org",
        "title": "Brücke gesperrt",
        "author": "Anna Müller",
        "published": "2024-10-11T14:20:00+02:00",
    }
    assert set(found.provenance.values()) == {"mail"}


def test_mail_with_html_alone(tmp_path: Path) -> None:
    body = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    found = record(
        write(tmp_path / "a.eml", f"{MAIL}Content-Type: text/html; charset=utf-8\n\n<html><body>{body}</body></html>")
    )
    assert found.text.splitlines() == list(SENTENCES)


def test_flowed_mail(tmp_path: Path) -> None:
    text = "Ein Satz, der \nweitergeht und \nendet.\nEin neuer."
    found = record(write(tmp_path / "a.eml", f"{MAIL}Content-Type: text/plain; format=flowed\n\n{text}"))
    assert found.text == "Ein Satz, der weitergeht und endet.\nEin neuer."


@pytest.mark.parametrize(("data", "key"), [("kein Brief", "damaged"), (f"{MAIL}\n", "no_text"), ("", "empty")])
def test_broken_mail(tmp_path: Path, data: str, key: str) -> None:
    assert failure(write(tmp_path / "a.eml", data)).key == key


# --- feeds ---

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Altdorfer Bote</title><language>de-de</language>
<item><title>Brücke &amp;amp; Straße</title><link>https://bote.example/1</link><guid isPermaLink="false">g-1</guid>
<pubDate>Fri, 11 Oct 2024 14:20:00 +0200</pubDate><category>Lokales</category><dc:creator>A. Muster</dc:creator>
<description>Kurz.</description>
<content:encoded><![CDATA[<p>Erster Absatz.</p><p>Zweiter <b>Absatz</b>.</p>]]></content:encoded></item>
<item><title>leer</title></item>
<item><title>T</title><link>https://bote.example/3</link><description>Nur ein Anriss.</description></item>
</channel></rss>"""


@pytest.mark.parametrize("name", ["a.rss", "a.xml"])
def test_rss(tmp_path: Path, name: str) -> None:
    first, empty, last = read(write(tmp_path / name, RSS))
    assert not isinstance(first, UnreadableError)
    assert first.text == "Erster Absatz.\nZweiter Absatz."
    assert first.fields == {
        "id": "g-1",
        "title": "Brücke & Straße",
        "source": "Altdorfer Bote",
        "author": "A. Muster",
        "published": "2024-10-11T14:20:00+02:00",
        "url": "https://bote.example/1",
        "language": "de",
        "category": "Lokales",
    }
    assert set(first.provenance.values()) == {"feed"}
    assert isinstance(empty, UnreadableError)
    assert empty.facts["path"] == f"{tmp_path / name}:2"
    assert not isinstance(last, UnreadableError)
    assert (last.text, last.fields["id"]) == ("Nur ein Anriss.", "https://bote.example/3")


def test_atom(tmp_path: Path) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Bote</title><entry><id>urn:1</id><title>T</title>'
        '<link href="https://bote.example/1"/><updated>2024-10-11T14:20:00+02:00</updated>'
        '<content type="html">&lt;p&gt;Ein Satz.&lt;/p&gt;</content></entry></feed>'
    )
    found = record(write(tmp_path / "a.atom", atom))
    assert found.text == "Ein Satz."
    assert found.fields["published"] == "2024-10-11T14:20:00+02:00"  # the only date there is
    assert found.fields["id"] == "urn:1"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("<note/>", "no_feed"),
        ("<rss version='2.0'><channel><title>x</title></channel></rss>", "no_entries"),
        (LAUGHS + RSS, "entities"),
        (OUTSIDE + RSS, "entities"),
        ("", "empty"),
    ],
)
def test_broken_feeds(tmp_path: Path, data: str, key: str) -> None:
    assert failure(write(tmp_path / "a.xml", data)).key == key


def test_a_feed_that_is_named_like_a_file_is_not_opened_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "other.rss", RSS)
    assert failure(write(tmp_path / "a.rss", "other.rss")).key == "no_feed"
