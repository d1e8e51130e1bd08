"""A small monotone network: one hidden layer, whose score never falls when something that speaks for an answer grows.

What a logistic regression adds up, it can weigh by how much there is of it already: a passage that is read as answering
beyond doubt loses little by standing low in the search, a doubtful one loses much. Bounded slopes (Sill 1998, "Monotonic
Networks") keep it from learning an odd corner of the data: with weights as they came, a surer reader could tell less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

HIDDEN = 8
EPOCHS = 40
BATCH = 64  # questions
RATE = 0.01  # of learning, falling to nothing
SHRINK = 1e-3  # weight decay


@dataclass(frozen=True, eq=False)
class Monotone:
    """score = out . tanh(hidden z + shift) + linear . z + bias, z being the standardised features.

    ``mean``, ``scale`` and ``linear`` are of shape (features,), ``hidden`` (HIDDEN, features), ``shift`` and ``out`` (HIDDEN,).
    """

    mean: np.ndarray
    scale: np.ndarray
    linear: np.ndarray
    hidden: np.ndarray
    shift: np.ndarray
    out: np.ndarray
    bias: float

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """(rows,) of (rows, features): the higher, the likelier."""
        z = (np.asarray(rows, dtype=float) - self.mean) / self.scale
        score: np.ndarray = np.tanh(z @ self.hidden.T + self.shift) @ self.out + z @ self.linear + self.bias
        return score

    @classmethod
    def of_record(cls, record: Mapping[str, Any], features: Sequence[str]) -> Monotone:
        """From what ``record`` gave, for these features in this order."""
        own = [record["features"][name] for name in features]
        mean, scale, linear = (np.array([one[key] for one in own]) for key in ("mean", "scale", "linear"))
        hidden = np.array([one["hidden"] for one in own]).T
        return cls(mean, scale, linear, hidden, np.array(record["shift"]), np.array(record["out"]), record["bias"])

    def record(self, features: Sequence[str]) -> dict[str, Any]:
        """JSON-ready, rounded to five places."""
        columns = zip(features, self.mean, self.scale, self.linear, self.hidden.T, strict=True)
        return {
            "features": {
                name: {"mean": _short(mean), "scale": _short(scale), "linear": _short(linear), "hidden": _short(hidden)}
                for name, mean, scale, linear, hidden in columns
            },
            "shift": _short(self.shift),
            "out": _short(self.out),
            "bias": _short(self.bias),
        }

    def stretched(self, slope: float, shift: float) -> Monotone:
        """The network whose scores are ``slope * score + shift``."""
        linear, out = self.linear * slope, self.out * slope
        return Monotone(self.mean, self.scale, linear, self.hidden, self.shift, out, self.bias * slope + shift)


def _short(values: Any) -> Any:
    return np.round(values, 5).tolist()


def fit_monotone(
    rows: Sequence[np.ndarray], right: Sequence[np.ndarray], importance: np.ndarray, signs: Sequence[int]
) -> Monotone:
    """Fits a softmax over all spans of a question and "none of them": its right spans together, or none, should win.

    ``rows``   for each question (spans, features)
    ``right``  for each question (spans,) bool
    ``signs``  for each feature 1 if more of it never tells against an answer, -1 if it never tells for one
    """
    import torch
    from torch.nn.functional import softplus

    everything = np.concatenate(rows)
    mean, scale = everything.mean(0), everything.std(0) + 1e-9
    most, wide = max(map(len, rows)), everything.shape[1]
    x = torch.zeros(len(rows), most, wide)
    there = torch.zeros(len(rows), most, dtype=torch.bool)
    wins = torch.zeros(len(rows), 1 + most, dtype=torch.bool)  # "none" first
    for i, (own, good) in enumerate(zip(rows, right, strict=True)):
        x[i, : len(own)] = torch.tensor((own - mean) / scale * np.array(signs))
        there[i, : len(own)] = True
        wins[i, 0], wins[i, 1 : 1 + len(own)] = not good.any(), torch.tensor(good)
    weight = torch.tensor(importance, dtype=torch.float32)

    draw = torch.Generator().manual_seed(0)
    hidden = (torch.randn(wide, HIDDEN, generator=draw) * 0.3 - 1).requires_grad_()
    out = (torch.randn(HIDDEN, generator=draw) * 0.3 - 0.5).requires_grad_()
    shift = torch.linspace(-2, 2, HIDDEN).requires_grad_()
    linear = torch.full((wide,), -1.5).requires_grad_()
    bias = torch.zeros(1).requires_grad_()
    learned = [hidden, out, shift, linear, bias]
    steps = EPOCHS * -(-len(rows) // BATCH)
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=SHRINK)
    falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(rows), generator=draw).split(BATCH):
            score = torch.tanh(x[batch] @ softplus(hidden) + shift) @ softplus(out) + x[batch] @ softplus(linear) + bias
            score = score.masked_fill(~there[batch], -torch.inf)
            score = torch.cat([torch.zeros(len(batch), 1), score], dim=1)
            lost = score.logsumexp(1) - score.masked_fill(~wins[batch], -torch.inf).logsumexp(1)
            optimizer.zero_grad()
            (lost * weight[batch]).mean().backward()
            optimizer.step()
            falling.step()
    sign = np.array(signs, dtype=float)
    with torch.no_grad():
        return Monotone(
            mean=mean,
            scale=scale,
            linear=softplus(linear).double().numpy() * sign,
            hidden=softplus(hidden).double().numpy().T * sign,
            shift=shift.double().numpy(),
            out=softplus(out).double().numpy(),
            bias=float(bias),
        )
