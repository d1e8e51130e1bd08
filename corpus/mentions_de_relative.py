"""German: words for days, weeks and years that are counted from the day of publication ("gestern", "am Freitag")."""

from __future__ import annotations

import datetime as dt
import re

from corpus.mention_rules import Context, Found, Rules, at_end
from corpus.mentions_de import DAY, DAYPART, PART, STEP, STEP_BEFORE, STEPS, WEEKDAY, WEEKDAYS, mention, part_of
from corpus.periods import month_part, week, year_part

GERMAN_RELATIVE = Rules()
NUMBER = {w: n for n, w in enumerate("null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split())}
NUMBER |= {"einem": 1, "einer": 1}
UNIT = {"T": "day", "W": "week", "M": "month", "J": "year"}

_NO_WEEKDAY = at_end(
    r"""[Jj]ede[nmrs]?|[Ee]ine[nmrs]?|[Ee]in|[Dd]er|[Dd]ie|[Dd]as|\w*te[nmrs]?|jene[mnrs]?|\w*folgenden|selben|Schwarze[rn]
    |verkaufsoffene[nrm]?|freie[nrm]?|normale[nrm]?|immer|manche[nmr]?|Good|Black"""
)
# "am Freitag und Samstag"
_AFTER_DAY = rf"(?:[Aa]m|[Vv]o[nm]|[Zz]wischen|[Ff]ür)\s(?:{WEEKDAYS})(?:{DAYPART})?(?:\s(?:und|oder|bis|auf)(?:\sden)?|\s?[-–/])"
_PAIR = at_end(_AFTER_DAY)
_WEEKDAY_LEAD = at_end(
    rf"""[Aa]m|[Vv]om|[Zz]um?|[Ss]eit|[Bb]is|[Aa]b|[Ff]ür|[Aa]uf|[Vv]on|Stand:?|[Zz]wischen|[Gg]egenüber
    |[Ee]inschließlich|(?:früh|spät)en|{_AFTER_DAY}"""
)
_HOURS = at_end(rf"(?:{WEEKDAYS})\sbis")  # "Montag bis Freitag 9 bis 17 Uhr"
_WEEK_STEP = rf"\s(?:der\s)?(?P<week>{STEPS})e[rn]\sWoche"


@GERMAN_RELATIVE.rule(rf"(?P<day>{WEEKDAYS})(?P<part>{DAYPART})?(?!\w|-\w)(?:\s(?:{DAYPART})(?!\w))?(?:{_WEEK_STEP})?")
def _weekday(context: Context, match: re.Match[str]) -> Found | None:
    reference = context.reference
    if reference is None or reference.day is None:
        return None
    before, number = context.before(match.start()), WEEKDAY[match["day"]]
    step = STEP_BEFORE.search(before)
    if match["week"]:
        day: dt.date | None = week(reference.day + 7 * STEP[match["week"]] * DAY)[0] + number * DAY
    elif step:
        count = STEP[step["step"]]
        if count == 0:
            day = reference.weekday(number, context.told(match))
        elif step["step"] in ("gestrig", "morgig"):
            day = reference.weekday(number, count)
        else:
            day = reference.weekday(number, count, strict=True)
            if day and abs(count) == 2:
                day += 7 * (count // 2) * DAY
    else:
        hours = _HOURS.search(before) and not _PAIR.search(before)
        if hours or _NO_WEEKDAY.search(before) or not (match["part"] or _WEEKDAY_LEAD.search(before)):
            return None
        day = reference.weekday(number, context.direction(match) or -1)
    back = len(before) - step.start() if step else 0
    return mention(context, match, (day, day) if day else None, "weekday", False, back)


_NOT_TODAY = at_end(r"[Bb]is|[Nn]och|[Vv]on|[Aa]uch|[Dd]as|[Dd]ie|[Dd]er|als|wie")
_CLOCK = re.compile(rf"\s(?:(?:{DAYPART})\b|(?:Früh|Morgen|Vormittag|Mittag|Nachmittag|Abend|Nacht)\b|um\s\d|ab\s\d)")


@GERMAN_RELATIVE.rule(r"(?:[Hh]eute|[Vv]?orgestern|[Vv]orgestern|[Gg]estern|übermorgen|Übermorgen|morgen)(?!\w|-\w)")
def _near_day(context: Context, match: re.Match[str]) -> Found | None:
    reference = context.reference
    if reference is None or reference.day is None:
        return None
    before, word = context.before(match.start()), match[0].lower()
    if before[-1:].isalnum() or before[-1:] == "-" or re.search(r"\b[Hh]eute (?:auf|und) \Z", before):
        return None  # "von heute auf morgen"
    if re.search(rf"(?:(?:{WEEKDAYS})|[Hh]eute|[Gg]estern|[Gg]uten|[Aa]m|jeden|den)\s\Z", before) and "morgen" in word:
        return None
    clock = _CLOCK.match(context.after(match.end()))
    if word == "heute" and not clock and (_NOT_TODAY.search(before) or not context.told(match)):
        return None  # nowadays
    if word == "morgen" and (re.search(r"\bwenn\b", before) or context.after(match.end()).startswith(" noch")):
        return None  # some day
    if word == "gestern" and re.search(r"\b(?:von|aus)\s\Z", before):
        return None
    day = reference.day + {"vorgestern": -2, "gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2}[word] * DAY
    return mention(context, match, (day, day), "weekday", False)


@GERMAN_RELATIVE.rule(rf"(?P<step>{STEPS})e[nmrs]?\s(?P<unit>Woche|Wochenendes?|Monats?|Jahr(?:es)?)(?!\w|-\w)")
def _unit(context: Context, match: re.Match[str]) -> Found | None:
    reference, step, unit = context.reference, STEP[match["step"]], match["unit"]
    if reference is None or context.before(match.start())[-1:].isalnum():
        return None
    if unit.startswith("Wochenende"):
        towards = step or context.told(match)
        return mention(context, match, reference.weekend(towards, strict=step != 0), "other", False)
    period = reference.unit({"W": "week", "M": "month", "J": "year"}[unit[0]], step)
    part = part_of(context, match)
    if period and part and unit[0] in "MJ":
        first = period[0]
        period = month_part(first.year, first.month, part) if unit[0] == "M" else year_part(first.year, part)
    return mention(context, match, period, "other", False)


@GERMAN_RELATIVE.rule(r"(?:des\sJahres|des\sMonats|der\sWoche)(?!\w|\s[12]\d{3})")
def _part_of_this(context: Context, match: re.Match[str]) -> Found | None:
    part, reference = re.search(r"\b(Anfang|Mitte|Ende)\s\Z", context.before(match.start())), context.reference
    if part is None or reference is None or match[0].endswith("Woche"):
        return None
    period = reference.unit("year" if match[0].endswith("Jahres") else "month", 0)
    if period is None:
        return None
    first, name = period[0], PART[part[1].lower()]
    period = year_part(first.year, name) if match[0].endswith("Jahres") else month_part(first.year, first.month, name)
    return mention(context, match, period, "other", False)


@GERMAN_RELATIVE.rule(r"Wochenende(?!\w|-\w)")
def _weekend(context: Context, match: re.Match[str]) -> Found | None:
    before = context.before(match.start())
    lead = re.search(r"(?<!\w)(?:[Aa]m|[Vv]om|[Zz]um|[Ss]eit\sdem|[Üü]bers|[Bb]is\szum)\s\Z", before)
    if lead is None or context.reference is None:
        return None
    towards = context.told(match) or int(lead[0][:3].lower() == "bis")
    return mention(context, match, context.reference.weekend(towards), "other", False) if towards else None


@GERMAN_RELATIVE.rule(
    rf"[Vv]or\s(?P<n>\d{{1,3}}|{'|'.join(NUMBER)})\s(?P<unit>Tag(?:en)?|Wochen?|Monat(?:en)?|Jahr(?:en|zehnten)?)(?!\w)"
)
def _ago(context: Context, match: re.Match[str]) -> Found | None:
    if context.reference is None or context.before(match.start())[-1:].isalnum():
        return None
    number = NUMBER.get(match["n"]) or int(match["n"])
    if match["unit"].startswith("Jahrz"):
        return None
    return mention(context, match, context.reference.unit(UNIT[match["unit"][0]], -number), "other", False)
