"""Which Chroma generation serves an index: opened, verified and, where it must be, built again from the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from rag import vectors
from rag.errors import IndexLockedError
from rag.store import Store
from rag.vectors import Pointer, Vectors

log = logging.getLogger(__name__)


class Serving:
    """The generations under ``folder``. Threads may share one; whoever builds holds the lock that ``writing`` gives."""

    def __init__(self, folder: Path, store: Store, writing: Callable[[], AbstractContextManager[None]]) -> None:
        self.folder = folder
        self._store = store
        self._writing = writing
        self._vectors: Vectors | None = None
        self._retired: Vectors | None = None
        self._opening = threading.RLock()

    def close(self) -> None:
        for opened in (self._retired, self._vectors):
            if opened:
                opened.close()
        self._retired = self._vectors = None

    @property
    def pointer(self) -> Pointer | None:
        """Which generation serves, as the folder says; None when there is none."""
        return vectors.read_pointer(self.folder)

    def behind(self, pointer: Pointer | None) -> bool:
        """Whether the store has changed since the generation of ``pointer`` was built; always, where there is none."""
        return pointer is None or pointer.revision != self._store.revision

    def current(self) -> Vectors:
        """The serving generation. Raises IndexLockedError when a writer is at work and nothing can serve meanwhile."""
        with self._opening:
            if self._vectors and self._vectors.pointer == self.pointer:
                return self._vectors
            serving = self._try_open()
            if serving is None or self.behind(serving.pointer):
                try:
                    with self._writing():
                        if serving:
                            serving.close()
                        return self.renew_if_stale()
                except IndexLockedError:
                    if serving is None:
                        raise
                    log.warning("serving generation %s while a writer is at work", serving.pointer.generation)
            return self._serve(serving)

    def renew_if_stale(self) -> Vectors:
        """Under the writer lock: makes Chroma equal to the store, if it is not."""
        opened = self._try_open()
        if opened is None or self.behind(opened.pointer):
            if opened:
                opened.close()
            return self.renew(grow=opened is not None)
        return self._serve(opened)

    def renew(self, keep_previous: bool = True, grow: bool = False) -> Vectors:
        """Under the writer lock: a new generation, which serves from now on. ``grow``: from the one before, which is sound."""
        return self._serve(vectors.build(self.folder, self._store, keep_previous, grow))

    def faults(self) -> list[str]:
        """What is wrong with the serving generation; empty when nothing is."""
        pointer = self.pointer
        if pointer is None:
            return ["chroma: no generation serves"]
        if self.behind(pointer):
            return ["chroma: older than the store"]
        if pointer.layout != vectors.LAYOUT:
            return ["chroma: made by another version"]
        if self._try_open() is None:
            return [f"chroma: generation {pointer.generation} is damaged"]
        return []

    def _serve(self, opened: Vectors) -> Vectors:
        """Makes ``opened`` the one that serves. The one before stays open a while: another thread may be asking it."""
        with self._opening:
            if self._retired:
                self._retired.close()
            self._retired, self._vectors = self._vectors, opened
        return opened

    def _try_open(self) -> Vectors | None:
        """The generation the pointer names, or None when it is missing or damaged (which is logged)."""
        pointer = vectors.read_pointer(self.folder)
        if pointer is None:
            if self._store.meta("generation"):
                log.warning("%s names no generation; rebuilding one from the store", self.folder)
            return None
        if pointer.layout != vectors.LAYOUT:
            log.info("generation %s was made by another version; rebuilding it from the store", pointer.generation)
            return None
        folder = vectors.generation_folder(self.folder, pointer.generation)
        if not folder.is_dir():
            log.warning("%s is missing; rebuilding it from the store", folder)
            return None
        try:
            opened = Vectors(self.folder, pointer)
        except Exception as error:  # Chroma's, Rust's and SQLite's own kinds; all mean the same here
            log.warning("%s can't be opened (%s); rebuilding it from the store", folder, error)
            return None
        revision = self._store.revision
        fault = opened.fault(self._store) if pointer.revision == revision else opened.damage()
        if fault and self._store.revision != revision:  # a writer stored more while the two were compared
            fault = opened.damage()
        if fault:
            log.warning("%s is damaged (%s); rebuilding it from the store", folder, fault)
            opened.close()
            return None
        return opened
