"""What a run has done so far, so that one that was killed goes on where it was: a line of JSON a finished question.

A journal is found by what it is of: the questions, the settings, the articles of the index, what is asked and the
code. Another of any of these is another journal, so results of two systems are never mixed into one run.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from filelock import FileLock, Timeout

from evals import saved
from evals.cases import QuestionSet
from evals.errors import RunUnderWayError
from evals.results import Result
from rag.store import Store

FOLDER = "runs"  # in the cache
SYNC = 1.0  # seconds between two calls of fsync: what a power cut can cost
KEPT = 30 * 86_400  # seconds until a journal that nobody went on with is removed
_ROOT = Path(__file__).resolve().parent.parent
_NOT_CODE = ("corpus/demo", "evals/questions")


class Journal:
    """The journal of one run. A context manager: holds the file while it is open, keeps it until ``remove``.

    ``finished``  the results noted before, by the id of their question
    """

    def __init__(self, cache: Path, questions: QuestionSet, about: Mapping[str, str], resume: bool = True) -> None:
        """``about``: what else the results depend on. Without ``resume`` what was noted before is dropped.

        Raises RunUnderWayError when another process has it open.
        """
        head = {"journal": saved.FORMAT, "set": questions.sha256, **about}
        self._head = json.dumps(head, sort_keys=True).encode() + b"\n"
        folder = cache / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{hashlib.sha256(self._head).hexdigest()[:24]}.jsonl"
        self._lock = FileLock(self.path.with_suffix(".lock"))
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise RunUnderWayError(name=questions.name) from error
        _sweep(folder)
        self.finished: dict[str, Result] = {}
        self._synced = time.monotonic()
        self._file = self._open(resume, {case.id for case in questions.cases})

    def _open(self, resume: bool, ids: set[str]) -> BinaryIO:
        """The file, positioned after the last line that is whole; a kill can cut the one in hand."""
        file = self.path.open("r+b" if self.path.exists() else "w+b")
        end = 0
        if resume and file.readline() == self._head:
            end = len(self._head)
            for line in file:
                result = _result(line)
                if result is None or result.case.id not in ids:
                    break
                self.finished[result.case.id] = result
                end += len(line)
        file.seek(end)
        file.truncate()
        if not end:
            file.write(self._head)
        return file

    def note(self, result: Result) -> None:
        """Writes one finished question. It outlives a kill at once, a power cut within ``SYNC`` seconds."""
        self._file.write(json.dumps(saved.record(result), ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        if time.monotonic() - self._synced >= SYNC:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        self._file.close()
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def remove(self) -> None:
        """Forgets the run: all its questions are answered and the results are where they should be."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _result(line: bytes) -> Result | None:
    """The result of a line; None when it is cut short or damaged."""
    try:
        return saved.result_of(json.loads(line)) if line.endswith(b"\n") else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _sweep(folder: Path) -> None:
    for path in folder.glob("*.jsonl"):
        if time.time() - path.stat().st_mtime > KEPT:
            path.unlink(missing_ok=True)


def index_stamp(store: Store) -> str:
    """Twelve hex digits over what an index finds: its articles, and the texts and vectors they were cut into."""
    digest = hashlib.sha256()
    for query in (
        "SELECT id, content_hash FROM articles WHERE current = 1 ORDER BY id",
        "SELECT model, key FROM vectors ORDER BY model, key",
    ):
        for row in store.db.execute(query):
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:12]


@cache
def code_stamp() -> str:
    """Twelve hex digits over the files that answer and measure, weights included: other than a commit it also tells
    changes that are not committed, and works where there is no repository."""
    digest = hashlib.sha256()
    for package in ("corpus", "rag", "evals"):
        for path in sorted((_ROOT / package).rglob("*")):
            name = path.relative_to(_ROOT).as_posix()
            if path.is_file() and "__pycache__" not in name and not name.startswith(_NOT_CODE):
                digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
