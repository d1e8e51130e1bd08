"""Asks the model, again where that may help, and gives out each sentence once it is checked.

A sentence that was shown stays: a model that fails after it is not asked again, the answer ends there and says so.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import dataclass

from corpus.article import Article
from rag.aside import Stop, Stopped
from rag.errors import LlmError
from rag.generate.check import Checker
from rag.generate.draft import Draft
from rag.generate.prompt import Prompt, build
from rag.models.writer import Writer
from rag.settings import Settings
from rag.types import Citation, Note, Passage, Sentence, Writing
from rag.verify.match import Parts

ATTEMPTS = 3
# Reasons for which asking again may help: those that pass, and those for which the next request is another one.
PASSING = ("down", "busy", "failed", "cut", "malformed", "empty", "language", "context")
FIRST_PAUSE = 0.5  # seconds before the second attempt; doubled for each further one, and up to half as long again


@dataclass(frozen=True, slots=True)
class Written:
    """What became of asking a model. No ``sentences``: it said that the passages say nothing, or nothing was left."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    writing: Writing
    notes: tuple[Note, ...]
    tokens: int
    refused: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be answered, from what.

    ``passages``    ranked, best first; ``articles`` holds the article of each
    ``as_of``       ISO 8601, the day up to which the articles reach
    ``confidence``  0..1, of the best evidence, as the reader sees it: read once the model is done, who waits for it first
    ``count``       counts tokens; ``parts`` cuts compounds
    ``deeper``      further passages, with their articles, for a model that finds nothing in these; none where there are none
    """

    question: str
    language: str
    passages: Sequence[Passage]
    articles: Mapping[str, Article]
    as_of: str | None
    confidence: Callable[[], float]
    count: Callable[[str], int]
    parts: Parts | None = None
    deeper: Callable[[], tuple[Sequence[Passage], Mapping[str, Article]]] | None = None


def write(
    llm: Writer, task: Task, settings: Settings, stop: Stop | None = None, deadline: float | None = None
) -> Iterator[str | Written]:
    """Checked sentences with their [n], as text to append, then what it all came to.

    At most ``llm_timeout`` seconds, or until ``deadline``, retries and their pauses included. Raises LlmError when no
    attempt gave a usable sentence and none is left, Stopped at ``stop``.
    """
    deadline = deadline or time.monotonic() + settings.llm_timeout
    most, reminder, streaming, tokens = len(task.passages), False, True, 0
    for attempt in range(1, ATTEMPTS + 1):
        prompt = build(
            task.question,
            task.language,
            task.passages,
            task.articles,
            settings,
            task.count,
            task.as_of,
            most,
            reminder,
        )
        checker = Checker(prompt.shown, task.language, task.parts)
        draft = Draft(prompt, task.articles, task.language, checker, llm.model, settings.drop_unsupported)
        fault: LlmError | None = None
        try:
            yield from _read(llm, prompt, draft, deadline, stop, streaming)
        except LlmError as error:
            fault = error
        tokens += prompt.tokens + draft.length // 4
        if fault and not draft.sentences:
            if not _again(fault, attempt, deadline, stop):
                raise fault
            most = max(1, len(prompt.shown) // 2) if fault.reason == "context" else most
            reminder = reminder or fault.reason == "language"
            # Some servers can't stream, or not well.
            streaming = fault.reason not in ("malformed", "cut") and streaming
            continue
        writing = draft.writing(attempt)
        notes = tuple(_notes(writing, prompt, fault))
        sentences, citations = tuple(draft.sentences), tuple(draft.citations)
        yield Written(draft.text, sentences, citations, writing, notes, tokens, draft.refused)
        return


def _read(
    llm: Writer, prompt: Prompt, draft: Draft, deadline: float, stop: Stop | None, streaming: bool
) -> Iterator[str]:
    """What may be shown of one attempt. Raises LlmError, also when the model wrote nothing."""
    stream = llm.stream(prompt.messages, prompt.room, deadline, stop, streaming)
    try:
        for piece in stream:
            yield from draft.feed(piece)
            if draft.done:
                break
        else:
            yield from draft.finish()  # not where the model was cut off: half a sentence may say another thing
    finally:
        stream.close()  # type: ignore[attr-defined]  # a model that is not read any more should not write on
    if draft.empty:
        raise LlmError("empty", model=llm.model)
    if draft.repeated and draft.done and not draft.refused:
        raise LlmError("repetition", model=llm.model)


def _again(fault: LlmError, attempt: int, deadline: float, stop: Stop | None) -> bool:
    """Whether to ask once more; waits until then. What the server asks for is kept to, if there is time for it."""
    if fault.reason not in PASSING or attempt == ATTEMPTS:
        return False
    pause = 0.0
    if fault.reason in ("down", "busy", "failed", "cut"):
        pause = FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(1, 1.5)
        pause = max(pause, fault.retry_after or 0.0)
    if time.monotonic() + pause >= deadline:
        return False
    if stop is not None and wait([stop], timeout=pause).done:
        raise Stopped
    if stop is None:
        time.sleep(pause)
    return True


def _notes(writing: Writing, prompt: Prompt, fault: LlmError | None) -> Iterator[Note]:
    if writing.dropped:
        yield Note("llm_dropped", {"count": len(writing.dropped)})
    if writing.removed:
        yield Note("llm_removed", {"count": writing.removed})
    if prompt.planted:
        yield Note("llm_planted", {"count": prompt.planted})
    if fault:
        yield note_of(fault, "llm_incomplete")


def note_of(fault: LlmError, kind: str) -> Note:
    """A note of ``kind`` that holds why the model failed."""
    return Note(kind, {"reason": fault.reason, **fault.facts})
