"""SQLite, the source of truth: articles in all versions, chunks with offsets, vectors, lexical rows, the ingest log.

Everything else in an index folder can be rebuilt from this one file. Articles are stored in transactions (WAL,
synchronous=FULL): a killed run leaves whole articles or nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from corpus.article import Article
from corpus.mentions import DateMention
from corpus.urls import same_article_key
from rag import stories, versions
from rag.database import Database, holes, raise_revision
from rag.frequencies import Frequencies
from rag.rows import Filter, Known, NewArticle, NewChunk, StoredChunk

PART_WEIGHT = 0.4  # what a compound's part counts in BM25 beside a word that stands there itself


class Store(Database):
    """Articles and what was made of them."""

    @cached_property
    def frequencies(self) -> Frequencies:
        """In how many chunks words stand."""
        return Frequencies(self)

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

    def names(self, column: str) -> list[str]:
        """Sources, languages or categories (a value of ``NAMED``) of current articles, most frequent first."""
        query = (
            f"SELECT {column} FROM articles WHERE current = 1 AND {column} <> '' GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
        return [row[0] for row in self.per_revision(column, query)]

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
        row = self.db.execute(
            f"SELECT {versions.FIELDS} FROM articles WHERE id = ? AND current = 1", (article_id,)
        ).fetchone()
        return versions.to_article(row) if row else None

    def article_of_row(self, row: int) -> Article:
        """One version of an article."""
        return versions.to_article(
            self.db.execute(f"SELECT {versions.FIELDS} FROM articles WHERE row = ?", (row,)).fetchone()
        )

    def articles(self) -> Iterator[tuple[int, Article]]:
        """Row number and article of all current versions, in order of ingestion."""
        for row in self.db.execute(f"SELECT row, {versions.FIELDS} FROM articles WHERE current = 1 ORDER BY row"):
            yield row[0], versions.to_article(row[1:])

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
                versions.retire(db, row)
            row = versions.insert(db, new, latest + 1, superseder, key)
            db.executemany(
                "UPDATE articles SET superseded_by = ? WHERE row = ?", [(superseder or row, old) for (old,) in older]
            )
            if superseder is None:
                stories.join(db, row, article)
                db.executemany(
                    "INSERT OR REPLACE INTO paragraphs VALUES (?, ?, ?)",
                    [(k, row, dropped) for k, dropped in new.paragraphs],
                )
                versions.put_chunks(db, row, chunks, model)
            raise_revision(db)

    def replace_chunks(self, row: int, chunks: Sequence[NewChunk], model: str) -> None:
        """New chunks for a stored article, when another model or chunk size is wanted."""
        with self.transaction() as db:
            versions.drop_chunks(db, row)
            versions.put_chunks(db, row, chunks, model)
            raise_revision(db)

    def replace_text(
        self, row: int, article: Article, keys: Iterable[int], chunks: Sequence[NewChunk], model: str
    ) -> None:
        """The same version of an article without the recurring paragraphs of these ``keys``."""
        with self.transaction() as db:
            versions.drop_chunks(db, row)
            db.execute(
                "UPDATE articles SET text = ?, removed = ? WHERE row = ?",
                (article.text, versions.removed_json(article), row),
            )
            db.executemany("UPDATE paragraphs SET dropped = 1 WHERE article = ? AND key = ?", [(row, k) for k in keys])
            versions.put_chunks(db, row, chunks, model)
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
                    versions.retire(db, row)
                db.execute("DELETE FROM files WHERE path IN (SELECT file FROM articles WHERE id = ?)", (article_id,))
                db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            again = versions.reinstate(db)
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
                ' last_day, story, dates, start, "end", substr(text, start + 1, "end" - start)'
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

    def distinct_vectors(self, keys: Sequence[int] | None = None) -> Iterator[tuple[int, np.ndarray]]:
        """(key, vector) of each different text, in order of key; or of ``keys`` alone, which must be in order."""
        if keys is None:
            rows: Iterable[tuple[int, bytes]] = self.db.execute(
                "SELECT key, vector FROM vectors GROUP BY key ORDER BY key"
            )
        else:
            rows = (row for at in range(0, len(keys), 500) for row in self._vectors_of(keys[at : at + 500]))
        for key, vector in rows:
            yield key, np.frombuffer(vector, "<f4")

    def _vectors_of(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        query = f"SELECT key, vector FROM vectors WHERE key IN ({holes(keys)}) GROUP BY key ORDER BY key"
        return self.db.execute(query, list(keys)).fetchall()

    def vector_keys(self) -> set[int]:
        """The key of every different text."""
        return {row[0] for row in self.db.execute("SELECT DISTINCT key FROM vectors")}

    def vectors_of_keys(self, keys: Iterable[int], model: str) -> dict[int, np.ndarray]:
        """The vectors that ``model`` gave these texts, where it has read them before."""
        wanted = list(keys)
        found: dict[int, np.ndarray] = {}
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            rows = self.db.execute(
                f"SELECT key, vector FROM vectors WHERE key IN ({holes(part)}) AND model = ?", [*part, model]
            )
            found |= {key: np.frombuffer(vector, "<f4") for key, vector in rows}
        return found

    def keys(self, only: Filter) -> list[int]:
        """Keys of the vectors of the chunks of these articles, each once."""
        condition, parameters = only.sql()
        rows = self.db.execute(
            "SELECT DISTINCT key FROM articles CROSS JOIN chunks ON article = row CROSS JOIN vectors ON chunk = chunks.id"
            f" WHERE {condition}",  # CROSS: SQLite is to begin with the articles, and not go through all vectors
            parameters,
        )
        return [row[0] for row in rows]

    def chunks_of_vectors(self, keys: Sequence[int], only: Filter, most: int) -> dict[int, list[int]]:
        """Ids of up to ``most`` chunks, those of the latest articles first, for each of these vectors."""
        condition, parameters = only.sql()
        rows = self.db.execute(
            "SELECT key, chunk FROM vectors JOIN chunks ON chunks.id = chunk JOIN articles ON row = article"
            f" WHERE key IN ({holes(keys)}) AND {condition} ORDER BY coalesce(first_day, 0) DESC, chunk",
            [*keys, *parameters],
        )
        found: dict[int, list[int]] = {}
        for key, chunk in rows:
            members = found.setdefault(key, [])
            if len(members) < most:
                members.append(chunk)
        return found

    def search(self, match: str, limit: int, only: Filter, latest: int | None = None) -> list[int]:
        """Ids of the chunks that match an FTS5 query best (BM25), best first; with ``latest`` of the last so many alone."""
        condition, parameters = only.sql()
        # Both joins cost as much as the ranking itself.
        tables = " JOIN chunks ON chunks.id = chunk_fts.rowid JOIN articles ON articles.row = chunks.article"
        source = f"FROM chunk_fts{tables if only != Filter() else ''} WHERE chunk_fts MATCH ? AND {condition}"
        first = None
        if latest is not None:
            query = f"SELECT chunk_fts.rowid {source} ORDER BY chunk_fts.rowid DESC LIMIT 1 OFFSET ?"
            first = self.db.execute(query, [match, *parameters, latest - 1]).fetchone()
        rows = self.db.execute(
            f"SELECT chunk_fts.rowid {source} AND chunk_fts.rowid >= ?"
            f" ORDER BY bm25(chunk_fts, 1.0, 1.0, {PART_WEIGHT}), chunk_fts.rowid LIMIT ?",
            [match, *parameters, first[0] if first else 0, limit],
        )
        return [row[0] for row in rows]

    def chunk_ids(self, only: Filter, most: int) -> list[int]:
        """Ids of up to ``most`` chunks of these articles."""
        condition, parameters = only.sql()
        query = f"SELECT chunks.id FROM articles CROSS JOIN chunks ON article = row WHERE {condition} LIMIT ?"
        return [row[0] for row in self.db.execute(query, [*parameters, most])]

    def tokens(self, ids: Iterable[int]) -> dict[int, tuple[list[str], list[str]]]:
        """The analysed tokens of chunks, their article's title first, and the parts of the compounds among them."""
        wanted = list(ids)
        found: dict[int, tuple[list[str], list[str]]] = {}
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            rows = self.db.execute(
                f"SELECT rowid, title, body, parts FROM chunk_fts WHERE rowid IN ({holes(part)})", part
            )
            found |= {row[0]: ([*row[1].split(), *row[2].split()], row[3].split()) for row in rows}
        return found

    def sample_vectors(self, count: int) -> np.ndarray:
        """Vectors of up to ``count`` chunks, evenly spaced by id: shape (n, dimension)."""
        picked = self._spread(count)
        return np.stack([vector for _, _, vector in self.vectors(picked)]) if picked else np.zeros((0, 1), np.float32)

    def some_vectors(self, count: int) -> Iterator[tuple[int, np.ndarray]]:
        """(key, vector) of up to ``count`` chunks, evenly spaced by id; of all where there are no more."""
        picked = self._spread(count)
        for at in range(0, len(picked), 500):
            part = picked[at : at + 500]
            for key, vector in self.db.execute(f"SELECT key, vector FROM vectors WHERE chunk IN ({holes(part)})", part):
                yield key, np.frombuffer(vector, "<f4")

    def _spread(self, count: int) -> list[int]:
        """Ids of up to ``count`` chunks, evenly spaced."""
        step = max(1, self.counts()[1] // count)
        query = (
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM chunks) WHERE place % ? = 0"
        )
        return [row[0] for row in self.db.execute(f"{query} ORDER BY id LIMIT ?", (step, count))]

    def document_frequency(self, token: str) -> int:
        """In how many chunks an analysed token occurs."""
        return self.frequencies.of(token)[0]

    def lengths(self) -> tuple[int, float]:
        """How many chunks the lexical index holds, and how many tokens each on average."""
        [(averages,)] = self.per_revision("lengths", "SELECT block FROM chunk_fts_data WHERE id = 1")
        rows, *totals = _numbers(averages)
        return rows, sum(totals) / rows if rows else 0.0


def _numbers(packed: bytes) -> list[int]:
    """Numbers that SQLite packed, seven bits in each byte, the last byte of each below 128."""
    found, value = [], 0
    for byte in packed:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(value)
            value = 0
    return found


def _to_chunk(row: Sequence[Any]) -> StoredChunk:
    start, end, text = row[11:]
    mentions = tuple(
        DateMention(s, e, text[s - start : e - start], dt.date.fromisoformat(first), dt.date.fromisoformat(last))
        for s, e, first, last in json.loads(row[10])
    )
    return StoredChunk(
        id=row[0], article_id=row[1], title=row[2], source=row[3], published=row[4], url=row[5], language=row[6],
        first_day=row[7], last_day=row[8], story=row[9], dates=mentions, start=start, end=end, text=text,
    )  # fmt: skip
