"""What people thought of answers: a line of JSON a verdict in ``feedback.jsonl`` of the index folder, and nowhere else.

The lines of one answer share its ``id``, and the last of them counts: who changes their mind adds a line.
``evals.drafting.feedback`` makes draft questions of them. They quote articles, so what cites an article goes with it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from corpus.dates import NewsDate
from rag.errors import CitedArticleGoneError, FeedbackUnwritableError
from rag.types import Answer

log = logging.getLogger(__name__)
FILE = "feedback.jsonl"
VERDICTS = ("up", "down", "none")  # "none": taken back
Rated = Literal["up", "down", "none"]
NEAR = 3  # passages beside a refusal whose articles a comment may quote
_LOCK = "feedback.lock"
_PATIENCE = 10.0  # seconds; every holder is done in a fraction of one


def add(
    folder: Path,
    id: str,
    answer: Answer,
    verdict: Rated,
    comment: str = "",
    *,
    held: Callable[[str], object],
    time_ignored: bool = False,
) -> Path:
    """Appends a verdict on ``answer``, whose ``id`` is the same each time; the file. Safe for threads and processes.

    ``held(article id)`` is false for what the index holds no more: then nothing is written, for no later deletion would
    take it out. Raises CitedArticleGoneError, FeedbackUnwritableError.
    """
    path = folder / FILE
    line = json.dumps(_record(id, answer, verdict, comment, time_ignored), ensure_ascii=False) + "\n"
    with _locked(folder):
        if not all(held(article_id) for article_id in _cited(answer)):
            raise CitedArticleGoneError
        with _faults(folder), path.open("ab+") as file:
            if file.tell():  # a line that a power cut tore must not take this one with it
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else "\n" + line
            file.write(line.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
    return path


def _record(id: str, answer: Answer, verdict: Rated, comment: str, time_ignored: bool) -> dict[str, Any]:
    as_of = NewsDate.parse(answer.as_of) if answer.as_of else None
    record = {
        "id": id,
        "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        "comment": comment or None,
        "question": answer.question,
        "language": answer.language,
        "as_of": as_of.last.isoformat() if as_of else None,
        "time_ignored": time_ignored or None,
        "status": answer.status,
        "answer": answer.text,
        "citations": [{"article_id": c.article_id, "start": c.start, "end": c.end} for c in answer.citations],
        "near": _near(answer) or None,
        "fingerprint": answer.fingerprint,
    }
    return {key: value for key, value in record.items() if value is not None}


def _near(answer: Answer) -> list[str]:
    return list(dict.fromkeys(p.article_id for p in answer.passages[:NEAR])) if answer.status == "not_found" else []


def _cited(answer: Answer) -> set[str]:
    return {citation.article_id for citation in answer.citations} | set(_near(answer))


@contextmanager
def forgetting(folder: Path, article_ids: Collection[str]) -> Iterator[None]:
    """Takes out every line about an answer over one of these articles, and holds the file while they are deleted.

    Lines that can't be read go too: nobody can say what they quote. Raises FeedbackUnwritableError.
    """
    with _locked(folder):
        with _faults(folder):
            _forget(folder / FILE, set(article_ids))
        yield


def _forget(path: Path, article_ids: set[str]) -> None:
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)  # left by a run that was killed
    if not path.exists():
        return
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    kept = [line for line in lines if not _is_over(line, article_ids)]
    if len(kept) == len(lines):
        return
    with beside.open("wb") as file:
        file.writelines(line + b"\n" for line in kept)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _is_over(line: bytes, article_ids: set[str]) -> bool:
    """Whether a line is about one of the articles, or can't be read."""
    try:
        record = json.loads(line)
        over = {citation["article_id"] for citation in record.get("citations", ())} | {*record.get("near", ())}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        log.warning("a line of %s can't be read and is removed with the deleted articles", FILE)
        return True
    return not over.isdisjoint(article_ids)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One at a time."""
    lock = FileLock(folder / _LOCK)
    with _faults(folder):
        lock.acquire(timeout=_PATIENCE)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    """Faults of the file system inside become FeedbackUnwritableError."""
    try:
        yield
    except Timeout as error:
        raise FeedbackUnwritableError(path=folder / FILE, detail=f"{_LOCK}: timeout") from error
    except OSError as error:
        raise FeedbackUnwritableError(path=folder / FILE, detail=error.strerror or error) from error
