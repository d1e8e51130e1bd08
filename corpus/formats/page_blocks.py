"""A page's blocks (paragraphs, headings, list items), and which of them are the article's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from corpus.formats.html_tree import text_of, visible

BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li blockquote pre dd dt".split())
INLINE = frozenset(
    """
    a abbr b bdi bdo big br cite code del dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var wbr
    """.split()
)
HEADING = frozenset("h1 h2 h3 h4 h5 h6".split())
INSERTED = 0.15  # of the text's letters: a box that holds more is part of the text
WORD = re.compile(r"\w+")
ENDS = re.compile(r"[.!?…:][\"'“”»«)\]]*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list item: its text, its tag, the share of its letters in links (1 for an item of a list
    that is mostly links), where it stands."""

    text: str
    tag: str
    linked: float
    element: HtmlElement

    @property
    def parent(self) -> HtmlElement | None:
        return self.element.getparent()

    @property
    def quoted(self) -> bool:
        return self.tag == "blockquote" or (self.parent is not None and self.parent.tag == "blockquote")


def fold(text: str) -> str:
    """The letters and digits of ``text``, case folded, single spaces between words."""
    return " ".join(WORD.findall(text.casefold()))


def is_title(text: str, titles: set[str]) -> bool:
    """Whether ``text`` is one of the folded ``titles``, or one with a kicker in front."""
    folded = fold(text)
    return folded in titles or any(len(t) > 20 and folded.endswith(t) and len(folded) < 1.6 * len(t) for t in titles)


def size(texts: list[str]) -> int:
    return sum(map(len, texts))


def read_blocks(tree: HtmlElement) -> Iterator[Block]:
    """The tree's blocks in order. Of blocks within blocks the inner ones count."""
    lists: dict[HtmlElement, float] = {}
    outer = {ancestor for element in tree.iter(*BLOCKS) for ancestor in element.iterancestors(*BLOCKS)}
    for element in tree.iter():
        if element in outer or (element.tag not in BLOCKS and not _bare(element)):
            continue
        share, parent = linked(element), element.getparent()
        if element.tag == "li" and parent is not None:
            if parent not in lists:
                lists[parent] = linked(parent)
            share = 1.0 if lists[parent] > 0.5 else share
        for text in _split(element):
            if len(text) > 1:
                yield Block(text, element.tag, share, element)


def _bare(element: HtmlElement) -> bool:
    """Whether a container holds nothing but words and inline elements."""
    if element.tag not in ("div", "section", "article", "td", "main", "center", "body"):
        return False
    if any(child.tag not in INLINE for child in element.iterdescendants()):
        return False
    return next(element.iterancestors(*BLOCKS), None) is None


def _split(element: HtmlElement) -> Iterator[str]:
    """The text of an element, cut where two <br> follow each other."""
    for br in element.iter("br"):
        br.tail = "\n" + (br.tail or "")
    for part in re.split(r"\n\s*\n", "".join(element.itertext())):
        yield visible(part)


def select(blocks: list[Block], lines: list[str], titles: set[str]) -> list[Block]:
    """The blocks that ``lines`` hold, without link lists and inserted boxes, with the headings and paragraphs between
    them and the lead that stands between title and text. ``titles`` are folded."""
    there = {fold(line) for line in lines}
    whole = " ".join(fold(line) for line in lines)
    good = [_found(block, there, whole) for block in blocks]
    numbers = [i for i, ok in enumerate(good) if ok and blocks[i].tag not in HEADING]
    if not numbers:
        return []
    first, last = numbers[0], numbers[-1]
    homes = {b.parent for b, ok in zip(blocks, good, strict=True) if ok and b.tag == "p"}
    for i in range(first, last):
        b = blocks[i]
        if not good[i] and b.tag in ("p", "blockquote") and b.linked < 0.5 and ENDS.search(b.text):
            # A quotation that repeats the text is a decoration.
            good[i] = b.parent in homes or (b.quoted and fold(b.text) not in whole)
    above = [i for i in range(first) if blocks[i].tag in HEADING]
    title = next((i for i in above if is_title(blocks[i].text, titles)), None)
    title = title if title is not None else max((i for i in above if blocks[i].tag == "h1"), default=first)
    for i in range(title + 1, first):
        b = blocks[i]
        good[i] = b.tag != "li" and len(b.text) >= 60 and b.linked < 0.3 and bool(ENDS.search(b.text))
    for i in _inserted(blocks, good):
        good[i] = False
    for i in range(len(blocks) - 1, -1, -1):
        if blocks[i].tag in HEADING:
            within = i >= first or (i > title and blocks[i].parent in homes)
            good[i] = within and i < last and blocks[i].linked < 0.5 and _opens(i, blocks, good)
    return [b for b, ok in zip(blocks, good, strict=True) if ok]


def _opens(heading: int, blocks: list[Block], good: list[bool]) -> bool:
    """Whether text follows a heading: at once, or after scraps such as a picture's credit."""
    for i in range(heading + 1, min(heading + 4, len(blocks))):
        if good[i] or blocks[i].tag in HEADING or len(blocks[i].text) > 120 or blocks[i].linked > 0.5:
            return good[i]
    return False


def _found(block: Block, there: set[str], whole: str) -> bool:
    folded = fold(block.text)
    if not folded or (block.linked > 0.8 and block.tag in ("p", "li")):
        return False
    return folded in there or (len(block.text) > 30 and folded in whole)


def _inserted(blocks: list[Block], good: list[bool]) -> list[int]:
    """Numbers of the blocks in small boxes between or after the text's own paragraphs.

    Where most of the text has one kind of parent, few paragraphs with another kind are an insertion: a pull quote, an
    appeal, a portrait of the author. What comes before the text is left alone, it may be the lead.
    """
    sizes: Counter[str] = Counter()
    by_kind: dict[str, list[int]] = {}
    for i, block in enumerate(blocks):
        if good[i] and block.tag == "p" and block.parent is not None and not block.quoted:
            kind = f"{block.parent.tag} {block.parent.get('class') or ''}"
            sizes[kind] += len(block.text)
            by_kind.setdefault(kind, []).append(i)
    if not sizes:
        return []
    main, most = sizes.most_common(1)[0]
    if most < 0.6 * sizes.total() or len(by_kind[main]) < 3:
        return []
    homes = {blocks[i].parent for i in by_kind[main]}
    return [
        i
        for kind, numbers in by_kind.items()
        if kind != main and sizes[kind] < INSERTED * sizes.total()
        for i in numbers
        if i > by_kind[main][0] and blocks[i].parent not in homes
    ]


def linked(element: HtmlElement) -> float:
    """The share of an element's letters that are links."""
    return sum(len(text_of(a)) for a in element.iter("a")) / max(1, len(text_of(element)))
