"""Conversations with the index, kept in ``conversations.sqlite`` beside the store, each for the browser that had it.

A file of its own: the store has one writer at a time, who may be busy for hours, while visitors ask at any moment; it can
be taken away or backed up alone; and a new format of it forces nobody to read all articles again. An answer quotes
articles, so when one is deleted the answers over it lose their words (``forgetting``). Of passages only their place is
kept. SQLite overwrites what is deleted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from rag.errors import ConversationsError
from rag.kept import FIELDS, PASSAGES, Entry, KeptTurn, State, answer_json, filter_json, to_turn
from rag.rows import Filter
from rag.types import Answer

FILE = "conversations.sqlite"
LONGEST_TITLE = 120
_FORMAT = 1
_SCHEMA = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, browser TEXT NOT NULL, title TEXT NOT NULL, begun TEXT NOT NULL, used TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX conversations_browser ON conversations (browser, used);
CREATE TABLE turns (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    asked TEXT NOT NULL, question TEXT NOT NULL, ignored TEXT NOT NULL, only TEXT NOT NULL,
    state TEXT NOT NULL, said TEXT NOT NULL DEFAULT '', answer TEXT,
    verdict TEXT, comment TEXT NOT NULL DEFAULT ''
);
CREATE INDEX turns_conversation ON turns (conversation);
-- Articles that an answer shows, in the version it saw. quoted: it holds words of them.
CREATE TABLE shown (
    turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE, article TEXT NOT NULL, version TEXT,
    quoted INTEGER NOT NULL, PRIMARY KEY (turn, article)
) WITHOUT ROWID;
CREATE INDEX shown_article ON shown (article);
"""

Version = Callable[
    [str], str | None
]  # article id -> what tells its current version from others; None: not in the index


class Conversations:
    """All conversations over one index. Threads and processes may share the file.

    Every method takes the id of the browser, and knows only conversations of that one: others are as good as missing.
    All raise ConversationsError when the file can't be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def listed(self, browser: str, words: str = "") -> list[Entry]:
        """The conversations in which all of ``words`` occur (in the title, a question or an answer), last used first."""
        if not self.path.exists():
            return []
        query, parameters = "SELECT id, title, used FROM conversations WHERE browser = ?", [_key(browser)]
        for term in words.casefold().split():
            query += (
                " AND instr(folded(title || (SELECT coalesce(group_concat(' ' || question || ' ' || said, ''), '') FROM turns"
                " WHERE conversation = conversations.id)), ?)"
            )
            parameters.append(term)
        with _transaction(self.path, "DEFERRED") as db:
            return [Entry(*row) for row in db.execute(query + " ORDER BY used DESC, id", parameters)]

    def begin(self, browser: str, question: str) -> str:
        """A new conversation, named after its first question; its id."""
        id = secrets.token_hex(8)
        title = " ".join(question.split())[:LONGEST_TITLE] or "–"
        with _transaction(self.path) as db:
            db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", (id, _key(browser), title, _now(), _now()))
        return id

    def ask(self, browser: str, conversation: str, turn: str, question: str, ignored: str, only: Filter) -> bool:
        """Keeps a question, whose ``turn`` id is new; false when there is no such conversation."""
        with _transaction(self.path) as db:
            found = db.execute(
                "UPDATE conversations SET used = ? WHERE id = ? AND browser = ?", (_now(), conversation, _key(browser))
            ).rowcount
            if found:
                db.execute(
                    "INSERT INTO turns (id, conversation, asked, question, ignored, only, state)"
                    " VALUES (?, ?, ?, ?, ?, ?, 'open')",
                    (
                        turn,
                        conversation,
                        _now(),
                        question,
                        ignored,
                        filter_json(only),
                    ),
                )
        return bool(found)

    def settle(self, turn: str, state: State, answer: Answer | None, version: Version) -> None:
        """Keeps what became of a question. One of a conversation deleted meanwhile is not kept.

        An answer that quotes what the index holds no more is kept without its words: no later deletion would take them.
        """
        with _transaction(self.path) as db:
            if answer is None:
                db.execute("UPDATE turns SET state = ? WHERE id = ?", (state, turn))
                return
            quoted = {citation.article_id for citation in answer.citations}
            shown = [*dict.fromkeys([*quoted, *(passage.article_id for passage in answer.passages[:PASSAGES])])]
            versions = {article_id: version(article_id) for article_id in shown}
            if any(versions[article_id] is None for article_id in quoted):
                db.execute("UPDATE turns SET state = 'forgotten' WHERE id = ?", (turn,))
                return
            found = db.execute(
                "UPDATE turns SET state = ?, said = ?, answer = ? WHERE id = ?",
                (state, answer.text, answer_json(answer), turn),
            ).rowcount
            if found:
                rows = [(turn, article_id, versions[article_id], article_id in quoted) for article_id in shown]
                db.executemany("INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?)", rows)

    def rate(self, turn: str, verdict: str | None, comment: str) -> None:
        """Keeps what the visitor thinks of an answer, so that a reload shows it pressed."""
        with _transaction(self.path) as db:
            db.execute("UPDATE turns SET verdict = ?, comment = ? WHERE id = ?", (verdict, comment, turn))

    def title(self, browser: str, conversation: str) -> str | None:
        """The name of a conversation; None when there is none."""
        if not self.path.exists():
            return None
        with _transaction(self.path, "DEFERRED") as db:
            row = db.execute(
                "SELECT title FROM conversations WHERE id = ? AND browser = ?", (conversation, _key(browser))
            ).fetchone()
        return row[0] if row else None

    def turns(self, browser: str, conversation: str, version: Version) -> list[KeptTurn] | None:
        """The turns of a conversation, in order; None when there is none."""
        if self.title(browser, conversation) is None:
            return None
        with _transaction(self.path, "DEFERRED") as db:
            rows = db.execute(
                f"SELECT {FIELDS} FROM turns WHERE conversation = ? ORDER BY place", (conversation,)
            ).fetchall()
            shown = db.execute(
                "SELECT turn, article, shown.version FROM shown JOIN turns ON turns.id = turn WHERE conversation = ?",
                (conversation,),
            ).fetchall()
        now = {article_id: version(article_id) for article_id in {article_id for _, article_id, _ in shown}}
        seen = {row[0]: {article_id: then for turn, article_id, then in shown if turn == row[0]} for row in rows}
        return [to_turn(row, seen[row[0]], now) for row in rows]

    def rename(self, browser: str, conversation: str, title: str) -> None:
        """Another name; a blank one changes nothing."""
        title = " ".join(title.split())[:LONGEST_TITLE]
        if title:
            with _transaction(self.path) as db:
                db.execute(
                    "UPDATE conversations SET title = ? WHERE id = ? AND browser = ?",
                    (title, conversation, _key(browser)),
                )

    def delete(self, browser: str, conversation: str) -> None:
        """Deletes a conversation; no byte of it stays in the file."""
        with _transaction(self.path) as db:
            db.execute("DELETE FROM conversations WHERE id = ? AND browser = ?", (conversation, _key(browser)))


class _Outside(Exception):
    """Wraps what went wrong while ``forgetting`` waited."""


@contextmanager
def forgetting(folder: Path, article_ids: Collection[str]) -> Iterator[None]:
    """Takes the words out of every answer that quotes one of these articles, and holds the file while they are deleted.

    Raises ConversationsError, and what goes wrong inside; then nothing was taken out.
    """
    if not (folder / FILE).exists():
        yield
        return
    try:
        with _transaction(folder / FILE) as db:
            for article_id in article_ids:
                db.execute(
                    "UPDATE turns SET state = 'forgotten', said = '', answer = NULL, verdict = NULL, comment = ''"
                    " WHERE id IN (SELECT turn FROM shown WHERE article = ? AND quoted)",
                    (article_id,),
                )
                db.execute("DELETE FROM shown WHERE article = ?", (article_id,))
            try:
                yield
            except BaseException as error:
                raise _Outside from error
    except _Outside as outside:
        assert outside.__cause__ is not None
        raise outside.__cause__ from None


@contextmanager
def _transaction(path: Path, kind: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """A connection for one piece of work, all or nothing; makes the file on first use, for its owner's eyes only.

    A deferred one reads, and need not wait for who writes.
    """
    try:
        if not path.exists():
            path.touch(mode=0o600)
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA foreign_keys = ON")
            db.create_function("folded", 1, str.casefold, deterministic=True)
            db.execute(f"BEGIN {kind}")
            try:
                _prepare(db, path)
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
    except (sqlite3.Error, OSError) as error:
        raise ConversationsError(path=path, detail=error) from error


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found == _FORMAT:
        return
    if found != 0:
        raise ConversationsError(path=path, detail=f"format {found}")
    for statement in _SCHEMA.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {_FORMAT}")


def _key(browser: str) -> str:
    """What the file knows a browser by: who reads the file does not learn the ids."""
    return hashlib.sha256(browser.encode()).hexdigest()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
