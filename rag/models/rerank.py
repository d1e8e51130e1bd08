"""Passages read beside the question, in the order of the search, for as long as there is time.

``BELEGT_RERANK_MODEL`` names who reads: "bundled", the reader that also finds the answers; a folder or a hub id of any
sentence-transformers ``CrossEncoder``; "none".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from rag.errors import ModelMissingError
from rag.index import embedded_text
from rag.models.source import device, find
from rag.settings import Settings
from rag.types import Titled

AT_ONCE = 8  # texts between two looks at the clock
MOST = 24  # texts read at most, however much time there is


class Reranker(Protocol):
    """Anything that can say how well texts fit a question."""

    adds: bool  # whether its scores are added to the search's; if not, they take their place

    @property
    def languages(self) -> frozenset[str] | None:
        """Of questions that it may rank passages for; None: of any."""
        ...

    def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
        """A score for each text, on any scale, more for a better fit; where they are added, NaN for one with nothing to read."""
        ...


def reranker_of(settings: Settings) -> Reranker | None:
    """The reranker that the settings name. Raises ModelMissingError, ModelDamagedError."""
    if settings.rerank_model == "none":
        return None
    if settings.rerank_model == "bundled":
        from rag.models.reader.evidence import BundledReader

        return BundledReader.load(settings)
    return CrossEncoderReranker(settings)


class CrossEncoderReranker:
    """The cross-encoder that the settings name. Safe to share between threads."""

    adds = False
    languages = None

    def __init__(self, settings: Settings) -> None:
        """Loads it, for no question's time should go by loading. Raises ModelMissingError."""
        wanted = settings.rerank_model
        self._lock = threading.Lock()
        self._model = find(wanted, "BELEGT_RERANK_MODEL", _load)
        if self._model.num_labels != 1:
            raise ModelMissingError(
                model=wanted,
                detail=f"{self._model.num_labels} labels",
                fix="BELEGT_RERANK_MODEL must give one score for a question and a text.",
                fix_de="BELEGT_RERANK_MODEL muss je Frage und Text eine einzige Zahl geben.",
            )

    def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
        """Logits, one for each text, read under its title."""
        import torch

        with self._lock:
            found = self._model.predict(
                [(question, embedded_text(title, text)) for title, text in texts],
                batch_size=AT_ONCE,
                show_progress_bar=False,
                activation_fn=torch.nn.Identity(),  # a sigmoid would make all very good ones equal
            )
        return np.asarray(found, dtype=np.float64)


def _load(source: str, local: bool) -> Any:
    from sentence_transformers import CrossEncoder

    return CrossEncoder(source, device=device(), local_files_only=local)


def reranked(
    scores: np.ndarray, order: Sequence[int], texts: Sequence[Titled], question: str, reranker: Reranker, seconds: float
) -> np.ndarray:
    """``scores`` with those of the texts that were read within ``seconds`` changed by what the reranker says of them.

    Texts are read in ``order``, AT_ONCE at least and MOST at most. What is added to them is added at its median to those that
    were not reached or have nothing to read: where nothing that was read fits, a text is no better for not having been read.
    Scores that take the place of the search's are brought to the mean and the spread that those of the same texts had, so that
    whatever is weighed against them keeps its weight: the time a question asks for, the texts that were not reached.
    """
    read: list[int] = []
    found: list[float] = []
    ends = time.perf_counter() + seconds
    for at in range(0, min(len(order), MOST), AT_ONCE):
        part = list(order[at : at + AT_ONCE])
        found += reranker.scores(question, [texts[i] for i in part]).tolist()
        read += part
        if time.perf_counter() >= ends:
            break
    new, values = scores.astype(np.float64), np.array(found)
    if reranker.adds and read:
        told = ~np.isnan(values)
        added = np.full(len(new), np.median(values[told]) if told.any() else 0.0)
        added[np.array(read)[told]] = values[told]
        new += added
    elif len(read) > 1 and values.std() > 0:
        new[read] = scores[read].mean() + scores[read].std() * (values - values.mean()) / values.std()
    return new
