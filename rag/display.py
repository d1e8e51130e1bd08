"""Dates as people write them, and names as a terminal may show them."""

from __future__ import annotations

import calendar
import datetime as dt
import unicodedata
from collections.abc import Iterable

from corpus.dates import display_date
from corpus.mentions import DateMention
from rag.errors import LlmError
from rag.messages import messages
from rag.types import Answer, Note


def display_period(first: dt.date, last: dt.date, language: str) -> str:
    """Days from ``first`` to ``last``, both inclusive: a day, a month, a year, or "3. Mai 2024 – 5. Mai 2024"."""
    if first == last:
        return display_date(first.isoformat(), language)
    if (first.month, first.day, last) == (1, 1, dt.date(first.year, 12, 31)):
        return display_date(f"{first.year:04}", language)
    if (first.day, last) == (1, first.replace(day=calendar.monthrange(first.year, first.month)[1])):
        return display_date(first.isoformat()[:7], language)
    return f"{display_date(first.isoformat(), language)} – {display_date(last.isoformat(), language)}"


def display_days(first: str | None, last: str | None, language: str) -> str:
    """Days from ``first`` to ``last`` (ISO 8601), None for an open end: "Mai 2024", "ab 3. Mai 2024"; "" for two."""
    if first and last:
        return display_period(dt.date.fromisoformat(first), dt.date.fromisoformat(last), language)
    day = display_date(first or last, language)
    return messages().say("time_since" if first else "time_until", language, day=day) if day else ""


def explained(dates: Iterable[DateMention], language: str) -> list[tuple[str, str]]:
    """("am Freitag", "17. Januar 2025") for each date that a reader can't tell from its words alone."""
    found = [
        (" ".join(date.text.split()), display_period(date.first, date.last, language))
        for date in dates
        if str(date.first.year) not in date.text
    ]
    return list(dict.fromkeys(found))


def disagreement_lines(answer: Answer, language: str) -> list[str]:
    """The sides of an answer on which sources differ, a line each: what, who says so, where and when."""
    lines = []
    for side in answer.disagreements:
        facts = (side.speaker, side.source, display_date(side.published, language))
        told = " · ".join(" ".join(fact.split()) for fact in facts if fact)
        numbers = "".join(f"[{number}]" for number in side.citations)
        lines.append(f"{side.short}: {told} {numbers}" if told else f"{side.short} {numbers}")
    return lines


def note(note: Note, language: str) -> str:
    """A note of an answer in words."""
    facts = dict(note.facts)
    if "reason" in facts:
        facts["why"] = LlmError(facts.pop("reason"), **facts).text(language)
    return messages().say(f"note_{note.kind}", language, **facts)


def visible(text: str) -> str:
    """``text`` with control characters, escape codes and bidi overrides shown as \\xNN or \\uNNNN: file names are anybody's."""
    return "".join(_escaped(c) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)


def _escaped(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode("ascii") if ord(character) > 126 else repr(character)[1:-1]
    )
