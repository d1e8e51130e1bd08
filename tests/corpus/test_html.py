"""A page becomes its article: text without what stands around it, and each field from the best place that states it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from corpus import Article, load
from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.byline import names
from corpus.formats.headline import without_suffix
from corpus.formats.html import page
from corpus.formats.page_metadata import iso

LEAD = "Der Rat von Altdorf hat die Brücke über die Alm gesperrt, weil Risse in zwei Pfeilern gefunden wurden."
BODY = [
    "Die Sperrung gilt seit Montag, teilte das Tiefbauamt mit. Wer über den Fluss will, muss den Umweg über Neustadt "
    "nehmen, das sind zwölf Kilometer.",
    "„Wir haben keine Wahl“, sagte Bürgermeisterin Hanna Brandl. Die Pfeiler stammen aus dem Jahr 1961 und wurden zuletzt "
    "vor acht Jahren geprüft.",
    "Ein Gutachten soll bis zum Herbst klären, ob die Brücke saniert werden kann oder neu gebaut werden muss. Der Neubau "
    "würde nach ersten Schätzungen neun Millionen Euro kosten.",
    "Die Opposition wirft der Verwaltung vor, die Prüfung verschleppt zu haben. Das Amt weist das zurück und verweist auf "
    "fehlendes Personal.",
]
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in BODY)


def html(article: str = PARAGRAPHS, head: str = "", before: str = "", after: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body><nav><a href=/>Start</a></nav>{before}"
        f"<main><article><h1>Brücke über die Alm gesperrt</h1>{article}</article>{after}</main>"
        "<footer><p>Impressum und Datenschutz der Zeitung finden Sie hier unten.</p></footer></body></html>"
    ).encode()


def ld(**node: Any) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **node}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def fields(head: str, article: str = PARAGRAPHS) -> dict[str, tuple[str, str]]:
    record = page(html(article, head), "seite.html")
    return {key: (value, record.provenance[key]) for key, value in record.fields.items()}


def test_the_text_is_the_paragraphs_a_line_each() -> None:
    assert page(html(), "a").text.split("\n") == BODY


def test_headings_lists_and_quotations_are_lines_of_their_own() -> None:
    article = (
        f"<p>{BODY[0]}</p><h2>Was nun geschieht</h2><p>{BODY[1]}</p>"
        "<ul><li>Der Bus der Linie 4 fährt über Neustadt.</li><li>Die Schule beginnt eine Viertelstunde später.</li></ul>"
        f"<blockquote><p>Wir hätten die Brücke früher prüfen müssen, das war ein Fehler.</p></blockquote><p>{BODY[2]}</p>"
        f"<p>{BODY[3]}</p>"
    )
    assert page(html(article), "a").text.split("\n") == [
        BODY[0],
        "Was nun geschieht",
        BODY[1],
        "Der Bus der Linie 4 fährt über Neustadt.",
        "Die Schule beginnt eine Viertelstunde später.",
        "Wir hätten die Brücke früher prüfen müssen, das war ein Fehler.",
        *BODY[2:],
    ]


def test_double_line_breaks_end_a_paragraph() -> None:
    article = "<div class=text>" + "<br><br>".join(BODY) + "</div>"
    assert page(html(article), "a").text.split("\n") == BODY


@pytest.mark.parametrize(
    ("lead", "head"),
    [
        (f'<div class="article__lead">{LEAD}</div>', ""),
        (f'<span class="x1">{LEAD}</span>', f'<meta name="description" content="{LEAD}">'),
        (f'<div class="c7">{LEAD}</div>', ""),  # nothing says so but its place below the title
    ],
)
def test_the_lead_comes_first(lead: str, head: str) -> None:
    assert page(html(f"{lead}<p>Von Erika Muster</p><div class=body>{PARAGRAPHS}</div>", head), "a").text.split(
        "\n"
    ) == [
        LEAD,
        *BODY,
    ]


@pytest.mark.parametrize(
    "other",
    [
        "<figure><img src=x><figcaption>Die gesperrte Brücke am Montagmorgen. Foto: Max Beispiel</figcaption></figure>",
        "<aside><h3>Mehr zum Thema</h3><p>Neustadt baut einen Radweg, und das wird teurer als gedacht.</p></aside>",
        "<div class='related-articles'><p>Neustadt baut einen Radweg, und das wird teurer als gedacht.</p></div>",
        "<div class='articleTeaser__box'><p>Neustadt baut einen Radweg, und das wird teurer als gedacht.</p></div>",
        "<ul><li><a href=/1>Neustadt baut einen Radweg</a></li><li><a href=/2>Alm tritt über die Ufer</a></li></ul>",
        "<p><a href=/1>Neustadt baut einen Radweg, und das wird teurer als gedacht.</a></p>",
        "<div class='share-bar'><a href=/f>Teilen</a> <a href=/m>Mailen</a></div>",
        "<div class='newsletter'><p>Jeden Morgen das Wichtigste aus Altdorf im Postfach, kostenlos.</p></div>",
        "<div class='donation-box'><p>Unterstützen Sie unsere Redaktion mit einer Spende, schon fünf Euro helfen.</p></div>",
        "<div class='box-5'><p>Jetzt abonnieren und vier Wochen lang alle Artikel gratis lesen.</p></div>",
        "<section id=comments><p>Leser 1: Das war doch seit Jahren bekannt, typisch für dieses Amt.</p></section>",
        "<form><p>Melden Sie sich an, um diesen Artikel zu bewerten und zu kommentieren.</p><input></form>",
    ],
)
def test_what_stands_between_the_paragraphs_goes(other: str) -> None:
    article = "".join(f"<p>{text}</p>" for text in BODY[:2]) + other + "".join(f"<p>{text}</p>" for text in BODY[2:])
    assert page(html(article), "a").text.split("\n") == BODY


def test_a_name_does_not_take_out_the_article_itself() -> None:
    assert page(html(f"<div class='teaser paywall related'>{PARAGRAPHS}</div>"), "a").text.split("\n") == BODY
    named = "".join(f"<p class='paywall'>{text}</p>" for text in BODY)
    assert page(html(named), "a").text.split("\n") == BODY


def test_title_and_byline_are_not_repeated_in_the_text() -> None:
    head = ld(headline="Brücke über die Alm gesperrt", author={"@type": "Person", "name": "Erika Muster"})
    article = f"<h2>Altdorf: Brücke über die Alm gesperrt</h2><p>Von Erika Muster</p>{PARAGRAPHS}"
    assert page(html(article, head), "a").text.split("\n") == BODY


def test_behind_a_paywall_the_body_comes_from_json_ld() -> None:
    record = page(
        html(f"<p>{LEAD}</p><div class=paywall>Weiterlesen mit Abo</div>", ld(articleBody=" ".join(BODY))), "a"
    )
    assert BODY[3] in record.text
    assert "Abo" not in record.text


def test_behind_a_paywall_without_that_the_lead_is_what_there_is() -> None:
    assert page(html(f"<p>{LEAD}</p><p>{BODY[0]}</p>"), "a").text.split("\n") == [LEAD, BODY[0]]


def test_what_json_ld_states_keeps_foreign_paragraphs_out() -> None:
    foreign = "<p>Eine Werbung für Reisen an die See, die wie ein Absatz des Artikels gesetzt ist, ohne es zu sein.</p>"
    record = page(html(PARAGRAPHS + foreign, ld(articleBody=" ".join(BODY))), "a")
    assert record.text.split("\n") == BODY


def test_live_blog() -> None:
    posts = [("14.20 Uhr: Brücke wieder frei", BODY[0]), ("12.05 Uhr: Gutachter trifft ein", BODY[1])]
    shown = "".join(f"<section class=post><h3>{when}</h3><p>{what}</p></section>" for when, what in posts)
    assert page(html(shown + f"<p>{BODY[2]}</p>"), "a").text.split("\n") == [*posts[0], *posts[1], BODY[2]]
    node = {"@type": "LiveBlogPosting", "liveBlogUpdate": [{"headline": h, "articleBody": b * 2} for h, b in posts]}
    hidden = page(html("<p>Der Ticker lädt.</p>", ld(**node)), "a").text
    assert hidden.index(posts[0][0]) < hidden.index(posts[1][0])


def test_fields_from_json_ld() -> None:
    head = ld(
        headline="Brücke über die Alm gesperrt",
        author=[{"@type": "Person", "name": "Erika Muster"}, {"@type": "Person", "name": "Max Beispiel, dpa"}],
        datePublished="2024-10-11T14:20:00.000Z",
        dateModified="2024-10-11T16:05:09+0200",
        publisher={"@type": "Organization", "name": "Altdorfer Kurier"},
        inLanguage="de-DE",
        articleSection=["Lokales", "Verkehr"],
        mainEntityOfPage="https://kurier.example.org/bruecke",
    )
    assert fields(head) == {
        "title": ("Brücke über die Alm gesperrt", "json-ld"),
        "source": ("Altdorfer Kurier", "json-ld"),
        "author": ("Erika Muster, Max Beispiel, dpa", "json-ld"),
        "published": ("2024-10-11T14:20:00+00:00", "json-ld"),
        "updated": ("2024-10-11T16:05:09+02:00", "json-ld"),
        "url": ("https://kurier.example.org/bruecke", "json-ld"),
        "language": ("de", "json-ld"),
        "category": ("Lokales", "json-ld"),
    }


def test_fields_from_meta_and_link() -> None:
    head = """
    <title>Brücke über die Alm gesperrt | Altdorfer Kurier</title>
    <meta property="og:title" content="Brücke über die Alm gesperrt | Altdorfer Kurier">
    <meta property="og:site_name" content="Altdorfer Kurier"><meta name="author" content="Von Erika Muster und Max Beispiel">
    <meta property="article:published_time" content="2024-10-11 14:20:00 +02:00">
    <meta name="last-modified" content="2024-10-12"><meta property="article:section" content="Lokales">
    <meta property="og:locale" content="de_DE"><link rel="canonical" href="https://kurier.example.org/bruecke">
    """
    assert fields(head) == {
        "title": ("Brücke über die Alm gesperrt", "meta"),
        "source": ("Altdorfer Kurier", "meta"),
        "author": ("Erika Muster, Max Beispiel", "meta"),
        "published": ("2024-10-11T14:20:00+02:00", "meta"),
        "updated": ("2024-10-12", "meta"),
        "url": ("https://kurier.example.org/bruecke", "link"),
        "language": ("de", "meta"),
        "category": ("Lokales", "meta"),
    }


def test_fields_from_html() -> None:
    article = (
        f"<p class=byline>Von <b>Erika Muster</b>, Berlin</p><time datetime=2024-10-11T14:20>11.10.</time>{PARAGRAPHS}"
    )
    found = fields("", article)
    assert found["title"] == ("Brücke über die Alm gesperrt", "html")
    assert found["author"] == ("Erika Muster", "html")
    assert found["published"] == ("2024-10-11T14:20:00", "html")


@pytest.mark.parametrize("line", ["Stand: 11. Oktober 2024, 14:20 Uhr", "Veröffentlicht am 11.10.2024, 14:20 Uhr"])
def test_a_written_date(line: str) -> None:
    assert fields("", f"<div>{line}</div>{PARAGRAPHS}")["published"] == ("2024-10-11T14:20:00", "html")


def test_what_no_source_states_stays_unknown() -> None:
    copyright_line = "<p>© 2023 Altdorfer Kurier</p><p>Heute ist Freitag, und die Brücke bleibt zu, sagt das Amt.</p>"
    assert set(fields("", PARAGRAPHS + copyright_line)) == {"title"}


def test_the_person_in_the_byline_comes_before_the_house_in_the_head() -> None:
    head = ld(author={"@type": "Organization", "name": "Altdorfer Kurier"}, publisher={"name": "Altdorfer Kurier"})
    assert fields(head, f"<p>Von Erika Muster</p>{PARAGRAPHS}")["author"] == ("Erika Muster", "html")
    assert fields(head)["author"] == ("Altdorfer Kurier", "json-ld")


def test_the_readers_headline_comes_before_the_one_for_search_engines() -> None:
    head = "<title>Brücke Altdorf Sperrung aktuell</title>" + ld(headline="Brücke Altdorf Sperrung aktuell")
    assert fields(head)["title"] == ("Brücke über die Alm gesperrt", "html")


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("https://www.n-tv.de/a-1.html", ("Almbrücke zu", "meta")),
        ("https://spiegel.de/a", ("Brücke über die Alm gesperrt", "html")),
        ("https://kurier.example/n-tv.de", ("Behörde schließt Brücke", "json-ld")),
        (f"http://[{'a' * 990}...].de/", ("Behörde schließt Brücke", "json-ld")),
    ],
)
def test_newsrooms_differ_in_which_headline_they_mean(address: str, title: tuple[str, str]) -> None:
    head = f"""<title>Brücke Altdorf</title><meta property="og:title" content="Almbrücke zu">
        <meta property="og:url" content="{address}">""" + ld(headline="Behörde schließt Brücke")
    assert fields(head)["title"] == title


def test_json_ld_in_a_graph_linked_commented_and_with_a_trailing_comma() -> None:
    graph = {
        "@graph": [
            {"@type": "WebPage", "name": "Seite"},
            {"@type": "Person", "@id": "#em", "name": "Erika Muster"},
            {"@type": "NewsArticle", "headline": "Brücke über die Alm gesperrt", "author": {"@id": "#em"}},
        ]
    }
    script = "<!--\n" + json.dumps(graph)[:-1] + ",}\n-->"
    assert fields(f'<script type="application/ld+json">{script}</script>')["author"] == ("Erika Muster", "json-ld")


def test_articles_named_beside_the_page_s_own_do_not_lend_their_fields() -> None:
    other = {"@type": "NewsArticle", "headline": "Radweg", "datePublished": "2020-01-01", "author": "Max Beispiel"}
    head = ld(headline="Brücke über die Alm gesperrt", isPartOf=other, hasPart=[other])
    assert set(fields(head)) == {"title"}
    listed = (
        f'<script type="application/ld+json">{json.dumps({"@type": "ItemList", "itemListElement": [other]})}</script>'
    )
    assert set(fields(listed)) == {"title"}


@pytest.mark.parametrize(
    ("title", "source", "found"),
    [
        ("Brücke gesperrt | DER KURIER", "", "Brücke gesperrt"),
        ("Brücke gesperrt - Kurier", "Kurier", "Brücke gesperrt"),
        ("Brücke gesperrt – AK – 28.04.2023", "ak.example", "Brücke gesperrt"),
        ("Brücke gesperrt - kurier.example", "", "Brücke gesperrt"),
        ("Brücke gesperrt - was jetzt gilt", "Kurier", "Brücke gesperrt - was jetzt gilt"),
        ("Liveblog | Alle Entwicklungen des Tages", "Kurier", "Liveblog | Alle Entwicklungen des Tages"),
        ("Alm-Brücke: 12-Kilometer-Umweg", "Kurier", "Alm-Brücke: 12-Kilometer-Umweg"),
    ],
)
def test_site_suffixes(title: str, source: str, found: str) -> None:
    assert without_suffix(title, source, []) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Von Erika Muster und Max Beispiel, dpa", ["Erika Muster", "Max Beispiel", "dpa"]),
        ("Erika Muster; Max Beispiel / Jo van der Berg", ["Erika Muster", "Max Beispiel", "Jo van der Berg"]),
        ("Autorin: Dr. Erika Muster", ["Dr. Erika Muster"]),
        ("https://social.example/kurier", []),
        ("e.muster@kurier.example", []),
        ("Altdorfer Kurier (www.kurier.example)", ["Altdorfer Kurier"]),
        ("", []),
    ],
)
def test_names(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2024-10-11T14:20:00.123Z", "2024-10-11T14:20:00+00:00"),
        ("2024-10-11 14:20:00 +0200", "2024-10-11T14:20:00+02:00"),
        ("20241011", "2024-10-11"),
        ("2024-10-11T00:00:00", "2024-10-11"),  # no moment, a day without one
        ("11. Oktober 2024", "2024-10-11"),
        ("2024-13-40", ""),
        ("2024-10-11T25:00", ""),
        ("0001-01-01", ""),
        ("9999-12-31", ""),
        ("gestern", ""),
    ],
)
def test_dates_become_iso_or_nothing(text: str, found: str) -> None:
    assert iso(text) == found


@pytest.mark.parametrize(
    ("encoding", "declared"), [("cp1252", "iso-8859-1"), ("utf-8", "iso-8859-1"), ("utf-16", "utf-8"), ("cp1252", "")]
)
def test_charsets_declared_rightly_wrongly_and_not(encoding: str, declared: str) -> None:
    text = html().decode().replace("charset=utf-8", f"charset={declared}" if declared else "name=x")
    assert page(text.encode(encoding), "a").text.split("\n") == BODY


def test_a_guessed_charset_is_named() -> None:
    data = html().decode().replace("<meta charset=utf-8>", "").encode("cp1252")
    warning = page(data, "seite.html").warning
    assert isinstance(warning, ReadWarning)
    assert "seite.html" in warning.text("de")


def test_invisible_characters_go() -> None:
    article = PARAGRAPHS.replace("Sperrung", "Sper\u00adrung").replace("Montag", "\u202eMon\u200btag\u202c\0")
    assert page(html(article), "a").text.split("\n") == BODY


FILL = 2_000_000  # characters
HOSTILE = {
    "nested": html().replace(b"</article>", b"<div>" * 100_000),
    "nested around it": b"<html><body>" + b"<div>" * 100_000 + PARAGRAPHS.encode(),
    "nested formatting": html().replace(b"</article>", b"<b><p>x" * 20_000),
    "script": html(head="<script>" + "var x='<p>';" * (FILL // 12) + "</script>"),
    "json": html(head="<script type='application/ld+json'>" + "[" * FILL + "</script>"),
    "many authors": html(head=ld(author=[{"name": "A B"}] * 50_000)),
    "author of itself": html(head=ld(**{"@id": "x", "author": {"@id": "x"}})),
    "open tags": html().replace(b"</article>", b"<a " * (FILL // 3)),
    "only brackets": b"<" * FILL,
    "attributes": html(f"<p {' '.join(f'a{i}=1' for i in range(100_000))}>x</p>"),
    "class": html(f"<div class='{'teaser-' * 100_000}'>x</div>{PARAGRAPHS}"),
    "spans": html("<p>" + "<span>Wort </span>" * 40_000 + "</p>"),
    "breaks": html("<p>" + "Wort<br><br>" * 40_000 + "</p>"),
    "link list": html("<ul>" + "<li><a href=x>Ein Satz</a> mehr</li>" * 20_000 + "</ul>"),
    "paragraphs": html(PARAGRAPHS * 2000),
    "title": html(head=f"<title>{' | A' * 200_000}</title>"),
    "entities": b"<!DOCTYPE html [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;'>]>" + html("<p>&b;&b;</p>"),
    "numbers": html("<p>&#xD800;&#x110000;&#0;&#1;</p>" + PARAGRAPHS),
    "no body": b"<html><head><title>x</title></head></html>",
    "nothing": b"",
    "blanks": b" \n ",
    "nul": html().replace(b"e", b"\0e"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end_in_a_record_or_a_reason(name: str) -> None:
    start = time.perf_counter()
    try:
        assert page(HOSTILE[name], "seite.html").text
    except UnreadableError as error:
        assert "seite.html" in error.text("de")
    assert time.perf_counter() - start < 20


def test_files_become_articles(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(
        html(head=ld(headline="Brücke über die Alm gesperrt", datePublished="2024-10-11"))
    )
    (tmp_path / "b.htm").write_bytes(b"<html></html>")
    article, failure = load([tmp_path])
    assert isinstance(article, Article)
    assert (article.title, str(article.published)) == ("Brücke über die Alm gesperrt", "2024-10-11")
    assert article.text.split("\n\n") == BODY
    assert isinstance(failure, UnreadableError)
    assert failure.key == "no_text"
