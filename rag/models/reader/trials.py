"""Questions held out from the training, asked as the answerer asks: what the calibration is fitted on.

MLQA, German and English, half of SQuAD 2.0's development set and our own questions are asked over an index of all
passages of their language: retrieved and read. Each question that has an answer is asked twice more: with its own passage left
out while others of its article stay, as the near miss that readers of news meet, and with its whole article left out. SQuAD
2.0 and our own questions have near misses of their own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from rag.index import Index
from rag.models.reader.evidence import READ, SPANS, candidates, standings
from rag.models.reader.model import SpanReader
from rag.models.reader.pool import Asked, Pool
from rag.models.reader.untimed import to_rank
from rag.retrieve import Retriever
from rag.settings import Settings

# near: passages of the article are there, but none with the answer; far: nothing of the article is.
Kind = Literal["answerable", "near", "far"]
DEPTH = 20  # passages read a question
LANGUAGES = {
    "de": (
        "mlqa-de-de",
        "mlqa-de-en",
        "news",
        "wikipedia",
        "own-de",
        "plain-de",
        "parts-de",
        "articles-de",
        "actors-de",
    ),
    "en": ("mlqa-en-de", "mlqa-en-en", "squad2", "own-en", "plain-en", "parts-en", "actors-en"),
}  # of passages: sources


@dataclass(frozen=True, slots=True)
class Trial:
    """A question as it was asked: of each span its features, and whether it answers; of each passage what reading and the
    search say, best first, and whether it is the one asked about."""

    group: str  # the article: one fold has all its questions
    kind: Kind
    rows: np.ndarray  # (spans, FEATURES)
    right: np.ndarray  # (spans,) bool
    said: np.ndarray  # (passages, READ and the score in the search)
    own: np.ndarray  # (passages,) bool
    weight: float

    @property
    def answerable(self) -> bool:
        return self.kind == "answerable"


def trials(pool: Pool, reader: SpanReader, settings: Settings, limit: int) -> Iterator[Trial]:
    """Up to ``limit`` development questions of each source, asked with and without their own article."""
    rng = np.random.default_rng(0)
    for language, sources in LANGUAGES.items():
        asked: list[Asked] = []
        for source in sources:
            own = [a for a in pool.development if a.source == source]
            asked += [own[i] for i in np.sort(rng.permutation(len(own))[:limit])]
        with tempfile.TemporaryDirectory() as folder:
            index = Index.open(settings.model_copy(update={"index": Path(folder) / "index"}), create=True)
            with index:
                names = {a.source for a in asked}
                index.add(_articles(pool, language, names))
                retriever = Retriever(index)
                for question in tqdm(asked, desc=f"{language}: retrieve and read", unit="question"):
                    yield from asked_of(question, pool, retriever, reader)


def _articles(pool: Pool, language: str, sources: set[str]) -> Iterator[Article]:
    wanted = {a.passage for a in [*pool.train, *pool.development] if a.source in sources}
    for number in sorted(wanted):
        yield Article(id=str(number), title=pool.titles[number] or None, text=pool.passages[number], language=language)


def asked_of(question: Asked, pool: Pool, retriever: Retriever, reader: SpanReader) -> Iterator[Trial]:
    """A question asked of everything, and without what answers it. One that has no answer is a near miss."""
    article = pool.articles[question.passage]
    own = {str(n) for n, name in enumerate(pool.articles) if name == article}
    query = retriever.query(question.question)
    found = retriever.passages(query, top_k=DEPTH)
    readings = reader.read_pairs(to_rank(question.question, [p.titled for p in found]), SPANS)
    variants: list[tuple[Kind, set[str]]] = [("answerable" if question.answers else "near", set())]
    if question.answers:
        if any(p.article_id in own - {str(question.passage)} for p in found):
            variants.append(("near", {str(question.passage)}))
        variants.append(("far", own))
    for kind, without in variants:
        kept = [i for i, p in enumerate(found) if p.article_id not in without]
        left, read = [found[i] for i in kept], [readings[i] for i in kept]
        rows, right, said = [], [], dict[int, tuple[float, ...]]()
        for at, item, of in candidates(query, left, read, standings(left)):
            span = item.span or (0, 0)
            rows.append(of)
            right.append(
                kind == "answerable"
                and item.passage.article_id == str(question.passage)
                and any(_touches(*span, answer) for answer in question.answers)
            )
            said.setdefault(kept[at], (*of[: len(READ)], found[kept[at]].score))
        if rows:
            about = np.array([found[i].article_id == str(question.passage) for i in said])
            arrays = np.array(rows), np.array(right), np.array(list(said.values())), about
            yield Trial(article, kind, *arrays, 1.0 if kind == "answerable" else 1 / max(len(variants) - 1, 1))


def _touches(start: int, end: int, answer: tuple[int, int]) -> bool:
    """Whether a stretch has any word of a gold answer in it: then the sentence around it, which is quoted, answers."""
    return start < answer[1] and answer[0] < end
