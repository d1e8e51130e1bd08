from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.safe import Mark, excerpts, safe, shorten, web_host
from tests.page_samples import ATTACKS

TEXT = "Erster Absatz hier.\n\nDer zweite Satz zählt. Und noch ein dritter Satz am Ende."


def mark_of(text: str, quote: str, number: int = 1) -> Mark:
    start = text.index(quote)
    return Mark(start, start + len(quote), number)


def plain(markup: str) -> str:
    """What a reader sees: tags away, entities decoded."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_come_out_as_text(attack: str) -> None:
    assert not set(safe(attack)) & set("<>\"'")
    assert html.unescape(safe(attack)) == attack


@pytest.mark.parametrize("control", ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069"])
def test_bidirectional_overrides_are_not_shown(control: str) -> None:
    assert safe(f"rechts{control}links") == "rechtslinks"


def test_invisible_characters_are_not_shown_but_letters_of_all_scripts_are() -> None:
    assert safe("a\x00b\x1bc\U000e0041d\ufeff") == "abcd"
    assert safe("Привет שלום سلام 你好 😀\n\tx") == "Привет שלום سلام 你好 😀\n\tx"


def test_a_lone_surrogate_can_be_sent() -> None:
    assert safe("a\ud800b").encode("utf-8") == b"a?b"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.hafenkurier.example/a?b=1&c=2", "hafenkurier.example"),
        ("HTTP://Zeitung.Example:8080/", "zeitung.example"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt://x.example/%0aalert(1)", None),
        ("data:text/html,<script>", None),
        ("file:///etc/passwd", None),
        ("//x.example/a", None),
        ("/a/b", None),
        ("https:///nohost", None),
        ("https://bank.example@evil.example/", None),
        ("https://x.example/\u202e", None),
        (" https://x.example/", None),
        ("https://x.example/a b", None),
        ("https://x.exa\tmple/", None),
        ("https://[broken/", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, host: str | None) -> None:
    assert web_host(url) == host


def test_a_mark_holds_the_quote_and_nothing_else() -> None:
    (excerpt,) = excerpts(TEXT, [mark_of(TEXT, "Der zweite Satz zählt.", 3)], 400)
    assert re.findall(r'<mark data-cite="3">(.*?)</mark>', excerpt) == ["Der zweite Satz zählt."]
    assert plain(excerpt) == TEXT  # the whole text lies within 400 characters: no ellipsis


def test_the_context_is_cut_between_words() -> None:
    text = "Eins zwei drei vier Zitat fünf sechs sieben acht"
    (excerpt,) = excerpts(text, [mark_of(text, "Zitat")], 12)
    # 12 characters back: "i drei vier ", cut after "i"; 12 on: " fünf sechs ", less the blank
    assert plain(excerpt) == "… drei vier Zitat fünf sechs …"


def test_the_context_is_cut_between_sentences_where_that_loses_little() -> None:
    text = "Anfang. " + "Wort " * 90 + "aus. Kurz davor. Das Zitat. Am 3. Mai danach.\n\nUnd " + "wort " * 90
    (excerpt,) = excerpts(text, [mark_of(text, "Das Zitat.")], 60)
    assert plain(excerpt) == "… Kurz davor. Das Zitat. Am 3. Mai danach. …"


def test_distant_marks_get_excerpts_of_their_own_and_near_ones_share() -> None:
    text = "Eins hier. Zwei hier. " + "wort " * 200 + "Drei hier."
    marks = [mark_of(text, "Drei hier.", 3), mark_of(text, "Eins hier.", 1), mark_of(text, "Zwei hier.", 2)]
    first, second = excerpts(text, marks, 50)
    assert re.findall(r'data-cite="(\d)"', first) == ["1", "2"]
    assert re.findall(r'data-cite="(\d)"', second) == ["3"]


def test_overlapping_marks_do_not_repeat_text() -> None:
    (excerpt,) = excerpts("eins zwei drei", [Mark(0, 9, 1), Mark(5, 14, 2)], 50)
    assert excerpt == '<mark data-cite="1">eins zwei</mark><mark data-cite="2"> drei</mark>'


@given(st.text(max_size=300), st.data())
def test_an_excerpt_is_a_stretch_of_the_text_with_the_quote_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    width = data.draw(st.integers(0, 400))
    (excerpt,) = excerpts(text, [Mark(start, end, 1)], width)
    unmarked = re.sub(r"</?(?:mark|span)[^>]*>", "", excerpt)
    assert "<" not in unmarked and '"' not in unmarked
    assert unmarked.removeprefix("… ").removesuffix(" …") in safe(text)
    marked = re.search(r"<mark[^>]*>(.*)</mark>", excerpt, re.DOTALL)
    assert (plain(marked[1]) if marked else "") == html.unescape(safe(text[start:end]))


def test_shortening_keeps_whole_words() -> None:
    assert shorten("kurz  und\ngut", 20) == "kurz und gut"
    assert shorten("eins zwei, dreizehn", 14) == "eins zwei …"
