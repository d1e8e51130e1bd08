"""What an index holds, as one looks through it: articles listed, searched by their words, opened with their versions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpus.article import Article
from corpus.urls import same_article_key
from rag import german
from rag.store import Store

UNDATED = "none"  # a period: no date is known
Sort = Literal["date", "title", "source"]
Only = Literal["", "copies", "versions"]
_ORDER = {
    "date": "coalesce(last_day, 0) {way}, row {way}",
    "title": "title IS NULL, title COLLATE NOCASE {way}, row",
    "source": "source IS NULL, source COLLATE NOCASE {way}, coalesce(last_day, 0) DESC, row",
}
_ONLY = {
    "copies": "a.story IN (SELECT story FROM articles WHERE current = 1 GROUP BY story HAVING count(*) > 1)",
    "versions": "EXISTS (SELECT 1 FROM articles AS b WHERE b.row <> a.row AND (b.id = a.id OR b.url_key = a.url_key))",
}
_ENTRY = (
    "row, id, title, source, published, (SELECT count(*) FROM articles AS b WHERE b.current = 1 AND b.story = a.story),"
    " (SELECT count(*) FROM articles AS b WHERE b.id = a.id OR b.url_key = a.url_key)"
)
LONGEST = 12  # words of a search that count
_PREFIX = 3  # letters from which a word also finds those that begin with it


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles to list. ``words`` must all occur, in text, title or source; "" means any.

    ``period`` is "2024", "2024-10", UNDATED or "" for all time; ``source`` as articles name it, None for all. ``only``:
    those whose story other articles tell too ("copies"), those that took the place of another version ("versions").
    """

    words: str = ""
    source: str | None = None
    only: Only = ""
    period: str = ""
    sort: Sort = "date"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list. ``copies``: articles that tell its story, ``versions``: those of it; both count itself."""

    row: int
    id: str
    title: str | None
    source: str | None
    published: str | None
    copies: int
    versions: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article; ``day`` of its last change as stated, ``added`` when it came in (both ISO 8601)."""

    row: int
    id: str
    current: bool
    day: str | None
    added: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A version of an article with what belongs to it: all ``versions``, newest first, and the ``copies`` in other outlets."""

    row: int
    article: Article
    versions: tuple[Version, ...]
    copies: tuple[Entry, ...]

    @property
    def current(self) -> bool:
        """Whether it is this version that answers."""
        return any(version.current for version in self.versions if version.row == self.row)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one article of a file: "added", "updated", "older" (a newer version is there) or "unchanged"."""

    file: str
    entry: Entry
    outcome: Literal["added", "updated", "older", "unchanged"]


def listing(store: Store, wanted: Wanted, offset: int, limit: int) -> tuple[int, list[Entry]]:
    """How many current articles are wanted, and those from ``offset`` on."""
    condition, parameters = _condition(store, wanted)
    count = store.db.execute(f"SELECT count(*) FROM articles AS a WHERE {condition}", parameters).fetchone()[0]
    order = _ORDER[wanted.sort].format(way="DESC" if wanted.descending else "ASC")
    # In two steps: SQLite would count the copies of every article before it sorts them.
    rows = store.db.execute(
        f"SELECT row FROM articles AS a WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
        [*parameters, limit, offset],
    )
    places = {row: place for place, (row,) in enumerate(rows)}
    entries = store.db.execute(
        f"SELECT {_ENTRY} FROM articles AS a WHERE row IN (SELECT value FROM json_each(?))", [json.dumps([*places])]
    )
    return count, sorted((Entry(*entry) for entry in entries), key=lambda entry: places[entry.row])


def months(store: Store, wanted: Wanted) -> dict[str, int]:
    """Articles by month ("2024-10"), by year where no month is known ("2024"), and UNDATED; whatever the period."""
    condition, parameters = _condition(store, wanted, period=False)
    rows = store.db.execute(
        f"SELECT coalesce(substr(published, 1, 7), '{UNDATED}'), count(*) FROM articles AS a WHERE {condition}"
        " GROUP BY 1 ORDER BY 1",
        parameters,
    )
    return dict(rows.fetchall())


def sources(store: Store) -> dict[str, int]:
    """Current articles by source, the most frequent first."""
    query = "SELECT source, count(*) FROM articles WHERE current = 1 AND source <> '' GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(store.per_revision("catalogue_sources", query))


def texts(store: Store, rows: Iterable[int]) -> dict[int, str]:
    """The texts of versions, by row."""
    found = store.db.execute(
        "SELECT row, text FROM articles WHERE row IN (SELECT value FROM json_each(?))", [json.dumps([*rows])]
    )
    return dict(found.fetchall())


def titles(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """The titles of current articles, by id, where they have one."""
    found = store.db.execute(
        "SELECT id, title FROM articles WHERE current = 1 AND title <> '' AND id IN (SELECT value FROM json_each(?))",
        [json.dumps([*ids])],
    )
    return dict(found.fetchall())


def hit(text: str, words: str) -> tuple[int, int] | None:
    """Where ``text`` first holds one of ``words``, whatever its ending; None when it does not say so in as many letters."""
    for word in sorted(words.split()[:LONGEST], key=len, reverse=True):
        bare = re.sub(r"^\W+|\W+$", "", word)
        begin = bare[: max(4, len(bare) - 2)]
        if len(bare) >= _PREFIX and (match := re.search(rf"\b{re.escape(begin)}\w*", text, re.IGNORECASE)):
            return match.span()
    return None


def opened(store: Store, article_id: str, row: int | None = None) -> Opened | None:
    """The current version of an article (the latest, where none is current), or the one in ``row``; None if gone."""
    if row is None:
        known = store.known(article_id)
        row = known.row if known else None
    elif store.db.execute("SELECT 1 FROM articles WHERE row = ? AND id = ?", (row, article_id)).fetchone() is None:
        return None
    if row is None:
        return None
    versions = store.db.execute(
        "SELECT row, id, current = 1, coalesce(updated, published), added FROM articles WHERE id = ?1 OR url_key ="
        " (SELECT url_key FROM articles WHERE row = ?2) ORDER BY current DESC, coalesce(updated, published, '') DESC, row DESC",
        (article_id, row),
    )
    copies = store.db.execute(
        f"SELECT {_ENTRY} FROM articles AS a WHERE current = 1 AND row <> ?1"
        " AND story = (SELECT story FROM articles WHERE row = ?1 AND current = 1) ORDER BY row",
        (row,),
    )
    return Opened(
        row,
        store.article_of_row(row),
        tuple(Version(r[0], r[1], bool(r[2]), r[3], r[4]) for r in versions),
        tuple(Entry(*found) for found in copies),
    )


def latest_row(store: Store) -> int:
    """Higher than the row of every version that is there; versions that come in later have higher ones."""
    return int(store.db.execute("SELECT coalesce(max(row), 0) FROM articles").fetchone()[0])


def taken_in(store: Store, files: Sequence[str], since: int) -> list[TakenIn]:
    """What became of the articles of these files (keys of ``corpus.load.SourceFile``) since ``latest_row`` was ``since``."""
    rows = store.db.execute(
        f"SELECT file, current, version, {_ENTRY} FROM articles AS a WHERE file IN (SELECT value FROM json_each(?))"
        " AND version = (SELECT max(version) FROM articles WHERE id = a.id) ORDER BY row",
        [json.dumps([*files])],
    )
    return [TakenIn(file, Entry(*of), _outcome(of, since, current, version)) for file, current, version, *of in rows]


def _outcome(of: Sequence[Any], since: int, current: int, version: int) -> Any:
    entry = Entry(*of)
    if entry.row <= since:
        return "unchanged"
    if not current:
        return "older"
    return "updated" if version > 1 or entry.versions > 1 else "added"


def _condition(store: Store, wanted: Wanted, period: bool = True) -> tuple[str, list[Any]]:
    """A condition on ``articles AS a`` and its parameters."""
    conditions: list[str] = ["a.current = 1"]
    parameters: list[Any] = []
    if wanted.source is not None:
        conditions.append("a.source = ?")
        parameters.append(wanted.source)
    if wanted.only:
        conditions.append(_ONLY[wanted.only])
    if period and wanted.period == UNDATED:
        conditions.append("a.published IS NULL")
    elif period and wanted.period:
        conditions.append("substr(a.published, 1, ?) = ?")
        parameters += [len(wanted.period), wanted.period]
    for word in wanted.words.split()[:LONGEST]:
        if not (match := _match(word)):
            continue  # marks alone
        alternatives = ["a.source IN (SELECT value FROM json_each(?))"]
        folded = german.fold(word)
        parameters.append(json.dumps([name for name in sources(store) if folded in german.fold(name)]))
        alternatives.append(
            "a.row IN (SELECT article FROM chunks JOIN chunk_fts ON chunk_fts.rowid = chunks.id WHERE chunk_fts MATCH ?)"
        )
        parameters.append(match)
        if "://" in word:
            alternatives.append("a.url_key = ?")
            parameters.append(same_article_key(word))
        conditions.append(f"({' OR '.join(alternatives)})")
    return " AND ".join(conditions), parameters


def _match(word: str) -> str:
    """The FTS5 query of a word in any language, also of words that begin with it or its stem; "" for one without a letter."""
    read = [german.analyse(word, language) for language in ("de", "en", None)]
    either = [f'"{" ".join(tokens)}"' for tokens in read if tokens]
    begins = [tokens[0] for tokens in read if len(tokens) == 1 and len(tokens[0]) > _PREFIX]
    begins += [plain[0] for plain in [german.words(word)] if len(plain) == 1 and len(plain[0]) >= _PREFIX]
    return " OR ".join(dict.fromkeys([*either, *(f'"{begin}"*' for begin in begins)]))
