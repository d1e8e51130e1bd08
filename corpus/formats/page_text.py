"""The article's own text out of a page's tree: trafilatura finds it; what it misses and lets through is mended here.

First everything that says by its tag, role or class that it is not the article is taken out of the tree, unless it holds
much of the page's text. Then trafilatura (Barbaresi 2021) chooses lines. The tree's own blocks that match them are read in
order, with the headings between them, neighbours of their kind, and the lead.
"""

from __future__ import annotations

import copy
import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from corpus.formats.byline import is_byline
from corpus.formats.html_tree import name_words, text_of, visible

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
BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li blockquote pre dd dt".split())
INLINE = frozenset(
    """
    a abbr b bdi bdo big br cite code del dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var wbr
    """.split()
)
ASIDE = frozenset("aside figcaption figure footer form nav".split())
LEAD_TAGS = frozenset("b div em h2 h3 header li p section span strong".split())
HEADING = frozenset("h1 h2 h3 h4 h5 h6".split())
INSERTED = 0.15  # of the text's letters: a box that holds more is part of the text
MAX_CHOSEN_FROM = 15_000  # elements; trafilatura's time grows with their square
SHARE = 0.3  # of the page's paragraph text: what holds more is never taken out by its name
_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?…:][\"'“”»«)\]]*$")


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
    return " ".join(_WORD.findall(text.casefold()))


def article_text(tree: HtmlElement, titles: tuple[str, ...] = (), description: str = "", stated: str = "") -> str:
    """One paragraph a line; "" when the page has none.

    ``stated`` is the body that JSON-LD gives: it is taken where the page shows much less, and where it covers what the
    page shows, paragraphs foreign to it are left out. Changes ``tree``.
    """
    lead = find_lead(tree, description)
    prune(tree, lead)
    blocks = list(read_blocks(tree))
    lines = chosen_lines(tree, blocks)
    known = {fold(title) for title in titles}
    kept = select(blocks, lines, known)
    texts = [block.text for block in kept] or lines
    if kept and size(texts) < 0.5 * size(lines):
        texts = lines  # text that stands in no block
    texts = reconcile(texts, [visible(line) for line in stated.split("\n")])
    if lead and not any(
        fold(lead) in fold(text) or (len(text) > 40 and fold(text) in fold(lead)) for text in texts[:6]
    ):
        texts.insert(0, lead)
    return "\n".join(
        text
        for text in texts
        if fold(text) and not _is_title(text, known) and not is_byline(text) and not text.startswith("©")
    )


def _is_title(text: str, titles: set[str]) -> bool:
    """Whether ``text`` is one of the folded ``titles``, or one with a kicker in front."""
    folded = fold(text)
    return folded in titles or any(len(t) > 20 and folded.endswith(t) and len(folded) < 1.6 * len(t) for t in titles)


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
    return not WORDS.isdisjoint(names) or any(f"{a} {b}" in PAIRS for a, b in itertools.pairwise(names))


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
    """The summary above the text: the smallest element that says what the page's description says, else the first after
    the title that is called a lead; "" for none."""
    wanted = Counter(_WORD.findall(description.casefold()))
    after_title, named, best = False, "", (0.0, "")
    for element in itertools.islice(tree.iter(), 20_000):
        after_title = after_title or element.tag == "h1"
        if element.tag not in LEAD_TAGS or len(element) > 12 or any(a.tag in ASIDE for a in element.iterancestors()):
            continue
        text = visible(text_of(element))
        if not 40 <= len(text) <= 1500 or any(
            child.tag in ASIDE or child.tag == "h1" for child in element.iterdescendants()
        ):
            continue
        words = Counter(_WORD.findall(text.casefold()))
        alike = 2 * (words & wanted).total() / (words.total() + wanted.total()) if wanted.total() >= 8 else 0
        if alike >= 0.7 and alike >= best[0]:
            best = (alike, text)
        if after_title and not named and not LEAD.isdisjoint(name_words(element)):
            named = text
    return best[1] or named


def chosen_lines(tree: HtmlElement, blocks: list[Block]) -> list[str]:
    """What trafilatura takes for the text; tables only where there is nothing else. Where it finds nothing, or would
    take minutes, every block that reads like a paragraph."""
    from trafilatura import bare_extraction

    lines: list[str] = []
    bare = copy.deepcopy(tree)
    etree.strip_tags(bare, *(INLINE - {"a", "br"}))  # thousands of them in one paragraph take it a minute
    if sum(1 for _ in bare.iter()) <= MAX_CHOSEN_FROM:
        # Stripping leaves a text in as many pieces as it had tags; parsing joins them.
        bare = lxml.html.document_fromstring(etree.tostring(bare, encoding="unicode", method="html"))
        for tables in (False, True):
            try:
                document: Any = bare_extraction(
                    copy.deepcopy(bare), include_comments=False, include_tables=tables, with_metadata=False
                )
            except (RecursionError, ValueError, TypeError, AttributeError, AssertionError):
                break  # a hostile tree
            lines = [visible(line).removeprefix("- ") for line in (document.text if document else "").split("\n")]
            lines = [line for line in lines if line]
            if size(lines) > 200:
                return lines
    return lines or [b.text for b in blocks if len(b.text) >= 60 and b.linked < 0.3 and _ENDS.search(b.text)]


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
        if not good[i] and b.tag in ("p", "blockquote") and b.linked < 0.5 and _ENDS.search(b.text):
            # A quotation that repeats the text is a decoration.
            good[i] = b.parent in homes or (b.quoted and fold(b.text) not in whole)
    above = [i for i in range(first) if blocks[i].tag in HEADING]
    title = next((i for i in above if _is_title(blocks[i].text, titles)), None)
    title = title if title is not None else max((i for i in above if blocks[i].tag == "h1"), default=first)
    for i in range(title + 1, first):
        b = blocks[i]
        good[i] = b.tag != "li" and len(b.text) >= 60 and b.linked < 0.3 and bool(_ENDS.search(b.text))
    for i in _inserted(blocks, good):
        good[i] = False
    for i in range(len(blocks) - 1, -1, -1):
        if blocks[i].tag in HEADING:
            good[i] = first <= i < last and blocks[i].linked < 0.5 and _opens(i, blocks, good)
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


def reconcile(texts: list[str], stated: list[str]) -> list[str]:
    """The page's paragraphs beside the body that JSON-LD states: that one where the page shows much less; where it covers
    most of what the page shows and ends as a text ends, only what it covers, with headings and lead."""
    stated = [line for line in stated if line]
    if size(stated) < 400:
        return texts
    if size(texts) < 0.6 * size(stated):
        return stated
    words = Counter(_WORD.findall(" ".join(stated).casefold()))
    covered = []
    for text in texts:
        own = Counter(_WORD.findall(text.casefold()))
        covered.append((own & words).total() >= 0.8 * own.total())
    if size([t for t, ok in zip(texts, covered, strict=True) if ok]) < 0.55 * size(texts) or not _ENDS.search(
        stated[-1]
    ):
        return texts
    kept = list(covered)
    for i in range(len(texts) - 2, -1, -1):
        kept[i] = kept[i] or (kept[i + 1] and not _ENDS.search(texts[i]) and len(texts[i]) <= 120)
    first = covered.index(True)
    return [t for i, (t, ok) in enumerate(zip(texts, kept, strict=True)) if ok or (i < first and len(t) >= 60)]
