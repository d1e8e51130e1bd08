"""Copies among news articles: the same text again, and one agency story as several outlets printed it.

Candidates come from MinHash (Broder 1997) over shingles of words, kept as a signature and looked up by its bands
(locality-sensitive hashing; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3). A candidate is a copy only
after both texts were compared word for word: a wrong copy hides an article, a missed one is merely shown twice.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import numpy as np

SHINGLE = 3  # words; in a signature a longer one loses edited copies, a shorter one meets everywhere
BANDS, ROWS = 40, 2  # two articles meet with 1 - (1 - J**2)**40: 0.98 for a Jaccard index J of 0.3, 0.02 for 0.02
SIGNATURE_BYTES = BANDS * ROWS * 4

RUN = 5  # words in a row that count as shared
GAP = 20  # words between two shared runs that are still taken for the same place
SHORTEST = 30  # words; below, only the same text under the same title is a copy: it may be the stub of a newsletter
FORM = 150  # words; below, the same goes for one outlet's articles that are days apart
SOME, LONG = 60, 100  # shared words from which on a copy may be edited somewhat, much
NEAR_DAYS = 3  # between edited copies; also what an unknown day is taken for
REPRINT_DAYS = 31  # between copies that were hardly edited

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+|\w")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[., ]\d{3})+(?!\d)")
_PARTS = re.compile("[.:]")
_WEEKDAYS = frozenset(
    """
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
)
_NUMBERS = {
    word: str(number)
    for words, first in (
        ("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf", 2),
        ("two three four five six seven eight nine ten eleven twelve", 2),
        ("januar februar märz april mai juni juli august september oktober november dezember", 1),
        ("january february march april may june july august september october november december", 1),
    )
    for number, word in enumerate(words.split(), first)
    if word != "may"
}
_MASK = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Side:
    """What the comparison needs of an article: its cleaned text, the days it may be from, its language (ISO 639-1) and
    its outlet. What is unknown makes the comparison stricter: articles of unknown outlets are taken for one outlet's."""

    text: str
    first: date | None = None
    last: date | None = None
    language: str | None = None
    source: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """``exact``: the same words in the same order. ``near``: an edited copy; ``similarity`` is the shared part of all
    words of both, 0 to 1."""

    kind: Literal["exact", "near"]
    similarity: float


def signature(text: str) -> bytes:
    """MinHash of the text's shingles, SIGNATURE_BYTES long, little-endian; the same in every process and on every machine."""
    words = _tokens(text) or [text]
    crc = np.fromiter((zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words))
    count = max(1, len(words) - SHINGLE + 1)
    shingles = np.zeros(count, np.uint64)
    for offset in range(min(SHINGLE, len(words))):
        shingles = _mix(shingles + crc[offset : offset + count])
    shingles = np.unique(shingles)
    factors, terms = _family()
    least = np.full(len(factors), _MASK, np.uint64)
    for start in range(0, len(shingles), 2048):  # in pieces, so that a book of an article takes no gigabyte
        values = shingles[start : start + 2048, None] * factors + terms
        np.minimum(least, values.min(axis=0) >> np.uint64(32), out=least)
    return least.astype("<u4").tobytes()


def bands(signature: bytes) -> list[int]:
    """The LSH keys of a signature, BANDS of them, signed 64-bit; articles that share any one are candidates."""
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, this one {len(signature)}")
    rows = np.frombuffer(signature, "<u4").astype(np.uint64).reshape(BANDS, ROWS)
    keys = np.arange(1, BANDS + 1, dtype=np.uint64)
    for row in range(ROWS):
        keys = _mix(keys + rows[:, row])
    return [int(key) for key in keys.view(np.int64)]


def same_story(a: Side, b: Side) -> Match | None:
    """Whether two candidates are one text or one story; the same whichever comes first.

    It is not transitive: of A, a shortened B and a shortened C, the last two may share too little. So an article should
    join the group of the member it matches best, whichever that is, which makes A~B~C one group. Edited copies more than
    NEAR_DAYS apart are none, a text hardly edited is one for REPRINT_DAYS, the same words always.
    """
    days = _days_apart(a, b)
    if _other(a.title, b.title):
        words = min(len(a.text.split()), len(b.text.split()))
        # What an outlet prints again on another day over another story is a form: the rest of a newsletter, a how-to.
        if words < SHORTEST or (words < FORM and days > NEAR_DAYS and not _other(a.source, b.source)):
            return None
    if a.text == b.text:
        return Match("exact", 1.0)
    shorter, longer = sorted((len(a.text), len(b.text)))
    if days > NEAR_DAYS and shorter < 0.8 * longer:
        return None
    left, right = sorted((_tokens(a.text), _tokens(b.text)))
    if left == right:
        return Match("exact", 1.0) if left else None
    if min(len(left), len(right)) < SHORTEST or days > REPRINT_DAYS or _other(_main(a.language), _main(b.language)):
        return None
    overlap = Overlap.of(left, right)
    if not overlap.enough(days, _other(a.source, b.source)) or overlap.conflicts():
        return None
    return Match("near", round(overlap.similarity, 4))


@dataclass(frozen=True, slots=True)
class Rule:
    """Two articles at most so many ``days`` apart are copies when they share that much."""

    days: int
    shared: int  # words
    contained: float
    similarity: float


# Two outlets rarely say a hundred words alike unless an agency wrote them. One outlet does so day after day: newsletters,
# hints on its podcasts, background told again; there only the same day, or nearly the same text, shows a copy.
OTHER_OUTLET = (
    Rule(days=1, shared=0, contained=0.7, similarity=0.7),
    Rule(days=1, shared=SOME, contained=0.65, similarity=0.5),
    Rule(days=1, shared=LONG, contained=0.55, similarity=0.45),
    Rule(days=NEAR_DAYS, shared=LONG, contained=0.65, similarity=0.5),
    Rule(days=REPRINT_DAYS, shared=LONG, contained=0.9, similarity=0.9),
)
SAME_OUTLET = (
    Rule(days=1, shared=0, contained=0.9, similarity=0.9),
    Rule(days=0, shared=LONG, contained=0.65, similarity=0.6),
    Rule(days=NEAR_DAYS, shared=LONG, contained=0.85, similarity=0.85),
    Rule(days=REPRINT_DAYS, shared=LONG, contained=0.9, similarity=0.9),
)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two texts as words, and which words of each lie in a run of RUN words that the other has too."""

    left: list[str]
    right: list[str]
    in_left: list[bool]
    in_right: list[bool]
    anchors: list[tuple[int, int]]

    @classmethod
    def of(cls, left: list[str], right: list[str]) -> Overlap:
        places, others = _runs(left), _runs(right)
        common = places.keys() & others.keys()
        in_left, in_right = [False] * len(left), [False] * len(right)
        anchors = []
        for run in common:
            for at in places[run]:
                in_left[at : at + RUN] = [True] * RUN
            for at in others[run]:
                in_right[at : at + RUN] = [True] * RUN
            if len(places[run]) == len(others[run]) == 1:
                anchors.append((places[run][0], others[run][0]))
        return cls(left, right, in_left, in_right, _chain(sorted(anchors)))

    @property
    def similarity(self) -> float:
        return (sum(self.in_left) + sum(self.in_right)) / (len(self.left) + len(self.right))

    @property
    def contained(self) -> float:
        """The shared part of the one that has less of its own."""
        return max(sum(self.in_left) / len(self.left), sum(self.in_right) / len(self.right))

    def enough(self, days: int, other_outlet: bool) -> bool:
        """Whether so much is shared as only copies share, at this distance in days."""
        shared = min(sum(self.in_left), sum(self.in_right))
        return any(
            days <= rule.days
            and shared >= rule.shared
            and self.contained >= rule.contained
            and self.similarity >= rule.similarity
            for rule in (OTHER_OUTLET if other_outlet else SAME_OUTLET)
        )

    def conflicts(self) -> int:
        """How often the two put other numbers or weekdays at the same place: a template filled in anew, or an update."""
        found = 0
        before = (-RUN, -RUN)
        for here in (*self.anchors, (len(self.left), len(self.right))):
            ours, theirs = self.left[before[0] + RUN : here[0]], self.right[before[1] + RUN : here[1]]
            before = here
            if 0 < len(ours) <= GAP and 0 < len(theirs) <= GAP:
                found += any(map(_contradict, _counted(ours), _counted(theirs)))
        return found


def _tokens(text: str) -> list[str]:
    """Words and numbers, folded; "2.700" is 2700."""
    return _TOKEN.findall(_THOUSANDS.sub(lambda number: re.sub("[., ]", "", number[0]), text.casefold()))


def _runs(words: list[str]) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = {}
    for at, run in enumerate(zip(*(words[offset:] for offset in range(RUN)), strict=False)):
        found.setdefault(run, []).append(at)
    return found


def _chain(anchors: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the anchors, sorted by their first place, whose second places rise too (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for i, (_, place) in enumerate(anchors):
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [i]
        previous.append(ends[at - 1] if at else -1)
    chain = []
    i = ends[-1] if ends else -1
    while i >= 0:
        chain.append(anchors[i])
        i = previous[i]
    return chain[::-1]


def _counted(words: list[str]) -> tuple[set[str], set[str]]:
    """The numbers among the words ("10. Januar" and "10.1." alike) and the weekdays."""
    numbers = {part for word in words if word[0].isdigit() for part in _PARTS.split(word)}
    return numbers | {_NUMBERS[word] for word in words if word in _NUMBERS}, set(_WEEKDAYS.intersection(words))


def _contradict(one: set[str], other: set[str]) -> bool:
    return not (one <= other or other <= one)


def _days_apart(a: Side, b: Side) -> int:
    """Days between the nearest days the two may be from, at least NEAR_DAYS where a day is not known."""
    if a.first is None or a.last is None or b.first is None or b.last is None:
        return NEAR_DAYS
    gap = max(0, (b.first - a.last).days, (a.first - b.last).days)
    return gap if a.first == a.last and b.first == b.last else max(gap, NEAR_DAYS)


def _main(language: str | None) -> str | None:
    return re.split("[-_]", language)[0] if language else None


def _other(one: str | None, other: str | None) -> bool:
    """Whether both are known and differ."""
    return bool(one and other) and str(one).casefold() != str(other).casefold()


def _mix(values: np.ndarray) -> np.ndarray:
    """A bijection of 64-bit numbers that spreads every bit (splitmix64's finaliser; Steele, Lea, Flood 2014)."""
    values = (values + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _family() -> tuple[np.ndarray, np.ndarray]:
    """Factors (odd) and terms of the hash functions, drawn from a fixed sequence."""
    drawn = _mix(np.arange(2 * BANDS * ROWS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return drawn[: BANDS * ROWS] | np.uint64(1), drawn[BANDS * ROWS :]
