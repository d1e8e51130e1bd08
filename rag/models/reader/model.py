"""The bundled reader in use: question and passages -> the spans that may answer, and three scores a passage."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported; see rag/models/embed.py

import torch

from rag.models.reader.adapter import load_adapter
from rag.models.reader.coding import Coded, Coder, head, padded, pair, room, trimmed
from rag.models.reader.network import Network, load_base
from rag.models.reader.spans import best_spans, null_score
from rag.types import Titled

LONGEST = 384  # tokens of question, title and passage together; a longer passage is read in windows
OVERLAP = 96  # tokens that neighbouring windows share, so that an answer at a bound is whole in one of them
BATCH_TOKENS = 8192  # padded tokens read at once


@dataclass(frozen=True, slots=True)
class Span:
    """``passage[start:end]`` may answer. ``score``: its logit above that of "no answer in this passage"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one passage: spans, best first (none for a passage without words), and logits of "the
    passage answers" and "the question is about this passage"; minus infinity for a passage without words."""

    spans: tuple[Span, ...]
    answerable: float
    relevant: float


_NOTHING = Reading((), -np.inf, -np.inf)


class SpanReader:
    """The network with its adapter. Safe to share between threads, which take turns."""

    def __init__(self, network: Network, coder: Coder, device: str = "cpu", dtype: torch.dtype | None = None) -> None:
        if dtype is None:
            fast = device == "cuda" or torch.cpu._is_avx512_bf16_supported()
            dtype = torch.bfloat16 if fast else torch.float32
        self._network = network.lightened(device, dtype)
        self._coder, self._device = coder, device
        self._lock = threading.Lock()

    @classmethod
    def load(cls, base: Path, adapter: Path, device: str = "cpu", dtype: torch.dtype | None = None) -> SpanReader:
        """The decoded model under ``base`` changed by ``adapter``. Raises ModelMissingError, ModelDamagedError."""
        network = load_base(base)
        load_adapter(adapter, network)
        return cls(network, Coder(base), device, dtype)

    def read_pairs(self, pairs: Sequence[tuple[str, Titled]], spans: int = 3) -> list[Reading]:
        """One reading of each question with its passage, in the order given, with up to ``spans`` spans that do not overlap."""
        above = dict.fromkeys(text for question, (title, _) in pairs for text in (question, title))
        ids = {text: coded.ids for text, coded in zip(above, self._coder(list(above)), strict=True)}
        coded = self._coder([text for _, (_, text) in pairs])
        inputs, homes = [], []  # every window with what is read before it, and (pair, first token of the window)
        for number, ((question, (title, _)), passage) in enumerate(zip(pairs, coded, strict=True)):
            before = head(ids[question], ids[title])
            for first, last in _windows(len(passage.ids), room(before, LONGEST)):
                inputs.append((before, passage.ids[first:last]))
                homes.append((number, first))
        found: list[list[Reading]] = [[] for _ in pairs]
        for place, start, end, verdict in self._scores(inputs):
            number, first = homes[place]
            shift, text = first - len(inputs[place][0]), pairs[number][1][1]
            found[number].append(_reading(start, end, verdict, shift, coded[number], text, spans))
        return [_merged(readings, spans) for readings in found]

    def _scores(
        self, inputs: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray, tuple[float, float]]]:
        """(place, start logits, end logits, (answerable, relevant)) of every input, the longest first."""
        order = sorted(range(len(inputs)), key=lambda i: -len(inputs[i][0]) - len(inputs[i][1]))
        at = 0
        while at < len(order):
            longest = len(inputs[order[at]][0]) + len(inputs[order[at]][1]) + 1
            chosen = order[at : at + max(BATCH_TOKENS // longest, 1)]
            at += len(chosen)
            ids, lengths = padded([pair(*inputs[i]) for i in chosen])
            begins = np.array([len(inputs[i][0]) for i in chosen])
            with self._lock, torch.inference_mode():
                scores = self._network(*(torch.from_numpy(a).to(self._device) for a in (ids, lengths, begins)))
            start, end = scores.start.cpu().numpy(), scores.end.cpu().numpy()
            answerable, relevant = scores.answerable.tolist(), scores.relevant.tolist()
            for row, place in enumerate(chosen):
                length = int(lengths[row])
                yield place, start[row, :length], end[row, :length], (answerable[row], relevant[row])


def _windows(tokens: int, room: int) -> Iterator[tuple[int, int]]:
    """Bounds of windows of up to ``room`` tokens that cover ``tokens``, neighbours sharing OVERLAP."""
    first = 0
    while first < tokens:
        yield first, min(first + room, tokens)
        if first + room >= tokens:
            return
        first += room - OVERLAP


def _reading(
    start: np.ndarray, end: np.ndarray, verdict: tuple[float, float], shift: int, coded: Coded, text: str, count: int
) -> Reading:
    """Of one window; ``shift`` is added to a place in the input to get a token of the passage."""
    none = null_score(start, end)
    spans = []
    for found in best_spans(start, end, count):
        first, last = coded.offsets[found.first + shift, 0], coded.offsets[found.last + shift, 1]
        bounds = trimmed(text, int(first), int(last))
        if bounds[0] < bounds[1]:
            spans.append(Span(*bounds, found.score - none))
    return Reading(tuple(spans), *verdict)


def _merged(readings: Sequence[Reading], count: int) -> Reading:
    """A passage's windows as one: the best spans of all, overlapping ones once, and the most hopeful scores."""
    if not readings:
        return _NOTHING
    kept: list[Span] = []
    for span in sorted((s for r in readings for s in r.spans), key=lambda s: -s.score):
        if len(kept) < count and all(span.end <= k.start or k.end <= span.start for k in kept):
            kept.append(span)
    return Reading(tuple(kept), max(r.answerable for r in readings), max(r.relevant for r in readings))
