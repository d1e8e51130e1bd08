"""Passages -> Evidence: which sentence answers the question, and how sure that is.

``Reader`` is the door: the default ``SentenceReader`` picks whole sentences by two small logistic models over the
features of ``features.py``, fitted by ``fit.py``; a trained span reader will come in by the same door.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.models.embed import Embedder
from rag.models.features import ANSWER_FEATURES, SENTENCE_FEATURES, SentenceFeatures, sentences_of
from rag.retrieve import Query
from rag.types import Evidence, Passage

WEIGHTS = Path(__file__).parent / "sentences.json"


class Reader(Protocol):
    """Anything that finds answers in passages."""

    threshold: float  # below this confidence an answer should not be given

    def read(self, query: Query, passages: Sequence[Passage]) -> list[Evidence]:
        """Stretches that may answer, best first, with calibrated confidence; empty when there is nothing to read."""
        ...


class SentenceReader:
    """Whole sentences: one model ranks them, the other says how likely the best of them answers."""

    def __init__(self, embedder: Embedder, weights: Path = WEIGHTS) -> None:
        self._features = SentenceFeatures(embedder)
        self._weights = _load(weights)
        self.threshold = float(self._weights["threshold"])

    def read(self, query: Query, passages: Sequence[Passage]) -> list[Evidence]:
        candidates = sentences_of(passages)
        if not candidates:
            return []
        features = self._features.of_sentences(query, passages, candidates)
        scores = features @ self._weights["sentence"]
        logit = self._features.of_answer(query, candidates, features, scores) @ self._weights["answer"]
        confidence = 1 / (1 + np.exp(-(logit + self._weights["bias"])))
        order = np.argsort(-scores, kind="stable")
        # Lesser sentences keep the share of belief that the softmax gives them beside the best one.
        share = np.exp(scores - scores[order[0]])
        return [_evidence(candidates[i], float(confidence * share[i])) for i in order]


def _evidence(candidate: tuple[Passage, int, int], confidence: float) -> Evidence:
    passage, start, end = candidate
    return Evidence(passage, start, end, passage.text[start - passage.start : end - passage.start], confidence)


@cache
def _load(path: Path) -> dict[str, np.ndarray]:
    loaded = json.loads(path.read_text("utf-8"))
    if loaded["sentence features"] != list(SENTENCE_FEATURES) or loaded["answer features"] != list(ANSWER_FEATURES):
        raise ValueError(f"{path} was fitted for other features; run python -m rag.models.fit")
    return {
        "sentence": np.array(loaded["sentence weights"]),
        "answer": np.array(loaded["answer weights"]),
        "threshold": np.array(loaded["threshold"]),
        "bias": np.array(loaded["answer bias"]),
    }
