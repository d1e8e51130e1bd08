"""Units -> means with 95 % intervals, and whether a system differs from belegt by more than chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from evals.bench.units import ANSWERS, SEARCH, WORDS, Unit
from evals.metrics.abstention import weighted_auroc
from evals.statistics import statistic_interval

# The lower the better: error and hallucination together, which no threshold can hide behind (NoMIRACL, Thakur et al. 2024).
SUM = "hallucination + error"
AUROC = "AUROC"  # of the confidence: answerable questions against unanswerable ones
MEASURES = (*SEARCH, *ANSWERS, SUM, AUROC, WORDS)
PERCENTILES = (50, 95)

Statistic = Callable[[np.ndarray], np.ndarray]  # how often each question counts, (rows, n) -> a value for each row


@dataclass(frozen=True, slots=True)
class Score:
    """A measure of a unit over the ``counted`` questions it applies to.

    ``differs``  whether the 95 % interval of its difference from belegt, over the same resampled questions, excludes 0;
                 None for belegt itself, or when belegt was not measured
    """

    value: float
    low: float
    high: float
    counted: int
    differs: bool | None = None


def scores(unit: Unit, ours: Unit | None = None) -> dict[str, Score]:
    """The measures that apply to the unit, in the order of ``MEASURES``. ``ours`` is belegt's over the same questions."""
    found: dict[str, Score] = {}
    theirs = _statistics(ours) if ours and ours.system != unit.system else {}
    for name, (statistic, counted) in _statistics(unit).items():
        interval = statistic_interval(statistic, unit.questions)
        value = float(statistic(np.ones((1, unit.questions)))[0])
        if interval is None or np.isnan(value):
            continue
        differs = None
        if name in theirs:
            apart = statistic_interval(partial(_difference, statistic, theirs[name][0]), unit.questions)
            differs = apart is not None and (apart[0] > 0 or apart[1] < 0)
        found[name] = Score(value, *interval, counted, differs)
    return found


def latency(seconds: Sequence[float]) -> dict[str, float]:
    """``{"p50", "p95"}`` of seconds; empty without any."""
    return {f"p{p}": round(float(np.percentile(seconds, p)), 4) for p in PERCENTILES} if seconds else {}


def _statistics(unit: Unit) -> dict[str, tuple[Statistic, int]]:
    """Each measure as a function of how often each question counts, and how many questions it is about."""
    columns = {name: np.array(unit.values[name], dtype=float) for name in MEASURES if name in unit.values}
    found: dict[str, tuple[Statistic, int]] = {}
    for name, column in columns.items():
        if counted := int((~np.isnan(column)).sum()):
            found[name] = (partial(_mean, column), counted)
    if {"hallucination", "error"} <= found.keys():
        both = (columns["hallucination"], columns["error"])
        counted = found["hallucination"][1] + found["error"][1]
        found[SUM] = (partial(_sum_of_means, both), counted)
        told = np.array(
            [a is not None and c is not None for a, c in zip(unit.answerable, unit.confidence, strict=True)]
        )
        confidence = np.array(unit.confidence, dtype=float)[told]
        positive = np.array(unit.answerable, dtype=float)[told]
        found[AUROC] = (partial(_auroc, told, confidence, positive), int(told.sum()))
    return found


def _mean(column: np.ndarray, weights: np.ndarray) -> np.ndarray:
    counts = ~np.isnan(column)
    totals = weights @ counts
    return np.divide(weights @ np.where(counts, column, 0), totals, out=np.full(len(totals), np.nan), where=totals > 0)


def _sum_of_means(columns: tuple[np.ndarray, np.ndarray], weights: np.ndarray) -> np.ndarray:
    return _mean(columns[0], weights) + _mean(columns[1], weights)


def _auroc(told: np.ndarray, confidence: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return weighted_auroc(confidence, positive, weights[:, told])


def _difference(one: Statistic, other: Statistic, weights: np.ndarray) -> np.ndarray:
    return one(weights) - other(weights)
