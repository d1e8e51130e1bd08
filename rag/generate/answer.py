"""The answer of a language model, or what stands in for it: a refusal, or excerpts where the user allowed them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from rag.aside import Stop
from rag.errors import LlmError
from rag.generate.write import Task, Written, note_of, write
from rag.messages import messages
from rag.models.writer import Writer
from rag.settings import Settings
from rag.types import Answer, Note

log = logging.getLogger(__name__)


def answered(
    llm: Writer, task: Task, settings: Settings, extractive: Callable[[], Answer], stop: Stop | None = None
) -> Iterator[str | Answer]:
    """Text to append as it is checked, then the answer. ``extractive`` makes the one without a model.

    When the model fails, or nothing that it wrote is borne out: with ``llm_fallback`` "extractive" that one, with a note
    that says why. Else a failure raises LlmError, and a text with nothing left is "not_found". Raises Stopped at ``stop``.
    """
    written: Written | None = None
    allowed = settings.llm_fallback == "extractive"
    try:
        for step in _twice(llm, task, settings, stop):
            if isinstance(step, str):
                yield step
            else:
                written = step
    except LlmError as error:
        if not allowed:
            raise
        yield _with(extractive(), note_of(error, "llm_failed"))
        return
    assert written is not None
    if written.sentences:
        yield _answer(task, written)
    elif allowed and not written.refused:
        note = Note("llm_nothing_left", {"count": written.writing.sentences})
        yield replace(_with(extractive(), note), writing=written.writing, tokens=written.tokens)
    else:
        yield _answer(task, written)


def _twice(llm: Writer, task: Task, settings: Settings, stop: Stop | None) -> Iterator[str | Written]:
    """``write``, and once more from deeper passages where the model says that the first lack the answer: nobody can judge
    that better than who had to answer from them."""
    deadline = time.monotonic() + settings.llm_timeout
    first: Written | None = None
    for step in write(llm, task, settings, stop, deadline):
        if isinstance(step, str):
            yield step
        else:
            first = step
    assert first is not None
    passages, articles = task.deeper() if task.deeper and first.refused and not first.sentences else ((), {})
    if not passages:
        yield first
        return
    try:
        for step in write(llm, replace(task, passages=passages, articles=articles), settings, stop, deadline):
            if isinstance(step, str):
                yield step
            else:
                attempts = first.writing.attempts + step.writing.attempts
                writing = replace(step.writing, attempts=attempts, removed=first.writing.removed + step.writing.removed)
                yield replace(step, writing=writing, tokens=first.tokens + step.tokens)
    except LlmError as error:
        log.info("the second look failed: %s", error)
        yield first  # it has said its word


def _answer(task: Task, written: Written) -> Answer:
    found = bool(written.sentences)
    return Answer(
        question=task.question,
        language=task.language,
        text=written.text if found else messages().say("refusal", task.language),
        status="answered" if found else "not_found",
        sentences=written.sentences,
        citations=written.citations,
        passages=tuple(task.passages),
        confidence=task.confidence(),
        as_of=task.as_of,
        mode="llm",
        notes=written.notes,
        writing=written.writing,
        tokens=written.tokens,
    )


def _with(answer: Answer, note: Note) -> Answer:
    return replace(answer, notes=(*answer.notes, note))
