"""Publication dates: what the source says, no more. A month stays a month; unknown stays None."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](.+))?)?)?")
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(?:um\s+)?(\d{1,2}:\d{2})(?::\d{2})?(?:\s*Uhr)?)?")
_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_MONTH_NUMBER = {name.lower(): i for names in _MONTHS.values() for i, name in enumerate(names, 1)} | {"jänner": 1}
_WORDED = re.compile(
    r"(?:(\d{1,2})\.?\s+)?([A-Za-zäÄ]+)\s+(?:(\d{1,2}),\s+)?(\d{4})(?:,?\s+(\d{1,2}:\d{2})(?:\s*Uhr)?)?"
)


@dataclass(frozen=True, slots=True)
class NewsDate:
    """A date as precise as its source: a year, a month, a day, or a moment.

    ``iso`` is the reduced ISO 8601 form ("2024", "2024-10", "2024-10-11", "2024-10-11T14:20:00+02:00");
    ``first`` and ``last`` are the days it may mean, both inclusive.
    """

    iso: str
    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        return self.iso

    @classmethod
    def parse(cls, text: str) -> NewsDate | None:
        """The date ``text`` states ("2024-10", "11.10.2024, 14:20 Uhr", "11. Oktober 2024", "October 11, 2024").

        None when the whole of ``text`` is not a date or the day does not exist.
        """
        text = text.strip()
        year, month, day, time = "", "", "", ""
        if match := _ISO.fullmatch(text):
            year, month, day, time = (part or "" for part in match.groups())
        elif match := _GERMAN.fullmatch(text):
            day, month, year, time = (part or "" for part in match.groups())
        elif match := _WORDED.fullmatch(text):
            day = match[1] or match[3] or ""
            month = str(_MONTH_NUMBER.get(match[2].lower(), ""))
            year, time = match[4], match[5] or ""
            if not month:
                return None
        if not year:
            return None
        try:
            return cls._build(int(year), int(month or 0), int(day or 0), time)
        except ValueError:
            return None

    @classmethod
    def _build(cls, year: int, month: int, day: int, time: str) -> NewsDate:
        if not month:
            return cls(f"{year:04}", dt.date(year, 1, 1), dt.date(year, 12, 31))
        if not day:
            last = calendar.monthrange(year, month)[1]
            return cls(f"{year:04}-{month:02}", dt.date(year, month, 1), dt.date(year, month, last))
        date = dt.date(year, month, day)
        if not time:
            return cls(date.isoformat(), date, date)
        clock = dt.time.fromisoformat(time.strip().replace(" ", "").zfill(5))
        return cls(dt.datetime.combine(date, clock).isoformat(), date, date)


def display_date(iso: str | None, language: str) -> str:
    """``iso`` as people write it: "13. Januar 2025", "13 January 2025", "Oktober 2024", "2024"; "" for None."""
    date = NewsDate.parse(iso) if iso else None
    if date is None:
        return ""
    year, month = date.first.year, _MONTHS["de" if language == "de" else "en"][date.first.month - 1]
    if len(date.iso) == 4:
        return str(year)
    if len(date.iso) == 7:
        return f"{month} {year}"
    return f"{date.first.day}{'.' if language == 'de' else ''} {month} {year}"
