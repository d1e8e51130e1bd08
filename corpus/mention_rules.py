"""How rules for dates in running text are written, and those that hold in any language.

A pattern begins with a letter or digit that it asks for, so that the regex engine can skip to the few places where one
stands; what comes before a match (prepositions, articles, "rund") is looked at only there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from corpus.periods import Period, Reference, years
from corpus.tense import direction


@dataclass(frozen=True, slots=True)
class Found:
    """A mention on its way: ``kind`` is day, month, weekday, year or other; ``dated`` when its year is written."""

    start: int
    end: int
    period: Period
    kind: str = "other"
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Context:
    """A text, and what relative words in it are counted from: None when that is not known."""

    text: str
    reference: Reference | None

    def before(self, start: int) -> str:
        """Up to 40 characters before ``start``, of its line."""
        return self.text[max(0, start - 40) : start].rpartition("\n")[2]

    def after(self, end: int) -> str:
        """Up to 40 characters from ``end`` on, of its line."""
        return self.text[end : end + 40].partition("\n")[0]

    def direction(self, match: re.Match[str]) -> int:
        """-1 when the clause tells of what was, 1 of what will be, else 0."""
        return direction(self.text, *match.span())

    def year(self, count: int) -> int | None:
        """The year ``count`` years ahead of publication; None when that is not known."""
        known = self.reference.year if self.reference else None
        return None if known is None else known + count

    def nearest(self, match: re.Match[str], make: Callable[[int], Period], towards: int | None = None) -> Period | None:
        """What ``make`` gives for the year that lies nearest to publication; None when that is not known.

        ``towards`` is the direction to look in, by default that of the clause.
        """
        if self.reference is None:
            return None
        candidates = []
        for year in range(self.reference.first.year - 1, self.reference.last.year + 2):
            try:
                candidates.append(make(year))
            except ValueError:  # 29 February
                continue
        towards = self.direction(match) if towards is None else towards
        return self.reference.nearest(candidates, towards) if candidates else None


Rule = Callable[[Context, "re.Match[str]"], Found | None]


class Rules:
    """Rules in the order they were written; of mentions that overlap the longer one stays."""

    def __init__(self) -> None:
        self.all: list[tuple[re.Pattern[str], Rule]] = []

    def rule(self, pattern: str) -> Callable[[Rule], Rule]:
        """Registers a function for what ``pattern`` (verbose: blanks are ``\\s``) matches; it may raise ValueError."""

        def register(function: Rule) -> Rule:
            self.all.append((re.compile(pattern, re.VERBOSE), function))
            return function

        return register


def at_end(pattern: str) -> re.Pattern[str]:
    """``pattern`` as whole words and the blank after them, at the end of what is searched."""
    return re.compile(rf"(?<!\w)(?:{pattern})\s?\Z", re.VERBOSE)


ANY = Rules()


@ANY.rule(r"[12](?<![\w.,/-]\d)\d{3}-(\d\d)-(\d\d)(?![\d-])")
def _iso(context: Context, match: re.Match[str]) -> Found:
    day = dt.date.fromisoformat(match[0])
    return Found(*match.span(), (day, day), "day")


def year_like(context: Context, match: re.Match[str], sure: re.Pattern[str], amounts: re.Pattern[str],
              numbers: re.Pattern[str]) -> Found | None:  # fmt: skip
    """The year or years of a match (its first four digits, to group 1) that is no amount and no number of something.

    ``sure`` stands before years only, ``numbers`` never; ``amounts`` follows what is counted.
    """
    first = last = int(match[0][:4])
    if match[1]:
        last = int(match[1]) if len(match[1]) == 4 else first // 100 * 100 + int(match[1])
        if not first < last <= first + 60:
            return None
    if not 1000 <= first <= 2100 or amounts.match(context.after(match.end())):
        return None
    before = context.before(match.start())
    if not sure.search(before):
        round_number = first % 100 == 0 and first != 2000
        if numbers.search(before) or first < 1500 or round_number:
            return None
    return Found(*match.span(), years(first, last), "year")
