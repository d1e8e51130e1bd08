"""The fitting of the sentence reader, on data small enough to check by eye."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rag.models.features import ANSWER_FEATURES, SENTENCE_FEATURES
from rag.models.fit import Example, auroc, fit_answer, fit_sentences, shown
from rag.models.read import WEIGHTS


def test_auroc() -> None:
    # positives .9 and .4 against negatives .5 and .1: three of four pairs are in order
    assert auroc(np.array([0.9, 0.4, 0.5, 0.1]), np.array([1, 1, 0, 0])) == 3 / 4


def test_logistic_regression_finds_the_direction_and_the_rate() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    y = (rng.random(4000) < 1 / (1 + np.exp(-(2 * x[:, 0] - 1)))).astype(float)
    weights, bias = fit_answer(x, y, np.ones(4000))
    assert weights == pytest.approx([2, 0], abs=0.15)
    assert bias == pytest.approx(-1, abs=0.15)


def test_the_feature_that_marks_the_answer_gets_the_weight() -> None:
    rng = np.random.default_rng(0)
    data = []
    for _ in range(50):
        features, gold = rng.normal(size=(6, len(SENTENCE_FEATURES))), np.arange(6) == rng.integers(6)
        features[gold, 2] += 4
        data.append(Example("g", None, [], [], features, gold, 1.0))  # type: ignore[arg-type]
    weights = fit_sentences(data)
    assert int(np.argmax(np.abs(weights))) == 2
    assert weights[2] > 0


def test_what_is_shown() -> None:
    # exp(-1.5) = .22 is below a quarter of the best, exp(-1) = .37 is not
    assert shown(np.array([0.0, -1.5, -1.0])).tolist() == [0, 2]
    assert shown(np.zeros(10)).shape == (3,)


def test_the_weights_in_the_repository_fit_the_code_and_name_their_sources() -> None:
    card = json.loads(WEIGHTS.read_text("utf-8"))
    assert len(card["sentence weights"]) == len(SENTENCE_FEATURES)
    assert len(card["answer weights"]) == len(ANSWER_FEATURES)
    assert all("CC BY-SA" in licence for licence in card["fitted on"].values())
    assert 0 < card["threshold"] < 1
