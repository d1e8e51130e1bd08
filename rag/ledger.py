"""Which files have been read to their end, and what was wrong in them: an unchanged file need not be opened again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.article import Article
from corpus.errors import ReadWarning, UnreadableError
from corpus.load import SourceFile, read
from rag.database import Database


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was when it was read: how many articles it gave, and what could not be read."""

    stamp: str
    records: int
    problems: tuple[UnreadableError, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """Marks, in a stream of articles, that a file has been read to its end; ``stamp`` was taken before."""

    file: SourceFile
    stamp: str | None


def unchanged(store: Database, files: Iterable[SourceFile]) -> dict[str, Entry]:
    """Those of ``files`` that are as they were when they were read, by key."""
    found = {}
    for file in files:
        row = store.db.execute("SELECT stamp, records, problems FROM files WHERE path = ?", (file.key,)).fetchone()
        if row and row[0] == file.stamp:
            problems = (_problem(**one) for one in json.loads(row[2]))
            found[file.key] = Entry(row[0], row[1], tuple(problems))
    return found


def read_all(files: Iterable[SourceFile]) -> Iterator[Article | UnreadableError | Finished]:
    """What the files hold, each followed by its Finished."""
    for file in files:
        stamp = file.stamp
        yield from read(file)
        yield Finished(file, stamp)


def note(store: Database, key: str, entry: Entry) -> None:
    """Remembers a file whose articles are all stored."""
    problems = [
        {"kind": type(p).__name__, "path": p.facts["path"], "key": p.key}
        | {"facts": {k: v for k, v in p.facts.items() if k != "path"}}
        for p in entry.problems
    ]
    store.db.execute(
        "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
        (key, entry.stamp, entry.records, json.dumps(problems, ensure_ascii=False, default=str)),
    )


def _problem(kind: str, path: str, key: str, facts: dict[str, object]) -> UnreadableError:
    return (ReadWarning if kind == "ReadWarning" else UnreadableError)(path, key, **facts)
