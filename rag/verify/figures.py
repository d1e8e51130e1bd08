"""Numbers and dates of a sentence: are they in the sources, of the same things, and of the same event?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from corpus.mentions import DateMention
from rag import german
from rag.verify.amounts import Amount
from rag.verify.ground import Fault, Reading, is_content
from rag.verify.match import sides
from rag.verify.numerals import ORDINALS
from rag.verify.rounding import Degree, bears_out
from rag.verify.tables import opposites
from rag.verify.wording import MOSTLY
from rag.verify.words import Token

_RANK = {"yes": 2, "loose": 1, "no": 0}
_INSTEAD = re.compile(
    r"(?:statt|anstatt|anstelle\svon|instead\sof|rather\sthan|nicht)\s(?:\w+\s){0,2}\Z", re.IGNORECASE
)
_OF = re.compile(r"\d\s(?:von|of)\s(?:\w+\s)?\Z", re.IGNORECASE)
_SINCE = re.compile(r"(?:seit|since)\b", re.IGNORECASE)
_BEFORE = 30  # characters looked at before a number
_COUNTS_ALIKE = frozenset("monat tag".split())  # units in which the age of people is told


def dates(reading: Reading) -> Iterator[Fault]:
    """A fault for each date that the sources do not have, have less exactly, or have for something else."""
    spans = dict.fromkeys((date.start, date.end) for _, date in reading.claim.dates)
    for start, end in spans:
        own = [(source, date) for source, date in reading.claim.dates if (date.start, date.end) == (start, end)]
        degree, place = _dated(reading, own)
        if degree != "yes":
            # The day of publication may stand for one that is not told, but not for another one that is.
            instead = place is None and _dates_left(reading)
            yield reading.fault(start, end, "date", degree == "no" or instead)
        elif (place is None or place.sentence != reading.best) and _dates_left(reading):
            yield reading.fault(start, end, "date", reading.share >= MOSTLY)
        elif place is not None and (others := _other_dates(reading, own, place)):
            around = _around(reading, start, end)
            if _elsewhere(reading, around, place, others):
                yield reading.fault(start, end, "date", True)


def _dated(reading: Reading, own: Sequence[tuple[int, DateMention]]) -> tuple[Degree, Token | None]:
    """How well the best date of the sources bears a date out, and where that stands."""
    best: Degree = "no"
    place = None
    attributed = any(sign.kind == "attribution" for sign in reading.signs)
    for source, date in own:
        for at, other in reading.ground.dates:
            mine = reading.claim.text.text[max(0, date.start - _BEFORE) : date.start]
            if at != source or (_instead(reading, at, other.start) and not _INSTEAD.search(mine)):
                continue
            degree = _same_days(date, other)
            token = reading.ground.near(at, other.start, other.end)
            better = _RANK[degree] > _RANK[best]
            if better or (degree == best != "no" and token and token.sentence == reading.best):
                best, place = degree, token
        published = reading.ground.published[source]
        if best == "no" and published and date.first <= published.first and published.last <= date.last:
            best = "yes" if attributed else "loose"
    return best, place


def _dates_left(reading: Reading) -> bool:
    """Whether the sentence of the sources that has most of the words tells of a day that is not this sentence's."""
    for at, other in reading.ground.dates:
        token = reading.ground.near(at, other.start, other.end)
        if token and token.sentence == reading.best and not _instead(reading, at, other.start):
            degrees = [_same_days(date, other) for source, date in reading.claim.dates if source == at]
            if "yes" not in degrees:
                return True
    return False


def _instead(reading: Reading, source: int, start: int) -> bool:
    """Whether a number or date of the sources is what no longer holds: "statt im Dezember"."""
    return bool(_INSTEAD.search(reading.ground.texts[source].text[max(0, start - _BEFORE) : start]))


def _same_days(claim: DateMention, source: DateMention) -> Degree:
    if _SINCE.match(claim.text):  # lasts until publication: the first day is what counts
        return "yes" if claim.first == source.first else "no"
    if (claim.first, claim.last) == (source.first, source.last) or german.fold(claim.text) == german.fold(source.text):
        return "yes"
    if claim.first <= source.first and source.last <= claim.last:
        return "yes"  # less exact
    return "loose" if source.first <= claim.first and claim.last <= source.last else "no"


def _other_dates(reading: Reading, own: Sequence[tuple[int, DateMention]], place: Token) -> list[Token]:
    """Where the sources have dates of which the claim's is none."""
    found = []
    for source, date in own:
        for at, other in reading.ground.dates:
            if at == source and _same_days(date, other) == "no" and _same_days(other, date) == "no":
                token = reading.ground.near(at, other.start, other.end)
                if token and token.clause != place.clause:
                    found.append(token)
    return found


def amounts(reading: Reading) -> Iterator[Fault]:
    """A fault for each number that the sources do not have, have with another rounding, or have of something else."""
    for _, claim in reading.claim.amounts:
        fault = _counted(reading, claim)
        if fault:
            yield fault


def _counted(reading: Reading, claim: Amount) -> Fault | None:
    candidates = []
    for source, other in reading.ground.amounts:
        degree = bears_out(claim, other) if _same_unit(claim, other) else "no"
        token = reading.ground.near(source, other.number_at, other.end)
        if degree != "no" and token:
            candidates.append((token.sentence == reading.best, _RANK[degree], source, other, token))
    if not candidates:
        return _other_unit(reading, claim) or _wrong(reading, claim)
    around = _around(reading, claim.number_at, claim.end)
    fault = None
    for _, rank, source, other, token in sorted(candidates, key=lambda c: (-c[1], not c[0])):
        fault = _misplaced(reading, claim, around, source, other, token)
        if fault is None:
            return None if rank == 2 else reading.fault(claim.start, _end(claim), "number", False)
    return fault


def _end(claim: Amount) -> int:
    return max(claim.end, claim.unit_at[1]) if claim.unit_at else claim.end


def _wrong(reading: Reading, claim: Amount) -> Fault:
    known = any(
        math.isclose(claim.low, other.low) and math.isclose(claim.high, other.high) and _same_unit(claim, other)
        for _, other in reading.ground.amounts
    )
    return reading.fault(claim.start if known else claim.number_at, claim.end, "number", True)


def _same_unit(claim: Amount, source: Amount) -> bool:
    return claim.unit == source.unit


def _other_unit(reading: Reading, claim: Amount) -> Fault | None:
    """The unit, or the noun, where the sources have the same figures with another."""
    text = reading.claim.text.text
    figures = re.match(r"[€$£]?\s?[\d.,]*\d", text[claim.number_at :])
    for source, other in reading.ground.amounts:
        theirs = reading.ground.texts[source].text
        there = re.match(r"[€$£]?\s?[\d.,]*\d", theirs[other.number_at :])
        same = figures and there and german.words(figures[0]) == german.words(there[0])
        if not same or (claim.unit == other.unit and bears_out(claim, other) != "no") or claim.kind != other.kind:
            continue
        at = claim.number_at + len(figures[0]) if figures else claim.end
        stems = {token.stem for token in reading.ground.tokens if token.source == source
                 and other.number_at <= token.start < other.end + 25}  # fmt: skip
        for token in reading.claim.tokens:
            if at <= token.start < _end(claim) + 25 and token.stem not in stems and token.word.isalpha():
                return reading.fault(token.start, token.end, "unit", True)
    return None


def _around(reading: Reading, start: int, end: int) -> list[Token]:
    """The content words of the clause that holds a span."""
    clauses = {token.clause for token in reading.claim.tokens if token.start < end and start < token.end}
    return [t for t in reading.content if t.clause in clauses]


def _misplaced(
    reading: Reading, claim: Amount, around: Sequence[Token], source: int, other: Amount, token: Token
) -> Fault | None:
    """A fault where the number found is another thing's."""
    before = reading.ground.texts[source].text[max(0, other.start - _BEFORE) : other.start]
    mine = reading.claim.text.text[max(0, claim.start - _BEFORE) : claim.start]
    gone = _instead(reading, source, other.start)
    if (gone and not _INSTEAD.search(mine)) or (_OF.search(before) and not _OF.search(mine)):
        return _wrong(reading, claim)
    clause = reading.ground.clause(token.clause)
    own = [t for t in reading.claim.tokens if t.clause in {a.clause for a in around}]
    for table, _ in opposites(reading.claim.text.language):
        told, known = sides(own, table), sides(clause, table)
        if told and known and told.keys().isdisjoint(known) and claim.kind != "ordinal" and not claim.unit:
            worst = next(iter(told.values()))
            return reading.fault(worst.start, worst.end, "unit", True)
    if claim.unit == "" and (noun := _noun(reading, claim)):
        if not reading.mates.get(noun.start):
            return reading.fault(noun.start, noun.end, "unit", False)  # perhaps only another word for it
        near = {mate.sentence - token.sentence for mate in reading.mates[noun.start]}
        if not near & {-1, 0, 1}:
            return reading.fault(noun.start, noun.end, "unit", True)
    others = [
        at
        for number, amount in reading.ground.amounts
        if amount is not other and amount.unit == claim.unit and amount.kind == claim.kind
        if (at := reading.ground.near(number, amount.number_at, amount.end)) and at.clause != token.clause
    ]
    return _wrong(reading, claim) if _elsewhere(reading, around, token, others) else None


def _noun(reading: Reading, claim: Amount) -> Token | None:
    """What is counted: the first noun right behind the number (in English the first word that says something)."""
    behind = [t for t in reading.claim.tokens if t.start >= claim.end][:4]
    for token in behind:
        if token.source != 0 or token.clause != behind[0].clause or token.word[0].isdecimal():
            return None
        if token.word in ORDINALS or token.word in ("last", "next"):
            return None
        if is_content(token) and (token.capital or reading.claim.text.language == "en") and not token.name:
            return token
        if not token.word.endswith(("e", "en", "er", "es", "em")) and reading.claim.text.language != "en":
            return None
    return None


def _elsewhere(reading: Reading, around: Sequence[Token], place: Token, others: Sequence[Token]) -> bool:
    """Whether words around a number belong to another number's clause, and none to that of the one found alone.

    The second of two numbers of a sentence may share the words of the first: "300 Menschen verletzt und 14 getötet".
    """
    here = {token.start for token in reading.within(around, clause=place.clause)}
    for other in others:
        there = {token.start for token in reading.within(around, clause=other.clause)}
        if other.sentence == reading.best and there - here and (other.start > place.start or not here - there):
            return True
    return False
