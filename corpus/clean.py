"""What does not belong to an article: teasers, appeals, credits. A paragraph goes only with a reason, and is kept.

The rules (``rules.py``) are conservative: a cue alone removes short paragraphs only; a long one needs several cues of one
kind. Within a paragraph, only an aside in square brackets or between "+++" and a photo credit in brackets can go.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from corpus.article import Removed
from corpus.corrections import correction_notice
from corpus.rules import RULES, SHARE_WORD
from corpus.unwrap import unwrap

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_BLANKS = re.compile(r"[ \t\u00a0\u2007\u202f]+")
_SENTENCE_END = re.compile(r"[.!?…:][\"'“”»«)\]]*$")
HEADING = 120
LONG_ENOUGH = 60  # characters; shorter paragraphs may well stand in an article twice
_ASIDE = re.compile(
    r" ?(?:\[[^\[\]]{15,420}\]|\+\+\+[^+]{5,200}\+\+\+|\((?:foto|bild|symbolbild|archivbild|photo|image)s?: ?[^()]{2,80}\))",
    re.IGNORECASE,
)
_BARE = re.compile(r"^(?:\[|\(|\+\+\+|[•*»►▶◆■>|–-])?\s*(.*?)\s*(?:\]\.?|\)|\+\+\+)?$", re.DOTALL)
_TICKER = re.compile(r"\+\+\+ ?(?:\d{1,2}[:.]\d{2}\b|\d{1,2} uhr\b)", re.IGNORECASE)

Piece = tuple[str, str | None]  # a stretch of text, and the reason it goes; None when it stays


def tidy(text: str) -> str:
    """``text`` in NFC without control characters and lone surrogates, one "\\n" a line end, blanks collapsed.

    Everything after this step counts characters in its result.
    """
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    text = _CONTROL.sub("", _LINE_ENDS.sub("\n", text))
    lines = (_BLANKS.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip()


def clean(text: str, title: str | None = None) -> tuple[str, tuple[Removed, ...]]:
    """The article's own paragraphs, joined by blank lines, and what was taken out with the reason for each, in order.

    ``text`` should come from ``tidy``. With ``title``, its repetitions above the text go too.
    """
    return join(sort_out(text, title))


def join(pieces: Sequence[Piece]) -> tuple[str, tuple[Removed, ...]]:
    """What stays, joined by blank lines, and what goes."""
    kept = "\n\n".join(piece for piece, reason in pieces if reason is None)
    return kept, tuple(Removed(piece, reason) for piece, reason in pieces if reason is not None)


def sort_out(text: str, title: str | None = None) -> list[Piece]:
    """The paragraphs of ``text`` in order, each with the reason it goes or None; an aside cut out of a paragraph follows
    it as a piece of its own."""
    lines = unwrap(text)
    ticker = text.count("+++") > 4  # a list or a live ticker, whose items are the article
    # Asides first, so that what they say does not count against the sentences around them.
    pieces = [piece for line in lines for piece in _cut(line, ticker)]
    paragraphs = [paragraph for paragraph, _ in pieces]
    reasons = [reason or _reason(paragraph, ticker) for paragraph, reason in pieces]
    _mark_share_bars(paragraphs, reasons)
    _mark_headings(paragraphs, reasons)
    _mark_repeated(paragraphs, reasons, title)
    return list(zip(paragraphs, reasons, strict=True))


def _reason(paragraph: str, ticker: bool) -> str | None:
    """Why this paragraph goes; None when it stays."""
    bare = bare_of(paragraph)
    bracketed = paragraph[:1] in "[+" and bool(_ASIDE.fullmatch(paragraph.rstrip(".")))
    lowered = paragraph.lower()
    reason = next((rule.reason for rule in RULES if rule.applies(paragraph, bare, lowered, bracketed)), None)
    if reason is None and paragraph.startswith("+++") and bracketed and not ticker and not _TICKER.match(paragraph):
        reason = "teaser"
    return None if reason and correction_notice(paragraph) else reason


def bare_of(paragraph: str) -> str:
    """``paragraph`` without a bullet before it and brackets or "+++" around it."""
    match = _BARE.match(paragraph)
    return match[1] if match else paragraph


def _cut(paragraph: str, ticker: bool) -> list[Piece]:
    """The paragraph without the asides in it that would go if they stood alone, and these."""
    found = [(match, _reason(match[0].strip(), ticker)) for match in _ASIDE.finditer(paragraph)]
    taken = [(match, reason) for match, reason in found if reason]
    if not taken:
        return [(paragraph, None)]
    rest, end = "", 0
    for match, _ in taken:
        rest, end = rest + paragraph[end : match.start()], match.end()
    rest = _BLANKS.sub(" ", rest + paragraph[end:]).strip()
    return [(rest, None)] * bool(rest.strip(" .")) + [(match[0].strip(), reason) for match, reason in taken]


def _mark_share_bars(paragraphs: Sequence[str], reasons: list[str | None]) -> None:
    """ "Teilen", "Twittern", "Mailen" on lines of their own: two in a row are a bar."""
    words = [
        bool(SHARE_WORD.fullmatch(p)) or reason == "share bar" for p, reason in zip(paragraphs, reasons, strict=True)
    ]
    for i, word in enumerate(words):
        if word and (words[i - 1 : i] == [True] or words[i + 1 : i + 2] == [True]):
            reasons[i] = reasons[i] or "share bar"


def _mark_headings(paragraphs: Sequence[str], reasons: list[str | None]) -> None:
    """An appeal's own heading goes with it: short, no sentence, directly above."""
    for i in range(1, len(paragraphs) - 1):
        heading = len(paragraphs[i]) <= HEADING and not _SENTENCE_END.search(paragraphs[i])
        if reasons[i] is None and reasons[i + 1] == "donation" and heading:
            reasons[i] = reasons[i + 1]


def _mark_repeated(paragraphs: Sequence[str], reasons: list[str | None], title: str | None) -> None:
    """The title above the text, a lead that the next paragraph begins with, and what stood there before word for word."""
    seen: set[str] = set()
    for i, paragraph in enumerate(paragraphs):
        if reasons[i] is not None:
            continue
        following = paragraphs[i + 1] if i + 1 < len(paragraphs) else ""
        is_title = title is not None and i < 3 and _same(paragraph, title)
        is_lead = (
            i < 2
            and len(paragraph) >= LONG_ENOUGH
            and len(following) > len(paragraph)
            and following.startswith(paragraph)
        )
        # An interview may put one question to several people: it is repeated only if the answer is.
        again = paragraph in seen and (not paragraph.endswith("?") or following in seen)
        if is_title or is_lead or again:
            reasons[i] = "repeated"
        elif len(paragraph) >= LONG_ENOUGH:
            seen.add(paragraph)


def _same(one: str, other: str) -> bool:
    return re.sub(r"[\W_]+", " ", one.casefold()).strip() == re.sub(r"[\W_]+", " ", other.casefold()).strip() != ""
