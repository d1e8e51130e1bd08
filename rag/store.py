"""SQLite, the source of truth: articles in all versions, chunks with offsets, vectors, lexical rows, the ingest log.

Everything else in an index folder can be rebuilt from this one file. One transaction an article (WAL, synchronous=FULL):
a killed run leaves whole articles or nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from corpus.article import Article, Removed
from corpus.dates import NewsDate
from rag.errors import IndexDamagedError, NotAnIndexError
from rag.rows import Filter, NewChunk, StoredChunk, day_number

FORMAT = 1
_APPLICATION_ID = 0x62656C67  # "belg"; tells our files from other SQLite files
_SCHEMA = (Path(__file__).parent / "schema.sql").read_text("utf-8")
_ARTICLE_COLUMNS = (
    "id, title, source, author, agency, published, updated, url, language, origin, text, removed, metadata"
)


class Store:
    """One ``store.sqlite``. Threads may share a Store; each gets its own connection."""

    def __init__(self, path: Path) -> None:
        """Opens ``path``, creating it if absent. Raises NotAnIndexError or IndexDamagedError."""
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
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
            raise sqlite3.DatabaseError(f"format {found}, this program reads format {FORMAT}")

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
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Closes the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. A change of what can be found raises the revision."""
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise

    # what is known about the index

    def meta(self, key: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def revision(self) -> int:
        """Rises with every stored or deleted article; the vector index says which it was built from."""
        return int(self.meta("revision") or 0)

    def _per_revision(self, key: str, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over whole tables, asked again only when the store has changed: every question needs them."""
        revision = self.revision
        known = self._summaries.get(key)
        if known is None or known[0] != revision:
            known = (revision, self.db.execute(query).fetchall())
            self._summaries[key] = known
        return known[1]

    def counts(self) -> tuple[int, int]:
        """Current articles, and their chunks."""
        query = "SELECT (SELECT count(*) FROM articles WHERE current = 1), (SELECT count(*) FROM chunks)"
        [(articles, chunks)] = self._per_revision("counts", query)
        return articles, chunks

    def newest(self) -> str | None:
        """The newest publication date among current articles, without its time: "2025-01-13", or "2024-10"."""
        query = (
            "SELECT substr(published, 1, 10) FROM articles WHERE current = 1 AND first_day IS NOT NULL"
            " ORDER BY first_day DESC, last_day LIMIT 1"
        )
        return next((row[0] for row in self._per_revision("newest", query)), None)

    def languages(self) -> list[str]:
        """Languages of current articles, most frequent first."""
        query = (
            "SELECT language FROM articles WHERE current = 1 AND language IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
        )
        return [row[0] for row in self._per_revision("languages", query)]

    def models(self) -> list[str]:
        """Names of the models whose vectors are stored; one, unless a rebuild is under way."""
        return [row[0] for row in self._per_revision("models", "SELECT DISTINCT model FROM vectors")]

    # articles

    def known(self, article_id: str) -> tuple[str, str | None] | None:
        """Content hash and origin of the current version, or None."""
        row = self.db.execute(
            "SELECT content_hash, origin FROM articles WHERE id = ? AND current = 1", (article_id,)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def article_ids(self) -> list[str]:
        """Ids of current articles, sorted."""
        return [row[0] for row in self.db.execute("SELECT id FROM articles WHERE current = 1 ORDER BY id")]

    def article(self, article_id: str) -> Article | None:
        """The current version of an article."""
        row = self.db.execute(
            f"SELECT {_ARTICLE_COLUMNS} FROM articles WHERE id = ? AND current = 1", (article_id,)
        ).fetchone()
        return _to_article(row) if row else None

    def articles(self) -> Iterator[tuple[int, Article]]:
        """Row number and article of all current versions, in order of ingestion."""
        for row in self.db.execute(f"SELECT row, {_ARTICLE_COLUMNS} FROM articles WHERE current = 1 ORDER BY row"):
            yield row[0], _to_article(row[1:])

    def put(self, article: Article, chunks: Sequence[NewChunk], model: str) -> None:
        """Stores a new article or a new version of one, in one transaction. The older version stays, superseded."""
        with self.transaction() as db:
            version = db.execute("SELECT max(version) FROM articles WHERE id = ?", (article.id,)).fetchone()[0] or 0
            self._drop_chunks(db, article.id)
            db.execute("UPDATE articles SET current = 0 WHERE id = ? AND current = 1", (article.id,))
            days = (
                (day_number(article.published.first), day_number(article.published.last)) if article.published else ()
            )
            row = db.execute(
                "INSERT INTO articles (id, version, current, content_hash, title, source, author, agency, published,"
                " first_day, last_day, updated, url, language, origin, text, removed, metadata, added)"
                " VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    article.id, version + 1, article.content_hash, article.title, article.source, article.author,
                    article.agency, _text(article.published), *(days or (None, None)), _text(article.updated),
                    article.url, article.language, article.origin, article.text,
                    json.dumps([[r.text, r.reason] for r in article.removed], ensure_ascii=False),
                    json.dumps(dict(article.metadata), ensure_ascii=False),
                    dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                ),
            ).lastrowid  # fmt: skip
            assert row is not None
            self._put_chunks(db, row, chunks, model)
            _raise_revision(db)

    def replace_chunks(self, row: int, chunks: Sequence[NewChunk], model: str) -> None:
        """New chunks for a stored article, when another model or chunk size is wanted."""
        with self.transaction() as db:
            self._drop_chunks_of_row(db, row)
            self._put_chunks(db, row, chunks, model)
            _raise_revision(db)

    def touch_origin(self, article_id: str, origin: str | None) -> None:
        """Notes that an unchanged article was read from another place."""
        self.db.execute("UPDATE articles SET origin = ? WHERE id = ? AND current = 1", (origin, article_id))

    def delete(self, article_id: str) -> bool:
        """Deletes all versions of an article with everything derived from it. False when there is none."""
        with self.transaction() as db:
            self._drop_chunks(db, article_id)
            gone = db.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount
            if gone:
                _raise_revision(db)
        return gone > 0

    def _put_chunks(self, db: sqlite3.Connection, row: int, chunks: Sequence[NewChunk], model: str) -> None:
        for new in chunks:
            chunk = new.chunk
            rowid = db.execute(
                'INSERT INTO chunks (article, ordinal, start, "end", tokens) VALUES (?, ?, ?, ?, ?)',
                (row, chunk.ordinal, chunk.start, chunk.end, chunk.tokens),
            ).lastrowid
            vector = np.ascontiguousarray(new.vector, dtype="<f4").tobytes()
            db.execute("INSERT INTO vectors VALUES (?, ?, ?)", (rowid, model, vector))
            db.execute(
                "INSERT INTO chunk_fts (rowid, title, body) VALUES (?, ?, ?)",
                (rowid, new.title_tokens, new.body_tokens),
            )

    def _drop_chunks(self, db: sqlite3.Connection, article_id: str) -> None:
        for (row,) in db.execute("SELECT row FROM articles WHERE id = ?", (article_id,)).fetchall():
            self._drop_chunks_of_row(db, row)

    def _drop_chunks_of_row(self, db: sqlite3.Connection, row: int) -> None:
        ids = [(r[0],) for r in db.execute("SELECT id FROM chunks WHERE article = ?", (row,))]
        db.executemany("DELETE FROM chunk_fts WHERE rowid = ?", ids)
        db.executemany("DELETE FROM vectors WHERE chunk = ?", ids)
        db.execute("DELETE FROM chunks WHERE article = ?", (row,))

    def log(self, origin: str | None, article_id: str | None, outcome: str, reason: str | None = None) -> None:
        """A line of the ingest log."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self.db.execute("INSERT INTO ingest_log VALUES (?, ?, ?, ?, ?)", (now, origin, article_id, outcome, reason))

    # chunks

    def chunks(self, ids: Iterable[int]) -> dict[int, StoredChunk]:
        """Chunks by id; ids that are gone are missing."""
        wanted = list(ids)
        found: dict[int, StoredChunk] = {}
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            rows = self.db.execute(
                'SELECT chunks.id, articles.id, title, source, published, url, language, first_day, start, "end",'
                ' substr(text, start + 1, "end" - start)'
                f" FROM chunks JOIN articles ON row = article WHERE chunks.id IN ({_holes(part)})",
                part,
            )
            found |= {row[0]: StoredChunk(*row) for row in rows}
        return found

    def vectors(self, ids: Iterable[int] | None = None) -> Iterator[tuple[int, int | None, np.ndarray]]:
        """(chunk id, the article's first day, vector) in order of id; of all chunks, or of ``ids``."""
        query = "SELECT chunk, first_day, vector FROM vectors JOIN chunks ON chunks.id = chunk JOIN articles ON row = article"
        if ids is None:
            rows = self.db.execute(query + " ORDER BY chunk")
        else:
            wanted = list(ids)
            rows = self.db.execute(f"{query} WHERE chunk IN ({_holes(wanted)}) ORDER BY chunk", wanted)
        for chunk, first_day, vector in rows:
            yield chunk, first_day, np.frombuffer(vector, "<f4")

    def search(self, match: str, limit: int, only: Filter, among: Sequence[int] = ()) -> list[tuple[int, float]]:
        """(chunk id, BM25 score) of the best matches of an FTS5 query, best first; ``among`` restricts to these ids."""
        condition, parameters = only.sql()
        if among:
            condition += f" AND chunk_fts.rowid IN ({_holes(among)})"
        rows = self.db.execute(
            "SELECT chunk_fts.rowid, -bm25(chunk_fts, 1.0, 1.0) AS score FROM chunk_fts"
            " JOIN chunks ON chunks.id = chunk_fts.rowid JOIN articles ON articles.row = chunks.article"
            f" WHERE chunk_fts MATCH ? AND {condition} ORDER BY score DESC, chunk_fts.rowid LIMIT ?",
            [match, *parameters, *among, limit],
        )
        return [(row[0], row[1]) for row in rows]

    def tokens(self, ids: Iterable[int]) -> dict[int, set[str]]:
        """The analysed tokens of chunks, their article's title included."""
        wanted = list(ids)
        found: dict[int, set[str]] = {}
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            rows = self.db.execute(f"SELECT rowid, title, body FROM chunk_fts WHERE rowid IN ({_holes(part)})", part)
            found |= {row[0]: {*row[1].split(), *row[2].split()} for row in rows}
        return found

    def sample_vectors(self, count: int) -> np.ndarray:
        """Vectors of up to ``count`` chunks, evenly spaced by id: shape (n, dimension)."""
        ids = [row[0] for row in self.db.execute("SELECT id FROM chunks ORDER BY id")]
        picked = ids[:: max(1, len(ids) // count)][:count]
        return np.stack([vector for _, _, vector in self.vectors(picked)]) if picked else np.zeros((0, 1), np.float32)

    def document_frequency(self, token: str) -> int:
        """In how many chunks an analysed token occurs."""
        row = self.db.execute("SELECT doc FROM chunk_vocab WHERE term = ?", (token,)).fetchone()
        return int(row[0]) if row else 0

    def integrity(self) -> str | None:
        """None when the database is whole, else the first fault SQLite reports."""
        try:
            row = self.db.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if row == "ok" else str(row)


def _raise_revision(db: sqlite3.Connection) -> None:
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'")


def _holes(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _text(value: NewsDate | None) -> str | None:
    return str(value) if value else None


def _to_article(row: Sequence[Any]) -> Article:
    return Article(
        id=row[0], title=row[1], source=row[2], author=row[3], agency=row[4],
        published=NewsDate.parse(row[5]) if row[5] else None,
        updated=NewsDate.parse(row[6]) if row[6] else None,
        url=row[7], language=row[8], origin=row[9], text=row[10],
        removed=tuple(Removed(text, reason) for text, reason in json.loads(row[11])),
        metadata=json.loads(row[12]),
    )  # fmt: skip
