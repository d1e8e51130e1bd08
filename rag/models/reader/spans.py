"""Scores -> the best spans of a text, and how sure the reader is that there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LONGEST_ANSWER = 80  # tokens; German answers are long: a limit of 30 costs three points of F1


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens ``first`` to ``last`` of an input and their logit, start and end added."""

    first: int
    last: int
    score: float


def best_spans(start: np.ndarray, end: np.ndarray, count: int = 3, longest: int = LONGEST_ANSWER) -> list[TokenSpan]:
    """The best ``count`` spans that do not overlap, best first; position 0, "no answer", is never one.

    ``start`` and ``end``: logits, shape (tokens,), -inf where no answer may lie. Empty when nothing may.
    """
    tokens = len(start)
    if tokens < 2:
        return []
    sums = start[1:, None] + end[None, 1:]
    sums = np.where(np.triu(np.ones_like(sums, bool)) & ~np.triu(np.ones_like(sums, bool), longest), sums, -np.inf)
    found: list[TokenSpan] = []
    while len(found) < count:
        first, last = divmod(int(sums.argmax()), tokens - 1)
        if not np.isfinite(sums[first, last]):
            break
        found.append(TokenSpan(first + 1, last + 1, float(sums[first, last])))
        sums[: last + 1, first:] = -np.inf  # everything that begins before its end and ends after its beginning
    return found


def null_score(start: np.ndarray, end: np.ndarray) -> float:
    """The logit of "no answer" on the scale of ``TokenSpan.score``."""
    return float(start[0] + end[0])
