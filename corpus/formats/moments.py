"""Dates as formats write them (RFC 2822, seconds since 1970, PDF's own) -> ISO 8601 with the time zone they state."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_MAIL = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4}\s+\d{1,2}:\d{2}")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_PDF = re.compile(r"D?:?(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?:Z|([+-])(\d{2})'?(\d{2})?'?)?")


def to_iso(text: str) -> str:
    """``text`` in ISO 8601 when it is an RFC 2822 date or a Unix time (in seconds or milliseconds); else unchanged."""
    text = text.strip()
    try:
        if _MAIL.match(text):
            return parsedate_to_datetime(text).isoformat()
        if _EPOCH.fullmatch(text):
            seconds = float(text) / (1000 if len(text.partition(".")[0]) > 10 else 1)
            return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="seconds")
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        pass
    return text


def from_pdf(text: str) -> str | None:
    """ "D:20241011142000+02'00'" -> "2024-10-11T14:20:00+02:00"; a day alone stays one. None for anything else."""
    match = _PDF.match(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    try:
        if hour is None:
            return dt.date(int(year), int(month), int(day)).isoformat()
        zone = None
        if sign:
            offset = dt.timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
            zone = dt.timezone(-offset if sign == "-" else offset)
        elif text.rstrip().endswith("Z"):
            zone = dt.UTC
        return dt.datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone
        ).isoformat()
    except ValueError:
        return None
