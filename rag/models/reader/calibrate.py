"""Fits what turns the reader's logits into a probability: ``python -m rag.models.reader.calibrate --adapter FILE``.

The questions that training held out (MLQA, German and English; half of SQuAD 2.0's development set) are asked over an
index of all passages of their language, as the answerer asks: retrieved, read, ranked. Each is asked once more with its own
article left out, so that nothing answers it. Two logistic regressions (Platt 1999): one over every passage's best span,
"does it answer?", whose logit ranks; one over the best of each question, whose probability is told. Both are tried on
folds they did not see, whole articles at a time. A third (conditional logistic regression, McFadden 1973) says what reading
adds to a passage's score in the search: it wins a softmax over all passages read for the one the question was asked about.
XQuAD, NoMIRACL and the demo questions are not looked at.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from rag.index import Index
from rag.models.bundled import bundled_folder
from rag.models.logistic import auroc, fit_logistic
from rag.models.reader.evidence import CALIBRATION, FEATURES, READ, features
from rag.models.reader.model import SpanReader
from rag.models.reader.pool import Asked, Pool, load_pool
from rag.retrieve import Retriever
from rag.settings import Settings

FOLDS = 5
DEPTH = 20  # passages read a question
LANGUAGES = {"de": ("mlqa-de-de", "mlqa-de-en"), "en": ("mlqa-en-de", "mlqa-en-en", "squad2")}  # of passages: sources


@dataclass(frozen=True, slots=True)
class Trial:
    """A question as it was asked: of each passage's best span its features, and whether it answers; best passage first."""

    group: str  # the article: one fold has all its questions
    answerable: bool
    rows: np.ndarray  # (passages, FEATURES)
    right: np.ndarray  # (passages,) bool
    own: np.ndarray  # (passages,) bool: the one it was asked about
    weight: float


def trials(pool: Pool, reader: SpanReader, settings: Settings, limit: int) -> Iterator[Trial]:
    """Up to ``limit`` development questions of each source, asked with and without their own article."""
    rng = np.random.default_rng(0)
    for language, sources in LANGUAGES.items():
        asked: list[Asked] = []
        for source in sources:
            own = [a for a in pool.development if a.source == source]
            asked += [own[i] for i in np.sort(rng.permutation(len(own))[:limit])]
        with tempfile.TemporaryDirectory() as folder:
            index = Index.open(settings.model_copy(update={"index": Path(folder) / "index"}), create=True)
            with index:
                names = {a.source for a in asked}
                index.add(_articles(pool, language, names))
                retriever = Retriever(index)
                for question in tqdm(asked, desc=f"{language}: retrieve and read", unit="question"):
                    yield from _of(question, pool, retriever, reader)


def _articles(pool: Pool, language: str, sources: set[str]) -> Iterator[Article]:
    wanted = {a.passage for a in [*pool.train, *pool.development] if a.source in sources}
    for number in sorted(wanted):
        title = pool.articles[number].partition("/")[2].replace("_", " ")
        yield Article(id=str(number), title=title, text=pool.passages[number], language=language)


def _of(question: Asked, pool: Pool, retriever: Retriever, reader: SpanReader) -> Iterator[Trial]:
    article = pool.articles[question.passage]
    own = {str(n) for n, name in enumerate(pool.articles) if name == article}
    found = retriever.passages(question.question, top_k=DEPTH)
    readings = reader.read(question.question, [p.text for p in found], spans=1)
    variants = [(list(range(len(found))), bool(question.answers))]
    if question.answers:
        variants.append(([i for i, p in enumerate(found) if p.article_id not in own], False))
    for kept, answerable in variants:
        kept = [i for i in kept if readings[i].spans]
        if not kept:
            continue
        best = max(found[i].score for i in kept)
        rows = [features(readings[i].spans[0], readings[i], found[i].score, best) for i in kept]
        right = [
            answerable
            and found[i].article_id == str(question.passage)
            and any(
                _touches(found[i].start + readings[i].spans[0].start, found[i].start + readings[i].spans[0].end, a)
                for a in question.answers
            )
            for i in kept
        ]
        asked_about = np.array([found[i].article_id == str(question.passage) for i in kept])
        yield Trial(article, answerable, np.array(rows), np.array(right), asked_about, 1 / len(variants))


def _touches(start: int, end: int, answer: tuple[int, int]) -> bool:
    """Whether a stretch has any word of a gold answer in it: then the sentence around it, which is quoted, answers."""
    return start < answer[1] and answer[0] < end


def fitted(data: Sequence[Trial]) -> tuple[np.ndarray, float]:
    """Weights of the features, and the bias, of the probability that the best span of a question answers it."""
    rows = np.concatenate([t.rows for t in data])
    right = np.concatenate([t.right for t in data]).astype(float)
    weight = np.concatenate([np.full(len(t.rows), t.weight) for t in data])
    weights, bias = fit_logistic(rows, right, weight)
    best = [int(np.argmax(t.rows @ weights)) for t in data]
    told = np.array([t.rows[i] @ weights + bias for t, i in zip(data, best, strict=True)])
    answers = np.array([t.right[i] for t, i in zip(data, best, strict=True)], dtype=float)
    slope, shift = fit_logistic(told[:, None], answers, np.array([t.weight for t in data]))
    return weights * slope[0], float(bias * slope[0] + shift)


def ranking(data: Sequence[Trial]) -> np.ndarray:
    """Of READ, what they add to the score of the search, in its units."""
    import torch

    chosen = [t for t in data if t.answerable and t.own.any()]
    columns = [FEATURES.index(name) for name in (*READ, "search")]
    rows = [torch.tensor(t.rows[:, columns], dtype=torch.float64) for t in chosen]
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
    weights = np.array([*rank, 1.0, 0.0])
    return round(float(np.mean([t.own[int(np.argmax(t.rows @ weights))] for t in chosen])), 3)


def on_unseen_folds(data: Sequence[Trial]) -> dict[str, Any]:
    """How often the best span is right, AUROC of the probability, its calibration error, and the threshold at which as
    many right answers are refused as wrong ones are given."""
    folds = {group: i % FOLDS for i, group in enumerate(dict.fromkeys(t.group for t in data))}
    told, right = np.zeros(len(data)), np.zeros(len(data), bool)
    first: list[tuple[int, float]] = []
    for fold in range(FOLDS):
        seen = [t for t in data if folds[t.group] != fold]
        weights, bias = fitted(seen)
        rest = [t for t in data if folds[t.group] == fold and t.answerable and t.own.any()]
        first.append((len(rest), _first(rest, ranking(seen))))
        for i, t in enumerate(data):
            if folds[t.group] == fold:
                scores = t.rows @ weights + bias
                told[i], right[i] = 1 / (1 + np.exp(-scores.max())), t.right[int(scores.argmax())]
    weight = np.array([t.weight for t in data])
    answerable = np.array([t.answerable for t in data])
    threshold = _threshold(told, right, weight)
    given = told >= threshold
    return {
        "questions": len(data),
        "best span right, of answerable": _mean(right[answerable], weight[answerable]),
        "AUROC": round(auroc(told, right.astype(float)), 3),
        "calibration error": _calibration_error(told, right, weight),
        "threshold": threshold,
        "right, of answers given": _mean(right[given], weight[given]),
        "unanswerable answered": _mean(given[~answerable], weight[~answerable]),
        "answerable refused": _mean(~given[answerable], weight[answerable]),
        "coverage and risk": _curve(told, right, weight),
        "own passage first, search alone": _first(data, np.zeros(len(READ))),
        "own passage first, reranked": round(sum(n * share for n, share in first) / sum(n for n, _ in first), 3),
    }


def _threshold(told: np.ndarray, right: np.ndarray, weight: np.ndarray) -> float:
    steps = np.arange(0.05, 0.95, 0.01)
    refused = np.array([weight[right & (told < t)].sum() / weight[right].sum() for t in steps])
    given = np.array([weight[~right & (told >= t)].sum() / weight[~right].sum() for t in steps])
    return round(float(steps[int(np.argmin(np.abs(refused - given)))]), 2)


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
    parser.add_argument("--limit", type=int, default=400, help="questions of each source")
    arguments = parser.parse_args()
    settings = Settings.load(rerank_model="none")  # what reading adds is yet to be found
    reader = SpanReader.load(bundled_folder(settings.cache), arguments.adapter)
    data = list(trials(load_pool(arguments.data), reader, settings, arguments.limit))
    weights, bias = fitted(data)
    unseen = on_unseen_folds(data)
    card = {
        "what": "how the bundled reader's logits become probabilities; rag/models/reader/evidence.py says how they are used",
        "fitted": True,
        "command": f"python -m rag.models.reader.calibrate --adapter {arguments.adapter} --limit {arguments.limit}",
        "on unseen folds": unseen,
        "weights": {name: round(float(w), 5) for name, w in zip(FEATURES, weights, strict=True)},
        "bias": round(bias, 5),
        "threshold": unseen["threshold"],
        "rank": {name: round(float(w), 5) for name, w in zip(READ, ranking(data), strict=True)},
    }
    arguments.out.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(card, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
