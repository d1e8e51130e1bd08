"""Paragraphs that a source repeats under story after story: boilerplate no rule knows.

Pure functions; who counts, and where, is the store's business. Counted must be paragraphs as ``clean`` left them, so
that dropping one does not change what is counted. The thresholds come from 5,000 articles of three German outlets: there,
everything that recurred with a call to do something was an appeal, and most that recurred without one was background
that belongs to the articles (what a virus is, how infections are counted), up to 33 times in 1,694 articles.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from corpus.article import Removed

MIN_LENGTH, MAX_LENGTH = 20, 1000  # shorter ones are headings and interview turns, longer ones articles of their own
_BLANK = re.compile(r"[\W_]+")
_BRACKETED = re.compile(r"\s*(?:\[.*\]|\+\+\+.*\+\+\+)\s*", re.DOTALL)
_APPEAL = re.compile(
    r"\bapps?\b|newsletter|\babonn|\babo\b|\bpodcast|kostenlos|\banmeld|\bherunterladen|\bspende|\blesen sie\b|\bspotify\b"
    r"|\bsubscri|\bsign up\b|\bdownload|\bdonat|\bfollow us\b|\bfolgen sie uns\b|\bschreiben sie (?:uns|an)\b|\S@\S+\.\w"
    r"|\bfinden sie (?:alle|hier|in unserem|in unseren)\b|\bhier (?:geht es|finden sie|können sie)\b"
    r"|\bunterstützen sie\b|\bsupport (?:us|our)\b|\bread more\b|\bcookies\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(  # "Sie" at a sentence's start may as well be "they"
    r"(?<=[a-zäöüß,] )Sie\b|\b(?:Ihnen|[Dd]u|[Dd]ir|[Ee]uch)\b"
    r"|\b(?:uns|unser\w*)\b|\b(?:you|your|our|us)\b|\bwww\.|\w\.(?:de|com|at|ch)\b|©"
)


def paragraph_keys(text: str) -> list[tuple[int, int]]:
    """``(position, key)`` of each paragraph that can count, position from 0 among all paragraphs of ``text``.

    Keys are signed 64-bit numbers, equal for paragraphs that differ in case, blanks and punctuation only. Digits stay:
    folding them makes one paragraph of each day's count of infections.
    """
    keyed = []
    for position, paragraph in enumerate(_paragraphs(text)):
        if MIN_LENGTH <= len(paragraph) <= MAX_LENGTH:
            normal = _BLANK.sub(" ", paragraph.casefold()).strip()
            digest = hashlib.blake2b(normal.encode("utf-8", "replace"), digest_size=8).digest()
            keyed.append((position, int.from_bytes(digest, "big", signed=True)))
    return keyed


def is_recurring(stories: int, days: int, articles_of_source: int, paragraph: str) -> bool:
    """Whether a paragraph seen in so many distinct stories (copies and versions of one counted once) on so many distinct
    days is boilerplate of a source with ``articles_of_source`` articles.

    Three stories are enough for a call to do something, eight for other words to the reader; what speaks to nobody
    must stand in a fifth of all the source's articles, for background sentences recur too. ``days`` of 0 means that no
    article was dated, and only the stories count.
    """
    days = days or stories
    if _BRACKETED.fullmatch(paragraph) or _APPEAL.search(paragraph):
        return stories >= 3 and days >= 2
    if _ADDRESS.search(paragraph) and not re.search(r"[“”\"»«]", paragraph):
        return stories >= 8 and days >= 5
    return stories >= max(30, articles_of_source / 5) and days >= 10


def drop_recurring(text: str, keys: Collection[int]) -> tuple[str, tuple[Removed, ...]]:
    """``text`` without the paragraphs whose key is among ``keys``, and these. An article is never dropped whole."""
    if not keys:
        return text, ()
    positions = {position for position, key in paragraph_keys(text) if key in keys}
    paragraphs = _paragraphs(text)
    if not positions or len(positions) == len(paragraphs):
        return text, ()
    kept = [paragraph for i, paragraph in enumerate(paragraphs) if i not in positions]
    return "\n\n".join(kept), tuple(Removed(paragraphs[i], "recurring") for i in sorted(positions))


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph]
