"""A question without the time it names, for passages that do not name it: an article says "am Freitag", and its date says
which. To a reader, a year that stands nowhere is a sign of a near miss."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.language import question_language
from rag import when
from rag.compose.grounds import published_then, tells_of
from rag.types import Passage, Titled

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_LEAD = re.compile(r"(?:\b(?:im|in|am|an|vom|von|zum|für|the|on|of|from|for|during|dem|den|der)\s+)+\Z", re.IGNORECASE)
_UP_TO = re.compile(r"(?:bis|until|by)\b", re.IGNORECASE)
_EMPTY = re.compile(r"\(\s*[,;]?\s*\)")
_LEFT_OVER = re.compile(r"[\s,;]+(?=[?.])|\s+(?=[,;)])")  # before a mark


@dataclass(frozen=True, slots=True)
class Untimed:
    """A question's ``text`` without the days from ``first`` to ``last`` that it named with their ``years``."""

    text: str
    years: frozenset[str]
    first: dt.date
    last: dt.date

    def names(self, title: str, text: str) -> bool:
        return not self.years.isdisjoint(_YEAR.findall(f"{title} {text}"))

    def of_then(self, passage: Passage) -> bool:
        """Whether an article is of those days, or the passage tells of them by another name; of one without a date nobody
        knows."""
        days = self.first, self.last
        return tells_of(passage.dates, *days) or published_then(passage, *days) is True


def to_rank(question: str, passages: Sequence[Titled]) -> list[tuple[str, Titled]]:
    """Each passage with the question as it is put to it for its order, the search seeing to the time: without the time if
    the passage, title included, has none of its years."""
    bare = untimed(question)
    return [(question if bare is None or bare.names(*titled) else bare.text, titled) for titled in passages]


def to_answer(question: str, passages: Sequence[Passage]) -> list[tuple[str, Titled]]:
    """The same for an answer: to a passage that is not of that time the question is put as it stands."""
    bare, asked = untimed(question), to_rank(question, [passage.titled for passage in passages])
    if bare is None:
        return asked
    return [
        (text if bare.of_then(passage) else question, titled)
        for (text, titled), passage in zip(asked, passages, strict=True)
    ]


@lru_cache(maxsize=256)
def untimed(question: str) -> Untimed | None:
    """The question without a period that it names with its year, or up to which it asks; None where it names none. What is
    before or after a day stays: "vor November 2007" is a condition.

    >>> untimed("Wer führte bei der Premiere im Juli 2019 Regie?").text
    'Wer führte bei der Premiere Regie?'
    """
    time = when.read(question, question_language(question, "de"), dt.date.today())
    if time is None or time.last is None or not _YEAR.search(time.text):
        return None
    if time.first is None and not _UP_TO.match(time.text):
        return None
    before, after = _LEAD.sub("", question[: time.start]), question[time.end :]
    text = " ".join(_LEFT_OVER.sub("", _EMPTY.sub("", f"{before} {after}")).split())
    return Untimed(text, frozenset(_YEAR.findall(question)), *time.days)
