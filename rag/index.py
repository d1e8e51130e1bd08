"""The index: articles go in, are chunked, embedded and stored; Chroma follows. One writer, many readers."""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from tqdm import tqdm

from corpus.article import Article
from corpus.errors import UnreadableError
from corpus.load import SourceFile, find, folder_key
from corpus.mentions import date_mentions
from rag import conversations, feedback, german, ledger, lexicon, saved_runs
from rag.chunk import chunk_text
from rag.errors import ArticleMissingError, IndexLockedError, IndexMismatchError, IndexMissingError, NotAnIndexError
from rag.ingest import BATCH_CHUNKS, Ingest, Report
from rag.ledger import Entry, Finished
from rag.models.embed import Embedder, model_identity
from rag.rows import Filter, NewChunk
from rag.serving import Serving
from rag.settings import Settings
from rag.store import Store
from rag.types import Chunk
from rag.vectors import Vectors

log = logging.getLogger(__name__)
STORE = "store.sqlite"
CHROMA = "chroma"
LOCK = "writer.lock"
_NO_VECTOR = np.zeros(0, np.float32)
TWINS = 8  # chunks with the same text that a search returns
FEW = 1000  # chunks whose vectors are compared one by one, where a filter leaves no more
DEPTHS = (20, 100)  # times the vectors wanted that are looked through for such as a filter lets through
DEEPEST = 20_000  # vectors that are looked through at most: SQLite takes 32,766 values in one query
MANY_CHUNKS = 30_000  # from here on building Chroma takes memory by the hundred megabytes


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds."""

    path: str
    articles: int
    chunks: int
    newest: str | None  # ISO 8601, as precise as the article states it
    languages: tuple[str, ...]
    model: str
    generation: int | None
    fingerprint: str


class Index:
    """An index folder: ``store.sqlite``, ``chroma/``, a lock. Open with ``Index.open``."""

    def __init__(self, path: Path, settings: Settings, store: Store) -> None:
        self.path = path
        self.settings = settings
        self.store = store
        self.serving = Serving(path / CHROMA, store, self.writing)

    @classmethod
    def open(cls, settings: Settings, create: bool = False) -> Index:
        """The index at ``settings.index``.

        Raises IndexMissingError (unless ``create``), NotAnIndexError, IndexDamagedError.
        """
        path = settings.index
        if not (path / STORE).exists():
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                ours = path.is_dir() and (path / LOCK).exists()  # killed before the first write
                if not ours:
                    raise NotAnIndexError(path=path)
            if not create:
                raise IndexMissingError(path=path)
            path.mkdir(parents=True, exist_ok=True)
        return cls(path, settings, Store(path / STORE))

    def close(self) -> None:
        self.serving.close()
        self.store.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model; loaded on first use."""
        return Embedder(self.settings)

    # writing

    def ingest(
        self, paths: Iterable[Path | str], language: str = "en", progress: bool = True, prune: bool = False
    ) -> Report:
        """Reads files and folders into the index. Unchanged files are skipped, changed articles become new versions.

        ``prune`` deletes articles whose file, or whose record in it, is gone from ``paths``. Ctrl-C stops cleanly:
        whole articles are stored, or not. Raises SourceError for paths that do not exist or hold nothing, IndexLockedError,
        IndexMismatchError. Reasons in the report are in ``language``.
        """
        places = [Path(path) for path in paths]
        files = find(places)
        with self.writing():
            known = ledger.unchanged(self.store, files)
            changed = [file for file in files if file.key not in known]
            total = sum(file.records for file in changed)
            with tqdm(total=total, unit="article", desc="Ingest", disable=not (progress and changed)) as bar:
                return self._take_in(
                    ledger.read_all(changed), language, bar, known, lambda run: self._sweep(run, places, files, prune)
                )

    def add(self, articles: Iterable[Article]) -> Report:
        """Like ``ingest``, of articles in hand."""
        with self.writing(), tqdm(disable=True) as bar:
            return self._take_in(articles, "en", bar, {}, lambda run: None)

    def _take_in(
        self,
        items: Iterable[Article | UnreadableError | Finished],
        language: str,
        bar: tqdm[Any],
        known: Mapping[str, Entry],
        sweep: Callable[[Ingest], None],
    ) -> Report:
        report, started = Report(), time.monotonic()
        self._check_model()
        run = Ingest(self, report, language, known, bar)
        for entry in known.values():
            report.unchanged += entry.records
            for problem in entry.problems:
                run.note(problem)
        try:
            run.run(items)
            if not report.interrupted:
                sweep(run)
            self._conclude(keep_previous=not report.pruned, if_stale=not report.pruned)
        except KeyboardInterrupt:
            report.interrupted = True
        report.articles, report.chunks = self.store.counts()
        report.seconds = round(time.monotonic() - started, 2)
        return report

    def _sweep(self, run: Ingest, paths: Sequence[Path], files: Sequence[SourceFile], prune: bool) -> None:
        """Finds articles whose file or record is gone from ``paths`` and, if asked, deletes them."""
        folders = [folder_key(path) for path in paths if path.is_dir()]
        keys = {file.key for file in files}
        run.report.gone = sorted(
            article_id
            for article_id, file, missing in self.store.filed()
            if (missing and file in keys) or (file not in keys and file.startswith(tuple(folders)))
        )
        if prune and run.report.gone:
            self._index_again(self._forget(run.report.gone))
            lexicon.learn(self.store)  # it must not know what was deleted
            self.store.wipe()
            run.report.gone, run.report.pruned = [], run.report.gone

    def _index_again(self, rows: Iterable[int]) -> None:
        for row in rows:
            article = self.store.article_of_row(row)
            self._replace([(row, article, self.draft(article))])

    def chunk(self, article: Article) -> list[Chunk]:
        """The article's chunks by the settings' budget, or the model's where that is smaller."""
        budget = min(self.settings.chunk_tokens, self.embedder.max_tokens)
        model, overlap = self.embedder, self.settings.chunk_overlap
        return chunk_text(article.text, model.token_offsets, budget, overlap, model.token_counts)

    def draft(self, article: Article) -> list[NewChunk]:
        """The article's chunks, analysed, with the dates they mention, but without vectors (of shape (0,))."""
        title = " ".join(german.analyse(article.title or "", article.language))
        mentions = date_mentions(article.text, article.published, article.language)
        drafts = []
        for chunk in self.chunk(article):
            dates = tuple(m for m in mentions if chunk.start <= m.start and m.end <= chunk.end)
            tokens = " ".join([*german.analyse(chunk.text, article.language), *german.date_tokens(dates)])
            key = _key(embedded_text(article.title, chunk.text))
            drafts.append(NewChunk(chunk, key, _NO_VECTOR, title, tokens, dates))
        return drafts

    def embed(self, articles: Sequence[tuple[Article, list[NewChunk]]], again: bool = False) -> list[list[NewChunk]]:
        """The drafts of ``articles`` with their vectors, embedded in one go.

        A text whose vector is stored, or that comes twice, is not embedded ``again`` unless that is asked for.
        """
        texts = {new.key: embedded_text(one.title, new.chunk.text) for one, drafts in articles for new in drafts}
        known = {} if again else self.store.vectors_of_keys(texts, model_identity(self.settings))
        new_texts = {key: text for key, text in texts.items() if key not in known}
        if new_texts:
            known |= dict(zip(new_texts, self.embedder.passages([*new_texts.values()]), strict=True))
        return [[replace(new, vector=known[new.key]) for new in drafts] for _, drafts in articles]

    def delete(self, article_ids: Sequence[str]) -> list[str]:
        """Deletes articles in all versions, also those of other ids at the same address; the ids deleted.

        Text, chunks, lexical rows, vectors, answers and evaluation runs that quote them and feedback on those go, and no
        byte of them stays in the files: the database is vacuumed and older Chroma generations are removed. Raises
        ArticleMissingError, FeedbackUnwritableError and ConversationsError, and then has deleted nothing.
        """
        with self.writing():
            ids: list[str] = []
            for article_id in article_ids:
                versions = self.store.versions(article_id)
                if not versions:
                    raise ArticleMissingError(id=article_id)
                ids += [version for version in versions if version not in ids]
            self._forget(ids)
            self._conclude(keep_previous=False, wipe=True)
        return ids

    def _forget(self, article_ids: Sequence[str]) -> list[int]:
        """Rows of articles that need chunks again after the deletion of these."""
        with feedback.forgetting(self.path, article_ids), conversations.forgetting(self.path, article_ids):
            saved_runs.forget(self.path, article_ids)
            return self.store.delete(article_ids)

    def rebuild(self, progress: bool = True) -> None:
        """Chunks and embeds every article again with the current settings, then builds Chroma anew."""
        with self.writing():
            total = self.store.counts()[0]
            batch: list[tuple[int, Article, list[NewChunk]]] = []
            with tqdm(total=total, unit="article", desc="Rebuild", disable=not progress) as bar:
                for row, article in list(self.store.articles()):
                    batch.append((row, article, self.draft(article)))
                    if sum(len(drafts) for _, _, drafts in batch) >= BATCH_CHUNKS:
                        self._replace(batch)
                        batch = []
                    bar.update(1)
                self._replace(batch)
            self._conclude()

    def _replace(self, batch: list[tuple[int, Article, list[NewChunk]]]) -> None:
        embedded = self.embed([(article, drafts) for _, article, drafts in batch], again=True)
        for (row, _, _), chunks in zip(batch, embedded, strict=True):
            self.store.replace_chunks(row, chunks, self.embedder.model_name)

    def _check_model(self) -> None:
        wanted = model_identity(self.settings)
        for built in self.store.models():
            if built != wanted:
                raise IndexMismatchError(built=built, wanted=wanted, path=self.path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the writer lock. Raises IndexLockedError naming who has it."""
        lock = FileLock(self.path / LOCK)
        name = self.path / "writer.json"
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise IndexLockedError(path=self.path, writer=_writer(name)) from error
        try:
            me = {"pid": os.getpid(), "host": socket.gethostname(), "user": getpass.getuser(), "command": sys.argv[0]}
            name.write_text(json.dumps(me), "utf-8")
            with self.store.unmapped():
                yield
        finally:
            name.unlink(missing_ok=True)
            lock.release()

    # Chroma

    @property
    def chroma_folder(self) -> Path:
        return self.path / CHROMA

    @property
    def vectors(self) -> Vectors:
        """The serving Chroma generation, opened, verified and, where it must be, rebuilt from the store.

        Raises IndexMismatchError, or IndexLockedError when a writer is at work and nothing can serve meanwhile.
        """
        self._check_model()
        return self.serving.current()

    def _conclude(self, keep_previous: bool = True, if_stale: bool = False, wipe: bool = False) -> None:
        """Under the writer lock, when articles have come or gone: the words are learnt, then Chroma is built from the store.

        ``if_stale``: only if it differs. ``wipe``: what was deleted is overwritten before.
        """
        stale = not if_stale or self.serving.behind(self.serving.pointer)
        if stale and self.store.counts()[1] > MANY_CHUNKS and "embedder" in self.__dict__:
            self.embedder.unload()  # what comes next needs the memory
        lexicon.learn(self.store)
        if wipe:
            self.store.wipe()
        if if_stale:
            self.serving.renew_if_stale()
        else:
            self.serving.renew(keep_previous)

    def nearest(self, vector: np.ndarray, limit: int, only: Filter) -> list[tuple[int, float]]:
        """(chunk id, cosine similarity) of about ``limit`` chunks nearest to ``vector``, nearest first.

        Of chunks with one and the same text a few stand for all.
        """
        among: Sequence[int] | None = None
        if only != Filter():
            if len(self.store.chunk_ids(only, FEW + 1)) <= FEW:
                known = self.store.vectors_of_keys(self.store.keys(only), model_identity(self.settings))
                compared = [(key, float(one @ vector)) for key, one in known.items()]
                return self._chunks(sorted(compared, key=lambda one: -one[1])[:limit], only)[1]
            # Chroma takes twenty times as long where it has to filter, so first the filter is applied to what it finds.
            for depth in DEPTHS:
                deep = min(depth * limit, DEEPEST)
                found = self.vectors.query(vector, deep)
                vectors, chunks = self._chunks(found, only, limit)
                if vectors == limit or len(found) < deep:
                    return chunks
            among = self.store.keys(only)
        return self._chunks(self.vectors.query(vector, limit, among), only)[1]

    def _chunks(
        self, found: Sequence[tuple[int, float]], only: Filter, most: int | None = None
    ) -> tuple[int, list[tuple[int, float]]]:
        """The chunks of ``only`` that these vectors stand for, the first ``most`` of those that do; and how many do."""
        chunks = self.store.chunks_of_vectors([key for key, _ in found], only, TWINS)
        kept = [(key, similarity) for key, similarity in found if key in chunks][:most]
        return len(kept), [(chunk, similarity) for key, similarity in kept for chunk in chunks[key]]

    # looking

    def article(self, article_id: str) -> Article:
        """The current version of an article. Raises ArticleMissingError."""
        found = self.store.article(article_id)
        if found is None:
            raise ArticleMissingError(id=article_id)
        return found

    def version(self, article_id: str) -> str | None:
        """What tells the current version of an article from others; None when none is current."""
        known = self.store.known(article_id)
        return known.content_hash if known and known.current else None

    def verify(self) -> list[str]:
        """Every fault found in the database and in the serving generation; empty when all is well."""
        faults = [fault for fault in [self.store.integrity()] if fault]
        return faults + self.serving.faults()

    def status(self) -> Status:
        articles, chunks = self.store.counts()
        pointer = self.serving.pointer
        return Status(
            path=str(self.path),
            articles=articles,
            chunks=chunks,
            newest=self.store.newest(),
            languages=tuple(self.store.languages()),
            model=next(iter(self.store.models()), model_identity(self.settings)),
            generation=pointer.generation if pointer else None,
            fingerprint=self.settings.fingerprint(),
        )


def embedded_text(title: str | None, text: str) -> str:
    """What a model reads of a chunk: its text under the article's title, for a chunk alone rarely says its topic."""
    return f"{title}\n{text}" if title else text


def _key(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _writer(path: Path) -> str:
    try:
        writer = json.loads(path.read_text("utf-8"))
        return f"process {writer['pid']} of {writer['user']} on {writer['host']}"
    except (OSError, ValueError, KeyError):
        return "unknown process"
