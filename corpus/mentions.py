"""Dates that an article's text names, as periods of days: "11. Oktober 2024", "am Freitag", "in October".

Precision first: what may be an amount, a name or a number of something else is left out. Relative words are counted
from the day of publication, by the custom of news: "am Freitag" is the Friday just past, or today, unless the clause
tells of what will be.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.dates import NewsDate
from corpus.mention_rules import ANY, Context, Found
from corpus.mentions_de import GERMAN
from corpus.mentions_de_relative import GERMAN_RELATIVE
from corpus.mentions_en import ENGLISH
from corpus.periods import Period, Reference, same_day

_LANGUAGES = {"de": (GERMAN, GERMAN_RELATIVE), "en": (ENGLISH,), None: (GERMAN, GERMAN_RELATIVE, ENGLISH)}
_RANGE = re.compile(r"\s?(?:bis(?:\szum|\seinschließlich)?|[-–]|to|through|until)\s?")
_AND = re.compile(r"\s(?:und|and|auf|oder|or)(?:\sden|\sam)?\s|/")
_BETWEEN = re.compile(r"[Zz]wischen|[Bb]etween")
_SAME = re.compile(r",?\s?\(?(?:de[nmr]\s|the\s)?")


@dataclass(frozen=True, slots=True)
class DateMention:
    """``text`` is the article's text[start:end]; ``first`` and ``last`` are the days it may mean, both inclusive."""

    start: int
    end: int
    text: str
    first: dt.date
    last: dt.date


def date_mentions(text: str, published: NewsDate | None, language: str | None = "de") -> tuple[DateMention, ...]:
    """The dates named in ``text``, in order, none overlapping another.

    What is counted from publication ("gestern", "11. Oktober" with no year) is left out as far as ``published`` is
    unknown or less precise. German and English have rules; None tries both, other languages get ISO dates only.
    """
    context = Context(text, Reference(published) if published else None)
    found = []
    for rules in (ANY, *_LANGUAGES.get(language, ())):
        for pattern, rule in rules.all:
            for match in pattern.finditer(text):
                try:
                    one = rule(context, match)
                except (ValueError, OverflowError):  # no such day
                    continue
                if one:
                    found.append(one)
    mentions = _joined(text, _apart(found))
    return tuple(DateMention(m.start, m.end, text[m.start : m.end], *m.period) for m in mentions if m.kind != "misfit")


def _apart(found: list[Found]) -> Iterator[Found]:
    """In order; of those that overlap, the longest (the first of the longest) stays."""
    taken: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if taken and one.start < taken[-1].end:
            if one.end - one.start > taken[-1].end - taken[-1].start:
                taken[-1] = one
            continue
        taken.append(one)
    return iter(taken)


def _joined(text: str, found: Iterator[Found]) -> list[Found]:
    """Neighbours that name one date or the two ends of a period, as one: "Freitag (11. Oktober)", "3. Mai bis 2. Juni"."""
    done: list[Found] = []
    for one in found:
        while done and (both := _join(text, done[-1], one)):
            done.pop()
            one = both
        if done and one.dated and not done[-1].dated and _AND.fullmatch(text, done[-1].end, one.start):
            done[-1] = replace(done[-1], period=_with_year(done[-1], one))  # "im Mai und Juni 2019"
        done.append(one)
    return done


def _join(text: str, a: Found, b: Found) -> Found | None:
    gap = text[a.end : b.start]
    if len(gap) > 20:
        return None
    if a.kind == "weekday" and b.kind == "day" and _SAME.fullmatch(gap):
        closed = "(" in gap and text[b.end : b.end + 1] == ")"
        same = a.period[0].weekday() == b.period[0].weekday() or b.dated or b.period[0] != b.period[1]
        # "Freitag, der 1. September" of a year that is not told: years whose 1 September is no Friday are wrong.
        return replace(b, start=a.start, end=b.end + closed, kind="day" if same else "misfit")
    if a.kind == b.kind and (_RANGE.fullmatch(gap) or _AND.fullmatch(gap)):
        return _span(text, a, b, gap)
    return None


def _span(text: str, a: Found, b: Found, gap: str) -> Found | None:
    if not (_BETWEEN.match(text, a.start) or _RANGE.fullmatch(gap) or "auf" in gap):
        return None
    first, last = _in_order(a, b)
    if first > last:
        return None
    return Found(a.start, b.end, (first, last), "other", b.dated)


def _in_order(a: Found, b: Found) -> Period:
    """First and last day from ``a`` to ``b``; a year written once holds for both, a week goes on after its end."""
    first, last = a.period[0], b.period[1]
    if b.dated and not a.dated and a.kind != "weekday":
        first = _with_year(a, b)[0]
    elif first > last and a.kind == "weekday":
        last += dt.timedelta(days=7)
    elif first > last and not b.dated:
        last = same_day(last, last.year + 1)
    return first, last


def _with_year(a: Found, b: Found) -> Period:
    """``a`` in the year of ``b``, or in the year before if it is to come first."""
    if a.kind not in ("day", "month"):
        return a.period
    first, last = (same_day(day, b.period[1].year) for day in a.period)
    if first > b.period[1]:
        return same_day(first, first.year - 1), same_day(last, last.year - 1)
    return first, last
