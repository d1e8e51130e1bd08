"""What flows through the house, in order: Chunk -> Passage -> Evidence -> Citation, Sentence -> Answer.

All frozen. Offsets are Python string indices into the cleaned article text, half-open: ``text[start:end]``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

from corpus.mentions import DateMention

Status = Literal["answered", "not_found", "conflicting"]
Verdict = Literal["verbatim", "supported", "partly", "unsupported"]
Titled = tuple[str, str]  # an article's title, "" for none, and a passage of it: what is read beside a question


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one article: what is embedded and indexed. ``article.text[start:end] == text``."""

    ordinal: int  # position in the article, from 0
    start: int
    end: int
    text: str
    tokens: int  # of the embedding model's tokenizer, without specials


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk with what a reader must know about its article. ``score``: higher is better."""

    chunk_id: int
    article_id: str
    title: str | None
    source: str | None
    published: str | None  # ISO 8601, possibly reduced to month or year
    url: str | None
    language: str | None
    text: str
    start: int
    end: int
    score: float
    dense: float  # cosine similarity question x chunk, -1..1
    lexical: float  # BM25 of the analysed tokens, 0 when no token matches
    dates: tuple[DateMention, ...] = ()  # what "am Freitag" in it means; offsets count in the article
    also_in: tuple[str, ...] = ()  # further outlets (or article ids) with the same wire story
    search: float | None = None  # the score before anything was read; None: as ``score``

    @property
    def titled(self) -> Titled:
        return self.title or "", self.text


@dataclass(frozen=True, slots=True)
class QuestionTime:
    """What a question says of time: its words ``question[start:end]``, and what they mean. JSON-ready.

    "range": the days from ``first`` to ``last``, both inclusive, None for an open end. "recent": the newest is wanted.
    Empty ``text`` when a caller gave the days.
    """

    kind: Literal["range", "recent"]
    text: str
    start: int
    end: int
    first: str | None = None  # ISO 8601
    last: str | None = None

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day; the first or last there is for an open end."""
        return (
            dt.date.fromisoformat(self.first) if self.first else dt.date.min,
            dt.date.fromisoformat(self.last) if self.last else dt.date.max,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a passage that a reader holds to answer the question.

    ``start``/``end`` count in the article. ``confidence`` is a calibrated probability in 0..1 that the stretch answers.
    ``span``: bounds of the exact answer inside the stretch, counted in the article too, where the reader points to one.
    """

    passage: Passage
    start: int
    end: int
    text: str
    confidence: float
    span: tuple[int, int] | None = None

    @property
    def answer(self) -> str | None:
        """The words of the span; None without one."""
        return None if self.span is None else self.text[self.span[0] - self.start : self.span[1] - self.start]


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered reference of an answer. ``article.text[start:end] == quote``, always."""

    number: int
    article_id: str
    title: str | None
    source: str | None
    published: str | None
    url: str | None
    quote: str
    start: int
    end: int
    dates: tuple[DateMention, ...] = ()  # those inside the quote; offsets count in the article
    also_in: tuple[str, ...] = ()  # further outlets with the same wire story


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the answer, the citation numbers it rests on, and whether they carry it."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One of the sides of an answer on which sources differ. ``short`` are its exact words, ``value`` what they amount to
    in comparable form ("3600", "4800000 euro", "2024-10-11"), ``text`` the sentence they stand in.

    ``speaker``: whom the source attributes it to, in its words; None: it says so itself.
    """

    text: str
    short: str
    value: str
    citations: tuple[int, ...]
    source: str | None
    published: str | None  # ISO 8601, as precise as the article states it
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must know of how an answer came about; ``rag.display.note`` puts it into words. JSON-ready."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writing:
    """What became of a text that a language model wrote: its sentences, each checked against what it cites.

    ``removed``      citation numbers that no passage has
    ``recited``      sentences with citations that do not bear them out, replaced by ones that do
    ``unsupported``  sentences that no passage bears out; shown with that verdict, unless they are among the ``dropped``
    ``attempts``     how often the model was asked
    """

    model: str
    sentences: int = 0
    removed: int = 0
    recited: int = 0
    unsupported: int = 0
    dropped: tuple[str, ...] = ()
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer as every caller sees it: CLI, web page, API, evaluation. ``str(answer)`` is the text."""

    question: str
    language: str  # of the question: "de", "en"
    text: str  # sentences with [n] markers, or the refusal
    status: Status
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]  # ranked, best first, also when nothing was found
    confidence: float  # 0..1, of the best evidence
    short: str | None = None  # the exact span when a reader gave one
    as_of: str | None = None  # ISO 8601: the day asked for, else the newest article's date, as precise as that is
    time: QuestionTime | None = None  # what the question says of time: articles of then came first
    speaker: str | None = None  # whom the sources attribute ``short`` to, in their words
    disagreements: tuple[Disagreement, ...] = ()  # the sides, newest first, when sources differ
    mode: Literal["extractive", "llm"] = "extractive"  # verbatim excerpts, or written by a language model
    timings: dict[str, float] = field(default_factory=dict)  # seconds by stage
    fingerprint: str = ""  # of the settings and the models
    notes: tuple[Note, ...] = ()  # what a reader must know of how it came about
    writing: Writing | None = None  # what became of the text of a language model, also when it is not the answer
    tokens: int | None = None  # that a language model read and wrote, about; None without one
    understood_as: str | None = None  # how a question that leans on the conversation was read; None: as it stands

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and what was answered; None when nothing was."""

    question: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer: ``stage`` (its name), ``token`` (text to append) or ``answer`` (the end)."""

    kind: Literal["stage", "token", "answer"]
    text: str = ""
    answer: Answer | None = None
