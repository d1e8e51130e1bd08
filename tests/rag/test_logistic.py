"""Logistic regression and AUROC, on data small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from rag.models.logistic import auroc, fit_logistic


def test_auroc() -> None:
    # positives .9 and .4 against negatives .5 and .1: three of four pairs are in order
    assert auroc(np.array([0.9, 0.4, 0.5, 0.1]), np.array([1, 1, 0, 0])) == 3 / 4


def test_logistic_regression_finds_the_direction_and_the_rate() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    y = (rng.random(4000) < 1 / (1 + np.exp(-(2 * x[:, 0] - 1)))).astype(float)
    weights, bias = fit_logistic(x, y, np.ones(4000))
    assert weights == pytest.approx([2, 0], abs=0.15)
    assert bias == pytest.approx(-1, abs=0.15)
