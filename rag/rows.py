"""What goes into the store and comes out of it, and the filter that SQLite and Chroma both understand."""

from __future__ import annotations

import datetime as dt
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
    """Which articles may answer. ``until``: published on that day or before, or undated."""

    until: dt.date | None = None

    def sql(self) -> tuple[str, list[Any]]:
        """A condition on ``articles`` and its parameters."""
        if self.until is None:
            return "1", []
        return "coalesce(articles.first_day, 0) <= ?", [day_number(self.until)]

    def chroma(self) -> dict[str, Any] | None:
        """The same condition for Chroma's ``where``."""
        return None if self.until is None else {"first_day": {"$lte": day_number(self.until)}}


def day_number(day: dt.date) -> int:
    """``day`` as yyyymmdd, which sorts and compares like the day."""
    return day.year * 10_000 + day.month * 100 + day.day
