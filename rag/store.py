"""SQLite, the source of truth: articles in all versions, chunks with offsets, vectors, lexical rows, the ingest log.

Everything else in an index folder can be rebuilt from this one file. One transaction an article (WAL, synchronous=FULL):
a killed run leaves whole articles or nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from corpus.article import Article, Removed
from corpus.dates import NewsDate
from corpus.mentions import DateMention
from corpus.urls import same_article_key
from rag import stories
from rag.database import Database, holes, raise_revision
from rag.rows import Filter, Known, NewArticle, NewChunk, StoredChunk, day_number

_FIELDS = (
    "id, title, source, author, agency, published, updated, url, language, category, correction, origin, file, text,"
    " removed, metadata, provenance"
)


class Store(Database):
    """Articles and what was made of them."""

    # what the index holds

    def counts(self) -> tuple[int, int]:
        """Current articles, and their chunks."""
        query = "SELECT (SELECT count(*) FROM articles WHERE current = 1), (SELECT count(*) FROM chunks)"
        [(articles, chunks)] = self.per_revision("counts", query)
        return articles, chunks

    def newest(self) -> str | None:
        """The newest publication date among current articles, without its time: "2025-01-13", or "2024-10"."""
        query = (
            "SELECT substr(published, 1, 10) FROM articles WHERE current = 1 AND first_day IS NOT NULL"
            " ORDER BY first_day DESC, last_day LIMIT 1"
        )
        return next((row[0] for row in self.per_revision("newest", query)), None)

    def languages(self) -> list[str]:
        """Languages of current articles, most frequent first."""
        query = (
            "SELECT language FROM articles WHERE current = 1 AND language IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
        )
        return [row[0] for row in self.per_revision("languages", query)]

    def models(self) -> list[str]:
        """Names of the models whose vectors are stored; one, unless a rebuild is under way."""
        return [row[0] for row in self.per_revision("models", "SELECT DISTINCT model FROM vectors")]

    # articles

    def known(self, article_id: str) -> Known | None:
        """The latest version of an id, current or superseded."""
        row = self.db.execute(
            "SELECT row, content_hash, origin, file, current FROM articles WHERE id = ? ORDER BY version DESC LIMIT 1",
            (article_id,),
        ).fetchone()
        return Known(row[0], row[1], row[2], row[3], bool(row[4])) if row else None

    def article_ids(self) -> list[str]:
        """Ids of current articles, sorted."""
        return [row[0] for row in self.db.execute("SELECT id FROM articles WHERE current = 1 ORDER BY id")]

    def article(self, article_id: str) -> Article | None:
        """The current version of an article."""
        row = self.db.execute(f"SELECT {_FIELDS} FROM articles WHERE id = ? AND current = 1", (article_id,)).fetchone()
        return _to_article(row) if row else None

    def article_of_row(self, row: int) -> Article:
        """One version of an article."""
        return _to_article(self.db.execute(f"SELECT {_FIELDS} FROM articles WHERE row = ?", (row,)).fetchone())

    def articles(self) -> Iterator[tuple[int, Article]]:
        """Row number and article of all current versions, in order of ingestion."""
        for row in self.db.execute(f"SELECT row, {_FIELDS} FROM articles WHERE current = 1 ORDER BY row"):
            yield row[0], _to_article(row[1:])

    def superseder(self, article: Article) -> int | None:
        """Row of a current article at the same address that is newer than ``article``, under another id; None without one."""
        key = same_article_key(article.url) if article.url else None
        if key is None:
            return None
        rivals = self.db.execute(
            "SELECT row, coalesce(updated, published) FROM articles WHERE url_key = ? AND current = 1 AND id <> ?",
            (key, article.id),
        ).fetchall()
        own = str(article.updated or article.published or "")
        newer = [row for row, date in rivals if own and (date or "") > own]
        return newer[0] if newer else None

    def put(self, new: NewArticle, chunks: Sequence[NewChunk], model: str) -> None:
        """Stores a new article or a new version of one, in one transaction.

        Current articles of the same id or at the same address are superseded: they stay, but answer no more. When one at
        the same address is newer, ``new`` itself is stored as superseded, without ``chunks``.
        """
        article = new.article
        superseder = self.superseder(article)
        key = same_article_key(article.url) if article.url else None
        with self.transaction() as db:
            [latest] = db.execute(
                "SELECT coalesce(max(version), 0) FROM articles WHERE id = ?", (article.id,)
            ).fetchone()
            older = db.execute(
                "SELECT row FROM articles WHERE current = 1 AND (id = ? OR (url_key = ? AND ?))",
                (article.id, key, superseder is None),
            ).fetchall()
            for (row,) in older:
                _retire(db, row)
            row = _insert(db, new, latest + 1, superseder, key)
            db.executemany(
                "UPDATE articles SET superseded_by = ? WHERE row = ?", [(superseder or row, old) for (old,) in older]
            )
            if superseder is None:
                stories.join(db, row, article)
                db.executemany(
                    "INSERT OR REPLACE INTO paragraphs VALUES (?, ?, ?)",
                    [(k, row, dropped) for k, dropped in new.paragraphs],
                )
                _put_chunks(db, row, chunks, model)
            raise_revision(db)

    def replace_chunks(self, row: int, chunks: Sequence[NewChunk], model: str) -> None:
        """New chunks for a stored article, when another model or chunk size is wanted."""
        with self.transaction() as db:
            _drop_chunks(db, row)
            _put_chunks(db, row, chunks, model)
            raise_revision(db)

    def replace_text(
        self, row: int, article: Article, keys: Iterable[int], chunks: Sequence[NewChunk], model: str
    ) -> None:
        """The same version of an article without the recurring paragraphs of these ``keys``."""
        with self.transaction() as db:
            _drop_chunks(db, row)
            db.execute(
                "UPDATE articles SET text = ?, removed = ? WHERE row = ?", (article.text, _removed(article), row)
            )
            db.executemany("UPDATE paragraphs SET dropped = 1 WHERE article = ? AND key = ?", [(row, k) for k in keys])
            _put_chunks(db, row, chunks, model)
            raise_revision(db)

    def touch(self, row: int, origin: str | None, file: str | None) -> None:
        """Notes where an unchanged article was read this time."""
        self.db.execute("UPDATE articles SET origin = ?, file = ?, missing = 0 WHERE row = ?", (origin, file, row))

    def versions(self, article_id: str) -> list[str]:
        """All ids that stand for the article: its own, and those at the same address."""
        rows = self.db.execute(
            "SELECT DISTINCT id FROM articles WHERE id = ?1 OR url_key IN"
            " (SELECT url_key FROM articles WHERE id = ?1 AND url_key IS NOT NULL) ORDER BY id",
            (article_id,),
        )
        return [row[0] for row in rows]

    def delete(self, article_ids: Sequence[str]) -> list[int]:
        """Deletes all versions of these ids with everything derived from them.

        Articles that one of them had superseded are current again; their rows are returned, for they need chunks.
        """
        with self.transaction() as db:
            for article_id in article_ids:
                for (row,) in db.execute("SELECT row FROM articles WHERE id = ?", (article_id,)).fetchall():
                    _retire(db, row)
                db.execute("DELETE FROM files WHERE path IN (SELECT file FROM articles WHERE id = ?)", (article_id,))
                db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            again = _reinstate(db)
            raise_revision(db)
        return again

    def relatives(self, row: int) -> dict[str, list[str]]:
        """Ids of what a version replaces, what replaced it ("replaces", "replaced_by") and tells its story ("also_in")."""
        queries = {
            "replaces": "SELECT DISTINCT id FROM articles WHERE superseded_by = ? ORDER BY id",
            "replaced_by": "SELECT id FROM articles WHERE row = (SELECT superseded_by FROM articles WHERE row = ?)",
            "also_in": "SELECT id FROM articles WHERE current = 1 AND row <> ?1"
            " AND story = (SELECT story FROM articles WHERE row = ?1) ORDER BY row",
        }
        return {key: [found[0] for found in self.db.execute(query, (row,))] for key, query in queries.items()}

    def filed(self) -> list[tuple[str, str, bool]]:
        """(id, file, whether the file holds it no more) of the latest version of each article that came from a file."""
        return self.db.execute(
            "SELECT id, file, missing FROM articles AS a WHERE file IS NOT NULL"
            " AND version = (SELECT max(version) FROM articles WHERE id = a.id)"
        ).fetchall()

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
                "SELECT chunks.id, articles.id, title, source, published, url, language, first_day,"
                ' story, dates, start, "end", substr(text, start + 1, "end" - start)'
                f" FROM chunks JOIN articles ON row = article WHERE chunks.id IN ({holes(part)})",
                part,
            )
            found |= {row[0]: _to_chunk(row) for row in rows}
        return found

    def vectors(self, ids: Iterable[int] | None = None) -> Iterator[tuple[int, int | None, np.ndarray]]:
        """(chunk id, the article's first day, vector) in order of id; of all chunks, or of ``ids``."""
        query = "SELECT chunk, first_day, vector FROM vectors JOIN chunks ON chunks.id = chunk JOIN articles ON row = article"
        if ids is None:
            rows = self.db.execute(query + " ORDER BY chunk")
        else:
            wanted = list(ids)
            rows = self.db.execute(f"{query} WHERE chunk IN ({holes(wanted)}) ORDER BY chunk", wanted)
        for chunk, first_day, vector in rows:
            yield chunk, first_day, np.frombuffer(vector, "<f4")

    def search(self, match: str, limit: int, only: Filter, among: Sequence[int] = ()) -> list[tuple[int, float]]:
        """(chunk id, BM25 score) of the best matches of an FTS5 query, best first; ``among`` restricts to these ids."""
        condition, parameters = only.sql()
        if among:
            condition += f" AND chunk_fts.rowid IN ({holes(among)})"
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
            rows = self.db.execute(f"SELECT rowid, title, body FROM chunk_fts WHERE rowid IN ({holes(part)})", part)
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


def _insert(db: sqlite3.Connection, new: NewArticle, version: int, superseder: int | None, url_key: str | None) -> int:
    article = new.article
    days = (
        (day_number(article.published.first), day_number(article.published.last)) if article.published else (None, None)
    )
    values = {
        "id": article.id, "version": version, "current": superseder is None, "superseded_by": superseder,
        "content_hash": new.content_hash, "story": 0, "url_key": url_key, "title": article.title,
        "source": article.source, "author": article.author, "agency": article.agency,
        "published": _text(article.published), "first_day": days[0], "last_day": days[1],
        "updated": _text(article.updated), "url": article.url, "language": article.language,
        "category": article.category, "correction": article.correction, "origin": article.origin,
        "file": article.file, "text": article.text, "removed": _removed(article),
        "metadata": _json(dict(article.metadata)), "provenance": _json(dict(article.provenance)),
        "added": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    cursor = db.execute(f"INSERT INTO articles ({', '.join(values)}) VALUES ({holes([*values])})", [*values.values()])
    row = cursor.lastrowid
    assert row is not None
    db.execute("UPDATE articles SET story = row WHERE row = ?", (row,))
    return row


def _retire(db: sqlite3.Connection, row: int) -> None:
    """The version answers no more: everything derived from it goes."""
    _drop_chunks(db, row)
    stories.leave(db, row)
    db.execute("DELETE FROM paragraphs WHERE article = ?", (row,))
    db.execute("UPDATE articles SET current = 0 WHERE row = ?", (row,))


def _reinstate(db: sqlite3.Connection) -> list[int]:
    """Makes the newest of those current whose superseders were deleted; their rows."""
    orphans = db.execute(
        "SELECT row, id, url_key FROM articles AS a WHERE current = 0"
        " AND superseded_by NOT IN (SELECT row FROM articles)"
        " AND version = (SELECT max(version) FROM articles WHERE id = a.id)"
        " ORDER BY coalesce(updated, published, '') DESC, row DESC"
    ).fetchall()
    again: dict[str, int] = {}
    for row, article_id, url_key in orphans:
        first = again.setdefault(url_key or article_id, row)
        if first == row:
            db.execute("UPDATE articles SET current = 1, superseded_by = NULL WHERE row = ?", (row,))
            stories.join(
                db, row, _to_article(db.execute(f"SELECT {_FIELDS} FROM articles WHERE row = ?", (row,)).fetchone())
            )
        else:
            db.execute("UPDATE articles SET superseded_by = ? WHERE row = ?", (first, row))
    return list(again.values())


def _put_chunks(db: sqlite3.Connection, row: int, chunks: Sequence[NewChunk], model: str) -> None:
    for new in chunks:
        chunk = new.chunk
        dates = [[d.start, d.end, d.first.isoformat(), d.last.isoformat()] for d in new.dates]
        rowid = db.execute(
            'INSERT INTO chunks (article, ordinal, start, "end", tokens, dates) VALUES (?, ?, ?, ?, ?, ?)',
            (row, chunk.ordinal, chunk.start, chunk.end, chunk.tokens, json.dumps(dates)),
        ).lastrowid
        vector = np.ascontiguousarray(new.vector, dtype="<f4").tobytes()
        db.execute("INSERT INTO vectors VALUES (?, ?, ?)", (rowid, model, vector))
        db.execute(
            "INSERT INTO chunk_fts (rowid, title, body) VALUES (?, ?, ?)", (rowid, new.title_tokens, new.body_tokens)
        )


def _drop_chunks(db: sqlite3.Connection, row: int) -> None:
    ids = [(r[0],) for r in db.execute("SELECT id FROM chunks WHERE article = ?", (row,))]
    db.executemany("DELETE FROM chunk_fts WHERE rowid = ?", ids)
    db.executemany("DELETE FROM vectors WHERE chunk = ?", ids)
    db.execute("DELETE FROM chunks WHERE article = ?", (row,))


def _text(value: NewsDate | None) -> str | None:
    return str(value) if value else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _removed(article: Article) -> str:
    return _json([[r.text, r.reason] for r in article.removed])


def _to_article(row: Sequence[Any]) -> Article:
    return Article(
        id=row[0], title=row[1], source=row[2], author=row[3], agency=row[4],
        published=NewsDate.parse(row[5]) if row[5] else None,
        updated=NewsDate.parse(row[6]) if row[6] else None,
        url=row[7], language=row[8], category=row[9], correction=row[10], origin=row[11], file=row[12], text=row[13],
        removed=tuple(Removed(text, reason) for text, reason in json.loads(row[14])),
        metadata=json.loads(row[15]), provenance=json.loads(row[16]),
    )  # fmt: skip


def _to_chunk(row: Sequence[Any]) -> StoredChunk:
    start, end, text = row[10:]
    mentions = tuple(
        DateMention(s, e, text[s - start : e - start], dt.date.fromisoformat(first), dt.date.fromisoformat(last))
        for s, e, first, last in json.loads(row[9])
    )
    return StoredChunk(
        id=row[0], article_id=row[1], title=row[2], source=row[3], published=row[4], url=row[5], language=row[6],
        first_day=row[7], story=row[8], dates=mentions, start=start, end=end, text=text,
    )  # fmt: skip
