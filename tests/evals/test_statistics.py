"""Intervals and tests against brute force, scipy, and the frequencies they promise."""

from __future__ import annotations

import itertools
import random
import time

import numpy as np
import pytest
from scipy.stats import binomtest, permutation_test

from evals import statistics
from evals.statistics import (
    Alternative,
    bootstrap,
    compare_means,
    compare_statistics,
    holm,
    intervals,
    mcnemar,
    permutation_tests,
    statistic_interval,
)

SIDES: tuple[Alternative, ...] = ("two-sided", "less", "greater")


def test_bootstrap_is_the_percentiles_of_resampled_means() -> None:
    values = np.random.default_rng(3).random(57)
    picks = np.random.default_rng(0).integers(0, 57, size=(1000, 57))
    assert bootstrap(list(values)) == pytest.approx(tuple(np.percentile(values[picks].mean(axis=1), [2.5, 97.5])))


def test_intervals_of_columns_are_those_of_each_alone_over_what_it_counts() -> None:
    chance = np.random.default_rng(1)
    full, part, none = chance.random(80), chance.random(80), np.full(80, np.nan)
    part[::3] = np.nan
    found = intervals({"full": full, "also full": full / 2, "part": part, "none": none})
    assert found.keys() == {"full", "also full", "part"}
    assert found["full"] == pytest.approx(bootstrap(list(full)))
    assert found["also full"] == pytest.approx(tuple(end / 2 for end in bootstrap(list(full))))
    assert found["part"] == pytest.approx(bootstrap([v for i, v in enumerate(part) if i % 3]))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    chance = np.random.default_rng(5)
    samples = {str(i): (chance.random(120) < 0.3).astype(float) for i in range(400)}
    share = np.mean([low <= 0.3 <= high for low, high in intervals(samples).values()])
    # 95 % with a standard error of sqrt(.95 * .05 / 400) = 1.1 points; percentile intervals are a little too short
    assert 0.91 <= share <= 0.98


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(2)
    a, b = ({"m": chance.random(40).round(1), "k": chance.random(40).round(1)} for _ in range(2))
    whole = intervals(a), compare_means(a, b)
    monkeypatch.setattr(statistics, "CHUNK", 40 * 7)
    assert (intervals(a), compare_means(a, b)) == whole


def test_four_thousand_questions_and_twenty_measures_take_seconds() -> None:
    chance = np.random.default_rng(4)
    a, b = ({str(i): chance.random(4000) for i in range(20)} for _ in range(2))
    started = time.perf_counter()
    intervals(a)
    compare_means(a, b)
    assert time.perf_counter() - started < 30  # about 2 s on two free cores


@pytest.mark.parametrize("side", SIDES)
def test_mcnemar_is_the_binomial_test(side: Alternative) -> None:
    for won, lost in [*itertools.product(range(9), range(9)), (3, 40), (400, 500), (1200, 1100)]:
        expected = binomtest(won, won + lost, 0.5, alternative=side).pvalue if won + lost else 1.0
        assert mcnemar(won, lost, side) == pytest.approx(expected)


@pytest.mark.parametrize("side", SIDES)
def test_permutation_test_of_few_questions_tries_every_exchange(side: Alternative) -> None:
    chance = random.Random(6)
    for size in range(1, 9):
        apart = [chance.choice([-0.5, -0.2, 0.1, 0.3, 0.0]) for _ in range(size)]
        sums = [
            sum(s * d for s, d in zip(signs, apart, strict=True)) for signs in itertools.product([1, -1], repeat=size)
        ]
        extreme = {
            "two-sided": [abs(s) >= abs(sum(apart)) - 1e-9 for s in sums],
            "less": [s <= sum(apart) + 1e-9 for s in sums],
            "greater": [s >= sum(apart) - 1e-9 for s in sums],
        }[side]
        (p,) = permutation_tests(np.array(apart)[:, None], [side])
        assert p == pytest.approx(sum(extreme) / len(sums))


@pytest.mark.parametrize("side", SIDES)
def test_permutation_test_of_more_questions_is_close_to_all_exchanges(side: Alternative) -> None:
    apart = np.random.default_rng(8).normal(0.25, 1, 16)
    exact = permutation_test(
        (apart, np.zeros(16)), lambda x, y: np.mean(x - y), permutation_type="samples",
        n_resamples=np.inf, alternative=side, vectorized=False,
    ).pvalue  # fmt: skip
    (p,) = permutation_tests(apart[:, None], [side])
    assert p == pytest.approx(exact, abs=0.015)  # 9,999 tries: a standard error of .005 at most


def test_no_difference_has_p_one_and_all_lost_a_small_one() -> None:
    same = {"score": np.linspace(0, 1, 30), "right": np.ones(30)}
    for one in compare_means(same, same, binary={"right"}).values():
        assert (one.difference, one.low, one.high, one.p, one.pairs) == (0, 0, 0, 1, 30)
    worse = {"score": same["score"] - 0.1, "right": np.zeros(30)}
    found = compare_means(same, worse, {"right"}, {"score": "less", "right": "less"})
    assert found["right"].p == 0.5**30
    assert found["score"].p == 1 / 10_000  # the observed exchange alone among 9,999 others
    assert found["score"].difference == pytest.approx(-0.1)
    better = compare_means(worse, same, {"right"}, {"score": "less", "right": "less"})
    assert [one.p for one in better.values()] == [1, 1]


def test_only_questions_that_count_in_both_are_paired() -> None:
    a, b = {"m": np.array([1.0, np.nan, 0.0, 1.0])}, {"m": np.array([0.0, 0.0, np.nan, 1.0])}
    one = compare_means(a, b)["m"]
    assert (one.pairs, one.difference) == (2, -0.5)
    assert compare_means({"m": np.array([1.0, np.nan])}, {"m": np.array([np.nan, 1.0])}) == {}


def test_a_statistic_is_tested_as_its_own_mean_would_be() -> None:
    chance = np.random.default_rng(9)
    x, y = chance.random(60), chance.random(60) - 0.1
    both = np.concatenate([x, y])
    means = compare_means({"m": x}, {"m": y})["m"]
    found = compare_statistics(
        lambda w: w @ x / w.sum(axis=1), lambda w: w @ y / w.sum(axis=1), lambda w: w @ both / w.sum(axis=1), 60
    )
    assert found is not None
    assert found.difference == pytest.approx(means.difference)
    assert (found.low, found.high) == pytest.approx((means.low, means.high))
    assert found.p == pytest.approx(means.p, abs=0.015)


def test_a_statistic_without_a_value_has_neither_interval_nor_test() -> None:
    def nothing(weights: np.ndarray) -> np.ndarray:
        return np.full(len(weights), np.nan)

    assert statistic_interval(nothing, 5) is None
    assert compare_statistics(nothing, nothing, nothing, 5) is None


def test_holm() -> None:
    # in order: .005 * 4 = .02, .01 * 3 = .03, .03 * 2 = .06, .04 * 1 = .04, which may not be below the one before
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02}
    )
    assert holm({"a": 0.6, "b": 0.9}) == {"a": 1, "b": 1}
    assert holm({}) == {}
