"""Articles into an index: which are new, which are in each other's way, and what came of each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from corpus.article import Article
from corpus.errors import ReadWarning, UnreadableError
from rag.types import Chunk

if TYPE_CHECKING:
    from rag.index import Index

BATCH_CHUNKS = 256  # embedded together; a kill loses at most this much embedding work, never stored articles


@dataclass
class Report:
    """What an ingest did. ``failed`` and ``warnings`` hold ``{"path", "reason"}``."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    articles: int = 0
    chunks: int = 0
    seconds: float = 0.0
    interrupted: bool = False


def ingest(
    index: Index, items: Iterable[Article | UnreadableError], report: Report, language: str, bar: tqdm[Any]
) -> None:
    """Stores what is new or changed, an article a transaction; under the writer lock. Ctrl-C ends it in good order."""
    waiting: list[tuple[Article, list[Chunk]]] = []
    try:
        for article in _new_articles(index, items, report, language, bar):
            waiting.append((article, index.chunk(article)))
            if sum(len(chunks) for _, chunks in waiting) >= BATCH_CHUNKS:
                _embed_and_store(index, waiting, report)
                waiting = []
    except KeyboardInterrupt:
        report.interrupted = True
    _embed_and_store(index, waiting, report)


def _embed_and_store(index: Index, articles: list[tuple[Article, list[Chunk]]], report: Report) -> None:
    for (article, _), chunks in zip(articles, index.prepare(articles), strict=True):
        if index.store.known(article.id):
            report.updated += 1
        else:
            report.added += 1
        index.store.put(article, chunks, index.embedder.model_name)


def _new_articles(
    index: Index, items: Iterable[Article | UnreadableError], report: Report, language: str, bar: tqdm[Any]
) -> Iterator[Article]:
    """Articles that are not stored as they are; the rest is noted in the report."""
    seen: dict[str, str | None] = {}
    last_file = None
    for item in items:
        file = _file(str(item.facts["path"] if isinstance(item, UnreadableError) else item.origin))
        if file != last_file:
            bar.update(1)
            last_file = file
        unreadable = item if isinstance(item, UnreadableError) else _id_clash(index, item, seen)
        if unreadable:
            _note(index, unreadable, report, language)
            continue
        assert isinstance(item, Article)
        seen[item.id] = item.origin
        known = index.store.known(item.id)
        if known is None or known[0] != item.content_hash:
            yield item
            continue
        if known[1] != item.origin:
            index.store.touch_origin(item.id, item.origin)
        report.unchanged += 1


def _note(index: Index, item: UnreadableError, report: Report, language: str) -> None:
    noted = {"path": str(item.facts["path"]), "reason": item.reason(language)}
    warning = isinstance(item, ReadWarning)
    (report.warnings if warning else report.failed).append(noted)
    index.store.log(noted["path"], None, "warning" if warning else "failed", item.reason("en"))


def _id_clash(index: Index, article: Article, seen: dict[str, str | None]) -> UnreadableError | None:
    """The same id twice in a run, or an id made from a path that another file already has."""
    place = article.origin or article.id
    if article.id in seen:
        return UnreadableError(place, "duplicate_id", id=article.id, other=seen[article.id])
    known = index.store.known(article.id)
    # An id that a file gave may move with the file; one made from its path stands for that path alone.
    path_of_id = article.id.partition("#")[0]
    made_from_path = article.origin is not None and "/" in path_of_id and path_of_id in place.replace(os.sep, "/")
    if known and known[1] and made_from_path and known[0] != article.content_hash:
        was, now = Path(_file(known[1])).resolve(), Path(_file(place)).resolve()
        if was != now and was.exists():
            return UnreadableError(place, "duplicate_id", id=article.id, other=known[1])
    return None


def _file(place: str) -> str:
    """The file of a place such as "news.jsonl:12"."""
    return re.sub(r":\d+\Z", "", place)
