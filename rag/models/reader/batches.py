"""The order of training: every batch is a function of (seed, epoch, number), so a run continues where it was killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rag.models.reader.coding import Coded, head, padded, pair, room
from rag.models.reader.negatives import Negatives
from rag.models.reader.pool import Asked, Pool

# Times an epoch: German is what is asked, and scarce.
REPEATED = {
    "mlqa-de-de": 6,
    "mlqa-de-en": 6,
    "mlqa-en-de": 6,
    "news": 8,
    "wikipedia": 8,
    "own-de": 8,
    "own-en": 8,
    "plain-de": 12,
    "plain-en": 12,
    "parts-de": 12,
    "parts-en": 12,
    "articles-de": 10,
    "actors-de": 12,
    "actors-en": 12,
    "stories-de": 14,
    "stories-en": 14,
}
# Of the questions so many are also asked about a passage that does not answer them; of those about articles in passages
# all, for there each passage is about the question, and one answers.
NEGATIVES = 0.3
ALWAYS_NEGATIVE = ("articles-de",)
# Of the examples whose passage has a title, so many have it above the passage, for not every text in use has one; all of
# those sources whose questions can't be answered without it.
TITLED = 0.75
ALL_TITLED = ("parts-de", "parts-en", "articles-de")
SORTED = 64  # batches whose examples are sorted by length together: less padding, still mixed
LONGEST = 320  # tokens; of a longer passage a stretch with the answer is read
_NO_TITLE = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Example:
    """One question and the stretch of a passage, from token ``first`` to before token ``last``, that is read for it.

    ``titled``: whether the passage's title is read above it. ``span``: first and last token of the answer in the stretch,
    or None. ``relevant``: whether the question was asked about this passage (SQuAD 2.0 has such questions that the passage
    does not answer).
    """

    question: int
    passage: int
    titled: bool
    first: int
    last: int
    span: tuple[int, int] | None
    relevant: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of a step, as ``Network.forward`` takes them, and the targets; no answer is the span (0, 0)."""

    ids: Tensor
    lengths: Tensor
    passages: Tensor
    starts: Tensor
    ends: Tensor
    relevant: Tensor

    @property
    def answerable(self) -> Tensor:
        return (self.starts > 0).float()

    def dealt(self, shares: int) -> list[Batch]:
        """The batch in up to ``shares`` batches, each with its part of every length."""
        shares = max(min(shares, len(self.lengths)), 1)
        return [Batch(*(getattr(self, name)[i::shares] for name in Batch.__slots__)) for i in range(shares)]

    def to(self, device: str) -> Batch:
        return Batch(*(getattr(self, name).to(device, non_blocking=True) for name in Batch.__slots__))


class Batches:
    """All batches of training in order, from any place."""

    def __init__(
        self, pool: Pool, questions: Sequence[Coded], passages: Sequence[Coded], titles: Sequence[Coded],
        size: int = 32, seed: int = 0, longest: int = LONGEST,
    ) -> None:  # fmt: skip
        """``questions``: the coded ``pool.train`` questions; ``passages``, ``titles``: all of the pool's, coded."""
        self._pool, self._questions, self._passages, self._titles = pool, questions, passages, titles
        self._size, self._seed, self._longest = size, seed, longest
        self._negatives = Negatives(pool)

    def epoch(self, number: int) -> list[list[Example]]:
        """Every question once or as often as REPEATED says, shuffled, in batches of similar length."""
        rng = np.random.default_rng([self._seed, number])
        examples = []
        for question, asked in enumerate(self._pool.train):
            share = 1.0 if asked.source in ALWAYS_NEGATIVE else NEGATIVES
            for _ in range(REPEATED.get(asked.source, 1)):
                examples.append(self._own(question, asked, rng))
                if rng.random() < share and (other := self._negatives.draw(asked, rng)) is not None:
                    examples.append(self._cut(question, other, None, False, rng))
        order = rng.permutation(len(examples))
        batches = []
        for at in range(0, len(order), SORTED * self._size):
            chunk = sorted(order[at : at + SORTED * self._size], key=lambda i: self._length(examples[i]))
            batches += [[examples[i] for i in chunk[j : j + self._size]] for j in range(0, len(chunk), self._size)]
        return [batches[i] for i in rng.permutation(len(batches))]

    def start_from(self, epoch: int, number: int) -> Iterator[tuple[int, int, Batch]]:
        """Endless: batches with the place (epoch, number) of the one after each."""
        while True:
            batches = self.epoch(epoch)
            for place in range(number, len(batches)):
                following = (epoch, place + 1) if place + 1 < len(batches) else (epoch + 1, 0)
                yield *following, self.tensors(batches[place])
            epoch, number = epoch + 1, 0

    def tensors(self, examples: Sequence[Example]) -> Batch:
        heads = [self._head(e.question, e.passage, e.titled) for e in examples]
        inputs = [
            pair(h, self._passages[e.passage].ids[e.first : e.last]) for h, e in zip(heads, examples, strict=True)
        ]
        ids, lengths = padded(inputs)
        begins = np.array([len(h) for h in heads])
        spans = np.array([(0, 0) if e.span is None else e.span for e in examples])
        answered = np.array([e.span is not None for e in examples])
        starts, ends = np.where(answered[:, None], spans + begins[:, None], 0).T
        relevant = np.array([e.relevant for e in examples], np.float32)
        return Batch(
            *(torch.from_numpy(np.ascontiguousarray(a)) for a in (ids, lengths, begins, starts, ends, relevant))
        )

    def _own(self, question: int, asked: Asked, rng: np.random.Generator) -> Example:
        best = asked.best
        span = None if best is None else self._passages[asked.passage].tokens_of(*best)
        return self._cut(question, asked.passage, span, True, rng)

    def _cut(
        self, question: int, passage: int, span: tuple[int, int] | None, relevant: bool, rng: np.random.Generator
    ) -> Example:
        share = 1.0 if self._pool.articles[passage].startswith(ALL_TITLED) else TITLED
        titled = len(self._titles[passage].ids) > 0 and bool(rng.random() < share)
        most = room(self._head(question, passage, titled), self._longest)
        total = len(self._passages[passage].ids)
        low, high = 0, max(total - most, 0)  # where the stretch may begin
        if span is not None:
            low, high = max(span[1] + 1 - most, 0), min(span[0], high)
        first = int(rng.integers(low, high + 1)) if low <= high else span[0] if span else 0
        last = min(first + most, total)
        within = None if span is None else (span[0] - first, min(span[1], last - 1) - first)
        return Example(question, passage, titled, first, last, within, relevant)

    def _head(self, question: int, passage: int, titled: bool) -> np.ndarray:
        return head(self._questions[question].ids, self._titles[passage].ids if titled else _NO_TITLE)

    def _length(self, example: Example) -> int:
        return example.last - example.first + len(self._head(example.question, example.passage, example.titled))
