"""Whether a system knows when to be silent: by what it refused, and by how well its confidence tells good from bad."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Numbers = Sequence[float] | np.ndarray


def hallucination(answerable: bool | None, answered: bool) -> float | None:
    """1 when an unanswerable question was answered; None for others. Its mean is NoMIRACL's hallucination rate
    (Thakur et al. 2024). Lower is better."""
    return float(answered) if answerable is False else None


def error(answerable: bool | None, answered: bool) -> float | None:
    """1 when an answerable question was refused; None for others. Its mean is NoMIRACL's error rate (Thakur et al.
    2024). Lower is better."""
    return float(not answered) if answerable is True else None


def coverage_risk(confidence: Numbers, loss: Numbers) -> list[tuple[float, float]]:
    """(coverage, risk) for every threshold on the confidence, highest first (El-Yaniv and Wiener 2010).

    Coverage is the share of questions at or above the threshold, risk their mean loss. Equal confidences make one point.
    """
    scores, losses = np.asarray(confidence, dtype=float), np.asarray(loss, dtype=float)
    order, starts = _levels(-scores)
    if not len(order):
        return []
    counts = np.cumsum(np.diff([*starts, len(order)]))
    lost = np.cumsum(np.add.reduceat(losses[order], starts))
    return [(float(c / len(order)), float(s / c)) for c, s in zip(counts, lost, strict=True)]


def aurc(confidence: Numbers, loss: Numbers) -> float | None:
    """The area under the coverage-risk curve: the mean risk over the coverages 1/n, 2/n .. 1 (Geifman et al. 2019).

    Among equal confidences the expectation over their orders. Lower is better; None without questions.
    """
    value = float(weighted_aurc(confidence, loss, np.ones((1, len(loss))))[0]) if len(loss) else float("nan")
    return None if np.isnan(value) else value


def auroc(confidence: Numbers, positive: Numbers) -> float | None:
    """How likely a positive has more confidence than a negative, equal ones half (Hanley and McNeil 1982).

    For abstention answerable questions are positive: 1 tells all of them from the unanswerable ones, .5 is a guess.
    None unless there are both.
    """
    value = float(weighted_auroc(confidence, positive, np.ones((1, len(positive))))[0]) if len(positive) else np.nan
    return None if np.isnan(value) else float(value)


def weighted_auroc(confidence: Numbers, positive: Numbers, weights: np.ndarray) -> np.ndarray:
    """``auroc`` once for each row of ``weights``, shape (rows, n), which says how often each question counts; NaN where a
    row has no positive or no negative."""
    order, starts = _levels(np.asarray(confidence, dtype=float))
    truth = np.asarray(positive, dtype=float)[order]
    weights = weights[:, order]
    above = np.add.reduceat(weights * truth, starts, axis=1)
    below = np.add.reduceat(weights * (1 - truth), starts, axis=1)
    lower = np.cumsum(below, axis=1) - below
    pairs = above.sum(axis=1) * below.sum(axis=1)
    wins = (above * (lower + below / 2)).sum(axis=1)
    return np.divide(wins, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def weighted_aurc(confidence: Numbers, loss: Numbers, weights: np.ndarray) -> np.ndarray:
    """``aurc`` once for each row of ``weights``, shape (rows, n), whole numbers; NaN where a row counts nothing.

    Where m equally confident questions with mean loss r follow n others with the total loss s, the risk after the j-th
    of them is (s + j r) / (n + j), and these add up to m r + (s - n r) (H(n + m) - H(n)) with harmonic numbers H.
    """
    order, starts = _levels(-np.asarray(confidence, dtype=float))
    weights = weights[:, order]
    counts = np.add.reduceat(weights, starts, axis=1)
    losses = np.add.reduceat(weights * np.asarray(loss, dtype=float)[order], starts, axis=1)
    rate = np.divide(losses, counts, out=np.zeros(losses.shape), where=counts > 0)
    upto = np.cumsum(counts, axis=1)
    before = upto - counts
    lost = np.cumsum(losses, axis=1) - losses
    totals = upto[:, -1]
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, totals.max(initial=0) + 1))])
    spans = harmonic[upto.astype(int)] - harmonic[before.astype(int)]
    areas = (counts * rate + (lost - before * rate) * spans).sum(axis=1)
    return np.divide(areas, totals, out=np.full(len(totals), np.nan), where=totals > 0)


def _levels(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions in ascending order of score, and where in it each distinct score begins."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    return order, np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(order) else order
