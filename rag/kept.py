"""Turns of a conversation as they are kept: what becomes of an answer on its way into the file and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from corpus.article import Article
from rag.rows import NAMED, Filter
from rag.types import Answer, Passage

PASSAGES = 5  # of an answer, best first, whose places are kept
FIELDS = "id, question, ignored, only, state, answer, verdict, comment"  # of the table of turns
State = Literal["open", "answered", "stopped", "failed", "forgotten"]
_ANSWER = TypeAdapter(Answer)
_DAYS = ("as_of", "since", "until")


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation in the list. ``used``: the time (ISO 8601, UTC) of the last question."""

    id: str
    title: str
    used: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and what became of it.

    ``state``    "open": still being answered, or the server ended meanwhile; "forgotten": an article it quoted was deleted
    ``answer``   of an answered one; its passages without text (``with_passages`` brings it back)
    ``changed``  ids of articles it shows that have another version now; ``gone``: that are not in the index any more
    """

    id: str
    question: str
    ignored: str
    only: Filter
    state: State
    answer: Answer | None
    changed: frozenset[str]
    gone: frozenset[str]
    verdict: str | None
    comment: str


def to_turn(row: Sequence[Any], seen: Mapping[str, str | None], now: Mapping[str, str | None]) -> KeptTurn:
    """The turn of a row of FIELDS. ``seen``: versions of the articles it shows as they were then, ``now``: as they are."""
    id, question, ignored, only, state, kept, verdict, comment = row
    answer = _read(kept)
    changed = frozenset(a for a, then in seen.items() if now[a] is not None and now[a] != then)
    gone = frozenset(a for a in seen if now[a] is None)
    became: State = "failed" if kept and answer is None else state
    return KeptTurn(id, question, ignored, _filter(only), became, answer, changed, gone, verdict, comment)


def with_passages(turn: KeptTurn, article: Callable[[str], Article | None]) -> Answer | None:
    """The answer of ``turn``, its passages as the index has them now; without those that changed or are gone."""
    if turn.answer is None:
        return None
    found = []
    for passage in turn.answer.passages:
        current = None if passage.article_id in turn.changed | turn.gone else article(passage.article_id)
        if current is not None:
            text = current.text[passage.start : passage.end]
            found.append(replace(passage, title=current.title, source=current.source, url=current.url, text=text))
    return replace(turn.answer, passages=tuple(found))


def answer_json(answer: Answer) -> str:
    """An answer as it is kept: of its first passages only the place."""
    places = tuple(_place(passage) for passage in answer.passages[:PASSAGES])
    return _ANSWER.dump_json(replace(answer, passages=places)).decode()


def _place(passage: Passage) -> Passage:
    """A passage without its words."""
    return replace(passage, title=None, url=None, text="", dates=(), also_in=())


def _read(answer: str | None) -> Answer | None:
    """An answer as it was kept; None for one that another version of belegt kept and this one does not understand."""
    try:
        return _ANSWER.validate_json(answer) if answer else None
    except ValidationError:
        return None


def filter_json(only: Filter) -> str:
    """The days and names of a filter."""
    days = {name: day.isoformat() for name in _DAYS if (day := getattr(only, name)) is not None}
    names = {name: list(values) for name in NAMED if (values := getattr(only, name)) is not None}
    return json.dumps(days | names, ensure_ascii=False)


def _filter(kept: str) -> Filter:
    read = json.loads(kept)
    given: dict[str, Any] = {name: dt.date.fromisoformat(read[name]) for name in _DAYS if name in read}
    given |= {name: tuple(read[name]) for name in NAMED if name in read}
    return Filter(**given)
