"""Wire copies in the store: which articles tell the same agency story.

A story is a number that its articles share. An article joins the story of its most similar neighbour; candidates come
from locality-sensitive hashing (``corpus/duplicates.py``), and each is checked on the full texts.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.duplicates import Match, Side, bands, same_story, signature
from rag.database import holes

MOST_CANDIDATES = 50  # full texts compared for one article, those with most bands in common first


def join(db: sqlite3.Connection, row: int, article: Article) -> None:
    """Gives the current article at ``row`` its story, its own or that of the copy it resembles most."""
    keys = bands(signature(article.text))
    candidates = db.execute(
        "SELECT story, title, text, published, language, source FROM"
        f" (SELECT article, count(*) AS shared FROM bands WHERE band IN ({holes(keys)}) GROUP BY article)"
        " JOIN articles ON articles.row = article WHERE current = 1 AND articles.row <> ?"
        " ORDER BY shared DESC, articles.row LIMIT ?",
        [*keys, row, MOST_CANDIDATES],
    ).fetchall()
    own = Side(article.text, *_days(article.published), article.language, article.source, article.title)
    best: tuple[Match, int] | None = None
    for story, title, text, published, language, source in candidates:
        match = same_story(own, Side(text, *_days(NewsDate.parse(published or "")), language, source, title))
        if match and (best is None or match.similarity > best[0].similarity):
            best = match, story
    db.execute("UPDATE articles SET story = ? WHERE row = ?", (best[1] if best else row, row))
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(key, row) for key in keys])


def leave(db: sqlite3.Connection, row: int) -> None:
    """The article at ``row`` is a copy of nothing any more."""
    db.execute("DELETE FROM bands WHERE article = ?", (row,))
    db.execute("UPDATE articles SET story = row WHERE row = ?", (row,))


def also_in(db: sqlite3.Connection, stories: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(article id, outlet) of the current articles of each of these stories, in order of ingestion; single ones left out."""
    wanted = sorted(set(stories))
    rows = db.execute(
        f"SELECT story, id, coalesce(source, id) FROM articles WHERE current = 1 AND story IN ({holes(wanted)}) ORDER BY row",
        wanted,
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for story, article_id, outlet in rows:
        found.setdefault(story, []).append((article_id, outlet))
    return {story: members for story, members in found.items() if len(members) > 1}


def _days(published: NewsDate | None) -> tuple[dt.date | None, dt.date | None]:
    return (published.first, published.last) if published else (None, None)
