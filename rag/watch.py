"""``belegt watch``: folders kept in step with an index."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from corpus.formats import READERS
from rag.errors import IndexLockedError, SourceError
from rag.index import Index
from rag.ingest import Report

log = logging.getLogger(__name__)
QUIET = 1500  # milliseconds without a change before reading: an editor saves in several steps
PATIENCE = 5.0  # seconds between tries while another process writes


def follow(index: Index, paths: Iterable[Path], language: str, prune: bool, progress: bool = True) -> Iterator[Report]:
    """The report of a first ingest of ``paths``, then of one after each change below them, until Ctrl-C.

    Waits while another process holds the index. Raises as ``Index.ingest`` does at the first time; later faults, such as a
    folder that is empty for a moment, are logged.
    """
    paths = list(paths)
    yield _ingest(index, paths, language, prune, progress)
    for _ in watch(*paths, watch_filter=_is_source, debounce=QUIET, step=200, raise_interrupt=True):
        try:
            yield _ingest(index, paths, language, prune, progress)
        except SourceError as error:
            log.warning("%s", error.text(language))


def _ingest(index: Index, paths: list[Path], language: str, prune: bool, progress: bool) -> Report:
    while True:
        try:
            return index.ingest(paths, language, progress, prune)
        except IndexLockedError as error:
            log.warning("%s", error.text(language))
            time.sleep(PATIENCE)


def _is_source(change: Change, path: str) -> bool:
    name = Path(path).name
    return not name.startswith(".") and (Path(path).suffix.lower() in READERS or change == Change.deleted)
