"""Evidence -> Answer without a language model: the best sentences, verbatim, each with its citation, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.article import Article
from rag.compose.quotes import choose, citation, quotes
from rag.messages import messages
from rag.types import Answer, Evidence, Passage, Sentence


def compose(
    question: str,
    language: str,
    evidence: Sequence[Evidence],
    passages: Sequence[Passage],
    articles: dict[str, Article],
    most: int,
    least_confidence: float,
    as_of: str | None,
) -> Answer:
    """An extractive answer in up to ``most`` quotes, or the refusal when the best evidence is too weak.

    ``articles`` holds the article of every passage; quotes are cut from their text, so offsets are exact.
    """
    confidence = evidence[0].confidence if evidence else 0.0
    found = confidence >= least_confidence
    chosen = choose(evidence, most) if found else []
    citations, sentences = [], []
    for number, (passage, start, end) in enumerate(quotes(chosen, articles), 1):
        article = articles[passage.article_id]
        citations.append(citation(number, passage, article, start, end))
        words = " ".join(article.text[start:end].split())
        sentences.append(Sentence(words, (number,), "verbatim"))
    text = " ".join(f"{s.text} [{s.citations[0]}]" for s in sentences)
    return Answer(
        question=question,
        language=language,
        text=text if found else messages().say("refusal", language),
        status="answered" if found else "not_found",
        sentences=tuple(sentences),
        citations=tuple(citations),
        passages=tuple(passages),
        confidence=confidence,
        as_of=as_of,
    )
