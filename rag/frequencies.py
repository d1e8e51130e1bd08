"""In how many chunks a word stands. FTS5 counts that by reading through the word's list of chunks, each time it is asked:
those of common words are counted once, at the end of an ingest, and written down."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from rag.database import Database

COMMON = 2000  # chunks that hold a word whose counts are written down: counting that many takes half a millisecond
REMEMBERED = 50_000  # tokens
_COUNTED = "common words"  # meta: the revision counted, and of each common word what ``Frequencies.of`` says


class Frequencies:
    """Counts of tokens, remembered until the store changes."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self._known: tuple[int, Callable[[str], tuple[int, int]]] = (-1, lambda token: (0, 0))

    def of(self, token: str) -> tuple[int, int]:
        """How many chunks hold a token, in whatever column; how many have it in the title, and in the body, added up."""
        revision = self._store.revision
        known, counted = self._known
        if known != revision:
            counted = self._counted(revision)
            self._known = revision, counted
        return counted(token)

    def _counted(self, revision: int) -> Callable[[str], tuple[int, int]]:
        written, words = json.loads(self._store.meta(_COUNTED) or "[-1, {}]")
        common: dict[str, Sequence[int]] = words if written == revision else {}

        @lru_cache(REMEMBERED)
        def counted(token: str) -> tuple[int, int]:
            return (common[token][0], common[token][1]) if token in common else count(self._store, token)

        return counted


def count(store: Database, token: str) -> tuple[int, int]:
    """As ``Frequencies.of``, counted now."""
    chunks = store.db.execute("SELECT doc FROM chunk_vocab WHERE term = ?", (token,)).fetchone()
    if chunks is None:
        return 0, 0
    own = store.db.execute("SELECT sum(doc) FROM chunk_words WHERE term = ? AND col <> 'parts'", (token,)).fetchone()
    return int(chunks[0]), int(own[0] or 0)


def own_counts(db: sqlite3.Connection) -> dict[str, int]:
    """The second number of ``Frequencies.of``, of all tokens."""
    return dict(db.execute("SELECT term, sum(doc) FROM chunk_words WHERE col <> 'parts' GROUP BY term"))


def write_common(store: Database, own: Mapping[str, int]) -> None:
    """Writes the counts of common words down, for the store as it is, of which these are the ``own_counts``."""
    common = {word: (count(store, word)[0], number) for word, number in own.items() if number >= COMMON}
    store.set_meta(_COUNTED, json.dumps([store.revision, common], ensure_ascii=False))
