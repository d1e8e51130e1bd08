"""German: what a date looks like in a news text, and what it means there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from corpus.dates import MONTH_NUMBER
from corpus.mention_rules import Context, Found, Rules, YearSigns, at_end, year_like
from corpus.periods import SEASONS, Period, month_part, months, year_part, years

GERMAN = Rules()
DAY = dt.timedelta(days=1)
_MONTHS = "Januar|Jänner|Februar|Feber|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_MONTH = rf"(?P<month>(?:{_MONTHS})s?(?!\w|-\w)|(?:Jan|Febr?|Apr|Aug|Sept?|Okt|Nov|Dez)\.)"
WEEKDAY = {name: i for i, name in enumerate("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split())}
WEEKDAY["Sonnabend"] = 5
WEEKDAYS = "|".join(WEEKDAY)
DAYPART = "früh|morgen|vormittag|mittag|nachmittag|abend|nacht"
_SEASON = {"Frühjahr": "spring", "Frühling": "spring", "Sommer": "summer", "Herbst": "autumn", "Winter": "winter"}
STEP = {
    "vorvergangen": -2, "vorletzt": -2, "vergangen": -1, "letzt": -1, "vorig": -1, "gestrig": -1, "dies": 0,
    "heutig": 0, "laufend": 0, "morgig": 1, "kommend": 1, "nächst": 1, "übernächst": 2,
}  # fmt: skip
STEPS = "|".join(STEP)
PART = {"anfang": "early", "mitte": "mid", "ende": "late"}
# What four digits may count.
_COUNTED = "|".join(
    r"""
    Euro US-Dollar Dollar Franken Mark Pfund Millionen Mio Prozent Punkten? Grad Watt PS Kalorien Hektar Quadrat\w+ Kubik\w+
    Kilo\w* Metern? Kilometern? km m g kg qm Tonnen Litern? Uhr Stunden Tagen? Jahren? Mal Schritten? Seiten Stellen Stimmen
    Menschen Personen Frauen Männern? Kindern? Einwohnern? Bürgern? Soldaten Polizisten Beamten? Mitarbeitern?
    Beschäftigten? Teilnehmern? Zuschauern? Besuchern? Fans Gästen? Demonstranten Schülern? Studenten Studierenden?
    Flüchtlingen? Patienten Fällen? Infizierten? Infektionen Neuinfektionen Toten? Tests? Betten Plätzen? Arbeitsplätzen?
    Wohnungen Unternehmen Firmen Arten Exemplaren? Hoffenheim München
    """.split()
)
_COUNTED = rf"(?:{_COUNTED})\b"
# "Oktober 2024", "Oktober des vergangenen Jahres"
_OF_YEAR = (
    rf"(?:\s(?:des\sJahres\s)?(?P<year>[12]\d{{3}})(?![.,]?\d|\w|\s{_COUNTED})"
    rf"|\s(?:des\s)?(?P<step>{STEPS})e[ns]\sJahres)?"
)
STEP_BEFORE = at_end(rf"(?P<step>{STEPS})e[nmrs]?(?:\s(?:frühen|späten))?")
_PART_BEFORE = at_end(r"(Anfang|Mitte|Ende|anfang|mitte|ende)(?:\sde[sr])?")
# Counted among a mention's words when it stands before them.
_LEAD = at_end(
    r"""[Ii]n\sder\sNacht\s(?:zum?|auf(?:\sden)?)|[Ii]n\s(?:der|diesem)|[Ii]n\sden(?:\sJahren)?|[Ii]n|[Ii]m(?:\sJahre?)?
    |(?:[Ss]eit\s)?(?:dem|das|des)\sJahre?s?|[Aa]m|[Zz]wischen(?:\sdem)?|[Vv]om|[Vv]on|[Zz]um|[Ss]eit(?:\sde[mr])?"""
)


def mention(
    context: Context,
    match: re.Match[str],
    period: Period | None,
    kind: str = "other",
    dated: bool = True,
    back: int = 0,
) -> Found | None:
    """The mention with the words before it, ``back`` characters at least; "seit" some day lasts until publication."""
    if period is None:
        return None
    (first, last), start = period, match.start() - back
    before = context.before(start)
    if part := _PART_BEFORE.search(before):
        start, before = start - len(before) + part.start(), before[: part.start()]
    if lead := _LEAD.search(before):
        start -= len(before) - lead.start()
        if lead[0][1:4] == "eit" and context.reference:
            last = max(last, context.reference.last)
        elif "Nacht" in lead[0] and first == last:
            first -= DAY
    return Found(start, match.end(), (first, last), kind, dated)


def part_of(context: Context, match: re.Match[str]) -> str | None:
    part = _PART_BEFORE.search(context.before(match.start()))
    return PART[part[1].lower()] if part else None


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _month_number(match: re.Match[str]) -> int:
    return MONTH_NUMBER[match["month"].lower().rstrip(".s")]


def _in_year(context: Context, match: re.Match[str], make: Callable[[int], Period], kind: str) -> Found | None:
    """The mention whose period ``make`` gives for the year written after it, or else for the nearest."""
    year = int(match["year"]) if match["year"] else None
    if match["step"]:
        year = context.year(STEP[match["step"]])
        if year is None:
            return None
    return mention(context, match, make(year) if year else context.nearest(match, make), kind, year is not None)


@GERMAN.rule(
    rf"[0-9](?<![\d.,:]\d)\d?\.(?:\s?(?:bis|und|oder|[-–/])\s?(?:zum\s)?(?P<to>\d\d?)\.)?\s?{_MONTH}{_OF_YEAR}"
)
def _day(context: Context, match: re.Match[str]) -> Found | None:
    first = int(match[0].partition(".")[0])
    last = int(match["to"] or first)
    month = _month_number(match)
    return _in_year(context, match, lambda year: (dt.date(year, month, first), dt.date(year, month, last)), "day")


_NUMERIC_LEAD = at_end(rf"[Aa]m|[Vv]om|[Zz]um|[Bb]is|[Aa]b|[Ss]eit|[Dd]e[rnm]|und|Stand:?|(?:{WEEKDAYS}),?|\(")


@GERMAN.rule(
    r"""[0-9](?<![\d.,:]\d)\d?\.\s?(?P<month>1[0-2]|0?[1-9])\.
        (?:\s?(?P<year>(?:19|20)\d\d)(?!\w|[.,]\d)|(?P<short>\d\d)(?![\w:]|[.,]\d)|(?!\d|\s?\d))(?P<step>){0}"""
)
def _numeric(context: Context, match: re.Match[str]) -> Found | None:
    day, month = int(match[0].partition(".")[0]), int(match["month"])
    if match["short"]:
        date = dt.date(2000 + int(match["short"]), month, day)
        return mention(context, match, (date, date), "day")
    if not match["year"] and not _NUMERIC_LEAD.search(context.before(match.start())):
        return None  # a section, a version
    return _in_year(context, match, lambda year: (dt.date(year, month, day),) * 2, "day")


_MONTH_LEAD = at_end(
    rf"""[Ii]m|[Ss]eit|[Aa]b|[Bb]is|[Aa]nfang|[Mm]itte|[Ee]nde|[Vv]on|[Zz]wischen|(?P<step>{STEPS})e[mnrs]
    |(?:{_MONTHS})(?:\s(?:und|oder|bis)|\s?[-–/])"""
)


@GERMAN.rule(rf"{_MONTH}{_OF_YEAR}")
def _month(context: Context, match: re.Match[str]) -> Found | None:
    if re.search(r"\d\.\s?\Z", context.before(match.start())):
        return None  # a day there is not
    before = _MONTH_LEAD.search(context.before(match.start()))
    bare = not match["year"] and not match["step"]
    if bare and (not before or match["month"].endswith(".")):
        return None  # a person's name, as often as not
    if (
        bare
        and before
        and before[0].lower().startswith("von")
        and not re.match(r"\s(?:bis|an)\b", context.after(match.end()))
    ):
        return None
    part, month = part_of(context, match), _month_number(match)
    if before and before["step"] and bare:
        # "im vergangenen Oktober", on a day of October or not
        period = context.nearest(match, lambda year: months(year, month), 2 * _sign(STEP[before["step"]]))
        back = len(before.string) - before.start()
        return mention(context, match, period, "month", False, back)
    return _in_year(
        context, match, lambda year: month_part(year, month, part) if part else months(year, month), "month"
    )


_YEAR_SURE = at_end(
    r"""[Jj]ahre?[ns]?|[Ss]eit|[Bb]is(?:\sEnde)?|[Aa]b|[Nn]ach|[Aa]nfang|[Mm]itte|[Ee]nde
    |(?:Früh|Spät)?(?:[Ss]ommer|[Ww]inter|[Hh]erbst)s?|Frühjahrs?|Frühling
    |Silvester|Weihnachten|Ostern|Pfingsten|Jahrgang|Saison|Jahren?\s[12]\d{3}(?:\sund|\soder|\sbis|,)
    |[Zz]wischen\s[12]\d{3}\sund|[12]\d{3}\sbis"""
)
_YEAR_NUMBERED = at_end(
    r"""Agenda|Artikel[ns]?|Art\.|Paragra(?:f|ph)(?:en)?|§§?|Nr\.|Nummer|Absatz|Seite|S\.|Windows|Office|Platz|Zimmer|Modell
    |Studio|rund|etwa|ca\.|circa|fast|mehr\sals|weniger\sals|als|über|insgesamt|knapp|gut|Boeing|Airbus|Horizon|Horizont|mit
    |Kanal|Version|Peugeot|Porsche|Formel|Postleitzahl|Telefon|Tel\.|Fax|Kapitel|Zeile|Vers|Raum|Linie|Bus|Flug|Kilo|\d
    |Vision|Strategie|Projekt|für|um\s(?:rund|etwa)|jeweils|je|pro|alle|die|den|das|dem|des|auf|diese[rn]?|weitere[n]?|minus"""
)
_YEAR_SIGNS = YearSigns(
    _YEAR_SURE,
    _YEAR_NUMBERED,
    re.compile(rf"\s?[%€$°]|\s?(?:{_COUNTED})|\s\d", re.VERBOSE),
    re.compile(r"\s[A-ZÄÖÜ]\w+(?:en|er)\b"),
)


@GERMAN.rule(r"[12](?<![\w.,:/+\-–]\d)\d{3}(?:[-–/](\d{4}|\d\d)(?!\d))?(?![\w%€$°]|[.,:/]\d|-\w|–\d)")
def _year(context: Context, match: re.Match[str]) -> Found | None:
    found = year_like(context, match, _YEAR_SIGNS)
    if found is None:
        return None
    part = part_of(context, match)
    return mention(context, match, year_part(found.period[0].year, part) if part else found.period, "year")


@GERMAN.rule(r"[12](?<!\w\d)\d\d0er(?:[ -]?[Jj]ahren?)?(?!\w)|[1-9](?<!\w\d)0er[ -]?Jahren?(?!\w)")
def _decade(context: Context, match: re.Match[str]) -> Found | None:
    number = int(re.split("er", match[0])[0])
    first = number if number >= 1000 else 1900 + number
    part = part_of(context, match)
    shift = {"early": (0, 3), "mid": (4, 6), "late": (7, 9), None: (0, 9)}[part]
    return mention(context, match, years(first + shift[0], first + shift[1]))


@GERMAN.rule(r"[12](?<![\d.,]\d)?\d?\.\sJahrhunderts?(?!\w)")
def _century(context: Context, match: re.Match[str]) -> Found | None:
    number = int(match[0].partition(".")[0])
    return mention(context, match, years(number * 100 - 99, number * 100)) if 5 <= number <= 22 else None


@GERMAN.rule(
    rf"(?P<season>{'|'.join(_SEASON)})s?(?:\s(?P<year>[12]\d{{3}})(?:/\d\d(?:\d\d)?)?(?!\w)|\s(?:des\s)?(?P<step>{STEPS})e[ns]\sJahres)?(?!\w|-\w)"
)
def _season(context: Context, match: re.Match[str]) -> Found | None:
    month = SEASONS[_SEASON[match["season"]]]
    before = context.before(match.start())
    step, back = STEP_BEFORE.search(before), 0
    towards = context.direction(match)
    if not match["year"] and not match["step"]:
        if step:
            towards, back = STEP[step["step"]], len(before) - step.start()
        elif not towards or not re.search(r"(?<!\w)[Ii]m\s\Z", before):
            return None  # any summer
        period = context.nearest(match, lambda year: months(year, month, 3), 2 * _sign(towards))
        return mention(context, match, period, "other", False, back)
    return _in_year(context, match, lambda year: months(year, month, 3), "other")


_ORDINAL = {"erste": 1, "zweite": 2, "dritte": 3, "vierte": 4}


@GERMAN.rule(
    rf"(?P<n>erste|zweite|dritte|vierte|[1-4]\.)[nsr]?\s(?P<unit>Quartals?|Halbjahre?s?|Jahreshälfte){_OF_YEAR}"
)
def _quarter(context: Context, match: re.Match[str]) -> Found | None:
    number = _ORDINAL.get(match["n"]) or int(match["n"][0])
    length = 3 if match["unit"][0] == "Q" else 6
    if number * length > 12:
        return None
    return _in_year(context, match, lambda year: months(year, (number - 1) * length + 1, length), "other")
