"""Evidence -> Answer without a language model: the form of the question decides how, a refusal where nothing answers."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.article import Article
from rag.compose.digest import digest
from rag.compose.dispute import both, dispute
from rag.compose.draft import Draft
from rag.compose.facts import Fact, state
from rag.compose.forms import form_of
from rag.compose.grounds import grounded
from rag.compose.polar import ruling
from rag.compose.quotes import choose, quotes
from rag.compose.topic import Topic
from rag.messages import messages
from rag.types import Answer, Evidence, Passage, QuestionTime, Status

_SHORT = ("fact", "list")  # forms with a short answer, which must be about the very names and days of the question


def compose(
    question: str,
    language: str,
    evidence: Sequence[Evidence],
    passages: Sequence[Passage],
    articles: dict[str, Article],
    most: int,
    least_confidence: float,
    as_of: str | None,
    time: QuestionTime | None = None,
) -> Answer:
    """An extractive answer with up to ``most`` quotes, or the refusal when the best evidence is too weak.

    ``articles`` holds the article of every passage; quotes are cut from their text, so offsets are exact. Evidence without
    spans is quoted; with spans a short answer comes first, and sources that differ make the answer "conflicting". ``time``:
    what the question says of time, where that counts.
    """
    draft = Draft(language, articles)
    topic, form = Topic(question, language), form_of(question)
    if form in _SHORT:
        evidence = grounded(topic, evidence, passages, articles, time)
    confidence = evidence[0].confidence if evidence else 0.0
    fact: Fact | None = None
    if form == "digest":
        digest(topic, passages, articles, draft, most)
    elif form == "polar" and (sides := dispute(topic, passages)):
        fact = Fact(max(confidence, least_confidence), disagreements=both(sides, draft, articles))
    elif form == "polar" and (ruled := ruling(topic, evidence, passages)):
        _rule(*ruled, draft, articles)
    if draft.sentences:
        confidence = max(confidence, least_confidence)  # what was found needed no reader
    elif confidence >= least_confidence:
        if form in _SHORT:
            fact = state(form, topic, evidence, passages, articles, draft, most, least_confidence)
        if fact is None:
            for passage, start, end in quotes(choose(evidence, most), articles):
                draft.quote(passage, start, end)
        else:
            confidence = fact.confidence
    fact = fact or Fact(confidence)
    status: Status = "conflicting" if fact.disagreements else "answered" if draft.sentences else "not_found"
    return Answer(
        question=question,
        language=language,
        text=draft.text if draft.sentences else messages().say("refusal", language),
        status=status,
        sentences=tuple(draft.sentences),
        citations=tuple(draft.citations),
        passages=tuple(passages),
        confidence=confidence,
        short=fact.short,
        as_of=as_of,
        speaker=fact.speaker,
        disagreements=fact.disagreements,
    )


def _rule(answer: str, item: Evidence, draft: Draft, articles: dict[str, Article]) -> None:
    """Says yes or no, and quotes the sentence that bears it out."""
    (passage, start, end), *_ = quotes([item], articles)
    draft.say(draft.words(answer), [draft.cite(passage, start, end)])
    draft.quote(passage, start, end)
