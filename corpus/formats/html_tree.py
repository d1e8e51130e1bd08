"""Bytes of a web page -> a tree that is safe to walk: decoded, bounded in depth and in number of elements."""

from __future__ import annotations

import codecs
import re
import unicodedata

import lxml.html
from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement

from corpus.errors import ReadWarning, UnreadableError

MAX_DEPTH = 200  # real pages stay under 60; what walks trees may recurse into children
MAX_ELEMENTS = 200_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{2,40})["']""", re.IGNORECASE)
# What HTML calls Latin-1 or ASCII is read as Windows-1252 by every browser (WHATWG Encoding Standard).
_AS_1252 = {"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii", "iso8859-1", "l1"}
MAX_GAPS = 1000  # blanks, slashes and quotes in one tag, outside of its values
_QUOTED = re.compile(r"\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)")
_GAP = re.compile(r"[\s/\"']")
_UTILITY = re.compile(r"[\[\]:()!/&@%]")
_PARTS = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])")
_CONTROLS = {c: None for c in range(0x20) if c not in (0x09, 0x0A, 0x0D)}
_UNSEEN = _CONTROLS | {
    c: None
    for c in (*range(0x7F, 0xA0), 0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
}


def decode_page(data: bytes, place: str) -> tuple[str, ReadWarning | None]:
    """Text of a page: by byte order mark, as declared in the page, as UTF-8, else as guessed from its bytes.

    A declaration that the bytes contradict is not believed. The warning names a guessed encoding.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace"), None
    declared = _XML_DECLARED.search(data[:1024]) or _DECLARED.search(data[:16384])
    name = declared[1].decode("ascii").lower() if declared else ""
    try:
        # Text that decodes as UTF-8 and is more than ASCII is UTF-8 whatever the page says.
        text = data.decode("utf-8")
        if not data.isascii() or not name.startswith("utf-7"):
            return text, None
    except UnicodeDecodeError:
        pass
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    if sum(c > "\x7f" for c in lenient) - broken > 9 * broken:
        return lenient, ReadWarning(place, "encoding", encoding="UTF-8 (with broken characters)")
    if name and not name.startswith("utf"):
        try:
            return data.decode("cp1252" if name in _AS_1252 else name, "replace"), None
        except LookupError:
            pass
    best = from_bytes(data[:200_000]).best()
    guessed = best.encoding if best else "cp1252"
    return data.decode(guessed, "replace"), ReadWarning(place, "encoding", encoding=guessed)


def visible(text: str) -> str:
    """``text`` in NFC on one line, without control, invisible and bidirectional formatting characters."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_UNSEEN)).split())


def text_of(element: HtmlElement) -> str:
    """All text below ``element`` on one line, as it stands."""
    return " ".join(etree.tostring(element, method="text", encoding="unicode", with_tail=False).split())


def name_words(element: HtmlElement) -> list[str]:
    """The words in an element's class and id, in lower case: "articleTeaser__box-2" is three. Utility classes that name
    other elements' states ("group-[.is-open]:px-4") are no names."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500].split()
    return [part.lower() for name in names if not _UTILITY.search(name) for part in _PARTS.findall(name)]


def parse(text: str, place: str) -> tuple[HtmlElement, list[str]]:
    """The tree of a page without its scripts and styles, and the content of its JSON-LD scripts.

    What lies deeper than ``MAX_DEPTH`` becomes plain text. Raises UnreadableError when there is nothing to walk, or too
    much. HTML has no entities of its own making, so a page can't unfold into more than it holds.
    """
    if _crowded(text):
        raise UnreadableError(place, "html_size", limit=MAX_ELEMENTS)
    parser = lxml.html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        tree = lxml.html.document_fromstring(text.translate(_CONTROLS).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(place, "no_text") from error
    scripts, waste = [], []
    for element in tree.iter("script", "style", "template", "svg", "math"):
        if element.tag == "script" and "ld+json" in (element.get("type") or "").lower():
            scripts.append(element.text or "")
        waste.append(element)
    for element in waste:
        if element.getparent() is not None:
            element.drop_tree()
    _flatten(tree)
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        raise UnreadableError(place, "html_size", limit=MAX_ELEMENTS)
    return tree, scripts


def _crowded(text: str) -> bool:
    """Whether a tag has thousands of attributes: libxml2 compares each with all before it."""
    for piece in text.split("<"):
        if len(piece) > 4000 and piece[0].isalpha():
            tag = _QUOTED.sub('""', piece).partition(">")[0]
            if len(_GAP.findall(tag)) > MAX_GAPS:
                return True
    return False


def _flatten(tree: HtmlElement) -> None:
    depth, too_deep = 0, []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth == MAX_DEPTH and len(element):
            too_deep.append(element)
    for element in too_deep:
        text, tail = " ".join(element.itertext()), element.tail
        element.clear()
        element.text, element.tail = text, tail
