"""The one way to an answer: command line, chat page, API and evaluation all call ``Answerer``."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import re
import threading
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from corpus.article import Article
from rag.aside import Stop, aside
from rag.asking import Asking, Clock
from rag.errors import EmptyQuestionError, LongQuestionError
from rag.followup import understand
from rag.generate import worded
from rag.index import Index, Status
from rag.models.read import Reader
from rag.models.reader.evidence import BundledReader
from rag.models.writer import Writer, writer
from rag.query_engine import QueryEngine
from rag.retrieve import Retriever
from rag.rows import Filter
from rag.settings import Settings
from rag.types import Answer, Event, Turn
from rag.when import Given

_TOKENS = re.compile(r"\S+\s*")
Mode = Literal["extractive", "llm"]
TOKEN_FACTOR = (
    1.7  # tokens of a language model for one of the embedding model: SmolLM2, of English words, on German news
)


class Answerer:
    """Answers questions over one index. Safe to share between threads.

    >>> answerer = Answerer.open("index")                                # doctest: +SKIP
    >>> print(answerer.ask("Wie viele Soldaten wurden getötet?"))        # doctest: +SKIP
    """

    def __init__(self, index: Index, reader: Reader | None = None) -> None:
        """``reader`` replaces the bundled one. Raises ModelMissingError, ModelDamagedError."""
        self.index = index
        self.settings = index.settings
        self.reader = reader or BundledReader.load(self.settings)
        bundled = self.reader if isinstance(self.reader, BundledReader) else None  # need not read twice what it ranked
        self.retriever = Retriever(index, reranker=bundled if self.settings.rerank_model == "bundled" else None)
        self._llm: Writer | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, index: str | Path | Settings, reader: Reader | None = None) -> Answerer:
        """Over the index folder, with settings from the environment, or over the one that settings name.

        Loads the model and verifies the vector index. Raises StoreError, ModelError, SettingsError.
        """
        settings = index if isinstance(index, Settings) else Settings.load(index=Path(index))
        opened = Index.open(settings)
        try:
            answerer = cls(opened, reader)
            opened.vectors  # noqa: B018  a damaged vector index is healed now, not during the first question
        except BaseException:
            opened.close()
            raise
        return answerer

    def close(self) -> None:
        if self._llm is not None:
            self._llm.close()
        self.index.close()

    def __enter__(self) -> Answerer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def ask(
        self,
        question: str,
        as_of: dt.date | None = None,
        *,
        within: Collection[str] | None = None,
        only: Filter | None = None,
        time: Given = None,
        history: Sequence[Turn] = (),
        mode: Mode | None = None,
    ) -> Answer:
        """The answer. ``as_of`` leaves out articles published later, ``within`` all articles but those of these ids.

        ``only`` states further conditions (dates, sources, languages, categories). ``Answer.time`` is what the question
        says of time, a preference; ``time`` overrides it: False for none, or (first day, last day).
        ``history``: the conversation so far, oldest first. A question that leans on it is read as ``Answer.understood_as``;
        to have it asked as it stands, leave ``history`` out. ``mode`` overrides the settings' ``answer_mode``.

        Raises EmptyQuestionError, LongQuestionError, FilterValueError; with a language model LlmError.
        """
        *_, answer = self._steps(question, as_of, within, only, time, history, mode)
        assert isinstance(answer, Answer)
        return answer

    def stream(
        self,
        question: str,
        as_of: dt.date | None = None,
        *,
        within: Collection[str] | None = None,
        only: Filter | None = None,
        time: Given = None,
        history: Sequence[Turn] = (),
        mode: Mode | None = None,
    ) -> Iterator[Event]:
        """The answer as it comes about: ``stage`` events, ``token`` events that add up to its text, then ``answer``.

        What a language model writes comes sentence by sentence, each once it is checked. Takes and raises what ``ask``
        does; closing the iterator ends a call of a language model.
        """
        yield from self._events(question, as_of, within, only, time, history, mode)

    async def astream(
        self,
        question: str,
        as_of: dt.date | None = None,
        *,
        within: Collection[str] | None = None,
        only: Filter | None = None,
        time: Given = None,
        history: Sequence[Turn] = (),
        mode: Mode | None = None,
    ) -> AsyncGenerator[Event, None]:
        """``stream`` for callers with an event loop, in which nothing waits. Closing it ends a call of a model too."""
        events = aside(lambda stop: self._events(question, as_of, within, only, time, history, mode, stop))
        async with contextlib.aclosing(events):
            async for event in events:
                yield event

    def _events(self, *asked: Any) -> Iterator[Event]:
        """The steps as events; an answer that did not come in pieces is cut into words."""
        answer, written = None, False
        for step in self._steps(*asked):
            if isinstance(step, Answer):
                answer = step
            else:
                written = written or step.kind == "token"
                yield step
        assert answer is not None
        for token in _TOKENS.findall(answer.text) if not written else ():
            yield Event("token", token)
        yield Event("answer", answer=answer)

    def _steps(
        self,
        question: str,
        as_of: dt.date | None,
        within: Collection[str] | None,
        only: Filter | None,
        time: Given,
        history: Sequence[Turn],
        mode: Mode | None,
        stop: Stop | None = None,
    ) -> Iterator[Event | Answer]:
        """The stages as they begin, what a language model writes, then the answer."""
        question = check_question(question, self.settings)
        llm = self.llm if (mode or self.settings.answer_mode) == "llm" else None  # nothing is searched in vain
        clock = Clock()
        follow = understand(question, history)
        if follow and follow.answer:
            clock.lap("compose")
            yield replace(follow.answer, timings=clock.seconds(), fingerprint=self.settings.fingerprint())
            return
        wording = worded(llm, question, history, follow, self.settings, self.count, stop) if llm and follow else None
        if follow and wording:
            follow = replace(follow, question=wording.question)
            clock.lap("understand")
        yield Event("stage", "searching")
        query = self.retriever.query(follow.question if follow else question)
        if follow:  # the words carried over may be of another language
            query = replace(query, language=follow.language)
        as_of = as_of or (only.as_of if only else None)
        asked = self.retriever.time_of(query, as_of, time) if self.settings.fusion == "hybrid" else None
        asking = Asking(
            self.index, self.retriever, self.reader, self.settings, query, clock, as_of, within, only, asked or False
        )
        answer = None
        for step in asking.extracted() if llm is None else asking.written(llm, self.count, stop):
            if isinstance(step, Answer):
                answer = step
            else:
                yield step
        assert answer is not None
        understood_as = follow.question if follow else None
        answer = replace(answer, question=question, understood_as=understood_as)
        if wording:
            notes = (*((wording.note,) if wording.note else ()), *answer.notes)
            answer = replace(answer, notes=notes, tokens=(answer.tokens or 0) + wording.tokens)
        yield replace(answer, time=asked, timings=clock.seconds(), fingerprint=self.settings.fingerprint())

    def count(self, text: str) -> int:
        """About how many tokens a text is for a language model, rather too many than too few."""
        return math.ceil(TOKEN_FACTOR * self.index.embedder.token_counts([text])[0])

    @property
    def llm(self) -> Writer:
        """The language model of the settings, with connections kept from one question to the next. Raises LlmError."""
        with self._lock:
            if self._llm is None:
                self._llm = writer(self.settings)
            return self._llm

    def article(self, article_id: str) -> Article:
        """The current version of an article. Raises ArticleMissingError."""
        return self.index.article(article_id)

    def status(self) -> Status:
        return self.index.status()

    def as_query_engine(self) -> QueryEngine:
        """This answerer as a llama-index query engine."""
        return QueryEngine(self)


def ask(question: str, index: str | Path = "index", as_of: dt.date | None = None) -> Answer:
    """One question, one answer. Who asks more should keep an ``Answerer`` open: loading the model takes seconds."""
    with Answerer.open(index) as answerer:
        return answerer.ask(question, as_of)


def check_question(question: str, settings: Settings) -> str:
    """The question without white space around it. Raises EmptyQuestionError, LongQuestionError."""
    question = question.strip()
    if not question:
        raise EmptyQuestionError
    if len(question) > settings.max_question_chars:
        raise LongQuestionError(length=len(question), limit=settings.max_question_chars)
    return question
