"""Who wrote it: names out of bylines such as "Von Erika Muster und Max Beispiel, Berlin"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from corpus.formats.html_tree import visible

MAX_BYLINE = 160  # characters; longer is a portrait of the author
_OPENING = re.compile(
    r"(?:(?:ein(?:e)?\s+)?(?:\w+\s+)?(?:von|by)\b|autor(?:in|en|innen|\*innen|:innen)?\b:?|authors?\b:|text\b:|interview\b:?)\s*:?\s*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*[,;/|•·]\s*|\s+(?:und|and|&|sowie)\s+|\s+(?:mit|with)\s+", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"https?:|www\.|@|\d{2}|[<>{}\[\]=]")
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Dipl)\.[\s-]?){0,3}\w[\w.'’-]*(?:\s+(?:van|von|de|der|den|zu|zur|da|di|el|al|bin|\w[\w.'’-]*)){1,4}"
)
_MARKED = re.compile(
    r"(?:\A|[\W_])(?:author|authors|autor|autoren|autorin|byline|writer|verfasser)(?:\Z|[\W_]|name)", re.IGNORECASE
)


def names(text: str) -> list[str]:
    """The names in a stated author: "Von A B und C D, dpa" -> ["A B", "C D", "dpa"]; no addresses, no blanks."""
    text = visible(text)
    if match := _OPENING.match(text):
        text = text[match.end() :] or text
    parts = (part.strip(" .,:;-–") for part in _JOINT.split(text[:500]))
    return list(dict.fromkeys(part for part in parts if 1 < len(part) <= 80 and not _NOT_A_NAME.search(part)))


def byline(tree: HtmlElement) -> list[str]:
    """The full names in the page's byline: what is marked up as an author before the text; none when unsure.

    Only names of two words and more count: what follows them is a place, an agency or a role.
    """
    for element in _marked(tree):
        text = visible(" ".join(element.itertext()))
        if 3 < len(text) <= MAX_BYLINE:
            found = [name for name in names(text) if _NAME.fullmatch(name) and name != name.lower()]
            if found:
                return found
    return []


def _marked(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that say they are an author, the surest kind of mark first."""
    for element in tree.iter():
        if (
            "author" in (element.get("rel") or "").lower().split()
            or "author" in (element.get("itemprop") or "").lower().split()
        ):
            yield element
    for element in tree.iter("a", "span", "div", "p", "address", "li", "strong", "em", "b", "i"):
        if _MARKED.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            yield element
