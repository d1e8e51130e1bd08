"""The one way to an answer: command line, chat page, API and evaluation all call ``Answerer``."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from corpus.article import Article
from rag.compose import compose
from rag.errors import EmptyQuestionError, LongQuestionError
from rag.followup import understand
from rag.index import Index, Status
from rag.models.read import Reader, SentenceReader
from rag.retrieve import Retriever, to_node
from rag.rows import Filter
from rag.settings import Settings
from rag.types import Answer, Event, Turn
from rag.when import Given

_TOKENS = re.compile(r"\S+\s*")


class Answerer:
    """Answers questions over one index. Safe to share between threads.

    >>> answerer = Answerer.open("index")                                # doctest: +SKIP
    >>> print(answerer.ask("Wie viele Soldaten wurden getötet?"))        # doctest: +SKIP
    """

    def __init__(self, index: Index, reader: Reader | None = None) -> None:
        """``reader`` replaces the default sentence reader."""
        self.index = index
        self.settings = index.settings
        self.retriever = Retriever(index)
        self.reader = reader or SentenceReader(index.embedder)

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
    ) -> Answer:
        """The answer. ``as_of`` leaves out articles published later, ``within`` all articles but those of these ids.

        ``only`` states further conditions (dates, sources, languages, categories). ``Answer.time`` is what the question
        says of time, a preference; ``time`` overrides it: False for none, or (first day, last day).
        ``history``: the conversation so far, oldest first. A question that leans on it is read as ``Answer.understood_as``;
        to have it asked as it stands, leave ``history`` out.

        Raises EmptyQuestionError, LongQuestionError, FilterValueError.
        """
        *_, answer = self._steps(question, as_of, within, only, time, history)
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
    ) -> Iterator[Event]:
        """The answer as it comes about: ``stage`` events, ``token`` events that add up to its text, then ``answer``.

        Takes and raises what ``ask`` does.
        """
        answer = None
        for stage_or_answer in self._steps(question, as_of, within, only, time, history):
            if isinstance(stage_or_answer, str):
                yield Event("stage", stage_or_answer)
            else:
                answer = stage_or_answer
        assert answer is not None
        for token in _TOKENS.findall(answer.text):
            yield Event("token", token)
        yield Event("answer", answer=answer)

    async def astream(
        self,
        question: str,
        as_of: dt.date | None = None,
        *,
        within: Collection[str] | None = None,
        only: Filter | None = None,
        time: Given = None,
        history: Sequence[Turn] = (),
    ) -> AsyncIterator[Event]:
        """``stream`` for callers with an event loop: each step runs in a thread."""
        events = self.stream(question, as_of, within=within, only=only, time=time, history=history)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    def _steps(
        self,
        question: str,
        as_of: dt.date | None,
        within: Collection[str] | None,
        only: Filter | None,
        time: Given,
        history: Sequence[Turn],
    ) -> Iterator[str | Answer]:
        """The stages' names as they begin, then the answer."""
        question = check_question(question, self.settings)
        clock = _Clock()
        follow = understand(question, history)
        if follow and follow.answer:
            clock.lap("compose")
            yield replace(follow.answer, timings=clock.seconds(), fingerprint=self.settings.fingerprint())
            return
        yield "searching"
        query = self.retriever.query(follow.question if follow else question)
        if follow:  # the words carried over may be of another language
            query = replace(query, language=follow.language)
        as_of = as_of or (only.as_of if only else None)
        asked = self.retriever.time_of(query, as_of, time) if self.settings.fusion == "hybrid" else None
        passages = self.retriever.passages(query, as_of, within=within, only=only, time=asked or False)
        clock.lap("search")
        yield "reading"
        evidence = self.reader.read(query, passages)
        clock.lap("read")
        yield "composing"
        least = self.settings.min_confidence
        answer = compose(
            query.text,
            "de" if query.language == "de" else "en",
            evidence,
            passages,
            {article_id: self.index.article(article_id) for article_id in {p.article_id for p in passages}},
            most=self.settings.answer_sentences,
            least_confidence=self.reader.threshold if least is None else least,
            as_of=as_of.isoformat() if as_of else self.index.store.newest(),
        )
        clock.lap("compose")
        understood_as = follow.question if follow else None
        answer = replace(answer, question=question, understood_as=understood_as)
        yield replace(answer, time=asked, timings=clock.seconds(), fingerprint=self.settings.fingerprint())

    def article(self, article_id: str) -> Article:
        """The current version of an article. Raises ArticleMissingError."""
        return self.index.article(article_id)

    def status(self) -> Status:
        return self.index.status()

    def as_query_engine(self) -> QueryEngine:
        """This answerer as a llama-index query engine."""
        return QueryEngine(self)


class QueryEngine(BaseQueryEngine):
    """An Answerer for llama-index: ``Response.response`` is the text, ``metadata["answer"]`` the whole Answer."""

    def __init__(self, answerer: Answerer) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._answerer = answerer

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._answerer.ask(query_bundle.query_str)
        nodes = [NodeWithScore(node=to_node(p), score=p.score) for p in answer.passages]
        return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


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


class _Clock:
    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(now - self._last, 4)
        self._last = now

    def seconds(self) -> dict[str, float]:
        return {**self._laps, "total": round(sum(self._laps.values()), 4)}
