"""Calibrating the span reader: what is fitted, and what is said of it, on made-up trials whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rag.models.reader.calibrate import Trial, _curve, _threshold, _touches, fitted, on_unseen_folds, ranking
from rag.models.reader.evidence import CALIBRATION, FEATURES, Calibration

MARGIN, RELEVANT, SEARCH, BEHIND = (FEATURES.index(name) for name in ("margin", "relevant", "search", "behind"))


def made_up(questions: int = 600) -> list[Trial]:
    """A span is right with the probability logistic(2 (margin - behind)), and the question is about the passage that
    wins by search + 2 relevant, with Gumbel noise: what a softmax over them is."""
    rng = np.random.default_rng(7)
    found = []
    for number in range(questions):
        rows = rng.normal(size=(4, len(FEATURES)))
        chance = 1 / (1 + np.exp(-2 * (rows[:, MARGIN] - rows[:, BEHIND])))
        right = rng.random(4) < chance
        own = np.arange(4) == int(np.argmax(rows[:, SEARCH] + 2 * rows[:, RELEVANT] + rng.gumbel(size=4)))
        found.append(Trial(f"article {number // 3}", bool(right.any()), rows, right, own, 1.0))
    return found


def test_the_weights_find_what_counts() -> None:
    weights, _ = fitted(made_up())
    assert weights[MARGIN] > 0.5 and weights[BEHIND] < -0.5
    others = np.delete(weights, [MARGIN, BEHIND])
    assert np.abs(others).max() < 0.3


def test_what_reading_adds_is_found_in_units_of_the_search() -> None:
    margin, answerable, relevant = ranking(made_up(1500))
    assert relevant == pytest.approx(2, abs=0.4)
    assert abs(margin) < 0.3 and abs(answerable) < 0.3
    told = on_unseen_folds(made_up())
    assert told["own passage first, reranked"] > told["own passage first, search alone"] + 0.1


def test_probabilities_on_unseen_folds_mean_what_they_say() -> None:
    told = on_unseen_folds(made_up())
    assert told["AUROC"] > 0.7
    assert told["calibration error"] < 0.06
    risks = [risk for _, risk in told["coverage and risk"]]
    assert risks[0] < risks[-1]  # the surest answers are wrong less often


def test_nothing_to_learn_gives_no_false_confidence() -> None:
    rng = np.random.default_rng(1)
    data = [
        Trial(str(i), True, rng.normal(size=(3, len(FEATURES))), rng.random(3) < 0.3, np.arange(3) == 0, 1.0) for i in range(300)
    ]  # fmt: skip
    told = on_unseen_folds(data)
    assert 0.4 < told["AUROC"] < 0.6


def test_the_threshold_refuses_as_many_right_as_it_lets_through_wrong_ones() -> None:
    told = np.array([0.9, 0.8, 0.7, 0.355, 0.6, 0.2, 0.2, 0.1])
    right = np.array([True, True, True, True, False, False, False, False])
    threshold = _threshold(told, right, np.ones(8))
    assert (right & (told < threshold)).sum() == (~right & (told >= threshold)).sum() == 1


def test_risk_counts_the_wrong_among_those_answered() -> None:
    curve = _curve(np.array([0.9, 0.5, 0.8, 0.1]), np.array([True, False, True, False]), np.ones(4))
    assert curve[-1] == [1.0, 0.5]
    assert curve[4] == [0.5, 0.0]  # the surest half is right


@pytest.mark.parametrize(("start", "end", "right"), [(10, 20, True), (19, 40, True), (0, 10, False), (20, 30, False)])
def test_a_span_is_right_when_it_has_a_part_of_a_gold_answer(start: int, end: int, right: bool) -> None:
    assert _touches(start, end, (10, 20)) is right


def test_what_is_shipped_is_fitted_and_says_how() -> None:
    card = json.loads(CALIBRATION.read_text("utf-8"))
    assert Calibration.load().fitted
    assert card["command"].startswith("python -m rag.models.reader.calibrate")
    assert card["on unseen folds"]["threshold"] == card["threshold"]
