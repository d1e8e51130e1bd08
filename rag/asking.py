"""One question's way from the search to the answer: verbatim excerpts, or what a language model writes."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.article import Article
from rag.aside import Stop
from rag.compose import compose
from rag.generate import Task, answered, deeper, gathered
from rag.index import Index
from rag.messages import wording_language
from rag.models.read import Reader
from rag.models.writer import Writer
from rag.retrieve import Query, Retriever
from rag.rows import Filter
from rag.settings import Settings
from rag.types import Answer, Event, Passage, QuestionTime


class Clock:
    """How long each stage took, in seconds."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """What went by since the last call is of this stage."""
        now = time.perf_counter()
        self._laps[name] = round(self._laps.get(name, 0.0) + now - self._last, 4)
        self._last = now

    def seconds(self) -> dict[str, float]:
        return {**self._laps, "total": round(sum(self._laps.values()), 4)}


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, what it is asked of, and within which limits. ``time``: what it says of time, a preference."""

    index: Index
    retriever: Retriever
    reader: Reader
    settings: Settings
    query: Query
    clock: Clock
    as_of: dt.date | None
    within: Collection[str] | None
    only: Filter | None
    time: QuestionTime | Literal[False]

    def extracted(self) -> Iterator[Event | Answer]:
        """The stages as they begin, then the answer: verbatim excerpts."""
        passages = self._search(self.query)
        self.clock.lap("search")
        yield Event("stage", "reading")
        evidence = self.reader.read(self.query, passages)
        self.clock.lap("read")
        yield Event("stage", "composing")
        least = self.settings.min_confidence
        yield compose(
            self.query.text,
            self._language,
            evidence,
            passages,
            self._articles(passages),
            most=self.settings.answer_sentences,
            least_confidence=self.reader.threshold if least is None else least,
            as_of=self._day,
            time=self.time or None,
        )
        self.clock.lap("compose")

    def written(self, llm: Writer, count: Callable[[str], int], stop: Stop | None) -> Iterator[Event | Answer]:
        """The stages, what the model writes, then the answer. Raises LlmError, Stopped.

        The model gets the passages as the search ranks them. The bundled reader reads 24 to rank them better, which takes
        longer than all else before the first word, and among ten passages their order matters little (both figures:
        docs/measurements.md). So it reads when the model is done. A reranker that somebody chose has its say at once.
        """
        rerank = self.settings.rerank_model != "bundled"
        first = self._search(self.query, rerank=rerank)
        self.clock.lap("search")
        if not first:
            yield from self.extracted()
            return

        def search(question: str, alone: str | None) -> Sequence[Passage]:
            # Either search alone is asked for what lies below what was seen.
            return self._search(self.retriever.query(question), alone, rerank, most if alone else None)

        most = 2 * self.settings.top_k
        passages = gathered(self.query.text, first, search, most)
        self.clock.lap("gather")

        def further() -> tuple[Sequence[Passage], Mapping[str, Article]]:
            found = deeper(self.query.text, passages, search, most)
            return found, self._articles(found)

        def confidence() -> float:
            self.clock.lap("write")
            evidence = self.reader.read(self.query, self._search(self.query))
            self.clock.lap("read")
            return evidence[0].confidence if evidence else 0.0

        def extractive() -> Answer:
            self.clock.lap("write")
            *_, answer = self.extracted()
            assert isinstance(answer, Answer)
            return answer

        yield Event("stage", "writing")
        task = Task(
            self.query.text,
            self._language,
            passages,
            self._articles(passages),
            self._day,
            confidence,
            count,
            self.retriever.lexicon.parts,
            further,
        )
        for step in answered(llm, task, self.settings, extractive, stop):
            yield Event("token", step) if isinstance(step, str) else step

    def _search(
        self, query: Query, fusion: str | None = None, rerank: bool = True, top_k: int | None = None
    ) -> list[Passage]:
        return self.retriever.passages(
            query, self.as_of, top_k, fusion, within=self.within, only=self.only, time=self.time, rerank=rerank
        )

    def _articles(self, passages: Sequence[Passage]) -> dict[str, Article]:
        return {article_id: self.index.article(article_id) for article_id in {p.article_id for p in passages}}

    @property
    def _language(self) -> str:
        return wording_language(self.query.language)

    @property
    def _day(self) -> str | None:
        """The day up to which the articles reach, ISO 8601."""
        return self.as_of.isoformat() if self.as_of else self.index.store.newest()
