"""Articles into an index: which are new, which are in each other's way, and what came of each."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from corpus.errors import ReadWarning, UnreadableError
from rag import ledger, recurring
from rag.ahead import read_ahead, short_turns
from rag.ledger import Entry, Finished
from rag.rows import NewArticle, NewChunk

if TYPE_CHECKING:
    from rag.index import Index

BATCH_CHUNKS = 256  # embedded together
AHEAD = 64  # articles read and cut while the model is at work
# Batches that are embedded and may not be stored yet: in the model's hands, waiting, being stored. A kill loses at most
# their embedding, never stored articles.
IN_FLIGHT = 3


@dataclass
class Report:
    """What an ingest did. ``failed`` and ``warnings`` hold ``{"path", "reason"}``.

    ``gone``    ids of articles whose file, or whose place in it, is no more
    ``pruned``  those of them that were deleted, because that was asked for
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)
    recurring: int = 0  # paragraphs taken out of articles because their source prints them again and again
    articles: int = 0
    chunks: int = 0
    seconds: float = 0.0
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """An article to be stored: cut and analysed; its chunks have vectors only once they are embedded."""

    new: NewArticle
    chunks: list[NewChunk]


@dataclass(frozen=True, slots=True)
class _Done:
    """A file that can be skipped from now on, once everything before it is stored."""

    key: str
    entry: Entry


class Ingest:
    """One run under the writer lock. ``skipped``: keys of files that were not opened because they have not changed."""

    def __init__(self, index: Index, report: Report, language: str, skipped: Collection[str], bar: tqdm[Any]) -> None:
        self.index = index
        self.report = report
        self._language = language
        self._skipped = skipped
        self._bar = bar
        self._seen: dict[str, str | None] = {}  # where each id came from, in this run
        # Vectors by key that may not be stored yet.
        self._fresh: deque[dict[int, np.ndarray]] = deque(maxlen=IN_FLIGHT)

    def run(self, items: Iterable[Article | UnreadableError | Finished]) -> None:
        """Stores what is new or changed, a batch of articles a transaction. Ctrl-C ends it in good order.

        Three things go on at a time: reading and cutting, embedding, storing.
        """
        stop = threading.Event()
        try:
            with short_turns():
                drafts = read_ahead(self._drafts(items), AHEAD)
                for batch in read_ahead(self._batches(drafts, stop), IN_FLIGHT - 2, stop):
                    self._store(batch)
            self._mend_recurring()
        except KeyboardInterrupt:
            self.report.interrupted = True

    def _batches(self, items: Iterable[_Draft | _Done], stop: threading.Event) -> Iterator[list[_Draft | _Done]]:
        """The items with vectors, some BATCH_CHUNKS chunks at a time; an end by Ctrl-C comes after those read before it."""
        self.index.store.unmap()  # of the thread that embeds
        waiting: list[_Draft | _Done] = []
        chunks = 0
        try:
            for item in items:
                if stop.is_set():
                    return
                waiting.append(item)
                chunks += len(item.chunks) if isinstance(item, _Draft) else 0
                if chunks >= BATCH_CHUNKS:
                    yield self._embedded(waiting)
                    waiting, chunks = [], 0
        except KeyboardInterrupt:
            yield self._embedded(waiting)
            raise
        yield self._embedded(waiting)

    def _embedded(self, items: Sequence[_Draft | _Done]) -> list[_Draft | _Done]:
        drafts = [item for item in items if isinstance(item, _Draft)]
        known = {key: vector for batch in self._fresh for key, vector in batch.items()}
        unknown = [(one.new.article, [new for new in one.chunks if new.key not in known]) for one in drafts]
        known |= {new.key: new.vector for chunks in self.index.embed(unknown) for new in chunks}
        self._fresh.append({new.key: known[new.key] for draft in drafts for new in draft.chunks})
        return [
            replace(item, chunks=[replace(new, vector=known[new.key]) for new in item.chunks])
            if isinstance(item, _Draft)
            else item
            for item in items
        ]

    def _store(self, items: Sequence[_Draft | _Done]) -> None:
        """In one transaction: with one for each article SQLite took a third longer, the lexical rows in as many pieces."""
        store, updated = self.index.store, 0
        drafts = [item for item in items if isinstance(item, _Draft)]
        with store.transaction():
            for item in items:
                if isinstance(item, _Done):
                    ledger.note(store, item.key, item.entry)
                    continue
                updated += store.known(item.new.article.id) is not None
                store.put(item.new, item.chunks, self.index.embedder.model_name)
        self.report.updated += updated
        self.report.added += len(drafts) - updated
        self.report.recurring += sum(dropped for draft in drafts for _, dropped in draft.new.paragraphs)
        if drafts:
            self.index.embedder.release()  # every fourth time would save a hundredth of an ingest, and take 290 MB more

    def _mend_recurring(self) -> None:
        """Takes recurring paragraphs out of articles that were stored before they were known to recur."""
        store = self.index.store
        if store.meta("mended") == str(store.revision):
            return
        for row, article, keys in list(recurring.overdue(store)):
            [chunks] = self.index.embed([(article, self.index.draft(article))])
            store.replace_text(row, article, keys, chunks, self.index.embedder.model_name)
            self.report.recurring += len(keys)
        store.set_meta("mended", str(store.revision))

    # what comes in

    def _drafts(self, items: Iterable[Article | UnreadableError | Finished]) -> Iterator[_Draft | _Done]:
        """What is to be stored, and when a file is done; the rest is noted in the report."""
        self.index.store.unmap()  # of the thread that reads
        ids: set[str] = set()
        problems: list[UnreadableError] = []
        lasting = True  # whether the file's problems lie in the file itself
        for item in items:
            if isinstance(item, Finished):
                if not any(not isinstance(p, ReadWarning) for p in problems):
                    self._note_missing(item.file.key, ids)
                if item.stamp and lasting:
                    yield _Done(item.file.key, Entry(item.stamp, len(ids), tuple(problems)))
                ids, problems, lasting = set(), [], True
                continue
            self._bar.update(not isinstance(item, ReadWarning))
            problem = item if isinstance(item, UnreadableError) else self._id_clash(item)
            if problem:
                self.note(problem)
                problems.append(problem)
                lasting = lasting and problem.key not in ("io", "duplicate_id")
                continue
            assert isinstance(item, Article)
            self._seen[item.id] = item.origin
            ids.add(item.id)
            known = self.index.store.known(item.id)
            if known is None or known.content_hash != item.content_hash:
                new = recurring.take_out(self.index.store, item)
                yield _Draft(new, self.index.draft(new.article))
                continue
            if (known.origin, known.file) != (item.origin, item.file):
                self.index.store.touch(known.row, item.origin, item.file)
            self.report.unchanged += 1

    def note(self, problem: UnreadableError) -> None:
        """Into the report and the log."""
        noted = {"path": str(problem.facts["path"]), "reason": problem.reason(self._language)}
        warning = isinstance(problem, ReadWarning)
        (self.report.warnings if warning else self.report.failed).append(noted)
        self.index.store.log(noted["path"], None, "warning" if warning else "failed", problem.reason("en"))

    def _note_missing(self, file: str, ids: set[str]) -> None:
        """Marks stored articles that the file held once and holds no more."""
        db = self.index.store.db
        stored = db.execute("SELECT row, id FROM articles WHERE file = ? AND missing = 0", (file,)).fetchall()
        db.executemany(
            "UPDATE articles SET missing = 1 WHERE row = ?", [(row,) for row, id_ in stored if id_ not in ids]
        )

    def _id_clash(self, article: Article) -> UnreadableError | None:
        """The same id twice in a run, or an id that an article of another file has."""
        place = article.origin or article.id
        if article.id in self._seen:
            return UnreadableError(place, "duplicate_id", id=article.id, other=self._seen[article.id])
        known = self.index.store.known(article.id)
        if known is None or known.file is None or known.file == article.file:
            return None
        # An id that a file gave may move with the file; one made from its path stands for that path alone.
        made_from_path = article.file is not None and article.file.replace(os.sep, "/").endswith(
            article.id.partition("#")[0]
        )
        elsewhere = made_from_path and known.content_hash != article.content_hash and Path(known.file).exists()
        if known.file in self._skipped or elsewhere:
            return UnreadableError(place, "duplicate_id", id=article.id, other=known.origin)
        return None
