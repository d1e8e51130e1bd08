"""What goes into the store and comes out of it, and the filter by which articles are chosen."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corpus.article import Article
from rag.types import Chunk, DateMention

NAMED = {"sources": "source", "languages": "language", "categories": "category"}  # of a filter -> of articles


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk ready to be stored: its vector (float32, unit length), its analysed tokens and the dates it mentions.

    ``key`` is a hash of the text the model reads of it.
    """

    chunk: Chunk
    key: int
    vector: np.ndarray
    title_tokens: str
    body_tokens: str
    dates: tuple[DateMention, ...] = ()


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article ready to be stored.

    ``article``       without the paragraphs that recur in its source
    ``content_hash``  of the article as loaded, with them
    ``paragraphs``    hash of each paragraph as loaded, and whether it was taken out
    """

    article: Article
    content_hash: str
    paragraphs: tuple[tuple[int, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The latest version of an id in the store."""

    row: int
    content_hash: str
    origin: str | None
    file: str | None
    current: bool


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the article fields that retrieval shows and filters by."""

    id: int
    article_id: str
    title: str | None
    source: str | None
    published: str | None
    url: str | None
    language: str | None
    first_day: int | None
    last_day: int | None
    story: int
    dates: tuple[DateMention, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer; None: any. Conditions hold together, names within one are alternatives.

    ``as_of``       published on that day or before, or undated: what could be known then
    ``since``, ``until``  published on these days or between them. Articles without a date are left out; of one dated to
                    the month or year alone it is enough that it may have been
    ``sources``, ``languages``, ``categories``  as the articles name them; ``languages`` in ISO 639-1
    ``within``      of these ids
    """

    as_of: dt.date | None = None
    within: Collection[str] | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    sources: Collection[str] | None = None
    languages: Collection[str] | None = None
    categories: Collection[str] | None = None

    def between(self, since: dt.date | None, until: dt.date | None) -> Filter:
        """This filter, and published from ``since`` to ``until``."""
        return replace(self, since=_both(max, self.since, since), until=_both(min, self.until, until))

    def sql(self) -> tuple[str, list[Any]]:
        """A condition on ``articles`` and its parameters."""
        conditions: list[str] = []
        parameters: list[Any] = []
        for condition, day in (
            ("coalesce(articles.first_day, 0) <= ?", self.as_of),
            ("articles.last_day >= ?", self.since),
            ("articles.first_day <= ?", self.until),
        ):
            if day is not None:
                conditions.append(condition)
                parameters.append(day_number(day))
        # One parameter however many values there are, for SQLite limits their number.
        for column, values in ((column, getattr(self, name)) for name, column in {**NAMED, "within": "id"}.items()):
            if values is not None:
                conditions.append(f"articles.{column} IN (SELECT value FROM json_each(?))")
                parameters.append(json.dumps(list(values)))
        return " AND ".join(conditions) or "1", parameters


def _both(choose: Callable[[dt.date, dt.date], dt.date], one: dt.date | None, other: dt.date | None) -> dt.date | None:
    """The one that is there, or of two the one chosen."""
    return choose(one, other) if one is not None and other is not None else one or other


def day_number(day: dt.date) -> int:
    """``day`` as yyyymmdd, which sorts and compares like the day."""
    return day.year * 10_000 + day.month * 100 + day.day
