"""Calendar arithmetic for dates that news text names: periods of days, and what a word means on the day it is printed."""

from __future__ import annotations

import calendar
import datetime as dt

from corpus.dates import NewsDate

Period = tuple[dt.date, dt.date]  # first and last day, both inclusive
_DAY = dt.timedelta(days=1)
_PARTS_OF_YEAR = {"early": (1, 3), "mid": (5, 8), "late": (10, 12)}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # first months, as meteorologists count


def years(first: int, last: int | None = None) -> Period:
    """Whole years. Raises ValueError outside 1 to 9999, as all functions here do."""
    return dt.date(first, 1, 1), dt.date(first if last is None else last, 12, 31)


def months(year: int, first: int, count: int = 1) -> Period:
    """``count`` months from ``first`` (1 to 12) of ``year`` on."""
    end = first + count - 2
    last_year, last = year + end // 12, end % 12 + 1
    return dt.date(year, first, 1), dt.date(last_year, last, calendar.monthrange(last_year, last)[1])


def month_part(year: int, month: int, part: str) -> Period:
    """The "early", "mid" or "late" third of a month."""
    first, last = months(year, month)
    return {
        "early": (first, first.replace(day=10)),
        "mid": (first.replace(day=11), first.replace(day=20)),
        "late": (first.replace(day=21), last),
    }[part]


def year_part(year: int, part: str) -> Period:
    """The "early" (to March), "mid" (May to August) or "late" (from October) part of a year."""
    first, last = _PARTS_OF_YEAR[part]
    return months(year, first, last - first + 1)


def week(day: dt.date) -> Period:
    """Monday to Sunday around ``day``."""
    monday = day - dt.timedelta(days=day.weekday())
    return monday, monday + 6 * _DAY


def same_day(day: dt.date, year: int) -> dt.date:
    """``day`` in another year; 29 February becomes 28 February where there is none."""
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


class Reference:
    """What a publication date is good for: days, months or years may be counted from it, as precise as it is."""

    __slots__ = ("first", "last")

    def __init__(self, published: NewsDate) -> None:
        self.first, self.last = published.first, published.last

    @property
    def day(self) -> dt.date | None:
        """The day of publication; None when only the month or year is known."""
        return self.first if self.first == self.last else None

    @property
    def year(self) -> int | None:
        """The year of publication; None when it may be one of several."""
        return self.first.year if self.first.year == self.last.year else None

    def unit(self, unit: str, count: int) -> Period | None:
        """The "day", "week", "month" or "year" that lies ``count`` of them ahead; None when not that much is known."""
        if unit in ("day", "week"):
            if self.day is None:
                return None
            day = self.day + count * (7 if unit == "week" else 1) * _DAY
            return week(day) if unit == "week" else (day, day)
        if unit == "month":
            if self.month is None:
                return None
            number = self.month.year * 12 + self.month.month - 1 + count
            return months(number // 12, number % 12 + 1)
        return None if self.year is None else years(self.year + count)

    @property
    def month(self) -> dt.date | None:
        """A day in the month of publication; None when only the year is known."""
        return self.first if (self.first.year, self.first.month) == (self.last.year, self.last.month) else None

    def weekday(self, number: int, direction: int, strict: bool = False) -> dt.date | None:
        """The nearest ``number`` (Monday is 0) back, ahead or (0) both, publication day included unless ``strict``."""
        if self.day is None:
            return None
        if direction == 0:
            return self.day + ((number - self.day.weekday() + 3) % 7 - 3) * _DAY
        distance = (number - self.day.weekday()) % 7 if direction > 0 else (self.day.weekday() - number) % 7
        if strict and distance == 0:
            distance = 7
        return self.day + (distance if direction > 0 else -distance) * _DAY

    def weekend(self, direction: int, strict: bool = False) -> Period | None:
        """Saturday and Sunday: the one under way unless ``strict``, else the nearest in ``direction``.

        0 takes the nearer one; -2 and 2 the one beyond the nearest.
        """
        if self.day is None:
            return None
        this = self.day - (self.day.weekday() - 5) * _DAY  # Saturday of this week
        if self.day.weekday() >= 5:
            weeks = direction if strict else 0
        elif direction > 0:
            weeks = direction - 1
        else:
            weeks = direction or -int(self.day.weekday() < 2)
        saturday = this + 7 * weeks * _DAY
        return saturday, saturday + _DAY

    def nearest(self, candidates: list[Period], direction: int) -> Period:
        """The candidate nearest to publication; one against ``direction`` (-2 to 2) must be that much nearer.

        With no direction, what lies ahead must be three times as near as what lies behind: news tells of what was.
        """
        ahead, behind = {-2: (8.0, 1.0), -1: (4.0, 1.0), 0: (3.0, 1.0), 1: (1.0, 2.0), 2: (1.0, 4.0)}[direction]

        def distance(period: Period) -> float:
            if period[0] > self.last:
                return (period[0] - self.last).days * ahead
            return max(0, (self.first - period[1]).days) * behind

        return min(candidates, key=distance)
