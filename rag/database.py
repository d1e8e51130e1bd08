"""The SQLite file itself: connections, transactions, what is known about the index, and wiping what was deleted."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import IndexDamagedError, IndexFormatError, NotAnIndexError

FORMAT = 3
# Bytes of the file read in place: a search touches hundreds of pages, and copying each costs a third of it. On Windows a
# mapped file can't be cut short, and deleted text would stay in its end.
MAPPED = 0 if sys.platform == "win32" else 1 << 36
COPIED = 16_384  # KB of pages that a connection keeps which does not read in place
_APPLICATION_ID = 0x62656C67  # "belg"; tells our files from other SQLite files
_SCHEMA = (Path(__file__).parent / "schema.sql").read_text("utf-8")


class Database:
    """One ``store.sqlite``. Threads may share it; each gets its own connection."""

    def __init__(self, path: Path) -> None:
        """Opens ``path``, creating it if absent. Raises NotAnIndexError, IndexFormatError or IndexDamagedError."""
        self.path = path
        self._local = threading.local()
        self._connections: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()
        self._summaries: dict[str, tuple[int, list[tuple[Any, ...]]]] = {}
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self.close()
            raise IndexDamagedError(path=path, detail=str(error)) from error

    def _prepare(self) -> None:
        db = self.db
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            db.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION_ID};"
                f"PRAGMA user_version = {FORMAT}; INSERT INTO meta VALUES ('revision', '0'); COMMIT;"
            )
        if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise NotAnIndexError(path=self.path.parent)
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found != FORMAT:
            raise IndexFormatError(path=self.path.parent, found=found, wanted=FORMAT)

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA mmap_size = {MAPPED}")
            self._local.connection = connection
            with self._lock:
                ended = [kept for kept in self._connections if not kept[0].is_alive()]
                for one in ended:  # every ingest has threads of its own
                    one[1].close()
                    self._connections.remove(one)
                self._connections.append((threading.current_thread(), connection))
        return connection

    def unmap(self) -> None:
        """From now on this thread copies what it reads: an ingest comes by all of the file, and would hold all of it in
        memory."""
        self.db.execute("PRAGMA mmap_size = 0")
        self.db.execute(f"PRAGMA cache_size = -{COPIED}")

    @contextmanager
    def unmapped(self) -> Iterator[None]:
        """``unmap``, for this block."""
        kept = self.db.execute("PRAGMA cache_size").fetchone()[0]
        self.unmap()
        try:
            yield
        finally:
            self.db.execute(f"PRAGMA mmap_size = {MAPPED}")
            self.db.execute(f"PRAGMA cache_size = {kept}")

    def close(self) -> None:
        """Closes the connections of all threads."""
        with self._lock:
            for _, connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; in a transaction of the same thread, part of that one."""
        db = self.db
        if db.in_transaction:
            yield db
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise

    def meta(self, key: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def revision(self) -> int:
        """Rises with every stored or deleted article; the vector index says which it was built from."""
        return int(self.meta("revision") or 0)

    def per_revision(self, key: str, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over whole tables, asked again only when the store has changed: every question needs them."""
        revision = self.revision
        known = self._summaries.get(key)
        if known is None or known[0] != revision:
            known = (revision, self.db.execute(query).fetchall())
            self._summaries[key] = known
        return known[1]

    def wipe(self) -> None:
        """Leaves no byte of deleted rows in the file or beside it; takes time and disk in proportion to the file.

        ``secure_delete`` overwrites rows at once, but FTS5 keeps deleted tokens until its segments are merged, and the
        write-ahead log keeps old pages until it is truncated.
        """
        self.db.execute("INSERT INTO chunk_fts (chunk_fts) VALUES ('optimize')")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.execute("VACUUM")
        busy = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise sqlite3.OperationalError("a reader holds the write-ahead log")

    def integrity(self) -> str | None:
        """None when the database is whole, else the first fault SQLite reports."""
        try:
            row = self.db.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if row == "ok" else str(row)


def raise_revision(db: sqlite3.Connection) -> None:
    """To be called in every transaction that changes what can be found."""
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'")


def holes(values: Sequence[Any]) -> str:
    """The placeholders of ``values`` in an SQL list."""
    return ",".join("?" * len(values))
