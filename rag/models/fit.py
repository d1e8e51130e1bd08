"""Fits the sentence reader's weights: ``python -m rag.models.fit --data ../shared/data``.

Learns from MLQA's development questions (German and English over German passages; CC BY-SA 3.0) and a part of SQuAD 2.0
(English, with questions that their passage does not answer; CC BY-SA 4.0). Every MLQA question is also asked with its
own article taken out of the results: then nothing answers it. XQuAD, NoMIRACL and the demo questions are not looked at.
Prints scores on folds that the weights did not see, and writes two dozen numbers with where they come from.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from rag.compose.quotes import RELATIVE_CONFIDENCE
from rag.index import Index
from rag.models.embed import Embedder
from rag.models.features import ANSWER_FEATURES, SENTENCE_FEATURES, SentenceFeatures, sentences_of
from rag.models.read import WEIGHTS
from rag.retrieve import Query, Retriever
from rag.settings import Settings
from rag.types import Passage

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with the spans that answer it; none: the corpus does not. ``group`` keeps an article in one fold."""

    question: str
    group: str
    article: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What one question gives to learn from. ``gold`` marks the sentences that answer; all False: none does."""

    group: str
    query: Query
    passages: list[Passage]
    candidates: list[tuple[Passage, int, int]]
    features: np.ndarray
    gold: np.ndarray
    weight: float


def squad(path: Path, ids: dict[str, str]) -> Iterator[tuple[Article, list[Labelled]]]:
    """Paragraphs of a SQuAD-format file as articles, with their questions. ``ids`` maps texts to article ids."""
    raw = path.read_bytes()
    data = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
    for entry in data:
        for paragraph in entry["paragraphs"]:
            text = paragraph["context"]
            article = ids.setdefault(text, f"{path.stem}-{len(ids)}")
            questions = [
                Labelled(
                    qa["question"],
                    str(entry.get("title", article)),
                    article,
                    tuple((a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa["answers"]),
                )
                for qa in paragraph["qas"]
            ]
            title = str(entry.get("title", "")).replace("_", " ") or None  # news has titles, so learn with titles
            language = "de" if "context-de" in path.name else "en"
            yield Article(id=article, text=text, title=title, language=language), questions


def examples(
    files: Sequence[Path], embedder: Embedder, settings: Settings, limit: int, remove_own: bool
) -> list[Example]:
    """Retrieves for each question as the answerer does, and labels what comes back."""
    ids: dict[str, str] = {}
    articles: dict[str, Article] = {}
    asked: list[Labelled] = []
    for path in files:
        for article, questions in squad(path, ids):
            articles[article.id] = article
            asked += questions
    rng = np.random.default_rng(0)
    if len(asked) > limit:
        asked = [asked[i] for i in np.sort(rng.choice(len(asked), limit, replace=False))]
    found: list[Example] = []
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(settings.model_copy(update={"index": Path(folder) / "index"}), create=True)
        index.__dict__["embedder"] = embedder
        with index:
            index.add(articles.values())
            retriever, measure = Retriever(index), SentenceFeatures(embedder)
            for item in tqdm(asked, desc=files[0].stem, unit="question"):
                query = retriever.query(item.question)
                passages = retriever.passages(query, top_k=settings.top_k + 5)
                variants = [(passages[: settings.top_k], item.spans)]
                if remove_own:
                    others = [p for p in passages if p.article_id != item.article][: settings.top_k]
                    variants.append((others, ()))
                for kept, spans in variants:
                    candidates = sentences_of(kept)
                    gold = np.array(
                        [
                            p.article_id == item.article and any(start <= a and b <= end + 1 for a, b in spans)
                            for p, start, end in candidates
                        ]
                    )
                    rows = measure.of_sentences(query, kept, candidates)
                    found.append(Example(item.group, query, kept, candidates, rows, gold, 1 / len(variants)))
    return found


def fit_sentences(data: Sequence[Example], steps: int = 300) -> np.ndarray:
    """Weights by which the answering sentence wins a softmax over all sentences read."""
    import torch

    answered = [e for e in data if e.gold.any()]
    longest = max(len(e.gold) for e in answered)
    x = torch.zeros(len(answered), longest, len(SENTENCE_FEATURES), dtype=torch.float64)
    there, gold = (torch.zeros(len(answered), longest, dtype=torch.bool) for _ in range(2))
    for i, e in enumerate(answered):
        x[i, : len(e.gold)] = torch.tensor(e.features)
        there[i, : len(e.gold)] = True
        gold[i, : len(e.gold)] = torch.tensor(e.gold)
    mean, scale = x[there].mean(0), x[there].std(0) + 1e-9
    x = (x - mean) / scale
    weights = torch.zeros(len(SENTENCE_FEATURES), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        scores = (x @ weights).masked_fill(~there, -torch.inf)
        lost = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~gold, -torch.inf), 1)
        loss = lost.mean() + 1e-4 * (weights**2).sum()
        loss.backward()
        optimizer.step()
    return (weights / scale).detach().numpy()


def answer_rows(data: Sequence[Example], weights: np.ndarray, measure: SentenceFeatures) -> tuple[np.ndarray, ...]:
    """Features, labels and weights of the second model: does a sentence that would be quoted answer?"""
    rows, labels, importance = [], [], []
    for e in data:
        scores = e.features @ weights
        rows.append(measure.of_answer(e.query, e.candidates, e.features, scores))
        labels.append(bool(e.gold[shown(scores)].any()))
        importance.append(e.weight)
    return np.array(rows), np.array(labels, dtype=float), np.array(importance)


def shown(scores: np.ndarray) -> np.ndarray:
    """The sentences an answer quotes (see ``rag/compose/quotes.py``), best first."""
    order = np.argsort(-scores)[: Settings.model_fields["answer_sentences"].default]
    return order[np.exp(scores[order] - scores[order[0]]) >= RELATIVE_CONFIDENCE]


def fit_answer(x: np.ndarray, y: np.ndarray, importance: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression (Newton's method, ridge 1 on standardised features)."""
    mean, scale = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    ridge = np.diag([1.0] * x.shape[1] + [0.0])
    w = np.zeros(z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (importance * (y - p)) - ridge @ w
        hessian = (z * (importance * p * (1 - p))[:, None]).T @ z + ridge
        w += np.linalg.solve(hessian, gradient)
    weights = w[:-1] / scale
    return weights, float(w[-1] - weights @ mean)


def auroc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Probability that a positive scores above a negative (Mann-Whitney U)."""
    order = np.argsort(scores)
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = labels > 0.5
    n, m = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--limit", type=int, default=900, help="questions of each source")
    arguments = parser.parse_args()
    settings = Settings.load()
    embedder = Embedder(settings)
    mlqa = arguments.data / "mlqa_dev"
    data = examples(
        [mlqa / "dev-context-de-question-de.json", mlqa / "dev-context-de-question-en.json"],
        embedder, settings, arguments.limit, remove_own=True,
    )  # fmt: skip
    data += examples(
        [arguments.data / "train" / "squad2_half_dev_minus_xquad.json.gz"],
        embedder, settings, arguments.limit, remove_own=False,
    )  # fmt: skip
    card = fit(data, SentenceFeatures(embedder))
    arguments.out.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(card["on unseen folds"], indent=1))
    print(f"{arguments.out} written")


def fit(data: Sequence[Example], measure: SentenceFeatures) -> dict[str, Any]:
    """The content of ``sentences.json``: weights, threshold, and where they come from."""
    unseen = on_unseen_folds(data, measure)
    sentence = fit_sentences(data)
    answer, bias = fit_answer(*answer_rows(data, sentence, measure))
    return {
        "what": "weights of belegt's sentence reader; rag/models/read.py says how they are used",
        "fitted on": {
            "MLQA development set, German and English questions over German passages": "CC BY-SA 3.0",
            "SQuAD 2.0 development set, a half without XQuAD's passages": "CC BY-SA 4.0",
        },
        "command": "python -m rag.models.fit --data ../shared/data",
        "examples": len(data),
        "on unseen folds": unseen,
        "threshold": unseen["threshold"],
        "sentence features": list(SENTENCE_FEATURES),
        "sentence weights": [round(float(w), 5) for w in sentence],
        "answer features": list(ANSWER_FEATURES),
        "answer weights": [round(float(w), 5) for w in answer],
        "answer bias": round(bias, 5),
    }


def on_unseen_folds(data: Sequence[Example], measure: SentenceFeatures) -> dict[str, float]:
    """By cross-validation: how often the answering sentence comes first where it was retrieved, AUROC of the confidence,
    and the threshold at which as many answerable questions are refused as unanswerable ones are answered."""
    groups = {group: i % FOLDS for i, group in enumerate(dict.fromkeys(e.group for e in data))}
    first: list[bool] = []
    confidence, answerable = np.zeros(len(data)), np.array([e.gold.any() for e in data])
    for fold in range(FOLDS):
        seen = [e for e in data if groups[e.group] != fold]
        places = [i for i, e in enumerate(data) if groups[e.group] == fold]
        sentence = fit_sentences(seen, steps=150)
        answer, bias = fit_answer(*answer_rows(seen, sentence, measure))
        x, _, _ = answer_rows([data[i] for i in places], sentence, measure)
        confidence[places] = 1 / (1 + np.exp(-(x @ answer + bias)))
        for i in places:
            if answerable[i]:
                first.append(bool(data[i].gold[int(np.argmax(data[i].features @ sentence))]))
    steps = np.arange(0.05, 0.95, 0.01)
    refused = np.array([(confidence[answerable] < t).mean() for t in steps])
    hallucinated = np.array([(confidence[~answerable] >= t).mean() for t in steps])
    best = int(np.argmin(np.abs(refused - hallucinated)))
    return {
        "answering sentence first": round(float(np.mean(first)), 3),
        "AUROC of confidence": round(auroc(confidence, answerable), 3),
        "threshold": round(float(steps[best]), 2),
        "answerable refused at it": round(float(refused[best]), 3),
        "unanswerable answered at it": round(float(hallucinated[best]), 3),
    }


if __name__ == "__main__":
    main()
