"""A question as it is proposed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from evals.cases import Case

DRAFT = "draft"
TO_CHECK = "to-check"  # proposed without knowing: "the articles do not say" is only what the search for it found
KINDS = ("quote", "number", "date", "title", "unanswerable", "feedback")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft question.

    ``case``   tagged "draft" and with its kind; ``as_of`` is the article's day, so that later news does not matter
    ``kind``   one of ``KINDS``
    ``score``  how well the question stands alone: the names and days in it; higher is better
    ``note``   what a person should know who decides about it
    """

    case: Case
    kind: str
    score: int = 0
    note: str | None = None
    about: str | None = None  # id of an article that it asks about but that does not answer it

    @property
    def article(self) -> str:
        """The id of the article that it came from; "" for feedback."""
        return self.about or next(iter(self.case.articles), "")


def propose(
    article: Article,
    kind: str,
    question: str,
    answers: Sequence[str],
    quote: str,
    score: int,
    speaker: Sequence[str] = (),
) -> Proposal:
    """The proposal of a question that ``quote``, word for word in the article, answers.

    Raises ValueError when the article does not say ``quote``, or ``quote`` none of the answers.
    """
    if quote not in article.text:
        raise ValueError(f"not in {article.id}: {quote!r}")
    question = tidy(question)
    wordings = tuple(dict.fromkeys(answer for answer in answers if answer))
    case = Case(
        id=draft_id(question, article.id),
        question=question,
        answers=wordings,
        articles=(article.id,),
        evidence=((article.id, quote),),
        answerable=True,
        language=article.language,
        as_of=article.published.last if article.published else None,
        tags=(DRAFT, kind),
        speaker=tuple(speaker),
    )
    return Proposal(case, kind, score)


def draft_id(question: str, place: str) -> str:
    """The same id for the same question about the same article, on every run."""
    return "draft-" + hashlib.sha256(f"{place}\n{question}".encode("utf-8", "replace")).hexdigest()[:10]


def with_copies(proposal: Proposal, articles: Iterable[Article]) -> Proposal:
    """The proposal with every further article that says its evidence word for word: copies of a story answer it too."""
    case = proposal.case
    if not case.evidence:
        return proposal
    quote = case.evidence[0][1]
    same = [article.id for article in articles if article.id not in case.articles and quote in article.text]
    if not same:
        return proposal
    evidence = (*case.evidence, *((article, quote) for article in same))
    return replace(proposal, case=replace(case, articles=(*case.articles, *same), evidence=evidence))


def tidy(text: str) -> str:
    """``text`` on one line, with single spaces."""
    return re.sub(r"\s+", " ", text).strip()
