"""Measures of a whole run: how well its confidence tells what to answer (AUROC) and what it gets right (AURC)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evals.measure import loss
from evals.metrics.abstention import coverage_risk, weighted_aurc, weighted_auroc
from evals.metrics.registry import CURVES
from evals.statistics import (
    RESAMPLES,
    Alternative,
    Difference,
    Interval,
    compare_statistics,
    statistic_interval,
)

if TYPE_CHECKING:
    from evals.results import Result

PERMUTATIONS = 1999  # fewer than of means: each sorts and sums anew
Area = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
_AREAS: dict[str, Area] = {"AUROC": weighted_auroc, "AURC": weighted_aurc}


@dataclass(frozen=True, slots=True)
class Curve:
    """The questions a curve is drawn from: their confidence, and what it should tell (answerable, or the loss)."""

    name: str
    confidence: np.ndarray
    truth: np.ndarray

    @property
    def counted(self) -> int:
        return len(self.truth)

    @property
    def value(self) -> float | None:
        """The area under it; None without questions, for AUROC also without both kinds."""
        if not self.counted:
            return None
        value = float(self.of(np.ones((1, self.counted)))[0])
        return None if math.isnan(value) else value

    @property
    def interval(self) -> Interval | None:
        """The 95 % bootstrap interval of the value."""
        return None if self.value is None else statistic_interval(self.of, self.counted, RESAMPLES)

    @property
    def points(self) -> list[tuple[float, float]]:
        """(coverage, risk) from the highest confidence down: of the AURC curve; empty for the other."""
        return coverage_risk(self.confidence, self.truth) if self.name == "AURC" else []

    def of(self, weights: np.ndarray) -> np.ndarray:
        """The area for each row of weights, shape (rows, questions)."""
        return _AREAS[self.name](self.confidence, self.truth, weights)


def curves(results: Sequence[Result]) -> dict[str, Curve]:
    """The curves of ``CURVES``. A crashed question counts as the worst: sure of the wrong thing, unsure of the right."""
    told = [r for r in results if r.values["hallucination"] is not None or r.values["error"] is not None]
    judged = [(r, lost) for r in results if (lost := loss(r.values)) is not None]
    found = {
        "AUROC": Curve(
            "AUROC",
            np.array([_confidence(r, -math.inf if r.case.answerable else math.inf) for r in told], dtype=float),
            np.array([float(bool(r.case.answerable)) for r in told]),
        ),
        "AURC": Curve(
            "AURC",
            np.array([_confidence(r, math.inf) for r, _ in judged], dtype=float),
            np.array([1.0 if r.error is not None else lost for r, lost in judged]),
        ),
    }
    assert found.keys() == CURVES.keys()
    return found


def compare_curves(
    a: Curve, b: Curve, alternative: Alternative = "two-sided", permutations: int = PERMUTATIONS
) -> Difference | None:
    """Run B's curve against A's over the same questions in the same order; None when one of them has no value.

    Confidences are exchanged as ranks within their run, so that two scales of confidence do not matter.
    """
    if a.value is None or b.value is None:
        return None
    in_a, in_b = _ranks(a.confidence), _ranks(b.confidence)
    if np.array_equal(in_a, in_b) and np.array_equal(a.truth, b.truth):
        return Difference(0.0, 0.0, 0.0, 1.0, a.counted)  # what all the exchanges would say
    pooled = Curve(a.name, np.concatenate([in_a, in_b]), np.concatenate([a.truth, b.truth]))
    return compare_statistics(a.of, b.of, pooled.of, a.counted, alternative, permutations)


def _confidence(result: Result, crashed: float) -> float:
    return crashed if result.confidence is None else result.confidence


def _ranks(scores: np.ndarray) -> np.ndarray:
    """The position of each score in ascending order, equal ones sharing their middle."""
    _, which, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + last - 1) / 2)[which]
