"""Recurring paragraphs in the store: what a source prints under story after story leaves its articles' text.

Which paragraphs those are shows only after some articles have been stored. Later articles lose them as they come in;
``overdue`` names the earlier ones, which the index mends at the end of an ingest, killed before or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from corpus.article import Article
from corpus.recurring import drop_recurring, is_recurring, paragraph_keys
from rag.rows import NewArticle
from rag.store import Store

FEWEST = 3  # stories; is_recurring never holds below that
_ANY_SOURCE_SIZE = 10**9  # while articles come in, nobody knows how many a source will have


def take_out(store: Store, article: Article) -> NewArticle:
    """``article`` ready to be stored, without the paragraphs already known to recur in its source."""
    keyed = paragraph_keys(article.text)
    paragraphs = [paragraph for paragraph in article.text.split("\n\n") if paragraph]
    recurring = {key for at, key in keyed if _recurs(store, article.source, key, paragraphs[at])}
    text, removed = drop_recurring(article.text, recurring)
    taken = recurring if removed else set()
    return NewArticle(
        replace(article, text=text, removed=(*article.removed, *removed)),
        article.content_hash,
        tuple((key, key in taken) for _, key in keyed),
    )


def _recurs(store: Store, source: str | None, key: int, paragraph: str) -> bool:
    seen = store.db.execute("SELECT 1 FROM paragraphs WHERE key = ? LIMIT ?", (key, FEWEST)).fetchall()
    if source is None or len(seen) < FEWEST:
        return False
    stories, days, dropped = store.db.execute(
        "SELECT count(DISTINCT story), count(DISTINCT first_day), max(dropped) FROM paragraphs"
        " JOIN articles ON row = article WHERE key = ? AND source = ?",
        (key, source),
    ).fetchone()
    return bool(dropped) or is_recurring(stories, days, _ANY_SOURCE_SIZE, paragraph)


def overdue(store: Store) -> Iterator[tuple[int, Article, set[int]]]:
    """Row, article without them, and keys, for each stored article that still has paragraphs known to recur by now."""
    sizes = dict(store.db.execute("SELECT source, count(*) FROM articles WHERE current = 1 GROUP BY source"))
    candidates = store.db.execute(
        "SELECT source, key, count(DISTINCT story), count(DISTINCT first_day), max(dropped), min(iif(dropped, NULL, article))"
        " FROM paragraphs JOIN articles ON row = article WHERE source IS NOT NULL GROUP BY source, key"
        " HAVING count(*) >= ? AND min(dropped) = 0",
        (FEWEST,),
    ).fetchall()
    keys_of: dict[int, set[int]] = {}
    for source, key, stories, days, dropped, row in candidates:
        if dropped or is_recurring(stories, days, sizes[source], _paragraph(store, row, key)):
            holding = store.db.execute(
                "SELECT article FROM paragraphs JOIN articles ON row = article WHERE key = ? AND source = ? AND dropped = 0",
                (key, source),
            )
            for (article,) in holding:
                keys_of.setdefault(article, set()).add(key)
    for row, keys in sorted(keys_of.items()):
        article = store.article_of_row(row)
        text, removed = drop_recurring(article.text, keys)
        yield row, replace(article, text=text, removed=(*article.removed, *removed)), keys


def _paragraph(store: Store, row: int, key: int) -> str:
    text = store.article_of_row(row).text
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph]
    return next((paragraphs[at] for at, found in paragraph_keys(text) if found == key), "")
