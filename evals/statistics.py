"""How sure a mean is, and whether two runs over the same questions differ by more than chance.

Everything is seeded: the same numbers give the same intervals and p-values. Matrices have a row for each question; NaN
is a question that does not count. Questions are taken to be independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

RESAMPLES = 1000
PERMUTATIONS = 9999
ENUMERABLE = 13  # differing questions up to which all 2^k exchanges are tried rather than PERMUTATIONS random ones
CHUNK = 4_000_000  # cells of a matrix of weights, to bound memory
LEVEL = (2.5, 97.5)

Alternative = Literal["two-sided", "less", "greater"]
Statistic = Callable[[np.ndarray], np.ndarray]  # weights of the questions, (rows, n) -> a value for each row
Interval = tuple[float, float]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Difference:
    """Run B against run A over ``pairs`` questions: B - A, its 95 % bootstrap interval, and the p-value of no difference."""

    difference: float
    low: float
    high: float
    p: float
    pairs: int


def bootstrap(values: Sequence[float], resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The 95 % percentile interval of the mean over resampled questions (Efron 1979); the same on every call.

    Raises ValueError for no values.
    """
    if not len(values):
        raise ValueError("no values to resample")
    column = np.asarray(values, dtype=float)[:, None]
    ((low, high),) = _mean_intervals(column, resamples, seed)
    return low, high


def intervals(columns: Mapping[str, np.ndarray], resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Interval]:
    """``bootstrap`` of every column over the questions it counts, fast; columns that count none are left out."""
    found: dict[str, Interval] = {}
    for counted, names in _alike({name: ~np.isnan(column) for name, column in columns.items()}):
        matrix = np.column_stack([columns[name][counted] for name in names])
        found |= dict(zip(names, _mean_intervals(matrix, resamples, seed), strict=True))
    return found


def statistic_interval(statistic: Statistic, n: int, resamples: int = RESAMPLES, seed: int = 0) -> Interval | None:
    """The 95 % percentile interval of any statistic of ``n`` questions; None when no resample has a value."""
    return _percentiles(np.concatenate([statistic(weights) for weights in _resampled(n, resamples, seed)]))


def compare_means(
    a: Mapping[str, np.ndarray],
    b: Mapping[str, np.ndarray],
    binary: Collection[str] = (),
    alternative: Mapping[str, Alternative] | None = None,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> dict[str, Difference]:
    """A test for each column of both runs, over the questions that count in both; columns without any are left out.

    Columns in ``binary`` by McNemar's exact test, the others by ``permutation_tests``. ``alternative`` says for a column
    that only B below A ("less") or above it ("greater") is of interest; "two-sided" otherwise.
    """
    asked = alternative or {}
    found: dict[str, Difference] = {}
    for both, names in _alike({name: ~np.isnan(a[name]) & ~np.isnan(b[name]) for name in a if name in b}):
        apart = np.column_stack([b[name][both] - a[name][both] for name in names])
        sides = [asked.get(name, "two-sided") for name in names]
        shuffled = [i for i, name in enumerate(names) if name not in binary]
        p = dict(zip(shuffled, permutation_tests(apart[:, shuffled], [sides[i] for i in shuffled], permutations, seed),
                     strict=True))  # fmt: skip
        for i, (name, (low, high)) in enumerate(zip(names, _mean_intervals(apart, RESAMPLES, seed), strict=True)):
            won, lost = int((apart[:, i] > 0).sum()), int((apart[:, i] < 0).sum())
            chance = p[i] if i in p else mcnemar(won, lost, sides[i])
            found[name] = Difference(float(apart[:, i].mean()), low, high, chance, len(apart))
    return found


def compare_statistics(
    a: Statistic, b: Statistic, pooled: Statistic, n: int, alternative: Alternative = "two-sided",
    permutations: int = PERMUTATIONS, seed: int = 0,
) -> Difference | None:  # fmt: skip
    """A test of any statistic of ``n`` questions; None when it has no value.

    ``pooled`` computes it over 2n answers, A's then B's. Under the null hypothesis it does not matter which run gave
    which of a question's two answers, so both are exchanged at random (paired randomisation, Noreen 1989).
    """
    ones = np.ones((1, n))
    observed = float((b(ones) - a(ones))[0])
    if math.isnan(observed):
        return None
    resampled = np.concatenate([b(weights) - a(weights) for weights in _resampled(n, RESAMPLES, seed)])
    drawn = []
    for kept in _coins(n, permutations, seed):
        theirs = np.hstack([kept, 1 - kept])
        drawn.append(pooled(1 - theirs) - pooled(theirs))
    p = _share_as_far(np.concatenate(drawn)[:, None], np.array([observed]), [alternative], exact=False)[0]
    low, high = _percentiles(resampled) or (observed, observed)
    return Difference(observed, low, high, p, n)


def permutation_tests(
    differences: np.ndarray, alternatives: Sequence[Alternative], permutations: int = PERMUTATIONS, seed: int = 0
) -> list[float]:
    """p-values of paired randomisation tests on the means of the columns (Fisher 1935; for retrieval Smucker et al. 2007).

    The two runs' values of a question are exchanged at random, which turns the sign of its difference. All exchanges
    are tried for few differing questions, else random ones, the observed one counted (Phipson and Smyth 2010).
    """
    if not differences.shape[1]:
        return []
    apart = differences[(differences != 0).any(axis=1)]
    observed = apart.sum(axis=0)
    exact = len(apart) <= ENUMERABLE
    if exact:
        patterns = np.arange(2 ** len(apart))[:, None] >> np.arange(len(apart)) & 1
        drawn = (1.0 - 2.0 * patterns) @ apart
    else:
        drawn = np.concatenate([(1 - 2 * coins) @ apart for coins in _coins(len(apart), permutations, seed)])
    return _share_as_far(drawn, observed, alternatives, exact)


def mcnemar(won: int, lost: int, alternative: Alternative = "two-sided") -> float:
    """McNemar's exact test (1947): ``won`` questions right in B alone, ``lost`` right in A alone; a fair coin's chance of
    as uneven a split."""
    total = won + lost

    def at_most(k: int) -> float:
        return sum(math.comb(total, i) for i in range(k + 1)) / 2**total

    if alternative == "two-sided":
        return min(1.0, 2 * at_most(min(won, lost)))
    return at_most(won if alternative == "less" else lost)


def holm(p_values: Mapping[Key, float]) -> dict[Key, float]:
    """p-values adjusted so that calling those below alpha significant errs anywhere with chance alpha at most (Holm 1979)."""
    adjusted: dict[Key, float] = {}
    highest = 0.0
    for rank, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def _share_as_far(
    drawn: np.ndarray, observed: np.ndarray, alternatives: Sequence[Alternative], exact: bool
) -> list[float]:
    """For each column the share of ``drawn`` that lies at least as far out as what was observed."""
    slack = 1e-9 * np.maximum(1.0, np.abs(observed))  # sums in another order differ in their last digits
    sides: dict[Alternative, np.ndarray] = {
        "two-sided": np.abs(drawn) >= np.abs(observed) - slack,
        "less": drawn <= observed + slack,
        "greater": drawn >= observed - slack,
    }
    own = 0 if exact else 1
    return [float((sides[s][:, i].sum() + own) / (len(drawn) + own)) for i, s in enumerate(alternatives)]


def _alike(masks: Mapping[str, np.ndarray]) -> Iterator[tuple[np.ndarray, list[str]]]:
    """Columns that count the same questions, together: they share their resamples. Those that count none are left out."""
    groups: dict[bytes, list[str]] = {}
    for name, mask in masks.items():
        if mask.any():
            groups.setdefault(mask.tobytes(), []).append(name)
    for names in groups.values():
        yield masks[names[0]], names


def _mean_intervals(matrix: np.ndarray, resamples: int, seed: int) -> list[Interval]:
    means = [weights @ matrix / len(matrix) for weights in _resampled(len(matrix), resamples, seed)]
    low, high = np.percentile(np.concatenate(means), LEVEL, axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _percentiles(values: np.ndarray) -> Interval | None:
    if np.isnan(values).all():
        return None
    low, high = np.nanpercentile(values, LEVEL)
    return float(low), float(high)


def _resampled(n: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each of ``n`` questions is drawn when n are drawn with replacement: rows of counts, in chunks."""
    random = np.random.default_rng(seed)
    for rows in _chunks(resamples, n):
        picks = random.integers(0, n, size=(rows, n)) + n * np.arange(rows)[:, None]
        yield np.bincount(picks.ravel(), minlength=rows * n).reshape(rows, n).astype(float)


def _coins(n: int, tosses: int, seed: int) -> Iterator[np.ndarray]:
    """Rows of ``n`` fair coins, 0.0 or 1.0, in chunks."""
    random = np.random.default_rng(seed)
    for rows in _chunks(tosses, n):
        yield random.integers(0, 2, size=(rows, n), dtype=np.uint8).astype(float)


def _chunks(rows: int, n: int) -> Iterator[int]:
    size = max(1, CHUNK // max(n, 1))
    for start in range(0, rows, size):
        yield min(size, rows - start)
