"""Which of the headlines that a page states is the article's, and without the site's name behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from corpus.formats import json_ld
from corpus.formats.html_tree import text_of, visible
from corpus.urls import source_of

_META = ("og:title", "twitter:title", "dc.title", "dcterms.title", "title")
_SEPARATOR = re.compile(r"\s+[|–—‒·•:]+\s+|\s+[-/]\s+|\s*\|\s*")
_DAY = re.compile(r"\d{1,2}\.\s?(?:\d{1,2}\.|[A-Za-zä]{3,9})\s?\d{4}\Z")
_ADDRESS = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,10}")


# Which of its headlines a newsroom means as the article's, where the rule below takes another. Read off pages of the
# development half of ../shared/data/html_gold (``evals.extraction``).
HABITS = {"focus.de": "html", "lto.de": "meta", "n-tv.de": "meta", "ndr.de": "html", "spiegel.de": "html"}


def headlines(
    tree: HtmlElement, node: dict[str, Any], metas: dict[str, list[str]], source: str, url: str
) -> Iterator[tuple[str, str]]:
    """The headlines a page states and where, best first.

    Many newsrooms write two: one for search engines, which stands in <title>, and one for readers. The readers' comes
    first, be it in JSON-LD, in the page's <h1> or in og:title. An <h1> that says one of the others with a kicker in front
    is no headline of its own. ``url``: the page's address, "" if unknown, for newsrooms that do otherwise.
    """
    headings = [visible(text_of(h)) for h in tree.iter("h1")]
    for_search = without_suffix(next((text_of(t) for t in tree.iter("title")), ""), source, headings)
    stated = [(without_suffix(json_ld.string(node.get("headline")), source, headings, barred=False), "json-ld")]
    more = [(without_suffix(json_ld.plain(metas[key][0]), source, headings), "meta") for key in _META if key in metas]
    social = more[: "og:title" in metas]  # the others are written for elsewhere
    readable = [(h, "html") for h in headings if " " in h and not _within(h, source)]
    shown = [one for one in readable[:1] if not any(_within(one[0], title) for title, _ in stated + social)]
    found = [*stated, *shown, *social]
    habit = HABITS.get(source_of(url) or "")
    yield from (one for one in [*readable, *social] if one[1] == habit)
    yield from ((title, origin) for title, origin in found if title and not _within(title, for_search))
    yield from found
    yield from more
    yield from readable
    yield for_search, "html"
    yield from ((h, "html") for h in headings)


def without_suffix(title: str, source: str, headings: list[str], barred: bool = True) -> str:
    """``title`` without what follows its last separators when that is a site's name or address, a day, or makes a
    heading of the page more; ``barred``: or is short and stands behind a "|"."""
    title = visible(title[:1000])
    known = {letters(source)} | {letters(part) for part in source.split(".")}
    while cuts := list(_SEPARATOR.finditer(title)):
        head, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        name = letters(tail)
        site = name in known or bool(name and name in letters(source)) or bool(_ADDRESS.fullmatch(tail))
        heading = any(letters(head) == letters(h) for h in headings)
        short = barred and "|" in cuts[-1][0] and len(tail) <= min(30, len(head))
        if not head or not (site or heading or short or _DAY.fullmatch(tail)):
            break
        title = head
    return title


def letters(text: str) -> str:
    """The letters and digits of ``text``, case folded."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _within(one: str, other: str) -> bool:
    """Whether one of two texts is a part of the other, letters only."""
    one, other = letters(one), letters(other)
    return bool(one and other) and (one in other or other in one)
