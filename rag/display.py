"""Periods of days as people write them."""

from __future__ import annotations

import calendar
import datetime as dt

from corpus.dates import display_date


def display_period(first: dt.date, last: dt.date, language: str) -> str:
    """Days from ``first`` to ``last``, both inclusive: a day, a month, a year, or "3. Mai 2024 – 5. Mai 2024"."""
    if first == last:
        return display_date(first.isoformat(), language)
    if (first.month, first.day, last) == (1, 1, dt.date(first.year, 12, 31)):
        return display_date(f"{first.year:04}", language)
    if (first.day, last) == (1, first.replace(day=calendar.monthrange(first.year, first.month)[1])):
        return display_date(first.isoformat()[:7], language)
    return f"{display_date(first.isoformat(), language)} – {display_date(last.isoformat(), language)}"
