"""How fast the bundled model embeds, and what that costs: ``python -m evals.embedding --data ../shared/data``.

Passages of XQuAD and MLQA's test set (German) are embedded by ``rag.models.embed`` and by sentence-transformers' plain
``encode_document`` in float32, in turns in one run: passages a second, and their ratio. Both kinds of vectors are then
searched exactly with the same questions: nDCG@10, and how much of it is lost. Last, a process of its own embeds a few
passages as a CPU with AVX2 and nothing newer would (oneDNN's and ATen's own switches): still the same vectors?
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.article import Article
from corpus.load import load
from evals.bench.sets import SETS, slices
from evals.metrics.ranking import retrieval
from evals.statistics import bootstrap
from rag.models.bundled import bundled_folder
from rag.models.embed import Embedder
from rag.settings import Settings

MEASURE = "nDCG@10"
DEPTH = 10
OLD_CPU = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
IN_CHILD = "from evals.embedding import as_on_this_cpu; as_on_this_cpu()"

Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages, and questions with the places of their gold passages."""

    name: str
    passages: list[str]
    questions: list[str]
    gold: list[frozenset[int]]


def corpora(data: Path, work: Path) -> list[Corpus]:
    """German questions over German passages. Raises DataMissingError, DataFormatError."""
    found = []
    for name in ("xquad", "mlqa"):
        imported = SETS[name].load(data, work / name)
        articles = [item for item in load([imported.articles]) if isinstance(item, Article)]
        places = {article.id: place for place, article in enumerate(articles)}
        (part,) = slices(name, imported, languages=("de",))
        gold = [frozenset(places[article] for article in case.articles) for case in part.cases]
        texts = [article.text for article in articles]
        found.append(Corpus(part.name, texts, [case.question for case in part.cases], gold))
    return found


def plain(settings: Settings) -> Any:
    """The bundled model as sentence-transformers loads it by itself, in float32 on the CPU."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(bundled_folder(settings.cache)), device="cpu", local_files_only=True)


def rates(ways: dict[str, Encode], texts: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Texts a second in each round of each way, the ways in turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for encode in ways.values():
        encode(texts[:64])  # loads, and warms up
    for _ in range(rounds):
        for name, encode in ways.items():
            started = time.perf_counter()
            encode(texts)
            found[name].append(len(texts) / (time.perf_counter() - started))
    return found


def ndcg(passages: np.ndarray, questions: np.ndarray, gold: Sequence[frozenset[int]]) -> np.ndarray:
    """nDCG@10 of each question by exact search."""
    order = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :DEPTH]
    return np.array(
        [
            retrieval([str(place) for place in ranked], {str(place) for place in right}, [MEASURE])[MEASURE]
            for ranked, right in zip(order, gold, strict=True)
        ]
    )


def on_an_old_cpu(texts: Sequence[str]) -> np.ndarray:
    """The vectors that ``Embedder`` makes of ``texts`` where the CPU has AVX2 and nothing newer."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "vectors.npy"
        request = json.dumps({"texts": list(texts), "out": str(out)})
        subprocess.run([sys.executable, "-c", IN_CHILD], input=request, text=True, env=os.environ | OLD_CPU, check=True)
        return np.load(out)


def as_on_this_cpu() -> None:
    """What ``on_an_old_cpu`` runs: embeds the texts named on stdin into the file named there."""
    request = json.load(sys.stdin)
    np.save(request["out"], Embedder(Settings.load()).passages(request["texts"]))


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cosine of each row of ``a`` to that of ``b``."""
    return np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.embedding", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--texts", type=int, default=512, help="passages that are timed (512)")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args(argv)
    settings = Settings.load()
    with tempfile.TemporaryDirectory() as work:
        sets = corpora(arguments.data, Path(work))
    ours, theirs = Embedder(settings), plain(settings)
    ways: dict[str, Encode] = {"belegt": ours.passages, "encode_document": theirs.encode_document}
    # By turns from both sets: their passages differ in length.
    texts = [text for pair in zip(*(one.passages for one in sets), strict=False) for text in pair][: arguments.texts]
    timed = rates(ways, texts, arguments.rounds)
    for name, found in timed.items():
        print(f"{name:16} {np.median(found):6.1f} passages/s (median of {len(found)})")
    ratios = np.array(timed["belegt"]) / np.array(timed["encode_document"])
    print(
        f"ratio            {np.median(ratios):6.2f} (rounds {', '.join(f'{ratio:.2f}' for ratio in ratios)})",
        flush=True,
    )
    for one in sets:
        asked = ours.questions(one.questions)
        vectors = {name: encode(one.passages) for name, encode in ways.items()}
        alike = cosines(*vectors.values())
        got, full = (ndcg(vectors[name], asked, one.gold) for name in ways)
        low, high = bootstrap(list(got - full))
        print(
            f"{one.name:16} {len(asked)} questions, {MEASURE} {got.mean():.4f}, float32 {full.mean():.4f}: "
            f"{100 * (got.mean() / full.mean() - 1):+.2f} % [{100 * low / full.mean():+.2f}, {100 * high / full.mean():+.2f}]; "
            f"cosine {alike.min():.6f} at least, {alike.mean():.6f} on average",
            flush=True,
        )
    few = texts[:32]
    alike = cosines(on_an_old_cpu(few), theirs.encode_document(few))
    print(f"AVX2 alone       cosine to float32 {alike.min():.6f} at least, over {len(few)} passages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
