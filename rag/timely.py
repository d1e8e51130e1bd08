"""How well a chunk fits the time a question asks for: a preference, never a condition.

A date in a question may be that of publication ("Was geschah im Mai 2006 in Thailand?") or one that a later article
tells of ("Wer gewann die Wahl 2009?"), so either will do, and what fits neither loses its bonus and nothing else.
"""

from __future__ import annotations

import datetime as dt
import math

from rag.rows import Filter, StoredChunk
from rag.types import QuestionTime

DAY = dt.timedelta(days=1)
# In units of the sum that retrieval ranks by. Chosen on the development half of evals/questions/temporal.jsonl: anything
# from 2 to 4 finds as much there, whichever of BEFORE and AFTER between .1 and 1 goes with it.
TIME_WEIGHT = 3.0
BEFORE, AFTER = 0.2, 0.3  # lengths of the period asked for, in which the fit of publication falls to 1/e outside it
LEAST_DAYS = 5  # a shorter or open period counts as that long there: news of a day may be printed on the next
AGE_WEIGHT = 0.4  # what each doubling of an article's age costs when the newest is wanted
AGE_UNIT = 7  # days; articles younger than that are about equally new
UNDATED_AGE = 3650  # days, as old as an article without a date is taken to be
LATE = 14 * DAY  # articles up to so long after the period are looked for
RECENT = 90 * DAY  # articles of so long back are looked for when the newest is wanted


class Wanted:
    """The time one question asks for. ``today``: from which the age of articles is counted."""

    def __init__(self, time: QuestionTime, today: dt.date) -> None:
        self.recent = time.kind == "recent"
        self.today = today
        self.first, self.last = time.days
        self.open = time.first is None or time.last is None

    def bonus(self, chunk: StoredChunk) -> float:
        """What the fit adds to the chunk's score: 0 to TIME_WEIGHT for a period, 0 and less by age for the newest."""
        published = (_day(chunk.first_day), _day(chunk.last_day)) if chunk.first_day and chunk.last_day else None
        if self.recent:
            age = max(0, (self.today - published[1]).days) if published else UNDATED_AGE
            return -AGE_WEIGHT * math.log2(1 + age / AGE_UNIT)
        told = max((self._share(mention.first, mention.last) for mention in chunk.dates), default=0.0)
        return TIME_WEIGHT * max(told, self._near(*published) if published else 0.0)

    def _share(self, first: dt.date, last: dt.date) -> float:
        """Share of a period's days that are asked for: "Mai 2009" is all of it in 2009, 2009 a twelfth in May."""
        common = (min(last, self.last) - max(first, self.first)).days + 1
        return max(0, common) / ((last - first).days + 1)

    def _near(self, first: dt.date, last: dt.date) -> float:
        """1 for what was, or may have been, published in the period, falling with the distance from it."""
        length = LEAST_DAYS if self.open else max(LEAST_DAYS, (self.last - self.first).days + 1)
        if first > self.last:
            return math.exp(-(first - self.last).days / (AFTER * length))
        if last < self.first:
            return math.exp(-(self.first - last).days / (BEFORE * length))
        return 1.0

    def near(self, only: Filter) -> Filter:
        """Those of ``only`` that were published in the period or soon after it."""
        if self.recent:
            return only.between(self.today - min(RECENT, self.today - dt.date.min), None)
        return only.between(self.first, self.last if self.last > dt.date.max - LATE else self.last + LATE)

    def tokens(self) -> list[str]:
        """Index tokens (``german.date_tokens``) of the days, months or years of a period; none where it is open."""
        if self.recent or self.open:
            return []
        length = (self.last - self.first).days + 1
        days = [self.first + i * DAY for i in range(length)] if length <= 366 else []
        if length <= 10:
            return [f"d{day:%Y%m%d}" for day in days]
        if length <= 366:
            return list(dict.fromkeys(f"m{day:%Y%m}" for day in days))
        return [f"y{year}" for year in range(self.first.year, self.last.year + 1)][:100]


def _day(number: int) -> dt.date:
    return dt.date(number // 10_000, number // 100 % 100, number % 100)
