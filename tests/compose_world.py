"""Small worlds of articles for tests of composing: each with a reader's evidence, given as the words that answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.article import Article
from corpus.corrections import correction_notice
from corpus.dates import NewsDate
from corpus.mentions import date_mentions
from rag import when
from rag.compose import compose
from rag.sentences import sentence_spans
from rag.types import Answer, Evidence, Passage


@dataclass
class Told:
    """An article that is one passage; ``answers``: (exact words, confidence), each in the first sentence that has them."""

    text: str
    answers: Sequence[tuple[str, float]] = ()
    source: str | None = "Bote"
    published: str | None = "2024-05-03"
    title: str = ""
    language: str = "de"
    also_in: tuple[str, ...] = ()
    id: str = field(default="")


def world(*told: Told) -> tuple[list[Evidence], list[Passage], dict[str, Article]]:
    """Evidence, best first, passages in the order given, and the articles."""
    evidence, passages, articles = [], [], {}
    for number, one in enumerate(told):
        id = one.id or f"a{number}"
        published = NewsDate.parse(one.published) if one.published else None
        articles[id] = Article(
            id=id, text=one.text, title=one.title, source=one.source, published=published, language=one.language,
            correction=correction_notice(one.text),
        )  # fmt: skip
        passage = Passage(
            chunk_id=number, article_id=id, title=one.title, source=one.source, published=one.published, url=None,
            language=one.language, text=one.text, start=0, end=len(one.text), score=9.0 - number, dense=0.9, lexical=1.0,
            dates=date_mentions(one.text, published, one.language), also_in=one.also_in,
        )  # fmt: skip
        passages.append(passage)
        for words, confidence in one.answers:
            at = one.text.index(words)
            [(start, end)] = [(s, e) for s, e in sentence_spans(one.text) if s <= at < e]
            evidence.append(Evidence(passage, start, end, one.text[start:end], confidence, (at, at + len(words))))
    return sorted(evidence, key=lambda e: -e.confidence), passages, articles


def answered(
    question: str, *told: Told, language: str = "de", most: int = 3, as_of: str = "2024-06-30", timed: bool = True,
    least: float = 0.5,
) -> Answer:  # fmt: skip
    """What is composed of a world, after a look at what must hold for every answer. ``timed``: with what the question says
    of time. ``least``: the confidence that an answer must have."""
    evidence, passages, articles = world(*told)
    time = when.read(question, language, dt.date.fromisoformat(as_of)) if timed else None
    answer = compose(
        question, language, evidence, passages, articles, most=most, least_confidence=least, as_of=as_of, time=time
    )
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        assert articles[citation.article_id].text[citation.start : citation.end] == citation.quote
    for sentence in answer.sentences:
        assert set(sentence.citations) <= {c.number for c in answer.citations}
        quotes = " ".join(" ".join(answer.citations[n - 1].quote.split()) for n in sentence.citations)
        assert sentence.verdict == "supported" or sentence.text in quotes
    assert (answer.status == "conflicting") == bool(answer.disagreements)
    return answer
