"""A question without the time it names, for passages that do not name it: an article says "am Freitag", and its date says
which. To a reader, a year that stands nowhere is a sign of a near miss; that the time is right, the search sees to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.language import question_language
from rag import when
from rag.types import Titled

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_LEAD = re.compile(r"(?:\b(?:im|in|am|an|vom|von|zum|für|the|on|of|from|for|during|dem|den|der)\s+)+\Z", re.IGNORECASE)
_UP_TO = re.compile(r"(?:bis|until|by)\b", re.IGNORECASE)
_EMPTY = re.compile(r"\(\s*[,;]?\s*\)")
_LEFT_OVER = re.compile(r"[\s,;]+(?=[?.])|\s+(?=[,;)])")  # before a mark


def asked_of(question: str, passages: Sequence[Titled]) -> list[tuple[str, Titled]]:
    """Each passage with the question as it is put to it: without the question's time if the passage, title included, has none
    of the years in it."""
    bare, years = untimed(question), set(_YEAR.findall(question))
    return [
        (bare if years.isdisjoint(_YEAR.findall(f"{title} {text}")) else question, (title, text))
        for title, text in passages
    ]


@lru_cache(maxsize=256)
def untimed(question: str) -> str:
    """The question without a period that it names with its year, or up to which it asks. What is before or after one stays:
    "vor November 2007" is a condition.

    >>> untimed("Wer führte bei der Premiere im Juli 2019 Regie?")
    'Wer führte bei der Premiere Regie?'
    """
    time = when.read(question, question_language(question, "de"), dt.date.today())
    if time is None or not _YEAR.search(time.text):
        return question
    if (time.first is None or time.last is None) and not _UP_TO.match(time.text):
        return question
    before, after = _LEAD.sub("", question[: time.start]), question[time.end :]
    text = _LEFT_OVER.sub("", _EMPTY.sub("", f"{before} {after}"))
    return " ".join(text.split())
