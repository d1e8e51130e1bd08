"""Who wrote it: names out of bylines such as "Von Erika Muster und Max Beispiel, Berlin"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from corpus.formats.headline import letters
from corpus.formats.html_tree import name_words, text_of, visible

MAX_BYLINE = 160  # characters; longer is a portrait of the author
_OPENING = re.compile(
    r"(?:(?:ein(?:e)?\s+)?(?:\w+\s+)?(?:von|by)\b|autor(?:in|en|innen|\*innen|:innen)?(?:/autor(?:in)?)?\b:?|authors?\b:|text\b:|interview\b:?)\s*:?\s*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*[,;/|•·]\s*|\s+(?:und|and|&|sowie)\s+|\s+(?:mit|with)\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"\(?(?:https?:|www\.)\S*|\S*@\S*")
_NOT_A_NAME = re.compile(r"\d{2}|[<>{}\[\]=]")
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Dipl)\.[\s-]?){0,3}\w[\w.'’-]*(?:\s+(?:van|von|de|der|den|zu|zur|da|di|el|al|bin|\w[\w.'’-]*)){1,4}"
)
NEAR = 60  # elements before and after the title
_WRITTEN = re.compile(r"(?:[Vv]on|[Bb]y)\s+(?=[A-ZÄÖÜ]).{3,100}\Z")
_LABELLED = re.compile(r"(?:Autor(?:in|en|[*:]innen)?(?:/Autor(?:in)?)?|Authors?|Text)\s*:?\s+(?=[A-ZÄÖÜ]).{3,100}\Z")
_MARKED = frozenset(
    "author authors authorline authorname autor autoren autorin autorenzeile byline verfasser writer".split()
)
_OTHERS = frozenset("comment comments kommentare recommendations recommended related sidebar teaser teasers".split())
_ELSEWHERE = frozenset("aside blockquote figcaption figure footer form nav".split())


def names(text: str) -> list[str]:
    """The names in a stated author: "Von A B und C D, dpa" -> ["A B", "C D", "dpa"]; no addresses, no blanks."""
    text = _ADDRESS.sub(" ", visible(text[:2000]))
    if match := _OPENING.match(text):
        text = text[match.end() :] or text
    parts = (part.strip(" .,:;-–") for part in _JOINT.split(text[:500]))
    return list(dict.fromkeys(part for part in parts if 1 < len(part) <= 80 and not _NOT_A_NAME.search(part)))


def is_house(name: str, *houses: str) -> bool:
    """Whether ``name`` is that of one of ``houses``, a part of it, longer than it, or its initials."""
    own = letters(name)
    initials = {letters("".join(word[0] for word in house.split())) for house in houses if " " in house}
    return own in initials or any(own and other and (own in other or other in own) for other in map(letters, houses))


def is_byline(text: str) -> bool:
    """Whether a line says nothing but who wrote it."""
    return bool(_WRITTEN.match(text) or _LABELLED.match(text)) and all(
        _NAME.fullmatch(name) for name in names(text)[:1]
    )


def byline(tree: HtmlElement) -> list[str]:
    """The full names in the page's byline: what is marked up as an author or reads like one; none when unsure.

    Only names of two words and more count, for what follows them is a place, an agency or a department.
    """
    for element in _candidates(tree):
        text = visible(text_of(element))
        if 3 < len(text) <= MAX_BYLINE and not any(_elsewhere(a) for a in element.iterancestors()):
            found = [
                name for name in names(text) if _NAME.fullmatch(name) and not name.isupper() and not name.islower()
            ]
            found = [name for name in found if not any(word.isupper() and len(word) > 2 for word in name.split())]
            if found:
                return found
    return []


def _elsewhere(element: HtmlElement) -> bool:
    """Whether what is below belongs to pictures, other articles or readers."""
    return element.tag in _ELSEWHERE or not _OTHERS.isdisjoint(name_words(element))


def _candidates(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that may be the byline, the surest kind of mark first."""
    for element in tree.iter():
        if any("author" in (element.get(key) or "").lower().split() for key in ("rel", "itemprop")):
            yield element
    tags = ("h1", "a", "span", "div", "p", "address", "li", "strong", "em", "b", "i", "h4", "h5", "h6")
    elements = list(tree.iter(*tags))
    start = next((i for i, element in enumerate(elements) if element.tag == "h1"), len(elements))
    near = elements[max(0, start - NEAR) : start + NEAR]
    for element in elements:
        if not _MARKED.isdisjoint(name_words(element)) and not any(a.tag == "a" for a in element.iterancestors()):
            yield element
    for element in near:
        if _WRITTEN.match(visible(text_of(element))[:200]):
            yield element
    for element in elements:
        if _LABELLED.match(visible(text_of(element))[:200]):
            yield element
