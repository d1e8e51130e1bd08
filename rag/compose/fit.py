"""What a span is, against what its question asks for: a day to "Wann", a name to "Wer". Where that can't be told, it fits."""

from __future__ import annotations

import re

from corpus.dates import MONTHS
from rag.compose.reading import read
from rag.compose.topic import Topic, clause_at, counted_noun
from rag.compose.values import amounts_in, dates_in, is_condition
from rag.types import Evidence
from rag.verify.amounts import Amount
from rag.verify.ground import is_content
from rag.verify.match import Matcher

# What a time can be told by besides a date: what it was before or after, a part of the year or the day.
_TIME = re.compile(
    r"\b(?:nach|vor|während|als|bei|seit\w*|bis|sobald|wenn|damals|gestern|heute|morgen|jetzt|bald|\w*(?:tag|nacht|abend|morgen|mittag"
    r"|woche|monat|jahr|jahrhundert|quartal|frühling|frühjahr|sommer|herbst|winter|ostern|pfingsten|weihnachten|zeit|saison)\w*"
    rf"|(?:{'|'.join(MONTHS['de'])})s?|{'|'.join(MONTHS['en'])}"
    r"|after|before|during|when|since|until|once|yesterday|today|tomorrow|\w*(?:day|night|week|weekend|month|year|century|spring"
    r"|summer|autumn|fall|winter|easter|christmas|season)s?)\b",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(r"\b(?:wie lange|how long)\b", re.IGNORECASE)
_LABEL = re.compile(r"\b[A-ZÄÖÜ]{1,4}[ -]?\d+\b")  # "BAB 12", "A 2": a thing is called so, nobody is
# A place that something comes from, or goes to: how it is asked for, and what stands before it or begins it.
_PLACE = r"\w*(?:stadt|ort|dorf|land|staat|region|provinz|hafen|insel|kontinent|gemeinde|city|town|country|place|port|airport)"
_ASKS_FROM = re.compile(
    rf"^(?:aus|von) welche[rmn]? {_PLACE}\b|\bwoher\b|^from (?:where|(?:which|what) {_PLACE})\b|^where\b.+\bfrom\W*$",
    re.IGNORECASE,
)
_ASKS_TO = re.compile(
    rf"^(?:nach|in) welche[ns]? {_PLACE}\b|\bwohin\b|^(?:in)?to (?:where|(?:which|what) {_PLACE})\b|^where\b.+\bto\W*$",
    re.IGNORECASE,
)
_FROM, _TO = (re.compile(rf"(?:^|\W)(?:{words})\s+$", re.IGNORECASE) for words in ("aus|von|vom|from", "nach|to|into"))
_EITHER = re.compile(r"\b(?:oder|or)\b")


def counting(item: Evidence, topic: Topic) -> list[Amount]:
    """The amounts of a sentence that can answer: of the right unit, and of what is asked for: not the wounded
    where the dead are, nor what would have to be."""
    text, told = read(item.text, item.passage.language), amounts_in(item)
    if not topic.priced({amount.unit for amount in told}):
        return []
    return [
        amount
        for amount in told
        if amount.kind != "ordinal"
        and (topic.requires or not is_condition(item.text, amount))
        and topic.agrees(clause_at(text, amount.number_at), item.passage.language)
        and topic.unit(amount.unit)
        and (amount.unit or topic.counts(counted_noun(text, amount.end), item.passage.language))
    ]


def counted(item: Evidence, topic: Topic) -> bool:
    """Whether a sentence tells an amount that can answer, or its span how long."""
    return bool(counting(item, topic)) or _lasting(item, topic)


def unfit(item: Evidence, topic: Topic) -> bool:
    """Whether the span of ``item`` is surely nothing of the kind asked for: no number to "Wie viele", no time to "Wann", a
    figure or a road to "Wer"; or nothing that the question has not said itself."""
    if item.span is None:
        return False
    if echoes(item, topic):
        return True
    kind, words = topic.kind, item.answer or ""
    start, end = item.span[0] - item.start, item.span[1] - item.start
    if kind == "number":
        told = any(amount.start < end and start < amount.end for amount in counting(item, topic))
        return not (told or _lasting(item, topic))
    if kind == "date":
        return not (_timed(item) or re.search(r"\d", words))
    if _other_way(topic.question, item.text[:start], words):
        return True
    if kind not in ("person", "place"):
        return False
    figures = [(a.start, max(a.end, a.unit_at[1] if a.unit_at else 0)) for a in amounts_in(item)]
    figures += [(date.start - item.start, date.end - item.start) for date in dates_in(item)]
    nameless = item.passage.language in (None, "de") and not any(c.isupper() for c in words)
    only = any(first <= start and end <= last for first, last in figures)  # "zwei Männer" is more than a figure
    return nameless or only or (kind == "person" and bool(_LABEL.search(words)))


def _lasting(item: Evidence, topic: Topic) -> bool:
    """Whether it is asked how long, and the span of a sentence tells a time: "bis Montag"."""
    return bool(_HOW_LONG.search(topic.question)) and _timed(item)


def _timed(item: Evidence) -> bool:
    """Whether the span of a sentence tells a time by more than figures."""
    first, last = item.span or (0, 0)
    return bool(_TIME.search(item.answer or "")) or any(d.start < last and first < d.end for d in dates_in(item))


def _other_way(question: str, before: str, words: str) -> bool:
    """Whether a place is where something went, and the question asks whence, or the other way round. ``before``: what
    stands before the place in its sentence."""
    first, _, _ = words.partition(" ")
    return any(
        asks.search(question) and (other.search(before) or other.search(f"{first} "))
        for asks, other in ((_ASKS_FROM, _TO), (_ASKS_TO, _FROM))
    )


def echoes(item: Evidence, topic: Topic) -> bool:
    """Whether a span says nothing that the question has not said: "ein Feuer", where the cause of a fire is asked for.
    Who asks for one of two things has named the answer."""
    if item.span is None or topic.foreign(item.passage.language) or _EITHER.search(topic.question):
        return False
    text = read(item.text, item.passage.language)
    start, end = item.span[0] - item.start, item.span[1] - item.start
    own = [t for t in text.tokens if start <= t.start < end and (is_content(t) or t.word[0].isdecimal())]
    matcher = Matcher(text, topic.text.tokens)
    return bool(own) and all(matcher.find(token) for token in own)


def names_anything(item: Evidence, topic: Topic) -> bool:
    """Whether a sentence has any word with a capital, which may be a name, that neither the question has nor a date."""
    text = read(item.text, item.passage.language)
    matcher = Matcher(text, topic.text.tokens)
    days = [(date.start - item.start, date.end - item.start) for date in dates_in(item)]
    return any(
        token.capital
        and is_content(token)
        and not any(start <= token.start < end for start, end in days)
        and not matcher.find(token)
        for token in text.tokens
    )
