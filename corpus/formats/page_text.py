"""The article's own text out of a page's tree: trafilatura finds it; what it misses and lets through is mended here.

First everything that says by its tag, role or class that it is not the article is taken out of the tree, unless it holds
much of the page's text. Then trafilatura (Barbaresi 2021) chooses lines. The tree's own blocks that match them are read in
order, with the headings between them, neighbours of their kind, and the lead.
"""

from __future__ import annotations

import copy
import itertools
import logging
from collections import Counter
from typing import Any

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from corpus.formats.byline import is_byline
from corpus.formats.html_tree import name_words, text_of, visible
from corpus.formats.page_blocks import ENDS, INLINE, WORD, Block, fold, is_title, read_blocks, select, size

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
STATES = frozenset(
    "abo comment paywall piano subscribe subscription topics widget".split()
)  # of a paragraph, not kinds
PAIRS = frozenset(
    "read also|read more|most read|author box|author bio|further reading|mehr zum|lesen auch|print only".split("|")
)
LEAD = frozenset(
    "lead leadtext lede intro introduction einleitung standfirst subtitle subheadline subline dek deck summary abstract "
    "excerpt vorspann teasertext perex shorttext".split()
)
ASIDE = frozenset("aside figcaption figure footer form nav".split())
LEAD_TAGS = frozenset("b div em h2 h3 header li p section span strong".split())
MAX_CHOSEN_FROM = 15_000  # elements; trafilatura's time grows with their square
SHARE = 0.3  # of the page's paragraph text: what holds more is never taken out by its name


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
        if fold(text) and not is_title(text, known) and not is_byline(text) and not text.startswith("©")
    )


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
    if element.tag == "p":
        names = [name for name in names if name not in STATES]
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
    wanted = Counter(WORD.findall(description.casefold()))
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
        words = Counter(WORD.findall(text.casefold()))
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
    return lines or [b.text for b in blocks if len(b.text) >= 60 and b.linked < 0.3 and ENDS.search(b.text)]


def reconcile(texts: list[str], stated: list[str]) -> list[str]:
    """The page's paragraphs beside the body that JSON-LD states: that one where the page shows much less; where it covers
    most of what the page shows and ends as a text ends, only what it covers, with headings and lead."""
    stated = [line for line in stated if line]
    if size(stated) < 400:
        return texts
    if size(texts) < 0.6 * size(stated):
        return stated
    words = Counter(WORD.findall(" ".join(stated).casefold()))
    covered = []
    for text in texts:
        own = Counter(WORD.findall(text.casefold()))
        covered.append((own & words).total() >= 0.8 * own.total())
    if size([t for t, ok in zip(texts, covered, strict=True) if ok]) < 0.55 * size(texts) or not ENDS.search(
        stated[-1]
    ):
        return texts
    kept = list(covered)
    for i in range(len(texts) - 2, -1, -1):
        kept[i] = kept[i] or (kept[i + 1] and not ENDS.search(texts[i]) and len(texts[i]) <= 120)
    first = covered.index(True)
    return [t for i, (t, ok) in enumerate(zip(texts, kept, strict=True)) if ok or (i < first and len(t) >= 60)]
