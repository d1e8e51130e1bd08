"""Fits what turns the reader's logits into a probability: ``python -m rag.models.reader.calibrate --adapter FILE``.

The questions that training held out are asked with and without the passages that answer them (``trials.py``). A monotone
network over every span, "is it this one that answers, or none?", whose score ranks; a logistic regression (Platt 1999) over
the best of each question, whose probability is told. Both are tried on folds they did not see, whole articles at a time. A
conditional logistic regression (McFadden 1973) says what reading adds to a passage's score in the search: it wins a softmax
over all passages read for the one the question was asked about. XQuAD, NoMIRACL's German questions and the demo's are not
looked at.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from rag.compose.quotes import RELATIVE_CONFIDENCE
from rag.models.bundled import bundled_folder
from rag.models.logistic import auroc, fit_logistic
from rag.models.monotone import Monotone, fit_monotone
from rag.models.reader.evidence import AGAINST, CALIBRATION, FEATURES, READ
from rag.models.reader.model import SpanReader
from rag.models.reader.pool import load_pool
from rag.models.reader.trials import Kind, Trial, trials, whole_trials
from rag.settings import Settings

NOTHING = 0.25  # of all questions those that nothing answers, half of them near misses: a guess that every probability leans on
FOLDS = 5
QUOTES = 3  # of an answer
# What an answer that does not hold what was asked for costs, where a refused one costs 1: it is a true quote with its source,
# but beside the point, and reading it costs more than "not in the articles". At 1 (threshold .27) a fifth of what the demo
# articles do not say is answered; 1.25 was taken knowing that.
WRONG = 1.25
# What a question weighs of which only is known whether it is answered, where another weighs 1: 500 beside 3,300. They only
# shape the network; how its score becomes a probability is for those to say of which the answers are known.
WHOLE = 5.0


def balanced(data: Sequence[Trial]) -> list[Trial]:
    """The trials with weights by which ``NOTHING`` of all questions have no answer, as many near as far ones."""
    total = {kind: sum(t.weight for t in data if t.kind == kind) for kind in get_args(Kind)}
    share = {"answerable": 1 - NOTHING, "near": NOTHING / 2, "far": NOTHING / 2}
    return [replace(t, weight=t.weight * share[t.kind] * len(data) / total[t.kind]) for t in data]


def fitted(data: Sequence[Trial], whole: Sequence[Trial] = ()) -> Monotone:
    """The network whose score of the best span of a question is the logit of the probability that it answers. ``whole``:
    questions of which all spans are right or none."""
    weight = np.array([t.weight for t in data])
    signs = [-1 if name in AGAINST else 1 for name in FEATURES]
    asked, importance = [*data, *whole], np.concatenate([weight, WHOLE * np.array([t.weight for t in whole])])
    network = fit_monotone([t.rows for t in asked], [t.right for t in asked], importance, signs)
    told = [network.scores(t.rows) for t in data]
    best = [int(np.argmax(scores)) for scores in told]
    surest = np.array([scores[i] for scores, i in zip(told, best, strict=True)])
    answers = np.array([t.right[i] for t, i in zip(data, best, strict=True)], dtype=float)
    slope, shift = fit_logistic(surest[:, None], answers, weight)
    return network.stretched(float(slope[0]), shift)


def ranking(data: Sequence[Trial]) -> np.ndarray:
    """Of READ, what they add to the score of the search, in its units."""
    import torch

    chosen = [t for t in data if t.answerable and t.own.any()]
    rows = [torch.tensor(t.said, dtype=torch.float64) for t in chosen]
    own = [torch.tensor(t.own) for t in chosen]
    weights = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        lost = [
            torch.logsumexp(x @ weights, 0) - torch.logsumexp((x @ weights)[o], 0)
            for x, o in zip(rows, own, strict=True)
        ]
        total = torch.stack(lost).mean() + 1e-4 * (weights**2).sum()
        total.backward()
        return total

    optimizer.step(loss)
    found = weights.detach().numpy()
    if found[-1] <= 0:
        raise ValueError(f"the search tells nothing beside the reader: {found}")
    return found[:-1] / found[-1]


def _first(data: Sequence[Trial], rank: np.ndarray) -> float:
    """Share of the answerable questions whose own passage is the first, of those that have it among those found."""
    chosen = [t for t in data if t.answerable and t.own.any()]
    weights = np.array([*rank, 1.0])
    return round(float(np.mean([t.own[int(np.argmax(t.said @ weights))] for t in chosen])), 3)


def on_unseen_folds(data: Sequence[Trial], whole: Sequence[Trial] = ()) -> dict[str, Any]:
    """How often the best span is right, AUROC of the probability, its calibration error, and the threshold
    (``_threshold``). ``whole``: of ``fitted``, measured on nowhere."""
    folds = {group: i % FOLDS for i, group in enumerate(dict.fromkeys(t.group for t in data))}
    told, right, held = np.zeros(len(data)), np.zeros(len(data), bool), np.zeros(len(data), bool)
    first: list[tuple[int, float]] = []
    for fold in range(FOLDS):
        seen = [t for t in data if folds[t.group] != fold]
        network = fitted(seen, whole)
        rest = [t for t in data if folds[t.group] == fold and t.answerable and t.own.any()]
        first.append((len(rest), _first(rest, ranking(seen))))
        for i, t in enumerate(data):
            if folds[t.group] == fold:
                sure = 1 / (1 + np.exp(-network.scores(t.rows)))
                best = np.argsort(-sure)[:QUOTES]
                told[i], right[i] = sure[best[0]], t.right[best[0]]
                held[i] = t.right[best][sure[best] >= RELATIVE_CONFIDENCE * sure[best[0]]].any()
    weight = np.array([t.weight for t in data])
    answerable = np.array([t.answerable for t in data])
    threshold = _threshold(told, held, weight)
    given = told >= threshold
    kind = np.array([t.kind for t in data])
    return {
        "questions": len(data),
        "best span right, of answerable": _mean(right[answerable], weight[answerable]),
        "AUROC": round(auroc(told, right.astype(float)), 3),
        "calibration error": _calibration_error(told, right, weight),
        "threshold": threshold,
        "best span right, of answers given": _mean(right[given], weight[given]),
        "a quote right, of answers given": _mean(held[given], weight[given]),
        "near misses answered": _mean(given[kind == "near"], weight[kind == "near"]),
        "far misses answered": _mean(given[kind == "far"], weight[kind == "far"]),
        "answerable refused": _mean(~given[answerable], weight[answerable]),
        "coverage and risk": _curve(told, right, weight),
        "unfit, of the right spans": _unfit(data, right=True),
        "unfit, of the wrong spans": _unfit(data, right=False),
        "own passage first, search alone": _first(data, np.zeros(len(READ))),
        "own passage first, reranked": round(sum(n * share for n, share in first) / sum(n for n, _ in first), 3),
    }


def _unfit(data: Sequence[Trial], right: bool) -> float:
    """How often the reader's best right span, or its best wrong one, is said to be nothing of the kind asked for; of the
    answerable questions that have a right one."""
    margin, unfit = FEATURES.index("margin"), FEATURES.index("unfit")
    chosen = [(t.rows, t.right == right) for t in data if t.answerable and t.right.any()]
    best = [rows[of][np.argmax(rows[of, margin])] for rows, of in chosen if of.any()]
    return round(float(np.mean([row[unfit] for row in best])), 3) if best else float("nan")


def _threshold(told: np.ndarray, held: np.ndarray, weight: np.ndarray) -> float:
    """The lowest that costs no more than one standard error above the least, where answers that do not hold what was asked
    for cost ``WRONG`` each and refused ones that do 1: of thresholds that the questions can't tell apart the one that answers
    most (the one-standard-error rule, Breiman et al. 1984)."""
    steps, share = np.arange(0.05, 0.95, 0.01), weight / weight.sum()
    costs = np.array([WRONG * (~held & (told >= t)) + (held & (told < t)) for t in steps])
    means = costs @ share
    least = int(np.argmin(means))
    error = float(np.sqrt(np.square(share * (costs[least] - means[least])).sum()))
    return round(float(steps[int(np.argmax(means <= means[least] + error))]), 2)


def _calibration_error(told: np.ndarray, right: np.ndarray, weight: np.ndarray) -> float:
    """Mean distance of probability and share of right ones over ten bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((told * 10).astype(int), 9)
    off = [
        weight[bins == b].sum() * abs(np.average(told[bins == b] - right[bins == b], weights=weight[bins == b]))
        for b in np.unique(bins)
    ]
    return round(float(sum(off) / weight.sum()), 3)


def _curve(told: np.ndarray, right: np.ndarray, weight: np.ndarray) -> list[list[float]]:
    """[share of questions answered, share of those answers that are wrong], the surest first."""
    order = np.argsort(-told)
    covered = np.cumsum(weight[order]) / weight.sum()
    wrong = np.cumsum((weight * ~right)[order]) / np.cumsum(weight[order])
    places = [int(np.searchsorted(covered, share)) for share in np.arange(0.1, 1.01, 0.1)]
    return [
        [round(float(covered[min(p, len(told) - 1)]), 2), round(float(wrong[min(p, len(told) - 1)]), 3)] for p in places
    ]


def _mean(values: np.ndarray, weight: np.ndarray) -> float:
    return round(float(np.average(values, weights=weight)), 3) if len(values) else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=CALIBRATION)
    parser.add_argument("--limit", type=int, default=150, help="questions of each source")
    arguments = parser.parse_args()
    settings = Settings.load(rerank_model="none")  # what reading adds is yet to be found
    reader = SpanReader.load(bundled_folder(settings.cache), arguments.adapter)
    data = balanced(list(trials(load_pool(arguments.data), reader, settings, arguments.limit)))
    whole = list(whole_trials(arguments.data, reader, settings))
    unseen = on_unseen_folds(data, whole)
    card = {
        "what": "how the bundled reader's logits become probabilities; rag/models/reader/evidence.py says how they are used",
        "fitted": True,
        "command": f"python -m rag.models.reader.calibrate --adapter {arguments.adapter} --limit {arguments.limit}",
        "on unseen folds": unseen,
        "threshold": unseen["threshold"],
        "rank": {name: round(float(w), 5) for name, w in zip(READ, ranking(data), strict=True)},
        "network": fitted(data, whole).record(FEATURES),
    }
    arguments.out.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(card, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
