"""English: what a date looks like in a news text, and what it means there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from corpus.dates import MONTH_NUMBER
from corpus.mention_rules import Context, Found, Rules, YearSigns, at_end, year_like
from corpus.periods import SEASONS, Period, month_part, months, year_part, years

ENGLISH = Rules()
_DAY = dt.timedelta(days=1)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = rf"(?P<month>(?:{_MONTHS})(?!\w)|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)(?:\.|(?!\w)))"
_WEEKDAY = {name: i for i, name in enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())}
_STEP = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}
_STEPS = "|".join(_STEP)
_PART = {"early": "early", "mid": "mid", "late": "late", "beginning": "early", "middle": "mid", "end": "late"}
_COUNTED = r"(?:dollars|euros|pounds|people|men|women|children|miles|feet|metres|meters|tons|tonnes|percent)\b"
_OF_YEAR = r"(?:,?\s(?:of\s)?(?P<year>[12]\d{3})(?!\w|[.,]\d))?"
_NUMBER = {w: n for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}
_NUMBER |= {"a": 1, "an": 1}
_PART_BEFORE = at_end(r"(?:the\s)?([Ee]arly|[Mm]id|[Ll]ate|[Bb]eginning|[Mm]iddle|[Ee]nd)(?:\sof|\sin|-)?(?:\sthe)?")
# Counted among a mention's words when it stands before them.
_LEAD = at_end(r"[Oo]n|[Ii]n(?:\sthe)?|[Ss]ince|[Ff]rom|[Bb]etween|[Oo]ver\sthe|[Dd]uring(?:\sthe)?|[Aa]t\sthe")


def _found(
    context: Context,
    match: re.Match[str],
    period: Period | None,
    kind: str = "other",
    dated: bool = True,
    back: int = 0,
) -> Found | None:
    """The mention with the words before it, ``back`` characters at least; "since" some day lasts until publication."""
    if period is None:
        return None
    (first, last), start = period, match.start() - back
    before = context.before(start)
    if part := _PART_BEFORE.search(before):
        start, before = start - len(before) + part.start(), before[: part.start()]
    if found := _LEAD.search(before):
        start -= len(before) - found.start()
        if found[0].lower().startswith("since") and context.reference:
            last = max(last, context.reference.last)
    return Found(start, match.end(), (first, last), kind, dated)


def _part(context: Context, match: re.Match[str]) -> str | None:
    part = _PART_BEFORE.search(context.before(match.start()))
    return _PART[part[1].lower()] if part else None


def _in_year(context: Context, match: re.Match[str], make: Callable[[int], Period], kind: str) -> Found | None:
    """The mention whose period ``make`` gives for the year written after it, or else for the nearest."""
    period = make(int(match["year"])) if match["year"] else context.nearest(match, make)
    return _found(context, match, period, kind, match["year"] is not None)


def _days(context: Context, match: re.Match[str]) -> Found | None:
    month, first = MONTH_NUMBER[match["month"].lower().rstrip(".")], int(match["day"])
    last = int(match["to"] or first)
    return _in_year(context, match, lambda year: (dt.date(year, month, first), dt.date(year, month, last)), "day")


_TH = r"(?:st|nd|rd|th)?"


@ENGLISH.rule(
    rf"{_MONTH}\s(?P<day>\d\d?){_TH}(?![\w:.]\d|\w|%|,\d)(?:\s?(?:to|and|through|[-–])\s?(?P<to>\d\d?){_TH}(?!\w))?{_OF_YEAR}"
)
def _month_day(context: Context, match: re.Match[str]) -> Found | None:
    return _days(context, match)


@ENGLISH.rule(rf"(?P<day>[0-9](?<![\w.,:/-]\d)\d?){_TH}(?P<to>){{0}}\s(?:of\s)?{_MONTH}{_OF_YEAR}")
def _day_month(context: Context, match: re.Match[str]) -> Found | None:
    return _days(context, match)


_MONTH_LEAD = at_end(
    rf"""[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Tt]hrough|[Ee]arly|[Mm]id|mid-|[Ll]ate|[Dd]uring|(?:[Ee]nd|[Bb]eginning|[Mm]iddle)\sof
    |(?P<step>[Ll]ast|[Nn]ext|[Tt]his)|[Ff]rom|[Bb]etween|(?:{_MONTHS})(?:\sand|\sto)?"""
)


@ENGLISH.rule(rf"{_MONTH}{_OF_YEAR}")
def _month(context: Context, match: re.Match[str]) -> Found | None:
    before = _MONTH_LEAD.search(context.before(match.start()))
    bare = match["year"] is None
    if bare and (not before or match["month"].endswith(".") or re.match(r"\s(?!I\b)[A-Z]", context.after(match.end()))):
        return None  # a person's name, as often as not
    part, month = _part(context, match), MONTH_NUMBER[match["month"].lower().rstrip(".")]
    if before and before["step"] and bare:
        period = context.nearest(match, lambda year: months(year, month), 2 * _STEP[before["step"].lower()])
        return _found(context, match, period, "month", False, len(before.string) - before.start())
    return _in_year(
        context, match, lambda year: month_part(year, month, part) if part else months(year, month), "month"
    )


_NO_WEEKDAY = at_end(
    r"(?:[Gg]ood|[Bb]lack|[Ee]very|[Ee]ach|a|an|any|one|the|\w+th|first|second|third|Super|Cyber|Easter)"
)
_STEP_BEFORE = at_end(rf"(?:[Tt]he\s)?(?P<step>{_STEPS}|[LNT](?:ast|ext|his))")


@ENGLISH.rule(rf"(?P<day>{'|'.join(_WEEKDAY)})(?!\w|-\w|\sthe\s\d)(?:\s(?:morning|afternoon|evening|night)(?!\w))?")
def _weekday(context: Context, match: re.Match[str]) -> Found | None:
    reference = context.reference
    if reference is None or reference.day is None:
        return None
    before, number, back = context.before(match.start()), _WEEKDAY[match["day"]], 0
    if step := _STEP_BEFORE.search(before):
        count, back = _STEP[step["step"].lower()], len(before) - step.start()
        day = reference.weekday(number, count or context.told(match), strict=count != 0)
    elif _NO_WEEKDAY.search(before):
        return None
    else:
        day = reference.weekday(number, context.direction(match) or -1)
    return _found(context, match, (day, day) if day else None, "weekday", False, back)


_YEAR_SURE = at_end(
    r"[Yy]ears?|[Ss]ince|[Bb]y|[Uu]ntil|[Ii]n|[Ee]arly|[Ll]ate|mid-|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter"
)
_YEAR_NUMBERED = at_end(
    r"""(?:Article|Section|Paragraph|No\.|Number|Page|Windows|Office|Room|Agenda|Horizon|Boeing|Route|about|around|some|nearly
    |almost|over|than|roughly|approximately|least|the|those|these|at|to|for|with|another|all|\d|[£$€])"""
)
_YEAR_SIGNS = YearSigns(
    _YEAR_SURE,
    _YEAR_NUMBERED,
    re.compile(rf"\s?[%€$°]|\s(?:{_COUNTED})|\s\d", re.VERBOSE),
    re.compile(r"\s[a-z]+s\b(?<!\bwas)(?<!\bhas)"),
)


@ENGLISH.rule(r"[12](?<![\w.,:/+\-–$£€#]\d)\d{3}(?:[-–/](\d{4}|\d\d)(?!\d))?(?![\w%€$°]|[.,:/]\d|-\w|–\d)")
def _year(context: Context, match: re.Match[str]) -> Found | None:
    found = year_like(context, match, _YEAR_SIGNS)
    if found is None:
        return None
    part = _part(context, match)
    return _found(context, match, year_part(found.period[0].year, part) if part else found.period, "year")


@ENGLISH.rule(r"[12](?<!\w\d)\d\d0s(?!\w)")
def _decade(context: Context, match: re.Match[str]) -> Found | None:
    first = int(match[0][:4])
    low, high = {"early": (0, 3), "mid": (4, 6), "late": (7, 9), None: (0, 9)}[_part(context, match)]
    return _found(context, match, years(first + low, first + high))


@ENGLISH.rule(r"(?P<n>[12]?(?<!\w)\d)(?:st|nd|rd|th)\scentury(?!\w)")
def _century(context: Context, match: re.Match[str]) -> Found | None:
    number = int(match["n"])
    return _found(context, match, years(number * 100 - 99, number * 100)) if 5 <= number <= 22 else None


@ENGLISH.rule(r"(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)\s(?:of\s)?(?P<year>[12]\d{3})(?!\w)")
def _season(context: Context, match: re.Match[str]) -> Found | None:
    month = SEASONS[match["season"].lower().replace("fall", "autumn")]
    return _in_year(context, match, lambda year: months(year, month, 3), "other")


_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4}


@ENGLISH.rule(rf"(?P<n>{'|'.join(_ORDINAL)})[\s-](?P<unit>quarter|half)(?:\sof)?\s(?P<year>[12]\d{{3}})(?!\w)")
def _quarter(context: Context, match: re.Match[str]) -> Found | None:
    number, length = _ORDINAL[match["n"]], 3 if match["unit"] == "quarter" else 6
    if number * length > 12:
        return None
    return _in_year(context, match, lambda year: months(year, (number - 1) * length + 1, length), "other")


@ENGLISH.rule(r"(?:[Yy]esterday|[Tt]omorrow|[Tt]oday)(?!\w|-\w|['’]s)")
def _near_day(context: Context, match: re.Match[str]) -> Found | None:
    reference, word = context.reference, match[0].lower()
    if reference is None or reference.day is None or context.before(match.start())[-1:].isalnum():
        return None
    if word == "today" and not context.told(match):
        return None  # nowadays
    day = reference.day + {"yesterday": -1, "today": 0, "tomorrow": 1}[word] * _DAY
    return _found(context, match, (day, day), "weekday", False)


@ENGLISH.rule(r"(?P<step>[Ll]ast|[Nn]ext|[Tt]his)\s(?P<unit>week|weekend|month|year)(?!\w|-\w|['’]s)")
def _unit(context: Context, match: re.Match[str]) -> Found | None:
    step, reference = _STEP[match["step"].lower()], context.reference
    before = context.before(match.start())
    if reference is None or before[-1:].isalnum() or re.search(r"\b(?:the|The|past|of)\s\Z", before):
        return None  # "the last week of the campaign"
    if match["unit"] == "weekend":
        return _found(context, match, reference.weekend(step or context.told(match), strict=step != 0))
    return _found(context, match, reference.unit(match["unit"], step), "other", False)


@ENGLISH.rule(r"(?:[Oo]ver|[Aa]t)\sthe\sweekend(?!\w)")
def _weekend(context: Context, match: re.Match[str]) -> Found | None:
    if context.reference is None or context.before(match.start())[-1:].isalnum():
        return None
    return _found(context, match, context.reference.weekend(context.told(match)), "other", False)


@ENGLISH.rule(rf"(?P<n>[0-9](?<![\w.,]\d)\d?|{'|'.join(_NUMBER)})\s(?P<unit>day|week|month|year)s?\sago(?!\w)")
def _ago(context: Context, match: re.Match[str]) -> Found | None:
    before = context.before(match.start())
    if (
        context.reference is None
        or before[-1:].isalnum()
        or re.search(r"\b(?:than|nearly|almost|over|about)\s\Z", before)
    ):
        return None
    number = _NUMBER.get(match["n"]) or int(match["n"])
    return _found(context, match, context.reference.unit(match["unit"], -number), "other", False)
