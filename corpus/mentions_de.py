"""German: what a date looks like in a news text, and what it means there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from corpus.dates import MONTH_NUMBER
from corpus.mention_rules import Context, Found, Rules, at_end, year_like
from corpus.periods import SEASONS, Period, month_part, months, week, year_part, years

GERMAN = Rules()
_DAY = dt.timedelta(days=1)
_MONTHS = "Januar|Jänner|Februar|Feber|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_MONTH = rf"(?P<month>(?:{_MONTHS})(?!\w)|(?:Jan|Febr?|Apr|Aug|Sept?|Okt|Nov|Dez)\.)"
_WEEKDAY = {name: i for i, name in enumerate("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split())}
_WEEKDAY["Sonnabend"] = 5
_WEEKDAYS = "|".join(_WEEKDAY)
_DAYPART = "früh|morgen|vormittag|mittag|nachmittag|abend|nacht"
_SEASON = {"Frühjahr": "spring", "Frühling": "spring", "Sommer": "summer", "Herbst": "autumn", "Winter": "winter"}
_STEP = {
    "vorvergangen": -2, "vorletzt": -2, "vergangen": -1, "letzt": -1, "vorig": -1, "gestrig": -1, "dies": 0,
    "heutig": 0, "laufend": 0, "morgig": 1, "kommend": 1, "nächst": 1, "übernächst": 2,
}  # fmt: skip
_STEPS = "|".join(_STEP)
_PART = {"anfang": "early", "mitte": "mid", "ende": "late"}
_COUNTED = r"""(?:Euro|Menschen|Personen|Uhr|Dollar|Franken|Mark|Meter|Kilometer|Stimmen|Jahren?|Tagen?|Stunden|Grad
    |Fälle[n]?|Infizierten?|Infektionen|Neuinfektionen|Tote[n]?|Einwohner[n]?|Soldaten|Mitarbeiter[n]?|Teilnehmer[n]?
    |Beschäftigten?|Tonnen|Liter[n]?|Quadrat\w+|Kubik\w+|Kilo\w*|Plätze[n]?|Zuschauer[n]?|Besucher[n]?|Tests?|Betten
    |Schüler[n]?|Studierenden?|Studenten|Frauen|Männer[n]?|Kinder[n]?|Polizisten|Beamten?|Stellen|Wohnungen|Schritte[n]?
    |Arbeitsplätze[n]?|Mal|Prozent|Punkte[n]?|Fans|Gäste[n]?|Flüchtlinge[n]?|Patienten|Unternehmen|Firmen|Arten|Seiten
    |Exemplare[n]?|Bürger[n]?|Demonstranten|Hektar|Kalorien|Watt|PS|km|kg|m|g|qm|US-Dollar|Pfund|Millionen|Mio|Watt)\b"""
# "Oktober 2024", "Oktober des vergangenen Jahres"
_OF_YEAR = (
    rf"(?:\s(?:des\sJahres\s)?(?P<year>[12]\d{{3}})(?![.,]?\d|\w|\s{_COUNTED})"
    rf"|\s(?:des\s)?(?P<step>{_STEPS})e[ns]\sJahres)?"
)
_NUMBER = {w: n for n, w in enumerate("null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split())}
_NUMBER |= {"einem": 1, "einer": 1}
_UNIT = {"T": "day", "W": "week", "M": "month", "J": "year"}
_PART_BEFORE = at_end(r"(Anfang|Mitte|Ende|anfang|mitte|ende)(?:\sde[sr])?")
# Counted among a mention's words when it stands before them.
_LEAD = at_end(
    r"""[Ii]n\sder\sNacht\s(?:zum?|auf(?:\sden)?)|[Aa]m|[Ii]m(?:\sJahre?)?|[Ii]n\sden(?:\sJahren)?|[Ii]n\s(?:der|diesem)|[Ii]n
    |[Zz]wischen(?:\sdem)?|[Vv]om|[Vv]on|[Zz]um|[Ss]eit(?:\sde[mr])?"""
)


def _found(
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
    if found := _LEAD.search(before):
        start -= len(before) - found.start()
        if found[0][1:4] == "eit" and context.reference:
            last = max(last, context.reference.last)
        elif "Nacht" in found[0] and first == last:
            first -= _DAY
    return Found(start, match.end(), (first, last), kind, dated)


def _part(context: Context, match: re.Match[str]) -> str | None:
    part = _PART_BEFORE.search(context.before(match.start()))
    return _PART[part[1].lower()] if part else None


def _month_number(match: re.Match[str]) -> int:
    return MONTH_NUMBER[match["month"].lower().rstrip(".")]


def _in_year(context: Context, match: re.Match[str], make: Callable[[int], Period], kind: str) -> Found | None:
    """The mention whose period ``make`` gives for the year written after it, or else for the nearest."""
    year = int(match["year"]) if match["year"] else None
    if match["step"]:
        year = context.year(_STEP[match["step"]])
        if year is None:
            return None
    return _found(context, match, make(year) if year else context.nearest(match, make), kind, year is not None)


@GERMAN.rule(
    rf"[0-9](?<![\d.,:]\d)\d?\.(?:\s?(?:bis|und|oder|[-–/])\s?(?:zum\s)?(?P<to>\d\d?)\.)?\s?{_MONTH}{_OF_YEAR}"
)
def _day(context: Context, match: re.Match[str]) -> Found | None:
    first = int(match[0].partition(".")[0])
    last = int(match["to"] or first)
    month = _month_number(match)
    return _in_year(context, match, lambda year: (dt.date(year, month, first), dt.date(year, month, last)), "day")


_NUMERIC_LEAD = at_end(rf"[Aa]m|[Vv]om|[Zz]um|[Bb]is|[Aa]b|[Ss]eit|[Dd]e[rnm]|und|Stand:?|(?:{_WEEKDAYS}),?|\(")


@GERMAN.rule(
    r"""[0-9](?<![\d.,:]\d)\d?\.\s?(?P<month>1[0-2]|0?[1-9])\.
        (?:\s?(?P<year>(?:19|20)\d\d)(?!\w|[.,]\d)|(?P<short>\d\d)(?![\w:]|[.,]\d)|(?!\d|\s?\d))(?P<step>){0}"""
)
def _numeric(context: Context, match: re.Match[str]) -> Found | None:
    day, month = int(match[0].partition(".")[0]), int(match["month"])
    if match["short"]:
        date = dt.date(2000 + int(match["short"]), month, day)
        return _found(context, match, (date, date), "day")
    if not match["year"] and not _NUMERIC_LEAD.search(context.before(match.start())):
        return None  # a section, a version
    return _in_year(context, match, lambda year: (dt.date(year, month, day),) * 2, "day")


_MONTH_LEAD = at_end(
    rf"""[Ii]m|[Ss]eit|[Aa]b|[Bb]is|[Aa]nfang|[Mm]itte|[Ee]nde|[Vv]on|[Zz]wischen|(?P<step>{_STEPS})e[mnrs]
    |(?:{_MONTHS})(?:\s(?:und|oder|bis)|\s?[-–/])"""
)


@GERMAN.rule(rf"{_MONTH}{_OF_YEAR}")
def _month(context: Context, match: re.Match[str]) -> Found | None:
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
    part, month = _part(context, match), _month_number(match)
    if before and before["step"] and bare:
        # "im vergangenen Oktober", on a day of October or not
        period = context.nearest(match, lambda year: months(year, month), _STEP[before["step"]])
        back = len(before.string) - before.start()
        return _found(context, match, period, "month", False, back)
    return _in_year(
        context, match, lambda year: month_part(year, month, part) if part else months(year, month), "month"
    )


_NO_WEEKDAY = at_end(
    r"""[Jj]ede[nmrs]?|[Ee]ine[nmrs]?|[Ee]in|[Dd]er|[Dd]ie|[Dd]as|\w*te[nmrs]?|jene[mnrs]?|\w*folgenden|selben|Schwarze[rn]
    |verkaufsoffene[nrm]?|freie[nrm]?|normale[nrm]?|immer|manche[nmr]?|Good|Black"""
)
_WEEKDAY_LEAD = at_end(
    rf"""[Aa]m|[Vv]om|[Zz]um?|[Ss]eit|[Bb]is|[Aa]b|[Ff]ür|[Aa]uf|[Vv]on|Stand:?|[Zz]wischen|[Gg]egenüber|[Ee]inschließlich
    |[Zz]u|(?:früh|spät)en|(?:{_WEEKDAYS})(?:{_DAYPART})?(?:\s(?:und|oder|bis|auf)|,|\s?[-–/]|\sauf\s(?:den)?)"""
)
_STEP_BEFORE = at_end(rf"(?P<step>{_STEPS})e[nmrs]?(?:\s(?:frühen|späten))?")
_WEEK_STEP = rf"\s(?:der\s)?(?P<week>{_STEPS})e[rn]\sWoche"


@GERMAN.rule(rf"(?P<day>{_WEEKDAYS})(?P<part>{_DAYPART})?(?!\w|-\w)(?:\s(?:{_DAYPART})(?!\w))?(?:{_WEEK_STEP})?")
def _weekday(context: Context, match: re.Match[str]) -> Found | None:
    reference = context.reference
    if reference is None or reference.day is None:
        return None
    before, number = context.before(match.start()), _WEEKDAY[match["day"]]
    step = _STEP_BEFORE.search(before)
    if match["week"]:
        day: dt.date | None = week(reference.day + 7 * _STEP[match["week"]] * _DAY)[0] + number * _DAY
    elif step:
        count = _STEP[step["step"]]
        if count == 0 or step["step"] in ("gestrig", "morgig"):
            day = reference.weekday(number, count or context.direction(match) or -1)
        else:
            day = reference.weekday(number, count, strict=True)
            if day and abs(count) == 2:
                day += 7 * (count // 2) * _DAY
    elif _NO_WEEKDAY.search(before) or not (match["part"] or _WEEKDAY_LEAD.search(before)):
        return None
    else:
        day = reference.weekday(number, context.direction(match) or -1)
    back = len(before) - step.start() if step else 0
    return _found(context, match, (day, day) if day else None, "weekday", False, back)


_YEAR_SURE = at_end(
    r"""[Jj]ahre?[ns]?|[Ss]eit|[Aa]nfang|[Mm]itte|[Ee]nde|(?:Früh|Spät)?(?:[Ss]ommer|[Ww]inter|[Hh]erbst)s?|Frühjahrs?|Frühling
    |Silvester|Weihnachten|Ostern|Pfingsten|Jahrgang|Saison|Jahren?\s[12]\d{3}(?:\sund|\soder|\sbis|,)"""
)
_YEAR_NUMBERED = at_end(
    r"""Agenda|Artikel[ns]?|Art\.|Paragra(?:f|ph)(?:en)?|§§?|Nr\.|Nummer|Absatz|Seite|S\.|Windows|Office|Platz|Zimmer|Modell
    |Studio|rund|etwa|ca\.|circa|fast|mehr\sals|weniger\sals|als|über|insgesamt|knapp|gut|Boeing|Airbus|Horizon|Horizont|mit
    |Kanal|Version|Peugeot|Porsche|Formel|Postleitzahl|Telefon|Tel\.|Fax|Kapitel|Zeile|Vers|Raum|Linie|Bus|Flug|Kilo|\d
    |Vision|Strategie|Projekt|für|um\s(?:rund|etwa)|jeweils|je|pro|alle|die|der|den|das|dem|des|diese[rn]?|weitere[n]?|minus"""
)
_YEAR_AFTER = re.compile(rf"\s?[%€$°]|\s?(?:{_COUNTED})|\s\d|\s[A-ZÄÖÜ]\w+(?:en|er)\b", re.VERBOSE)


@GERMAN.rule(r"[12](?<![\w.,:/+\-–]\d)\d{3}(?:[-–/](\d{4}|\d\d)(?!\d))?(?![\w%€$°]|[.,:/]\d|-\w|–\d)")
def _year(context: Context, match: re.Match[str]) -> Found | None:
    found = year_like(context, match, _YEAR_SURE, _YEAR_AFTER, _YEAR_NUMBERED)
    if found is None:
        return None
    part = _part(context, match)
    return _found(context, match, year_part(found.period[0].year, part) if part else found.period, "year")


@GERMAN.rule(r"[12](?<!\w\d)\d\d0er(?:[ -]?[Jj]ahren?)?(?!\w)|[1-9](?<!\w\d)0er[ -]?Jahren?(?!\w)")
def _decade(context: Context, match: re.Match[str]) -> Found | None:
    number = int(re.split("er", match[0])[0])
    first = number if number >= 1000 else 1900 + number
    part = _part(context, match)
    shift = {"early": (0, 3), "mid": (4, 6), "late": (7, 9), None: (0, 9)}[part]
    return _found(context, match, years(first + shift[0], first + shift[1]))


@GERMAN.rule(r"[12](?<![\d.,]\d)?\d?\.\sJahrhunderts?(?!\w)")
def _century(context: Context, match: re.Match[str]) -> Found | None:
    number = int(match[0].partition(".")[0])
    return _found(context, match, years(number * 100 - 99, number * 100)) if 5 <= number <= 22 else None


@GERMAN.rule(
    rf"(?P<season>{'|'.join(_SEASON)})s?(?:\s(?P<year>[12]\d{{3}})(?:/\d\d(?:\d\d)?)?(?!\w)|\s(?:des\s)?(?P<step>{_STEPS})e[ns]\sJahres)?(?!\w|-\w)"
)
def _season(context: Context, match: re.Match[str]) -> Found | None:
    month = SEASONS[_SEASON[match["season"]]]
    before = context.before(match.start())
    step, back = _STEP_BEFORE.search(before), 0
    towards = context.direction(match)
    if not match["year"] and not match["step"]:
        if step:
            towards, back = _STEP[step["step"]], len(before) - step.start()
        elif not towards or not re.search(r"(?<!\w)[Ii]m\s\Z", before):
            return None  # any summer
        period = context.nearest(match, lambda year: months(year, month, 3), max(-1, min(1, towards)))
        return _found(context, match, period, "other", False, back)
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


_NOT_TODAY = at_end(r"[Bb]is|[Nn]och|[Vv]on|[Aa]uch|[Dd]as|[Dd]ie|[Dd]er|als|wie")
_CLOCK = re.compile(rf"\s(?:(?:{_DAYPART})\b|(?:Früh|Morgen|Vormittag|Mittag|Nachmittag|Abend|Nacht)\b|um\s\d|ab\s\d)")


@GERMAN.rule(r"(?:[Hh]eute|[Vv]?orgestern|[Vv]orgestern|[Gg]estern|übermorgen|Übermorgen|morgen)(?!\w|-\w)")
def _near_day(context: Context, match: re.Match[str]) -> Found | None:
    reference = context.reference
    if reference is None or reference.day is None:
        return None
    before, word = context.before(match.start()), match[0].lower()
    if before[-1:].isalnum() or before[-1:] == "-":
        return None
    if re.search(rf"(?:(?:{_WEEKDAYS})|[Hh]eute|[Gg]estern|[Gg]uten|[Aa]m|jeden|den)\s\Z", before) and "morgen" in word:
        return None
    clock = _CLOCK.match(context.after(match.end()))
    if word == "heute" and not clock and (_NOT_TODAY.search(before) or not context.direction(match)):
        return None  # nowadays
    if word == "gestern" and re.search(r"\b(?:von|aus)\s\Z", before):
        return None
    day = reference.day + {"vorgestern": -2, "gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2}[word] * _DAY
    return _found(context, match, (day, day), "weekday", False)


@GERMAN.rule(rf"(?P<step>{_STEPS})e[nmrs]?\s(?P<unit>Woche|Wochenendes?|Monats?|Jahr(?:es)?)(?!\w|-\w)")
def _unit(context: Context, match: re.Match[str]) -> Found | None:
    reference, step, unit = context.reference, _STEP[match["step"]], match["unit"]
    if reference is None or context.before(match.start())[-1:].isalnum():
        return None
    if unit.startswith("Wochenende"):
        towards = step or context.direction(match)
        return _found(context, match, reference.weekend(towards, strict=step != 0), "other", False)
    period = reference.unit({"W": "week", "M": "month", "J": "year"}[unit[0]], step)
    part = _part(context, match)
    if period and part and unit[0] in "MJ":
        first = period[0]
        period = month_part(first.year, first.month, part) if unit[0] == "M" else year_part(first.year, part)
    return _found(context, match, period, "other", False)


@GERMAN.rule(r"(?:des\sJahres|des\sMonats|der\sWoche)(?!\w|\s[12]\d{3})")
def _part_of_this(context: Context, match: re.Match[str]) -> Found | None:
    part, reference = re.search(r"\b(Anfang|Mitte|Ende)\s\Z", context.before(match.start())), context.reference
    if part is None or reference is None or match[0].endswith("Woche"):
        return None
    period = reference.unit("year" if match[0].endswith("Jahres") else "month", 0)
    if period is None:
        return None
    first, name = period[0], _PART[part[1].lower()]
    period = year_part(first.year, name) if match[0].endswith("Jahres") else month_part(first.year, first.month, name)
    return _found(context, match, period, "other", False)


@GERMAN.rule(r"Wochenende(?!\w|-\w)")
def _weekend(context: Context, match: re.Match[str]) -> Found | None:
    before = context.before(match.start())
    lead = re.search(r"(?<!\w)(?:[Aa]m|[Vv]om|[Zz]um|[Ss]eit\sdem|[Üü]bers|[Bb]is\szum)\s\Z", before)
    if lead is None or context.reference is None:
        return None
    return _found(context, match, context.reference.weekend(context.direction(match)), "other", False)


@GERMAN.rule(
    rf"[Vv]or\s(?P<n>\d{{1,3}}|{'|'.join(_NUMBER)})\s(?P<unit>Tag(?:en)?|Wochen?|Monat(?:en)?|Jahr(?:en|zehnten)?)(?!\w)"
)
def _ago(context: Context, match: re.Match[str]) -> Found | None:
    if context.reference is None or context.before(match.start())[-1:].isalnum():
        return None
    number = _NUMBER.get(match["n"]) or int(match["n"])
    if match["unit"].startswith("Jahrz"):
        return None
    return _found(context, match, context.reference.unit(_UNIT[match["unit"][0]], -number), "other", False)
