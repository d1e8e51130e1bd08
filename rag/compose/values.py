"""What an answer says, so that two can be compared: an amount, days, or words and names. "rund 300" is "etwa 300" is 300."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from corpus.mentions import DateMention
from rag.compose.reading import read
from rag.models.question import Kind
from rag.types import Evidence
from rag.verify.amounts import Amount, amounts
from rag.verify.ground import is_content
from rag.verify.match import Matcher
from rag.verify.rounding import bears_out
from rag.verify.words import Text

# What was said before or is compared with: no answer of this sentence.
_NO_LONGER = re.compile(
    r"""\b(?:(?:had|has)\sstood\sat(?:\saround|\sabout)?|statt|anstatt|anstelle\svon|instead\sof|rather\sthan|gegenüber|zuvor|vorher|ursprünglich|up\sfrom|down\sfrom
    |than|times\sthe|earlier|previous(?:ly)?)\s(?:\w+\s){0,2}\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:davon|darunter|allein|darin|of\s(?:them|those|whom)|including|among\s(?:them|whom)|alone|weitere[nr]?"
    r"|zusätzlich\w*|another|additional|further)\s(?:\w+\s){0,2}\Z",
    re.IGNORECASE,
)
_OF_ALL = re.compile(r"\s(?:of\s(?:the|those|them|these|its|their|all)|von\sihnen|der\s(?=[A-ZÄÖÜ]))\b", re.IGNORECASE)
_MORE = re.compile(r"\s?(?:mehr|weniger|weitere|zusätzlich\w*|more|fewer|less)\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:mehrere|einige|viele|etliche|zig|several|many|some)\s\Z", re.IGNORECASE)
# What would have to be so, or what others hold to be needed: "wenn mindestens 600", "bleiben es unter 600, kann ...".
_IF = re.compile(
    r"""(?:\b(?i:wenn|falls|sofern|solange|vorausgesetzt|if|unless|provided|as\slong\sas)\s(?:[^,.;:]|(?<=\d)[.,](?=\d))*
    |\b(?:Bedingung|Voraussetzung|condition),?\s(?:dass|that)\s(?:[^,.;:]|(?<=\d)[.,](?=\d))*
    |(?P<verb>(?:\A|[:;.]\s)(?:Sollten?|Bleib(?:t|en)|Sink(?:t|en)|Steig(?:t|en)|F[aä]ll(?:t|en)|Lieg(?:t|en)|Erreich(?:t|en)|Should)\s[^,.;:]*))\Z""",
    re.VERBOSE,
)
_THEN = re.compile(r"[^,.;:]*,\s(?:so|dann|kann|können|wird|werden|muss|müssen|soll|sollen|droht|drohen|könnte|will)\b")
_NEEDED = re.compile(
    r"\b(?:nötig|notwendig|erforderlich|vorgeschrieben|vorgesehen|verlangt|gefordert|braucht|benötigt|required|needed|necessary)\b"
)
MOST_AROUND = 4  # words of a span with a number; what is longer is cut to the number
_DATE_LEAD = re.compile(
    r"(?:(?:am|im|in|an|seit|ab|bis|vom|vor|zum|dem|den|der|des|von|jahr(?:es|e)?|on|since|of|the|by|from|until)\s)+",
    re.IGNORECASE,
)
_REACH = 40  # characters looked at before an amount


@dataclass(frozen=True)
class Value:
    """One answer in comparable form. ``start``/``end``: its words in the article, with rounding word and unit.

    ``text``: what people and programs are shown of it: "3600", "4800000 euro", "2024-10-11", "kai lindner".
    """

    kind: Literal["amount", "date", "words"]
    start: int
    end: int
    words: Text
    amount: Amount | None = None
    days: tuple[dt.date, dt.date] | None = None

    @cached_property
    def text(self) -> str:
        if self.amount is not None:
            low, high = f"{self.amount.low:.12g}", f"{self.amount.high:.12g}"
            return f"{low if low == high else f'{low}-{high}'} {self.amount.unit}".strip()
        if self.days is not None:
            first, last = (day.isoformat() for day in self.days)
            return first if first == last else f"{first}/{last}"
        return " ".join(token.word for token in self.words.tokens if is_content(token)) or self.words.text.lower()


def value_of(item: Evidence, kind: Kind) -> Value | None:
    """What the span of ``item`` says, read as an answer of ``kind``; None without a span, or where a number or a day is
    asked for and the span has none."""
    if item.span is None:
        return None
    start, end = item.span[0] - item.start, item.span[1] - item.start
    days = dates_in(item)
    dated = [d for d in days if d.start < item.span[1] and item.span[0] < d.end]
    if kind == "date" or (kind == "other" and dated and dated[0].start <= item.span[0]):
        if not dated:
            return None
        first, last = min(d.start for d in dated), max(d.end for d in dated)
        period = (min(d.first for d in dated), max(d.last for d in dated))
        lead = _DATE_LEAD.match(item.text, first - item.start)
        bounds = min(lead.end() + item.start if lead else first, item.span[0]), max(last, item.span[1])
        return Value("date", *bounds, words_at(item, *bounds), days=period)
    inside = [a for a in amounts_in(item) if a.start < end and start < a.end]
    if inside and (kind == "number" or (kind == "other" and inside[0].start <= start + 1)):
        if len(inside) > 1 or len((item.answer or "").split()) > MOST_AROUND:
            start, end = inside[0].start, inside[0].end  # "112 Mio. Euro und damit ein Drittel": only the number
        bounds = with_unit(item, inside[0], start, end)
        return Value("amount", *bounds, words_at(item, *bounds), amount=inside[0])
    if kind == "number":
        return None
    return Value("words", *item.span, words_at(item, *item.span))


def dates_in(item: Evidence) -> list[DateMention]:
    """The dates of the passage that lie in the sentence; places count in the article."""
    return [d for d in item.passage.dates if item.start <= d.start and d.end <= item.end]


def amounts_in(item: Evidence) -> list[Amount]:
    """The amounts of the sentence, places counted in it, without those that it says are no longer so."""
    without = [(d.start - item.start, d.end - item.start) for d in dates_in(item)]
    found = [a for a in amounts(item.text, item.passage.language, without) if not is_past(item.text, a)]
    # "mehrere Tausend Soldaten": an order of size
    return [replace(a, kind="vague") if _SEVERAL.search(item.text[: a.start]) else a for a in found]


def is_past(text: str, amount: Amount) -> bool:
    """Whether an amount of ``text`` is what was told before, or compared with: "statt 2.800", "three times the 1,500"."""
    return bool(_NO_LONGER.search(text[max(0, amount.start - _REACH) : amount.start]))


def is_part(text: str, amount: Amount) -> bool:
    """Whether an amount of ``text`` is a part of another: "davon 12", "2,000 of the wounded"."""
    before, number_before = text[max(0, amount.start - _REACH) : amount.start], text[: amount.number_at][-_REACH:]
    return bool(_PART.search(before) or _PART.search(number_before) or _OF_ALL.match(text, amount.end))


def is_difference(text: str, amount: Amount) -> bool:
    """Whether an amount of ``text`` is a difference: "50 mehr"."""
    return bool(_MORE.match(text, max(amount.end, amount.unit_at[1] if amount.unit_at else 0)))


def is_condition(text: str, amount: Amount) -> bool:
    """Whether an amount of ``text`` is what would have to be so, and nobody says that it is: "wenn mindestens 600 kommen"."""
    before, after = text[: amount.start], text[amount.end :]
    if found := _IF.search(before):
        return found["verb"] is None or bool(_THEN.match(after))
    return amount.rounding in ("least", "most") and bool(_NEEDED.search(after.partition(";")[0]))


def with_unit(item: Evidence, amount: Amount, start: int, end: int) -> tuple[int, int]:
    """Bounds in the article of a span grown to hold the whole of an amount: "300" becomes "rund 300"."""
    last = max(amount.end, amount.unit_at[1] if amount.unit_at else 0)
    return item.start + min(start, amount.start), item.start + max(end, last)


def same(one: Value, other: Value) -> bool:
    """Whether two answers say the same, as far as both are exact."""
    if one.amount is not None and other.amount is not None:
        a, b = one.amount, other.amount
        if a.unit != b.unit or a.kind != b.kind:
            return False
        equal = math.isclose(a.low, b.low, rel_tol=1e-9) and math.isclose(a.high, b.high, rel_tol=1e-9)
        return equal or "yes" in (bears_out(a, b), bears_out(b, a))
    if one.days and other.days:
        return _within(one.days, other.days) or _within(other.days, one.days)
    if one.kind != "words" or other.kind != "words":
        return False
    return _told(one, other) or _told(other, one)


def differ(one: Value, other: Value) -> bool:
    """Whether two answers can't both be true of one thing. Nothing is said of amounts that may be roundings of each
    other, nor of words that are no names."""
    if one.amount is not None and other.amount is not None:
        a, b = one.amount, other.amount
        if a.unit != b.unit or a.kind != b.kind or a.kind not in ("amount", "score"):
            return False
        return bears_out(a, b) == bears_out(b, a) == "no"
    if one.days and other.days:
        return one.days[1] < other.days[0] or other.days[1] < one.days[0]
    if one.kind == other.kind == "words":
        named = [any(token.name for token in value.words.tokens) for value in (one, other)]
        return all(named) and not _related(one, other)
    return False


def _within(inner: tuple[dt.date, dt.date], outer: tuple[dt.date, dt.date]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _told(one: Value, other: Value) -> bool:
    """Whether every word of one that says something has a mate in the other: "Lindner" in "Kai Lindner"."""
    content = [token for token in one.words.tokens if is_content(token) or token.word.isdecimal()]
    matcher = Matcher(one.words, other.words.tokens)
    return bool(content) and all(matcher.find(token) for token in content)


def _related(one: Value, other: Value) -> bool:
    """Whether any word of one has a mate in the other."""
    matcher = Matcher(one.words, other.words.tokens)
    return any(matcher.find(token) for token in one.words.tokens if is_content(token))


def words_at(item: Evidence, start: int, end: int) -> Text:
    """The words at a place of the article, read in their sentence: it takes the words around to tell names from nouns."""
    text = read(item.text, item.passage.language)
    inside = (t for t in text.tokens if start - item.start <= t.start < end - item.start)
    return replace(text, text=item.text[start - item.start : end - item.start], tokens=tuple(inside))
