"""The article's own text out of a page's tree: trafilatura finds it; what it misses and lets through is mended here.

First everything that says by its tag, role or class that it is not the article is taken out of the tree, unless it holds
much of the page's text. Then trafilatura (Barbaresi 2021) chooses lines. The tree's own blocks that match them are read in
order, with the headings between them, neighbours of their kind, and the lead.
"""

from __future__ import annotations

import copy
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from corpus.formats.html_tree import text_of, visible

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # an empty page is no error of the reader's

NEVER = frozenset(
    "aside audio button canvas datalist dialog embed fieldset figcaption footer form frame iframe input link menu meta nav "
    "noscript object picture progress select source textarea video".split()
)
ROLES = frozenset("alertdialog banner complementary contentinfo dialog form menu navigation search toolbar".split())
# Words of class and id names. A name is cut at punctuation, digits and capitals: "articleTeaser__box-2" is three words.
WORDS = frozenset(
    """
    ad ads advert advertisement advertorial affiliate anzeige werbung banner breadcrumb breadcrumbs caption captions
    bildunterschrift comment comments kommentar kommentare cookie consent copyright credit credits donate donation spende
    spenden footer gallery galerie slideshow infobox factbox faktenbox keywords menu nav navigation newsletter outbrain
    pagination paywall piano playlist podcast popup promo promotion rating recommendation recommendations recommended
    empfehlung empfehlungen related share sharing shariff sidebar social sponsored subscribe subscription abo tags taglist
    taboola teaser teasers teaserliste toolbar tooltip topics topiclist widget
    """.split()
)
PAIRS = frozenset(
    "read also|read more|most read|author box|author bio|further reading|mehr zum|lesen auch|print only".split("|")
)
LEAD = frozenset(
    "lead leadtext lede intro introduction einleitung standfirst subtitle subheadline subline dek deck summary abstract "
    "excerpt vorspann teasertext perex shorttext".split()
)
BLOCKS = frozenset("p h2 h3 h4 h5 h6 li blockquote pre dd dt".split())
INLINE = frozenset(
    "a abbr b bdi bdo big br cite code del dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var wbr".split()
)
HEADING = frozenset("h2 h3 h4 h5 h6".split())
SHARE = 0.3  # of the page's paragraph text: what holds more is never taken out by its name
_PARTS = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])")
_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?…:][\"'“”»«)\]]*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list item: its text, its tag, the share of its letters in links, where it stands."""

    text: str
    tag: str
    linked: float
    element: HtmlElement

    @property
    def folded(self) -> str:
        return fold(self.text)


def fold(text: str) -> str:
    """The letters and digits of ``text``, case folded, single spaces between words."""
    return " ".join(_WORD.findall(text.casefold()))


def article_text(tree: HtmlElement, titles: tuple[str, ...] = (), description: str = "", stated: str = "") -> str:
    """One paragraph a line; "" when the page has none.

    ``stated`` is the body that JSON-LD gives: it is taken where the page shows much less, and where it covers what the
    page shows, paragraphs foreign to it are left out. Changes ``tree``.
    """
    lead = find_lead(tree, description)
    prune(tree, lead)
    lines = chosen_lines(tree)
    blocks = list(read_blocks(tree))
    kept = select(blocks, lines)
    texts = [block.text for block in kept] or lines
    if kept and size(texts) < 0.5 * size(lines):
        texts = lines  # text that stands in no block
    texts = reconcile(texts, [visible(line) for line in stated.split("\n")])
    if lead and not any(
        fold(lead) in fold(text) or (len(text) > 40 and fold(text) in fold(lead)) for text in texts[:6]
    ):
        texts.insert(0, lead)
    known = {fold(title) for title in titles}
    return "\n".join(text for text in texts if fold(text) not in known and fold(text))


def size(texts: list[str]) -> int:
    return sum(map(len, texts))


def prune(tree: HtmlElement, lead: str = "") -> None:
    """Takes out of ``tree`` what is not the article by tag, role or name."""
    lead = fold(lead)
    weights = _weights(tree)
    total = weights.get(tree, 0)
    waste = []
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "body", "article", "main"):
            continue
        if not _unwanted(element):
            continue
        if total and weights.get(element, 0) > SHARE * total:
            continue
        if lead and element.tag not in ("nav", "footer", "aside") and lead == fold(text_of(element)):
            continue
        waste.append(element)
    for element in waste:
        if element.getparent() is not None:
            element.drop_tree()


def _unwanted(element: HtmlElement) -> bool:
    if element.tag in NEVER or (element.get("role") or "").lower() in ROLES:
        return True
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").lower() == "true":
        return True
    if element.tag in INLINE - {"span", "a"}:
        return False
    names = name_words(element)
    return not WORDS.isdisjoint(names) or any(f"{a} {b}" in PAIRS for a, b in zip(names, names[1:], strict=False))


def name_words(element: HtmlElement) -> list[str]:
    """The words in an element's class and id, in lower case."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
    return [part.lower() for part in _PARTS.findall(names)]


def _weights(tree: HtmlElement) -> dict[HtmlElement, int]:
    """Letters in paragraphs below each element."""
    weights: dict[HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        letters = len(text_of(paragraph))
        element: HtmlElement | None = paragraph
        while element is not None:
            weights[element] = weights.get(element, 0) + letters
            element = element.getparent()
    return weights


def find_lead(tree: HtmlElement, description: str) -> str:
    """The summary above the text: a block called so, or one that says what the page's description says; "" for none."""
    wanted = Counter(_WORD.findall(description.casefold()))
    body = tree.find("body") if tree.find("body") is not None else tree
    seen_heading, named = False, ""
    for number, element in enumerate(body.iter()):
        if element.tag == "h1":
            seen_heading = True
        if (
            number > 20_000
            or not isinstance(element.tag, str)
            or len(element) > 12
            or element.tag in ("a", "h1", "script")
        ):
            continue
        if element.tag not in ("p", "div", "span", "h2", "h3", "strong", "section", "header", "li", "b", "em"):
            continue
        text = visible(text_of(element))
        if not 40 <= len(text) <= 1500 or any(
            a.tag in ("nav", "footer", "aside", "figure", "figcaption") for a in element.iterancestors()
        ):
            continue
        if wanted.total() >= 8:
            words = Counter(_WORD.findall(text.casefold()))
            shared = (words & wanted).total()
            if shared >= 0.8 * wanted.total() and shared >= 0.5 * words.total():
                return text
        if seen_heading and not named and not LEAD.isdisjoint(name_words(element)):
            named = text
    return named


def chosen_lines(tree: HtmlElement) -> list[str]:
    """What trafilatura takes for the text; tables only where there is nothing else."""
    from trafilatura import bare_extraction

    for tables in (False, True):
        try:
            document: Any = bare_extraction(
                copy.deepcopy(tree), include_comments=False, include_tables=tables, with_metadata=False
            )
        except (RecursionError, ValueError, TypeError, AttributeError, AssertionError):
            document = None  # a hostile tree; the page's own blocks are read instead
        lines = [visible(line).removeprefix("- ") for line in (document.text if document else "").split("\n")]
        lines = [line for line in lines if line]
        if size(lines) > 200:
            return lines
    return lines


def read_blocks(tree: HtmlElement) -> Iterator[Block]:
    """The tree's blocks in order; a block within a block is part of the outer one only if that has no blocks of its own."""
    for element in tree.iter():
        if element.tag not in BLOCKS and not _bare(element):
            continue
        if element.tag in BLOCKS and any(child.tag in BLOCKS for child in element.iterdescendants()):
            continue
        if any(ancestor.tag in BLOCKS for ancestor in element.iterancestors()) and element.tag not in BLOCKS:
            continue
        for text in _split(element):
            if len(text) > 1:
                letters = sum(len(text_of(a)) for a in element.iter("a"))
                yield Block(text, element.tag, letters / max(1, len(text_of(element))), element)


def _bare(element: HtmlElement) -> bool:
    """Whether a container holds words of its own and nothing but inline elements."""
    if element.tag not in ("div", "section", "article", "td", "main", "center", "body"):
        return False
    own = (element.text or "") + "".join(child.tail or "" for child in element)
    return len(own.strip()) > 1 and all(child.tag in INLINE for child in element.iterdescendants())


def _split(element: HtmlElement) -> Iterator[str]:
    """The text of an element, cut where two <br> follow each other."""
    for br in element.iter("br"):
        br.tail = "\n" + (br.tail or "")
    for part in re.split(r"\n\s*\n", "".join(element.itertext())):
        yield visible(part)


def select(blocks: list[Block], lines: list[str]) -> list[Block]:
    """The blocks that ``lines`` hold, with the headings and the paragraphs between them that belong there."""
    there = {fold(line) for line in lines}
    whole = " ".join(fold(line) for line in lines)
    good = [bool(b.folded) and (b.folded in there or (len(b.text) > 30 and b.folded in whole)) for b in blocks]
    parents = Counter(b.element.getparent() for b, ok in zip(blocks, good, strict=True) if ok and b.tag == "p")
    numbers = [i for i, ok in enumerate(good) if ok]
    if not numbers:
        return []
    for i in range(numbers[0], numbers[-1]):
        b = blocks[i]
        if good[i]:
            continue
        if b.tag == "p" and b.linked < 0.5 and parents[b.element.getparent()] >= 2 and _ENDS.search(b.text):
            good[i] = True
    for i in range(numbers[0], numbers[-1]):
        if blocks[i].tag in HEADING and blocks[i].linked < 0.5:
            good[i] = good[i + 1] or (good[i] and i + 2 < len(good) and good[i + 2])
    return [b for b, ok in zip(blocks, good, strict=True) if ok and not (b.linked > 0.8 and b.tag in ("p", "li"))]


def reconcile(texts: list[str], stated: list[str]) -> list[str]:
    """The page's paragraphs beside the body that JSON-LD states."""
    stated = [line for line in stated if line]
    if size(stated) < 200:
        return texts
    if size(texts) < 0.6 * size(stated):
        return stated
    return texts
