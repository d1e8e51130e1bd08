"""Questions held out from the training, asked as the answerer asks: what the calibration is fitted on.

MLQA, German and English, half of SQuAD 2.0's development set and our own questions are asked over an index of all
passages of their language: retrieved and read. Each question that has an answer is asked twice more: with its own passage left
out while others of its article stay, as the near miss that readers of news meet, and with its whole article left out. SQuAD
2.0 and our own questions have near misses of their own.

NoMIRACL's English questions (Thakur et al. 2024) stand beside them: people asked them of a search engine, and of each is known
whether any of ten passages answers, not which, nor where. Its German ones are for measuring and not opened.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from rag import german
from rag.index import Index
from rag.models.reader.evidence import READ, SPANS, candidates, standings
from rag.models.reader.model import Reading, SpanReader
from rag.models.reader.pool import Asked, Pool
from rag.models.reader.untimed import to_rank
from rag.retrieve import Query, Retriever
from rag.settings import Settings
from rag.types import Evidence, Passage

# near: passages of the article are there, but none with the answer; far: nothing of the article is.
Kind = Literal["answerable", "near", "far"]
DEPTH = 20  # passages read a question
NOMIRACL = "nomiracl/nomiracl_en_test.jsonl"
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
        "stories-de",
    ),
    "en": ("mlqa-en-de", "mlqa-en-en", "squad2", "own-en", "plain-en", "parts-en", "actors-en", "stories-en"),
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
        with _indexed(settings, _articles(pool, language, {a.source for a in asked})) as retriever:
            for question in tqdm(asked, desc=f"{language}: retrieve and read", unit="question"):
                yield from asked_of(question, pool, retriever, reader)


def whole_trials(data: Path, reader: SpanReader, settings: Settings) -> Iterator[Trial]:
    """NoMIRACL's English questions under ``data``, each asked of its own passages: all spans are right or none, as only
    that is known. Raises FileNotFoundError."""
    records = [json.loads(line) for line in (data / NOMIRACL).read_text("utf-8").splitlines()]
    texts = {passage["docid"]: passage for record in records for passage in record["passages"]}
    articles = (Article(id=id, title=of["title"] or None, text=of["text"], language="en") for id, of in texts.items())
    with _indexed(settings, articles) as retriever:
        for number, record in enumerate(tqdm(records, desc="NoMIRACL: retrieve and read", unit="question")):
            yield from _whole(f"nomiracl/{number}", record, retriever, reader)


def _whole(group: str, record: dict[str, Any], retriever: Retriever, reader: SpanReader) -> Iterator[Trial]:
    answers = bool(record["has_answer"])
    read = _read(record["query"], retriever, reader, [passage["docid"] for passage in record["passages"]])
    yield from _trial(group, "answerable" if answers else "near", *read, lambda item: answers)


def _read(
    question: str, retriever: Retriever, reader: SpanReader, within: Collection[str] | None = None
) -> tuple[Query, list[Passage], list[Reading]]:
    """What the search finds for a question, and how each passage reads."""
    query = retriever.query(question)
    found = retriever.passages(query, top_k=DEPTH, within=within)
    return query, found, reader.read_pairs(to_rank(question, [p.titled for p in found]), SPANS)


@contextmanager
def _indexed(settings: Settings, articles: Iterator[Article]) -> Iterator[Retriever]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Index.open(settings.model_copy(update={"index": Path(folder) / "index"}), create=True) as index,
    ):
        index.add(articles)
        yield Retriever(index)


def _articles(pool: Pool, language: str, sources: set[str]) -> Iterator[Article]:
    wanted = {a.passage for a in [*pool.train, *pool.development] if a.source in sources}
    for number in sorted(wanted):
        yield Article(id=str(number), title=pool.titles[number] or None, text=pool.passages[number], language=language)


def asked_of(question: Asked, pool: Pool, retriever: Retriever, reader: SpanReader) -> Iterator[Trial]:
    """A question asked of everything, and without what answers it. One that has no answer is a near miss. The words of a gold
    answer are right wherever they stand."""
    article = pool.articles[question.passage]
    own = {str(n) for n, name in enumerate(pool.articles) if name == article}
    told = {tuple(german.words(pool.passages[question.passage][start:end])) for start, end in question.answers} - {()}
    query, found, readings = _read(question.question, retriever, reader)
    variants: list[tuple[Kind, set[str]]] = [("answerable" if question.answers else "near", set())]
    if question.answers:
        if any(p.article_id in own - {str(question.passage)} for p in found):
            variants.append(("near", {str(question.passage)}))
        variants.append(("far", own))
    for kind, without in variants:
        kept = [i for i, p in enumerate(found) if p.article_id not in without]
        left, read = [found[i] for i in kept], [readings[i] for i in kept]
        where = [pool.articles[int(p.article_id)] for p in left]
        weight = 1.0 if kind == "answerable" else 1 / max(len(variants) - 1, 1)

        def right(item: Evidence) -> bool:
            if tuple(german.words(item.answer or "")) in told:
                return True
            span = item.span or (0, 0)
            here = item.passage.article_id == str(question.passage)
            return here and any(_touches(*span, answer) for answer in question.answers)

        yield from _trial(article, kind, query, left, read, right, where, str(question.passage), weight)


def _trial(
    group: str,
    kind: Kind,
    query: Query,
    found: Sequence[Passage],
    readings: Sequence[Reading],
    right: Callable[[Evidence], bool],
    articles: Sequence[str] | None = None,
    own: str = "",
    weight: float = 1.0,
) -> Iterator[Trial]:
    """One, or none where nothing was found, or where the answer is in spite of what was left out: another passage tells it.
    ``articles``: of ``standings``; ``own``: the id of the passage asked about."""
    rows, answers, said = [], [], dict[int, tuple[float, ...]]()
    for at, item, of in candidates(query, found, readings, standings(found, query.language, articles)):
        rows.append(of)
        answers.append(right(item))
        said.setdefault(at, (*of[: len(READ)], found[at].score))
    if rows and (kind == "answerable" or not any(answers)):
        about = np.array([found[at].article_id == own for at in said])
        yield Trial(group, kind, np.array(rows), np.array(answers), np.array(list(said.values())), about, weight)


def _touches(start: int, end: int, answer: tuple[int, int]) -> bool:
    """Whether a stretch has any word of a gold answer in it: then the sentence around it, which is quoted, answers."""
    return start < answer[1] and answer[0] < end
