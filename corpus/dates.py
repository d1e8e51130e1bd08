"""Publication dates: what the source says, no more. A month stays a month; unknown stays None."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
MONTH_NUMBER = {name.lower(): i for names in MONTHS.values() for i, name in enumerate(names, 1)}
MONTH_NUMBER |= {name: i for i, name in enumerate("jan feb mar apr mai jun jul aug sep okt nov dez".split(), 1)}
MONTH_NUMBER |= {"jänner": 1, "jän": 1, "feber": 2, "febr": 2, "mär": 3, "mrz": 3, "may": 5, "sept": 9, "oct": 10}
MONTH_NUMBER |= {"dec": 12, "maerz": 3, "jaenner": 1}
# Hours ahead of Greenwich. The short names of American zones ("ET") are one hour ahead of this in summer.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "jst": 9, "aest": 10, "aedt": 11,
}  # fmt: skip
_AMERICAN = {"et": -5, "ct": -6, "mt": -7, "pt": -8}

_WORD = r"[a-zäöü]+"
_LABEL = re.compile(
    r"""(?:(?:zuletzt|last)\s)?(?:stand|datum|veröffentlicht|erstellt|erschienen|publiziert|aktualisiert|geändert|update
    |date|published|updated|posted|modified|vom|am|on)\b(?:\s(?:am|on))?:?\s*""",
    re.VERBOSE,
)
_WEEKDAY = re.compile(
    r"""(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|mo|di|mi|do|fr|sa|so|monday|tuesday
    |wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thur?s?|fri|sat|sun)\b\.?,?\s*(?:de[nmr]\s+)?""",
    re.VERBOSE,
)
_CLOCK_FIRST = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?(?:\s*uhr)?)(?:,\s*|\s+)(?!\(|[+-]?\d{4}\Z)(.*\d{4}.*)")
_YEAR_LAST = re.compile(r"([a-z]+\s+\d{1,2})\s+(\d{2}:\d{2}:\d{2}(?:\s[+-]\d{4}|\s[a-z]{3,4})?)\s+(\d{4})")
_STAMP = re.compile(r"(\d{10})(?:\d{3}|\.\d+)?")
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?:(?P=sep)(?P<d>\d{1,2}))?)?(?![\d.-])",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)",
        r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})(?!\d)",
        r"(?P<a>\d{1,2})(?P<sep>[/-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)",
        rf"(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s-]*(?:of\s)?(?P<w>{_WORD})\b\.?[\s,-]*(?P<y>\d{{4}}|\d{{2}}(?=\s\d\d:))(?!\d)",
        rf"(?P<w>{_WORD})\b\.?\s+(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+))?(?P<y>\d{{4}})(?!\d)",
    )
)
_TIME = re.compile(
    r"""(?:t|[\s,]+(?:[-–|•·]\s*|um\s+|at\s+|gegen\s+)?)
    (?P<h>\d{1,2})(?:[:.](?P<min>\d{2})(?:[:.](?P<s>\d{2})(?P<f>[.,]\d{1,9})?)?)?(?!\d)
    \s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<uhr>uhr\b|h\b)?
    ,?\s*\(?(?P<zone>(?:gmt|utc)?[+-]\d{1,2}:?(?:\d{2})?|[a-z]{1,4})?\)?(?:\s*[(\[][^()\[\]]*[)\]])?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class NewsDate:
    """A date as precise as its source: a year, a month, a day, or a moment.

    ``iso`` is the reduced ISO 8601 form ("2024", "2024-10", "2024-10-11", "2024-10-11T14:20:00+02:00");
    ``first`` and ``last`` are the days it may mean, both inclusive, as the calendar stood where it was written.
    """

    iso: str
    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        return self.iso

    @classmethod
    def parse(cls, text: str) -> NewsDate | None:
        """The date ``text`` states ("2024-10", "Fr., 11.10.2024 - 14.20 Uhr", "Fri, 11 Oct 2024 14:20:00 +0200").

        None when the whole of ``text`` is not a date, the day does not exist, or day and month could be exchanged
        ("11/10/2024"). A time zone without a known name leaves the day alone; Unix timestamps are in UTC.
        """
        text = " ".join(text.lower().split()) if len(text) < 100 else ""
        try:
            if stamp := _STAMP.fullmatch(text):
                moment = dt.datetime.fromtimestamp(int(stamp[1]), dt.UTC)
                return cls(moment.isoformat(), moment.date(), moment.date())
            return cls._read(text)
        except (ValueError, OverflowError):
            return None

    @classmethod
    def _read(cls, text: str) -> NewsDate | None:
        for prefix in (_LABEL, _WEEKDAY):
            if (match := prefix.match(text)) and match.end() < len(text):
                text = text[match.end() :]
        if match := _CLOCK_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text):
            text = f"{match[2]}, {match[1]}" if match.re is _CLOCK_FIRST else f"{match[1]} {match[3]} {match[2]}"
            if weekday := _WEEKDAY.match(text):
                text = text[weekday.end() :]
        for pattern in _DATES:
            if match := pattern.match(text):
                found = match.groupdict()
                rest = text[match.end() :]
                time = _TIME.fullmatch(rest) if rest else None
                if rest and not time:
                    continue
                day, month = _day_and_month(found)
                if month is None:
                    return None
                year = int(found["y"])
                if len(found["y"]) == 2:
                    year += 1900 if year >= 70 else 2000
                return cls._build(year, month, day, time)
        return None

    @classmethod
    def _build(cls, year: int, month: int, day: int, time: re.Match[str] | None) -> NewsDate | None:
        if not day and time:
            return None
        if not month:
            return cls(f"{year:04}", dt.date(year, 1, 1), dt.date(year, 12, 31))
        if not day:
            last = calendar.monthrange(year, month)[1]
            return cls(f"{year:04}-{month:02}", dt.date(year, month, 1), dt.date(year, month, last))
        date = dt.date(year, month, day)
        moment = _moment(date, time) if time else None
        return cls(moment.isoformat() if moment else date.isoformat(), date, date)


def _day_and_month(found: dict[str, str | None]) -> tuple[int, int | None]:
    """Day and month, 0 where not stated; the month is None where there is no telling."""
    if found.get("w"):
        return int(found.get("d") or 0), MONTH_NUMBER.get(found["w"] or "")
    if found.get("a"):
        low, high = sorted((int(found["a"] or 0), int(found["b"] or 0)))
        return high, low if low == high or high > 12 else None
    return int(found.get("d") or 0), int(found.get("m") or 0)


def _moment(date: dt.date, time: re.Match[str]) -> dt.datetime | None:
    """The moment a match of ``_TIME`` states; None when its zone is unknown. Raises ValueError for hour 25."""
    hour, half = int(time["h"]), (time["half"] or "")[:1]
    if time["min"] is None and not half and not time["uhr"]:
        raise ValueError("a number after the date")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of the half day")
        hour = hour % 12 + 12 * (half == "p")
    micro = int((time["f"] or ".0")[1:7].ljust(6, "0"))
    clock = dt.time(hour, int(time["min"] or 0), int(time["s"] or 0), micro)
    moment = dt.datetime.combine(date, clock)
    if not time["zone"]:
        return moment
    offset = _offset(time["zone"], date)
    return None if offset is None else moment.replace(tzinfo=dt.timezone(offset))


def _offset(zone: str, date: dt.date) -> dt.timedelta | None:
    """How far ``zone`` ("+0200", "gmt+2", "mesz", "et") is ahead of UTC on ``date``; None when it is unknown."""
    if match := re.fullmatch(r"(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})?", zone):
        offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return -offset if match[1] == "-" else offset
    if zone in _AMERICAN:
        # Since 2007: from the second Sunday of March to the first of November.
        begin, end = (dt.date(date.year, *day) for day in ((3, 14), (11, 7)))
        begin, end = (day - dt.timedelta(days=day.isoweekday() % 7) for day in (begin, end))
        return dt.timedelta(hours=_AMERICAN[zone] + (begin <= date < end))
    return dt.timedelta(hours=_ZONES[zone]) if zone in _ZONES else None


def display_date(iso: str | None, language: str) -> str:
    """``iso`` as people write it: "13. Januar 2025", "13 January 2025", "Oktober 2024", "2024"; "" for None."""
    date = NewsDate.parse(iso) if iso else None
    if date is None:
        return ""
    year, month = date.first.year, MONTHS["de" if language == "de" else "en"][date.first.month - 1]
    if len(date.iso) == 4:
        return str(year)
    if len(date.iso) == 7:
        return f"{month} {year}"
    return f"{date.first.day}{'.' if language == 'de' else ''} {month} {year}"
