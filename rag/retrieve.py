"""Question -> Passages: dense and lexical search, fused so that each counts by what it knows.

Dense: cosine similarity as a z-score against the question's similarity to a sample of the whole index, so that models
with narrow and wide ranges of cosines weigh the same. Lexical: BM25 and the share of the question's idf mass that the
chunk contains, both on absolute scales from 0 to 1. Words the index does not know count with the highest idf, so a
question in another language, of which only names match, hardly moves the dense order; fusing ranks (RRF) or relative
scores would let the lexical side vote even when it knows nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from corpus.dates import NewsDate
from corpus.language import question_language
from rag import german, when
from rag.filters import spelled
from rag.index import Index
from rag.lexical import CEILING, Matches
from rag.lexicon import Lexicon, with_spellings
from rag.models.rerank import Reranker, reranked, reranker_of
from rag.rows import Filter, StoredChunk
from rag.store import Store
from rag.stories import also_in
from rag.timely import Wanted
from rag.types import Passage, QuestionTime

# Fitted on the MLQA development questions (512 German, 512 English, over German passages): nDCG@10 is flat around these.
COVERAGE_WEIGHT = 3.0
BM25_WEIGHT = 1.0
PART_COVERAGE = 0.5  # of a word's share, where only a part of a compound, or the parts of a compound, match
BACKGROUND = 256  # chunks sampled to learn what similarity means nothing


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed question: its vector, its content words (each a tuple of possible tokens) and their idf."""

    text: str
    language: str
    vector: np.ndarray
    groups: tuple[tuple[str, ...], ...]
    idf: tuple[float, ...]
    parts: tuple[tuple[str, ...], ...] = ()  # of each word that is a compound, its parts; () for the others

    def coverage(self, tokens: Collection[str], parts: Collection[str] | None = None) -> float:
        """Share of the question's idf mass found among ``tokens``, 0..1.

        With the ``parts`` of the compounds there, a word that is one of them counts less, and so does a compound of
        which but parts are there.
        """
        total, tokens = sum(self.idf), frozenset(tokens)
        matched = 0.0
        for i, (group, idf) in enumerate(zip(self.groups, self.idf, strict=True)):
            if not tokens.isdisjoint(group):
                matched += idf
            elif parts is None:
                continue
            elif any(token in parts for token in group):
                matched += PART_COVERAGE * idf
            elif own := self.parts[i] if self.parts else ():
                matched += PART_COVERAGE * idf * sum(part in tokens or part in parts for part in own) / len(own)
        return matched / total if total else 0.0

    def matches(self, store: Store) -> Matches:
        """What the lexical index says of the question: any token of any word, any part of any compound."""
        return Matches(store, chain.from_iterable(self.groups), chain.from_iterable(self.parts))


class Retriever(BaseRetriever):
    """Hybrid search over an index, as a llama-index retriever."""

    def __init__(self, index: Index, lexicon: Lexicon | None = None, reranker: Reranker | None = None) -> None:
        """``lexicon``: what is known of words, where that is not the index's own. ``reranker``: reads the passages
        found beside the question; without one the model that the settings name, if any, loaded now. Raises
        ModelMissingError, ModelDamagedError."""
        super().__init__()
        self.index = index
        self.reranker = reranker or reranker_of(index.settings)
        self._background: tuple[int, np.ndarray] | None = None
        self.lexicon = lexicon or Lexicon(index.store)

    def query(self, question: str) -> Query:
        """Embeds and analyses a question."""
        return self.queries([question])[0]

    def queries(self, questions: Sequence[str]) -> list[Query]:
        """Like ``query``, of many questions, embedded together: two to three times as fast."""
        vectors = self.index.embedder.questions(questions)
        return [self.analysed(question, vector) for question, vector in zip(questions, vectors, strict=True)]

    def analysed(self, question: str, vector: np.ndarray) -> Query:
        """A question analysed, with the vector it has got."""
        store = self.index.store
        languages = store.languages()
        own = question_language(question, default=languages[0] if languages else "de")
        read_as = list(dict.fromkeys([own, *languages[:4]]))
        groups = german.analyse_question(question, read_as)
        groups = with_spellings(question, groups, read_as, self.lexicon)
        total = store.counts()[1]
        frequencies = [sum(store.document_frequency(token) for token in group) for group in groups]
        return Query(
            text=question,
            language=own,
            vector=vector,
            groups=tuple(groups),
            idf=tuple(_idf(total, frequency) for frequency in frequencies),
            parts=tuple(self._parts(group) for group in groups) if "de" in read_as else (),
        )

    def _parts(self, group: Sequence[str]) -> tuple[str, ...]:
        found = (part for token in group for part in self.lexicon.parts(token))
        return tuple(part for part in dict.fromkeys(found) if part not in group)

    def passages(
        self,
        question: str | Query,
        as_of: dt.date | None = None,
        top_k: int | None = None,
        fusion: str | None = None,
        *,
        within: Collection[str] | None = None,
        only: Filter | None = None,
        time: when.Given = None,
        rerank: bool = True,
    ) -> list[Passage]:
        """The best passages, best first. ``as_of`` leaves out what was published later, ``within`` all articles but these.

        ``only`` states further conditions; ``as_of`` and ``within`` take the place of its own. What the question says
        of time is a preference: chunks of that time come first, others are not left out. ``time`` overrides it: False
        for none, (first day, last day) or a ``QuestionTime``. ``fusion`` ("hybrid", "dense", "lexical") and ``top_k``
        override the settings; either search alone pays no heed to time and is not reranked, nor is anything without
        ``rerank``, nor a question in a language that the reranker does not know. Raises FilterValueError.
        """
        query = question if isinstance(question, Query) else self.query(question)
        settings, only = self.index.settings, self._only(only, as_of, within)
        fusion, top_k = fusion or settings.fusion, top_k or settings.top_k
        limit = max(settings.candidates, top_k)
        asked = self.time_of(query, only.as_of, time) if fusion == "hybrid" else None
        matches = query.matches(self.index.store)
        dense = dict(self.index.nearest(query.vector, limit, only)) if fusion != "lexical" else {}
        ids = [*dense, *(matches.best(limit, only) if fusion != "dense" else ())]
        wanted = Wanted(asked, only.as_of or self._newest() or dt.date.today()) if asked else None
        if wanted:
            near = wanted.near(only)
            dense |= self.index.nearest(query.vector, limit, near)
            ids = [*dense, *ids, *matches.best(limit, near)]
            ids += matches.best(limit, only, tokens) if (tokens := wanted.tokens()) else ()
        chunks = self.index.store.chunks(dict.fromkeys(ids))
        ids = [chunk for chunk in dict.fromkeys(ids) if chunk in chunks]  # the vectors may be a step behind the store
        unseen = [chunk for chunk in ids if chunk not in dense]
        dense |= {chunk: float(one @ query.vector) for chunk, _, one in self.index.store.vectors(unseen)}
        lexical = matches.scores(ids)
        scores = self._scores(query, ids, dense, lexical, matches, fusion)
        bonus = np.array([wanted.bonus(chunks[chunk]) for chunk in ids]) if wanted else np.zeros(len(ids))
        searched = scores + bonus
        reranker = self.reranker if rerank and fusion == "hybrid" else None
        if reranker and (reranker.languages is None or query.language in reranker.languages):
            first = np.argsort(-searched, kind="stable").tolist()
            texts = [(chunks[i].title or "", chunks[i].text) for i in ids]
            scores = reranked(scores, first, texts, query.text, reranker, settings.rerank_seconds)
        scores = scores + bonus
        order = [int(i) for i in np.argsort(-scores, kind="stable")]
        told = self._one_teller([chunks[ids[i]] for i in order])
        best = [i for i in order if told[chunks[ids[i]].story][0] == chunks[ids[i]].article_id][:top_k]
        return [self._passage(chunks[ids[i]], float(scores[i]), float(searched[i]), dense, lexical, told) for i in best]

    def time_of(self, query: Query, as_of: dt.date | None = None, time: when.Given = None) -> QuestionTime | None:
        """What the question, asked on ``as_of`` (today), says of time, or ``time`` in its place; None for nothing."""
        if time is False or isinstance(time, QuestionTime):
            return time or None
        if time is not None:
            return when.given(*time)
        language = query.language if query.language in ("de", "en") else None
        return when.read(query.text, language, as_of or dt.date.today(), None if as_of else self._newest())

    def _newest(self) -> dt.date | None:
        """The last day that the newest article may be of."""
        newest = self.index.store.newest()
        date = NewsDate.parse(newest) if newest else None
        return date.last if date else None

    def _only(self, only: Filter | None, as_of: dt.date | None, within: Collection[str] | None) -> Filter:
        only = spelled(self.index.store, only) if only else Filter()
        return replace(only, as_of=as_of or only.as_of, within=only.within if within is None else within)

    def _one_teller(self, ranked: Sequence[StoredChunk]) -> dict[int, tuple[str, tuple[str, ...]]]:
        """For each story the article that tells it here, the one with the best chunk, and the other outlets that do.

        Wire copies are one piece of evidence; which copy speaks depends on the question, for copies are cut differently.
        """
        tellers: dict[int, str] = {}
        for chunk in ranked:
            tellers.setdefault(chunk.story, chunk.article_id)
        members = also_in(self.index.store.db, tellers)
        told = {}
        for story, teller in tellers.items():
            others = (outlet for article_id, outlet in members.get(story, ()) if article_id != teller)
            told[story] = (teller, tuple(dict.fromkeys(others)))
        return told

    def _scores(
        self,
        query: Query,
        ids: Sequence[int],
        dense: dict[int, float],
        lexical: dict[int, float],
        matches: Matches,
        fusion: str,
    ) -> np.ndarray:
        if not ids:
            return np.zeros(0)
        # Either search alone scores as it would at best in the sum: the reader weighs how far apart passages are.
        bm25 = np.array([lexical.get(chunk, 0.0) for chunk in ids])
        relative_bm25 = np.sqrt(np.maximum(bm25, 0) / (CEILING * max(sum(query.idf), 1e-9)))
        if fusion == "lexical":
            return (COVERAGE_WEIGHT + BM25_WEIGHT) * relative_bm25
        background = self._sample() @ query.vector
        z = (np.array([dense[chunk] for chunk in ids]) - background.mean()) / max(float(background.std()), 0.01)
        if fusion == "dense":
            return z
        tokens = matches.tokens(ids)
        coverage = np.array([query.coverage(*tokens[chunk]) for chunk in ids])
        return z + COVERAGE_WEIGHT * coverage + BM25_WEIGHT * relative_bm25

    def _sample(self) -> np.ndarray:
        """Vectors of up to BACKGROUND chunks spread evenly over the index, kept until the index changes."""
        store = self.index.store
        revision = store.revision
        if self._background is None or self._background[0] != revision:
            self._background = (revision, store.sample_vectors(BACKGROUND))
        return self._background[1]

    def _passage(
        self,
        chunk: StoredChunk,
        score: float,
        searched: float,
        dense: dict[int, float],
        lexical: dict[int, float],
        told: dict[int, tuple[str, tuple[str, ...]]],
    ) -> Passage:
        return Passage(
            chunk_id=chunk.id,
            article_id=chunk.article_id,
            title=chunk.title,
            source=chunk.source,
            published=chunk.published,
            url=chunk.url,
            language=chunk.language,
            text=chunk.text,
            start=chunk.start,
            end=chunk.end,
            score=score,
            dense=dense.get(chunk.id, 0.0),
            lexical=lexical.get(chunk.id, 0.0),
            dates=chunk.dates,
            also_in=told[chunk.story][1],
            search=searched,
        )

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [NodeWithScore(node=to_node(p), score=p.score) for p in self.passages(query_bundle.query_str)]


def to_node(passage: Passage) -> TextNode:
    """A passage as llama-index's node: offsets in the article, and the metadata a prompt may show."""
    shown = {"title": passage.title, "source": passage.source, "published": passage.published, "url": passage.url}
    return TextNode(
        id_=str(passage.chunk_id),
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={"article_id": passage.article_id} | {key: value for key, value in shown.items() if value},
    )


def _idf(total: int, frequency: int) -> float:
    """Robertson and Sparck Jones's idf in the form that stays positive."""
    frequency = min(frequency, total)
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
