"""Coverage and risk, AURC and AUROC, against enumeration and scikit-learn."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from evals import Case
from evals.curves import compare_curves, curves
from evals.metrics import MEASURES, aurc, auroc, coverage_risk
from evals.metrics.abstention import weighted_aurc, weighted_auroc
from evals.results import Result


def test_coverage_and_risk_from_the_surest_down() -> None:
    # .9 right; .7 and .7 one wrong; .2 wrong
    assert coverage_risk([0.7, 0.9, 0.2, 0.7], [1, 0, 1, 0]) == [(1 / 4, 0), (3 / 4, 1 / 3), (1, 2 / 4)]
    assert coverage_risk([], []) == []


def test_aurc_is_the_mean_risk_over_all_coverages() -> None:
    # risks: 0/1, 1/2, 1/3, 2/4
    assert aurc([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1]) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert aurc([], []) is None


def test_equal_confidences_give_the_expectation_over_their_orders() -> None:
    confidence, loss = [0.9, 0.5, 0.5, 0.5, 0.1], [1, 0, 1, 0, 0]
    orders = []
    for middle in itertools.permutations([1, 2, 3]):
        lost = list(itertools.accumulate(loss[i] for i in (0, *middle, 4)))
        orders.append(sum(s / (i + 1) for i, s in enumerate(lost)) / 5)
    assert aurc(confidence, loss) == pytest.approx(sum(orders) / len(orders))


def test_auroc_equals_scikit_learn_also_with_ties() -> None:
    chance = np.random.default_rng(7)
    for size in (5, 30, 200):
        confidence, positive = chance.random(size).round(1), chance.random(size) < 0.6
        positive[:2] = True, False
        assert auroc(confidence, positive) == pytest.approx(roc_auc_score(positive, confidence))
    assert auroc([0.3, 0.4], [1, 1]) is None
    assert auroc([], []) is None


def test_weights_say_how_often_a_question_counts() -> None:
    chance = np.random.default_rng(8)
    confidence, truth = chance.random(25).round(1), (chance.random(25) < 0.5).astype(float)
    weights = chance.integers(0, 4, size=(6, 25)).astype(float)
    often = [row.astype(int) for row in weights]
    assert weighted_auroc(confidence, truth, weights) == pytest.approx(
        [auroc(np.repeat(confidence, row), np.repeat(truth, row)) for row in often]
    )
    assert weighted_aurc(confidence, truth, weights) == pytest.approx(
        [aurc(np.repeat(confidence, row), np.repeat(truth, row)) for row in often]
    )


def result(answerable: bool, confidence: float | None, contained: float = 1.0) -> Result:
    """A question with its confidence, None where it crashed, answered when that is half or more."""
    answered = confidence is None or confidence >= 0.5
    values: dict[str, float | None] = dict.fromkeys(MEASURES)
    if answerable:
        values |= {"contained": contained if answered and confidence is not None else 0.0, "error": float(not answered)}
    else:
        values |= {"hallucination": float(answered)}
    case = Case("q", "?", ("x",) if answerable else (), answerable=answerable)
    error = "OSError: full" if confidence is None else None
    return Result(case, "", None, None, confidence, (), (), 0.1, values, error)


def test_every_question_with_a_gold_answer_is_on_the_curve() -> None:
    asked = [result(True, 0.9), result(False, 0.8), result(True, 0.7, 0.0), result(True, 0.2), result(False, 0.1)]
    found = curves(asked)
    # risks: right 0/1; answered what can't be 1/2; wrong 2/3; refused 3/4; any answer would be wrong 4/5
    assert found["AURC"].points == [(0.2, 0), (0.4, 1 / 2), (0.6, 2 / 3), (0.8, 3 / 4), (1, 4 / 5)]
    assert found["AURC"].value == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 5)
    # of 3 * 2 pairs: .9 above both, .7 and .2 above .1
    assert found["AUROC"].value == pytest.approx(4 / 6)
    low, high = found["AUROC"].interval or (math.nan, math.nan)
    assert 0 <= low < 4 / 6 < high <= 1


def test_a_crash_is_sure_of_the_wrong_and_unsure_of_the_right() -> None:
    fine = [result(True, 0.9), result(False, 0.1)]
    assert curves(fine)["AUROC"].value == 1
    assert curves([*fine, result(True, None)])["AUROC"].value == 1 / 2
    assert curves([*fine, result(False, None)])["AUROC"].value == 1 / 2
    # risks 1/1, 1/2, 2/3: the crash comes first
    assert curves([*fine, result(True, None)])["AURC"].value == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)


def test_without_answers_there_is_no_curve() -> None:
    searched = replace(result(True, 0.9), confidence=None, values=dict.fromkeys(MEASURES) | {"R@5": 1.0})
    for curve in curves([searched, searched]).values():
        assert (curve.value, curve.interval, curve.counted) == (None, None, 0)
        assert compare_curves(curve, curve) is None


def test_curves_are_compared_by_order_not_by_scale() -> None:
    chance = np.random.default_rng(3)
    sure = [0.5 + chance.random() / 2 for _ in range(60)]
    good = [result(i % 3 > 0, s if i % 3 else s - 0.45) for i, s in enumerate(sure)]
    scaled = [replace(one, confidence=(one.confidence or 0) ** 4) for one in good]
    blind = [replace(one, confidence=float(chance.random())) for one in good]
    same = compare_curves(curves(good)["AUROC"], curves(scaled)["AUROC"])
    lost = compare_curves(curves(good)["AUROC"], curves(blind)["AUROC"], "less")
    won = compare_curves(curves(good)["AUROC"], curves(blind)["AUROC"], "greater")
    assert same is not None
    assert lost is not None
    assert won is not None
    assert (same.difference, same.p) == (0, 1)
    assert lost.difference < -0.2
    assert lost.high < 0
    assert lost.p == 1 / 2000  # the observed exchange alone among 1,999 others
    assert won.p > 0.99
