"""Passages -> Evidence: which sentence answers the question, and how sure that is.

``Reader`` is the door: the default ``SentenceReader`` picks whole sentences by a small logistic model over a dozen
features (``sentences.json``, fitted by ``rag/models/fit.py``); a trained span reader will come in by the same door.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from rag import german
from rag.models.embed import Embedder
from rag.models.question import asked_kind, holds
from rag.retrieve import Query
from rag.sentences import sentence_spans
from rag.types import Evidence, Passage

WEIGHTS = Path(__file__).parent / "sentences.json"
# In order; ``fit.py`` and ``SentenceReader`` must agree, so the file names them too.
SENTENCE_FEATURES = (
    "similarity",  # cosine question x sentence
    "context similarity",  # cosine question x (sentence before + sentence)
    "coverage",  # idf share of the question in the sentence
    "context coverage",  # ... in the sentence and its neighbours
    "title coverage",  # ... in the article's title
    "kind held",  # 1 when the sentence holds the kind of thing asked for, -1 when not, 0 when any will do
    "new words",  # share of the sentence's words that the question does not have
    "short",  # 1 for fragments of fewer than five words: subheadings, sign-offs
    "question",  # 1 when the sentence itself asks
    "passage",  # retrieval score below that of the first passage
    "lead",  # 1 for the first sentence of an article
)
# What tells an answerable question from one the articles do not answer; of the best sentence and the best passages.
ANSWER_FEATURES = (
    "similarity",
    "context similarity",
    "coverage",
    "context coverage",
    "passage coverage",
    "best passage similarity",
    "kind held",
    "unknown words",  # idf share of question words that no chunk of the index contains
    "same language",
    "same language x coverage",
    "same language x context coverage",
    "margin",  # sentence score above the mean of all sentences read
)


class Reader(Protocol):
    """Anything that finds answers in passages."""

    def read(self, query: Query, passages: Sequence[Passage]) -> list[Evidence]:
        """Stretches that may answer, best first, with calibrated confidence; empty when there is nothing to read."""
        ...


class SentenceReader:
    """Whole sentences, ranked by a logistic model; confidence from a second one over the best of them."""

    def __init__(self, embedder: Embedder, weights: Path = WEIGHTS) -> None:
        self._embedder = embedder
        self._weights = _load(weights)

    def read(self, query: Query, passages: Sequence[Passage]) -> list[Evidence]:
        candidates = sentences_of(passages)
        if not candidates:
            return []
        features = self.features(query, passages, candidates)
        scores = features @ self._weights["sentence"]
        order = np.argsort(-scores, kind="stable")
        confidence = self._confidence(query, passages, candidates, features, scores)
        best = scores[order[0]]
        evidence = []
        for i in order:
            passage, start, end = candidates[i]
            text = passage.text[start - passage.start : end - passage.start]
            # The share of belief a lesser sentence keeps, relative to the best one.
            sure = float(confidence * np.exp(scores[i] - best))
            evidence.append(Evidence(passage, start, end, text, sure))
        return evidence

    def features(
        self, query: Query, passages: Sequence[Passage], candidates: Sequence[tuple[Passage, int, int]]
    ) -> np.ndarray:
        """Shape (candidates, SENTENCE_FEATURES), float64."""
        texts = [p.text[start - p.start : end - p.start] for p, start, end in candidates]
        same = [i > 0 and candidates[i - 1][0] is candidates[i][0] for i in range(len(candidates))]
        contexts = [f"{texts[i - 1]} {texts[i]}" if same[i] else texts[i] for i in range(len(texts))]
        vectors = self._embedder.passages([*texts, *contexts])
        similar = vectors @ query.vector
        tokens = [set(german.analyse(t, p.language)) for t, (p, _, _) in zip(texts, candidates, strict=True)]
        kind = asked_kind(query.text)
        asked = {token for group in query.groups for token in group}
        rows = []
        for i, (passage, start, _) in enumerate(candidates):
            before = tokens[i - 1] if same[i] else set()
            after = tokens[i + 1] if i + 1 < len(texts) and same[i + 1] else set()
            title = set(german.analyse(passage.title or "", passage.language))
            rows.append(
                (
                    similar[i],
                    similar[len(texts) + i],
                    query.coverage(tokens[i]),
                    query.coverage(tokens[i] | before | after | title),
                    query.coverage(title),
                    0 if kind == "other" else 1 if holds(kind, texts[i]) else -1,
                    len(tokens[i] - asked) / max(len(tokens[i]), 1),
                    len(texts[i].split()) < 5,
                    texts[i].rstrip("“\"' ").endswith("?"),
                    passages[0].score - passage.score,
                    start == 0,
                )
            )
        return np.array(rows, dtype=np.float64)

    def answer_features(
        self,
        query: Query,
        passages: Sequence[Passage],
        candidates: Sequence[tuple[Passage, int, int]],
        features: np.ndarray,
        scores: np.ndarray,
    ) -> np.ndarray:
        """Shape (ANSWER_FEATURES,), of the best sentence."""
        top = int(np.argmax(scores))
        passage = candidates[top][0]
        tokens = set(german.analyse(f"{passage.title or ''} {passage.text}", passage.language))
        similarity, context, coverage, context_coverage = features[top, :4]
        same = float(passage.language == query.language)
        return np.array(
            (
                similarity,
                context,
                coverage,
                context_coverage,
                query.coverage(tokens),
                max(p.dense for p in passages),
                features[top, SENTENCE_FEATURES.index("kind held")],
                query.unknown,
                same,
                same * coverage,
                same * context_coverage,
                scores[top] - scores.mean(),
            )
        )

    def _confidence(
        self,
        query: Query,
        passages: Sequence[Passage],
        candidates: Sequence[tuple[Passage, int, int]],
        features: np.ndarray,
        scores: np.ndarray,
    ) -> float:
        row = self.answer_features(query, passages, candidates, features, scores)
        logit = float(row @ self._weights["answer"] + self._weights["bias"][0])
        return float(1 / (1 + np.exp(-logit)))


def sentences_of(passages: Sequence[Passage]) -> list[tuple[Passage, int, int]]:
    """Every sentence of the passages once, as (passage, start, end) with offsets in the article."""
    seen: set[tuple[str, int]] = set()
    found = []
    for passage in passages:
        for start, end in sentence_spans(passage.text):
            place = (passage.article_id, passage.start + start)
            if place not in seen:
                seen.add(place)
                found.append((passage, passage.start + start, passage.start + end))
    return found


@cache
def _load(path: Path) -> dict[str, np.ndarray]:
    loaded = json.loads(path.read_text("utf-8"))
    if loaded["sentence features"] != list(SENTENCE_FEATURES) or loaded["answer features"] != list(ANSWER_FEATURES):
        raise ValueError(f"{path} was fitted for other features; run python -m rag.models.fit")
    return {
        "sentence": np.array(loaded["sentence weights"]),
        "answer": np.array(loaded["answer weights"]),
        "bias": np.array([loaded["answer bias"]]),
    }
