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
from corpus.tense import direction, told


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
        """Up to 40 characters before ``start``."""
        return self.text[max(0, start - 40) : start]

    def after(self, end: int) -> str:
        """Up to 40 characters from ``end`` on, of its line."""
        return self.text[end : end + 40].partition("\n")[0]

    def direction(self, match: re.Match[str]) -> int:
        """Below 0 when it is about what was, above 0 about what will be, -2 and 2 when that is plain; else 0."""
        before = self.before(match.start())
        if _SINCE.search(before) or (_FROM.search(before) and not _ON.match(self.after(match.end()))):
            return -2
        if before.endswith(("für ", "Für ")) or _FROM_ON.match(self.after(match.end())):
            return 2  # "hat für Samstag zu Protesten aufgerufen"
        return direction(self.text, *match.span()) or int(bool(_UNTIL.search(before)))

    def told(self, match: re.Match[str]) -> int:
        """Like ``direction``, but 0 where "today" may mean "nowadays"."""
        return told(self.text, *match.span())

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


def at_end(pattern: str) -> re.Pattern[str]:
    """``pattern`` as whole words and the blank after them, at the end of what is searched."""
    return re.compile(rf"(?<!\w)(?:{pattern})\s?\Z", re.VERBOSE)


_SINCE = at_end(r"(?:[Ss]eit|[Ss]ince)(?:\s\w+)?")
_UNTIL = at_end(r"(?:[Aa]b|[Bb]is|[Uu]ntil|[Bb]y)(?:\s\w+){0,2}")
_FROM = at_end(r"[Vv]o[nm]")  # "die Zahlen vom Freitag"
_FROM_ON = re.compile(r"\san\b")  # "von Montag an"
_ON = re.compile(r"\s(?:an|bis|auf)\b|[^.!?]{0,12}\d|\s?[-–]")


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


ANY = Rules()


@ANY.rule(r"[12](?<![\w.,/-]\d)\d{3}-(\d\d)-(\d\d)(?![\d-])")
def _iso(context: Context, match: re.Match[str]) -> Found:
    day = dt.date.fromisoformat(match[0])
    return Found(*match.span(), (day, day), "day")


@dataclass(frozen=True, slots=True)
class YearSigns:
    """What tells years from other numbers: ``sure`` stands before years only, ``numbered`` never.

    ``counted`` follows amounts, ``noun`` follows an amount or, at times, a year.
    """

    sure: re.Pattern[str]
    numbered: re.Pattern[str]
    counted: re.Pattern[str]
    noun: re.Pattern[str]


def year_like(context: Context, match: re.Match[str], signs: YearSigns) -> Found | None:
    """The year or years of a match (its first four digits, to group 1) unless it looks like another number."""
    first = last = int(match[0][:4])
    if match[1]:
        last = int(match[1]) if len(match[1]) == 4 else first // 100 * 100 + int(match[1])
        if not first < last <= first + 60:
            return None
    if not 1000 <= first <= 2100 or signs.counted.match(after := context.after(match.end())):
        return None
    before = context.before(match.start())
    if not signs.sure.search(before):
        to_come = (context.reference.last.year if context.reference else 2030) + 5
        if signs.numbered.search(before) or signs.noun.match(after):
            return None
        if first < 1500 or first % 100 == 0 or first > to_come:
            return None
    return Found(*match.span(), years(first, last), "year")
