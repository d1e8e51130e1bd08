"""Answers that people did not like, as draft questions: what was asked is real, what is right is still to be said."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.language import question_language
from evals.cases import Case
from evals.drafting.proposal import DRAFT, TO_CHECK, Proposal, draft_id, tidy
from evals.errors import FeedbackFormatError, FeedbackMissingError
from rag.feedback import VERDICTS

_KEYS = {
    "question": str, "answer": str, "citations": list, "comment": str, "as_of": str, "language": str,
    "id": str, "verdict": str,
}  # fmt: skip
LONGEST = 300  # characters of the disliked answer in the note


def draft_from_feedback(
    question: str,
    answer: str,
    citations: Sequence[Mapping[str, Any]] = (),
    comment: str | None = None,
    as_of: dt.date | None = None,
    language: str | None = None,
) -> Proposal:
    """A thumbs-down as a draft question, without gold: neither the answer nor what it cites is known to be right.

    The answer, the ids of the articles it cited and the comment are in the note, for the person who states the gold.
    Raises ValueError for a blank question.
    """
    question = tidy(question)
    if not question:
        raise ValueError("no question")
    cited = dict.fromkeys(str(citation["article_id"]) for citation in citations if citation.get("article_id"))
    lines = [tidy(answer)[:LONGEST], ", ".join(cited), tidy(comment or "")]
    case = Case(
        id=draft_id(question, f"feedback {as_of or ''}"),
        question=question,
        language=language or question_language(question, "de"),
        as_of=as_of,
        tags=(DRAFT, "feedback", TO_CHECK),
    )
    return Proposal(case, "feedback", 0, note="\n".join(line for line in lines if line) or None)


def read_feedback(path: Path | str) -> list[Proposal]:
    """The drafts of a file of feedback: JSON lines ``{"question", "answer", "citations", "comment", "as_of"}``, of which
    only the question is required. The same question on the same day is one draft.

    The chat's lines (``rag.feedback``) also have the answer's "id", of whose lines the last counts, and the "verdict":
    only "down", which is also meant where none is given, makes a draft. Raises FeedbackMissingError,
    FeedbackFormatError (naming the line).
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FeedbackMissingError(path=path, detail=error.strerror or error) from error
    latest: dict[str, tuple[str, Proposal]] = {}  # by answer: verdict and draft
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            try:
                given = _given(json.loads(line.decode("utf-8")))
                verdict = given.get("verdict", "down")
                if verdict not in VERDICTS:
                    raise ValueError(f"verdict: {verdict}")
                latest[given.get("id", f"line {number}")] = verdict, _draft(given)
            except (ValueError, RecursionError) as error:
                raise FeedbackFormatError(path=path, line=number, detail=error) from error
    drafts: dict[str, Proposal] = {}
    for verdict, draft in latest.values():
        if verdict == "down":
            drafts.setdefault(draft.case.id, draft)
    return list(drafts.values())


def _given(record: object) -> dict[str, Any]:
    """What one line states. Raises ValueError."""
    if not isinstance(record, dict):
        raise ValueError("not an object")
    given = {key: record[key] for key in _KEYS if record.get(key) is not None}
    for key, value in given.items():
        if not isinstance(value, _KEYS[key]):
            raise ValueError(f"{key}: {type(value).__name__}")
    if not all(isinstance(citation, dict) for citation in given.get("citations", [])):
        raise ValueError("citations: not objects")
    return given


def _draft(given: dict[str, Any]) -> Proposal:
    """The draft of one line. Raises ValueError."""
    return draft_from_feedback(
        given.get("question", ""),
        given.get("answer", ""),
        given.get("citations", []),
        given.get("comment"),
        dt.date.fromisoformat(given["as_of"]) if "as_of" in given else None,
        given.get("language"),
    )
