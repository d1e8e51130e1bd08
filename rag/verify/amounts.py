"""Amounts in a text: figures and number words with what rounds them ("rund", "mehr als") and what they measure.

"1,5 Millionen", "1.500.000" and "anderthalb Millionen" have one value; so have "18 %" and "18 Prozent".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from rag import german
from rag.sentences import sentence_spans
from rag.verify.numerals import FRACTIONS, ORDINALS, ROUNDED, SCALES, UNITS, VAGUE, spelt

_LEAD = re.compile(
    rf"(?<!\w)(?P<word>{'|'.join(sorted(ROUNDED, key=len, reverse=True))})\.?\s(?:(?:eine?n?r?|einem|a|die|den)\s)?\Z",
    re.IGNORECASE,
)
_DIGITS = r"\d{1,3}(?:[ ’']\d{3})+(?!\d)|\d+(?:[.,]\d+)*"
_LETTERS = r"[^\W\d_]+(?:(?<=ty)-[^\W\d_]+)?"
_ATOM = re.compile(
    rf"(?<![\w.,])(?:[€$£]\s?)?(?P<digits>{_DIGITS})(?:(?=\.\s)(?P<stop>\.))?|(?<![\w])(?P<letters>{_LETTERS})"
)
_AFTER = re.compile(rf"(?:\s|-)?(?P<scale>{'|'.join(sorted(SCALES, key=len, reverse=True))})(?!\w)\.?", re.IGNORECASE)
_UNIT = re.compile(r"(?:\s|-)?(?:US-)?(?P<unit>%|€|\$|£|per cent\b|D-Mark\b|[^\W\d_]+)")
_TOWARDS = re.compile(r"\s?(?:bis|–|-|to)\s?|\s(?:und|and)\s")
_AGAINST = re.compile(r"\s?:\s?|\s(?:zu|gegen|to)\s")
_ADJECTIVE = re.compile(
    r"(jährig|prozentig|stündig|tägig|wöchig|monatig|minütig|sekündig|köpfig|mal|fach)\w*\Z", re.IGNORECASE
)
# "by a third", not "a third man"
_A_THIRD = re.compile(
    r"(?:(?<=\ba[ -])|(?<=\bone[ -]))third\b"
    r"(?!\s(?!(?:of|more|less|fewer|higher|lower|to|in|on|since|by|and|or|from|over|compared)\b)\w)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:zwischen|between)\s\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number at ``text[start:end]``, rounding word included. ``low`` and ``high`` differ in a range.

    ``unit`` is "" where it counts things. Values are in the smallest unit: 2 km are 2000 "meter".
    """

    start: int
    end: int
    low: float
    high: float
    rounding: str = ""  # a key of _ROUNDING
    unit: str = ""
    unit_at: tuple[int, int] | None = None
    kind: Literal["amount", "ordinal", "score", "vague"] = "amount"
    number_at: int = 0  # where the number itself begins


def amounts(text: str, language: str | None, without: Collection[tuple[int, int]] = ()) -> list[Amount]:
    """The amounts of ``text`` in order; none that overlaps a span of ``without`` (dates, for one)."""
    found: list[Amount] = []
    ends = {end for _, end in sentence_spans(text)}
    for one in _joined(text, _atoms(text, language, ends)):
        if any(one.number_at < end and start < one.end for start, end in without):
            continue
        if lead := _LEAD.search(text[max(0, one.start - 30) : one.start]):
            one = replace(one, start=one.start - len(lead[0]), rounding=ROUNDED[lead["word"].lower()])
        found.append(one)
    return found


def _atoms(text: str, language: str | None, ends: Collection[int]) -> Iterator[Amount]:
    at = 0
    while match := _ATOM.search(text, at):
        at = match.end()
        value, kind, unit = _value(match, text)
        if kind == "ordinal" and match["stop"] and match.end() in ends:
            kind = "amount"  # a full stop
        if value is None:
            continue
        end, unit_at = match.end("digits") if match["digits"] else match.end(), None
        if kind == "ordinal":
            yield Amount(match.start(), end, value, value, kind="ordinal", number_at=match.start())
            continue
        if not unit:
            for _ in range(2):  # "20 Tsd. Mio."
                if scale := _AFTER.match(text, end):
                    word = scale["scale"]
                    if word == "m" and text[match.start()] not in "€$£":
                        break
                    factor = 1e9 if language == "en" and word == "billion" else SCALES[word.lower()]
                    value, end = value * factor, scale.end()
            if (found := _UNIT.match(text, end)) and found["unit"].lower() in UNITS:
                name, factor = UNITS[found["unit"].lower()]
                unit, unit_at = name, found.span("unit")
                value *= factor
            elif text[match.start()] in "€$£":
                unit, unit_at = UNITS[text[match.start()]][0], (match.start(), match.start() + 1)
            elif (found := _UNIT.match(text, end)) and (adjective := _ADJECTIVE.match(found["unit"].lower())):
                unit, factor = UNITS.get(adjective[1], ("", 1))
                value, unit_at = value * factor, found.span("unit")
        else:
            unit_at = match.span()
        at = max(at, end)
        yield Amount(match.start(), end, value, value, unit=unit, unit_at=unit_at, kind=kind, number_at=match.start())


def _value(match: re.Match[str], text: str) -> tuple[float | None, Literal["amount", "ordinal", "vague"], str]:
    """What a figure or a word is worth, None when it is no number; a unit that is part of the word."""
    if match["digits"]:
        number = german.words(match["digits"])[0].replace("x", ".")
        if number.count(".") > 1 or (match["digits"].startswith("0") and "," not in number and len(number) > 4):
            return None, "amount", ""
        following = text[match.end() : match.end() + 2].strip()
        ordinal = (
            bool(match["stop"]) and match["digits"].isdecimal() and len(match["digits"]) < 3 and following.isalpha()
        )
        return float(number), "ordinal" if ordinal else "amount", ""
    word = german.fold(match["letters"]).replace("-", "")
    after = re.match(r"\s(\w+)", text[match.end() : match.end() + 12])
    if after and german.fold(after[1]) in FRACTIONS:
        return None, "amount", ""  # "zwei Drittel" is told at "Drittel"
    if word in VAGUE:
        return VAGUE[word], "vague", ""
    if word in FRACTIONS:
        return _fraction(text, match) * 100, "amount", "prozent"
    if _A_THIRD.match(text, match.start()):
        return 100 / 3, "amount", "prozent"
    if word in ("halbe", "half") and _AFTER.match(text, match.end()):
        return 0.5, "amount", ""
    if adjective := _ADJECTIVE.search(word):
        value = spelt(word[: adjective.start()])
        return value and value * UNITS.get(adjective[1], ("", 1))[1], "amount", UNITS.get(adjective[1], ("", 1))[0]
    if rank := ORDINALS.get(re.sub(r"(?<=t)e[nrsm]?$", "", word)):
        return (
            (float(rank), "ordinal", "")
            if word.endswith(("e", "en", "er", "es", "em", "d", "h")) or (word == "first")
            else (spelt(word), "amount", "")
        )
    if word in ("eine", "einer", "einen", "ein", "one", "a") and _AFTER.match(text, match.end()):
        return 1.0, "amount", ""
    return (None if word in ("ein", "eins", "one", "second") else spelt(word)), "amount", ""


def _fraction(text: str, match: re.Match[str]) -> float:
    before = re.search(r"(\w+)\s\Z", text[max(0, match.start() - 15) : match.start()])
    many = spelt(german.fold(before[1])) if before else None
    return FRACTIONS[german.fold(match["letters"])] * (many or 1)


def _joined(text: str, atoms: Iterator[Amount]) -> Iterator[Amount]:
    """Two ends of a range ("20 bis 25", "zwischen 20 und 25") and the two sides of a score ("4:2") as one."""
    held: Amount | None = None
    for one in atoms:
        if held is not None:
            gap = text[held.end : one.start]
            between = _BETWEEN.search(text, max(0, held.start - len("zwischen ")), held.start)
            if held.kind == one.kind == "amount" and not held.unit.strip() and len(gap) < 8:
                falling = held.low > one.high
                if _AGAINST.fullmatch(gap) and (gap.strip() != "to" or falling):
                    held = replace(
                        one, start=held.start, number_at=held.start, low=held.low, high=one.high, kind="score"
                    )
                    continue
                joins = _TOWARDS.fullmatch(gap) and (between or gap.strip() not in ("und", "and"))
                if joins and not falling:
                    start = between.start() if between else held.start
                    held = replace(one, start=start, number_at=held.start, low=held.low, high=one.high)
                    continue
            yield held
        held = one
    if held is not None:
        yield held
