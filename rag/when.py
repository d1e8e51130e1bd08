"""Question -> time: the days a question names ("im Oktober 2024", "letzte Woche"), or that it wants the newest.

Dates are read by the rules for dates in articles (``corpus.mentions``), with the day of asking in place of the day of
publication. What a question asks of time and a calendar can't tell ("seit Kriegsbeginn") asks for the state of things up
to now, so it counts as a wish for the newest.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Literal

from corpus.dates import NewsDate
from corpus.mentions import DateMention, date_mentions
from rag.types import QuestionTime

# What a caller may say in place of the question: False, nothing of time; first and last day, None for an open end.
Given = QuestionTime | tuple[dt.date | None, dt.date | None] | Literal[False] | None
DAY = dt.timedelta(days=1)
_MONTHS = "januar|jänner|februar|feber|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
_NAMES = {
    "de": rf"""{_MONTHS}|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|woche|wochenende|monats?|jahr(?:es|en)?
        |tag(?:en)?|frühjahr|frühling|sommer|herbst|winter|quartal|halbjahr|jahrhundert""",
    "en": r"""january|february|march|april|may|june|july|august|september|october|november|december
        |(?:mon|tues|wednes|thurs|fri|satur|sun)day""",
}
_PERSON = r"""\w*(?:sohn|tochter|kind|bruder|schwester|mitglied|spieler|abgeordnete|präsident|minister|teilnehmer|kandidat
    |politiker|mensch|frau|mann|schüler|opfer|sportler|kanzler|sieger|meister)\w*"""
_RECENT = re.compile(
    rf"""(?<!\w)(?:
        aktuell(?:e[nmrs]?|ste[nmrs]?)?(?:\sStand(?!\w))? | zuletzt | derzeit(?:ige?[nmrs]?)? | momentan(?:e[nmrs]?)?
        | gegenwärtig(?:e[nmrs]?)? | zurzeit | zur\sZeit(?!\s(?:de[rs]|von|als|eine[rs])(?!\w)) | jetzt(?:ige[nmrs]?)?
        | heutzutage | (?:in\s)?(?:letzter|jüngster)\sZeit | kürzlich | neulich | vor\s[Kk]urzem | dieser\sTage
        | neu(?:e)?ste[nmrs]? | jüngst(?:e[nmrs]?(?!\s{_PERSON}))?
        | in\sden\s(?:letzten|vergangenen)\s(?:Tagen|Wochen|Monaten)
        | currently | latest | most\srecent(?:ly)? | recent(?:ly)? | right\snow | at\s(?:the\smoment|present) | nowadays
        | these\sdays | (?:in\sthe\s)?(?:last|past)\s(?:few\s)?(?:days|weeks|months)
    )(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
# "seit Kriegsbeginn", "seit dem Amtsantritt", "since the invasion": a noun that no calendar knows.
_SINCE = re.compile(r"(?<!\w)(?:[Ss]eit(?:\s(?:de[mr]|Beginn|Ausbruch|dem\sBeginn))*\s[A-ZÄÖÜ]\w+|[Ss]ince\sthe\s\w+)")
_NO_EVENT = re.compile(r"[Ss]eit\s(?:Jahr|Monat|Woche|Tag|Stunde|Minute|Jahrzehnt|Jahrhundert|Generation)\w*\Z")
# Counted from the day of asking, whichever day the newest article is of.
_COUNTED = re.compile(
    r"""(?<!\w)(?:vorvergangen|vorletzt|vergangen|letzt|vorig|gestrig|dies|heut|laufend|morg|kommend|nächst|übernächst
    |vorgestern|gestern|übermorgen|vor|des|seit|last|past|previous|this|next|coming|yesterday|today|tomorrow|since)
    |(?<!\w)ago(?!\w)""",
    re.VERBOSE | re.IGNORECASE,
)
_OPEN = re.compile(
    r"(?<!\w)(vor|bis(?:\szum|\sEnde)?|ab|nach|before|after|until|by)(?:\s(?:de[mnr]|the))?\s\Z", re.IGNORECASE
)
_BEFORE, _UP_TO, _FROM = {"vor", "before"}, {"bis", "until", "by"}, {"ab"}


def read(question: str, language: str | None, today: dt.date, newest: dt.date | None = None) -> QuestionTime | None:
    """What ``question``, asked ``today``, says of time; None when it says nothing.

    Days win over a wish for the newest. Of several dates one that lies in all others counts, else all from the first to
    the last. A date without a year ("am 11. Oktober") is the one nearest to ``newest``, the day of the newest article,
    where that is given: an archive is asked about its own time. "letzte Woche" is always counted from ``today``.
    """
    text = _with_capitals(question, language)
    mentions = list(date_mentions(text, _day(today), language))
    if newest is not None and newest < today:
        older = {(m.start, m.end): m for m in date_mentions(text, _day(newest), language)}
        mentions = [m if _COUNTED.search(m.text) else older.get((m.start, m.end), m) for m in mentions]
    if mentions:
        return _range(question, text, mentions)
    for pattern in (_RECENT, _SINCE):
        for match in pattern.finditer(text):
            if not _NO_EVENT.match(match[0]):
                return QuestionTime("recent", question[match.start() : match.end()], match.start(), match.end())
    return None


def given(first: dt.date | None, last: dt.date | None) -> QuestionTime:
    """The time a caller gives in place of what the question says; None leaves an end open."""
    return QuestionTime("range", "", 0, 0, first.isoformat() if first else None, last.isoformat() if last else None)


def _day(day: dt.date) -> NewsDate:
    return NewsDate(day.isoformat(), day, day)


def _with_capitals(question: str, language: str | None) -> str:
    """``question``, of the same length; names of months and days get their capitals where it is all in small letters."""
    if question != question.lower():
        return question
    names = _NAMES["en" if language == "en" else "de"]
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda m: m[0][0].upper() + m[0][1:], question, flags=re.VERBOSE)


def _range(question: str, text: str, mentions: list[DateMention]) -> QuestionTime:
    spans = [_opened(text, mention) for mention in mentions]
    start, end = min(s for s, *_ in spans), max(m.end for m in mentions)
    apart = any(text[a.end : b.start].strip() for a, b in pairwise(mentions))
    firsts = [first or dt.date.min for _, first, _ in spans]
    lasts = [last or dt.date.max for _, _, last in spans]
    first, last = max(firsts), min(lasts)
    if first > last or (first, last) not in zip(firsts, lasts, strict=True):
        first, last = min(firsts), max(lasts)
    if apart:  # the words between are not about time: only one of the mentions can be shown and left out
        narrowest = min(range(len(spans)), key=lambda i: lasts[i] - firsts[i])
        start, end = spans[narrowest][0], mentions[narrowest].end
    return QuestionTime(
        "range",
        question[start:end],
        start,
        end,
        None if first == dt.date.min else first.isoformat(),
        None if last == dt.date.max else last.isoformat(),
    )


def _opened(text: str, mention: DateMention) -> tuple[int, dt.date | None, dt.date | None]:
    """Where the words for a mention begin, and its first and last day; "vor", "bis", "ab", "nach" leave one end open."""
    lead = _OPEN.search(text[: mention.start])
    if lead is None:
        return mention.start, mention.first, mention.last
    word = lead[1].split()[0].lower()
    if word in _BEFORE:
        return lead.start(), None, mention.first - DAY
    if word in _UP_TO:
        return lead.start(), None, mention.last
    return lead.start(), mention.first if word in _FROM else mention.last + DAY, None
