"""Versions of articles in the store: how one comes in, takes another's place, and comes back. Called inside transactions."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np

from corpus.article import Article, Removed
from corpus.dates import NewsDate
from rag import stories
from rag.database import holes
from rag.rows import NewArticle, NewChunk, day_number

FIELDS = (
    "id, title, source, author, agency, published, updated, url, language, category, correction, origin, file, text,"
    " removed, metadata, provenance"
)


def insert(db: sqlite3.Connection, new: NewArticle, version: int, superseder: int | None, url_key: str | None) -> int:
    """A row for a version; current unless ``superseder`` is the row of a newer one. Its row number."""
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
        "file": article.file, "text": article.text, "removed": removed_json(article),
        "metadata": _json(dict(article.metadata)), "provenance": _json(dict(article.provenance)),
        "added": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    cursor = db.execute(f"INSERT INTO articles ({', '.join(values)}) VALUES ({holes([*values])})", [*values.values()])
    row = cursor.lastrowid
    assert row is not None
    db.execute("UPDATE articles SET story = row WHERE row = ?", (row,))
    return row


def retire(db: sqlite3.Connection, row: int) -> None:
    """The version answers no more: everything derived from it goes."""
    drop_chunks(db, row)
    stories.leave(db, row)
    db.execute("DELETE FROM paragraphs WHERE article = ?", (row,))
    db.execute("UPDATE articles SET current = 0 WHERE row = ?", (row,))


def reinstate(db: sqlite3.Connection) -> list[int]:
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
                db, row, to_article(db.execute(f"SELECT {FIELDS} FROM articles WHERE row = ?", (row,)).fetchone())
            )
        else:
            db.execute("UPDATE articles SET superseded_by = ? WHERE row = ?", (first, row))
    return list(again.values())


def put_chunks(db: sqlite3.Connection, row: int, chunks: Sequence[NewChunk], model: str) -> None:
    """Stores the chunks of the version at ``row`` with their vectors and lexical rows."""
    for new in chunks:
        chunk = new.chunk
        dates = [[d.start, d.end, d.first.isoformat(), d.last.isoformat()] for d in new.dates]
        rowid = db.execute(
            'INSERT INTO chunks (article, ordinal, start, "end", tokens, dates) VALUES (?, ?, ?, ?, ?, ?)',
            (row, chunk.ordinal, chunk.start, chunk.end, chunk.tokens, json.dumps(dates)),
        ).lastrowid
        vector = np.ascontiguousarray(new.vector, dtype="<f4").tobytes()
        db.execute("INSERT INTO vectors VALUES (?, ?, ?, ?)", (rowid, model, new.key, vector))
        db.execute(
            "INSERT INTO chunk_fts (rowid, title, body, parts) VALUES (?, ?, ?, '')",
            (rowid, new.title_tokens, new.body_tokens),
        )


def drop_chunks(db: sqlite3.Connection, row: int) -> None:
    """Deletes the chunks of the version at ``row`` with their vectors and lexical rows."""
    ids = [(r[0],) for r in db.execute("SELECT id FROM chunks WHERE article = ?", (row,))]
    db.executemany("DELETE FROM chunk_fts WHERE rowid = ?", ids)
    db.executemany("DELETE FROM vectors WHERE chunk = ?", ids)
    db.execute("DELETE FROM chunks WHERE article = ?", (row,))


def _text(value: NewsDate | None) -> str | None:
    return str(value) if value else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def removed_json(article: Article) -> str:
    """What cleaning took out, as the store keeps it."""
    return _json([[r.text, r.reason] for r in article.removed])


def to_article(row: Sequence[Any]) -> Article:
    """The article of a row of FIELDS."""
    return Article(
        id=row[0], title=row[1], source=row[2], author=row[3], agency=row[4],
        published=NewsDate.parse(row[5]) if row[5] else None,
        updated=NewsDate.parse(row[6]) if row[6] else None,
        url=row[7], language=row[8], category=row[9], correction=row[10], origin=row[11], file=row[12], text=row[13],
        removed=tuple(Removed(text, reason) for text, reason in json.loads(row[14])),
        metadata=json.loads(row[15]), provenance=json.loads(row[16]),
    )  # fmt: skip
