"""What goes into the store and comes out of it, and the filter that SQLite and Chroma both understand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.article import Article
from rag.types import Chunk, DateMention


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
    story: int
    dates: tuple[DateMention, ...]
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer. ``until``: published on that day or before, or undated. ``within``: of these ids."""

    until: dt.date | None = None
    within: Collection[str] | None = None

    def sql(self) -> tuple[str, list[Any]]:
        """A condition on ``articles`` and its parameters."""
        conditions: list[str] = []
        parameters: list[Any] = []
        if self.until is not None:
            conditions.append("coalesce(articles.first_day, 0) <= ?")
            parameters.append(day_number(self.until))
        if self.within is not None:  # one parameter however many ids there are, for SQLite limits their number
            conditions.append("articles.id IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps(list(self.within)))
        return " AND ".join(conditions) or "1", parameters

    def chroma(self) -> dict[str, Any] | None:
        """The condition on days for Chroma's ``where``. ``within`` is not part of it: one vector stands for equal texts
        of several articles, so the vectors allowed are named by their keys (``Store.keys``)."""
        return None if self.until is None else {"first_day": {"$lte": day_number(self.until)}}


def day_number(day: dt.date) -> int:
    """``day`` as yyyymmdd, which sorts and compares like the day."""
    return day.year * 10_000 + day.month * 100 + day.day
