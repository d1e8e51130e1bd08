"""The index: articles go in, are chunked, embedded and stored; Chroma follows. One writer, many readers."""

from __future__ import annotations

import getpass
import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from tqdm import tqdm

from corpus.article import Article
from corpus.errors import UnreadableError
from corpus.load import count_files, load
from rag import german, vectors
from rag.chunk import chunk_text
from rag.errors import ArticleMissingError, IndexLockedError, IndexMismatchError, IndexMissingError, NotAnIndexError
from rag.ingest import BATCH_CHUNKS, Report, ingest
from rag.models.embed import Embedder, model_identity
from rag.rows import NewChunk
from rag.settings import Settings
from rag.store import Store
from rag.types import Chunk
from rag.vectors import Vectors

log = logging.getLogger(__name__)
STORE = "store.sqlite"
CHROMA = "chroma"
LOCK = "writer.lock"


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
        self._vectors: Vectors | None = None
        self._retired: Vectors | None = None
        self._opening = threading.RLock()

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
        for opened in (self._retired, self._vectors):
            if opened:
                opened.close()
        self._retired = self._vectors = None
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

    def ingest(self, paths: Iterable[Path | str], language: str = "en", progress: bool = True) -> Report:
        """Reads files and folders into the index. Unchanged articles are skipped, changed ones become new versions.

        Ctrl-C stops cleanly after the article in hand. Raises SourceError for paths that do not exist or hold nothing,
        IndexLockedError, IndexMismatchError. Reasons in the report are in ``language``.
        """
        paths = list(paths)
        with tqdm(total=count_files(paths), unit="file", desc="Ingest", disable=not progress) as bar:
            return self._take_in(load(paths), language, bar)

    def add(self, articles: Iterable[Article]) -> Report:
        """Like ``ingest``, of articles in hand."""
        with tqdm(disable=True) as bar:
            return self._take_in(articles, "en", bar)

    def _take_in(self, items: Iterable[Article | UnreadableError], language: str, bar: tqdm[Any]) -> Report:
        report, started = Report(), time.monotonic()
        with self.writing():
            self._check_model()
            ingest(self, items, report, language, bar)
            self._rebuild_vectors_if_stale()
        report.articles, report.chunks = self.store.counts()
        report.seconds = round(time.monotonic() - started, 2)
        return report

    def chunk(self, article: Article) -> list[Chunk]:
        """The article's chunks by the settings' budget, or the model's where that is smaller."""
        budget = min(self.settings.chunk_tokens, self.embedder.max_tokens)
        return chunk_text(article.text, self.embedder.token_offsets, budget, self.settings.chunk_overlap)

    def prepare(self, articles: list[tuple[Article, list[Chunk]]]) -> list[list[NewChunk]]:
        """Vectors and tokens for all chunks of ``articles``, embedded in one go."""
        vectors_ = iter(self.embedder.passages([embedded_text(a, c) for a, chunks in articles for c in chunks]))
        prepared = []
        for article, chunks in articles:
            title = " ".join(german.analyse(article.title or "", article.language))
            prepared.append(
                [
                    NewChunk(chunk, next(vectors_), title, " ".join(german.analyse(chunk.text, article.language)))
                    for chunk in chunks
                ]
            )
        return prepared

    def delete(self, article_id: str) -> None:
        """Deletes an article in all versions: text, chunks, lexical rows, vectors. Raises ArticleMissingError."""
        with self.writing():
            if not self.store.delete(article_id):
                raise ArticleMissingError(id=article_id)
            self._rebuild_vectors_if_stale()

    def rebuild(self, progress: bool = True) -> None:
        """Chunks and embeds every article again with the current settings, then builds Chroma anew."""
        with self.writing():
            total = self.store.counts()[0]
            batch: list[tuple[int, Article, list[Chunk]]] = []
            with tqdm(total=total, unit="article", desc="Rebuild", disable=not progress) as bar:
                for row, article in list(self.store.articles()):
                    batch.append((row, article, self.chunk(article)))
                    if sum(len(chunks) for _, _, chunks in batch) >= BATCH_CHUNKS:
                        self._replace(batch)
                        batch = []
                    bar.update(1)
                self._replace(batch)
            self._swap_vectors()

    def _replace(self, batch: list[tuple[int, Article, list[Chunk]]]) -> None:
        prepared = self.prepare([(article, chunks) for _, article, chunks in batch])
        for (row, _, _), chunks in zip(batch, prepared, strict=True):
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
        """The serving generation, opened, verified and, where it must be, rebuilt from the store.

        Raises IndexMismatchError, or IndexLockedError when a writer is at work and nothing can serve meanwhile.
        """
        self._check_model()
        with self._opening:
            if self._vectors and self._vectors.pointer == vectors.read_pointer(self.chroma_folder):
                return self._vectors
            serving = self._try_open()
            if serving is None or serving.pointer.revision != self.store.revision:
                try:
                    with self.writing():
                        if serving:
                            serving.close()
                        return self._rebuild_vectors_if_stale()
                except IndexLockedError:
                    if serving is None:
                        raise
                    log.warning("serving generation %s while a writer is at work", serving.pointer.generation)
            return self._serve(serving)

    def _serve(self, opened: Vectors) -> Vectors:
        """Makes ``opened`` the one that serves. The one before stays open a while: another thread may be asking it."""
        with self._opening:
            if self._retired:
                self._retired.close()
            self._retired, self._vectors = self._vectors, opened
        return opened

    def _try_open(self) -> Vectors | None:
        """The generation the pointer names, or None when it is missing or damaged (which is logged)."""
        pointer = vectors.read_pointer(self.chroma_folder)
        if pointer is None:
            if self.store.meta("generation"):
                log.warning("%s names no generation; rebuilding one from the store", self.chroma_folder)
            return None
        folder = vectors.generation_folder(self.chroma_folder, pointer.generation)
        if not folder.is_dir():
            log.warning("%s is missing; rebuilding it from the store", folder)
            return None
        try:
            opened = Vectors(self.chroma_folder, pointer)
        except Exception as error:  # Chroma's, Rust's and SQLite's own kinds; all mean the same here
            log.warning("%s can't be opened (%s); rebuilding it from the store", folder, error)
            return None
        fault = opened.fault(self.store) if pointer.revision == self.store.revision else opened.damage()
        if fault:
            log.warning("%s is damaged (%s); rebuilding it from the store", folder, fault)
            opened.close()
            return None
        return opened

    def _rebuild_vectors_if_stale(self) -> Vectors:
        """Under the writer lock: makes Chroma equal to the store, if it is not."""
        opened = self._try_open()
        if opened is None or opened.pointer.revision != self.store.revision:
            if opened:
                opened.close()
            return self._swap_vectors()
        return self._serve(opened)

    def _swap_vectors(self) -> Vectors:
        return self._serve(vectors.build(self.chroma_folder, self.store))

    # looking

    def article(self, article_id: str) -> Article:
        """The current version of an article. Raises ArticleMissingError."""
        found = self.store.article(article_id)
        if found is None:
            raise ArticleMissingError(id=article_id)
        return found

    def verify(self) -> list[str]:
        """Every fault found in the database and in the serving generation; empty when all is well."""
        faults = [fault for fault in [self.store.integrity()] if fault]
        pointer = vectors.read_pointer(self.chroma_folder)
        if pointer is None:
            faults.append("chroma: no generation serves")
        elif pointer.revision != self.store.revision:
            faults.append("chroma: older than the store")
        elif self._try_open() is None:
            faults.append(f"chroma: generation {pointer.generation} is damaged")
        return faults

    def status(self) -> Status:
        articles, chunks = self.store.counts()
        pointer = vectors.read_pointer(self.chroma_folder)
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


def embedded_text(article: Article, chunk: Chunk) -> str:
    """What the model reads of a chunk: its text under the article's title, for a chunk alone rarely says its topic."""
    return f"{article.title}\n{chunk.text}" if article.title else chunk.text


def _writer(path: Path) -> str:
    try:
        writer = json.loads(path.read_text("utf-8"))
        return f"process {writer['pid']} of {writer['user']} on {writer['host']}"
    except (OSError, ValueError, KeyError):
        return "unknown process"
