"""How fast the bundled model embeds, and what that costs: ``python -m evals.embedding --data ../shared/data``.

Passages of XQuAD and MLQA's test set (German) are embedded by ``rag.models.embed`` and by sentence-transformers' plain
``encode_document`` in float32, in turns in one run: passages a second, and their ratio. sentence-transformers runs in
a process of its own, so that it has OpenMP's own defaults and not what belegt sets. Both kinds of vectors are then
searched exactly with the same questions: nDCG@10, and how much of it is lost. Last, another process embeds a few
passages as a CPU with AVX2 and nothing newer would (oneDNN's and ATen's own switches): still the same vectors?

In a set with more questions than ``--questions``, that many are drawn; their gold passages stay, and of the others as many as
make ``--passages``. Fewer passages are easier to search: figures are compared within one run. ``--all`` draws nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from corpus.load import load
from evals.bench.sets import SETS, slices
from evals.metrics.ranking import retrieval
from evals.statistics import bootstrap
from rag.models import side_by_side
from rag.models.bundled import bundled_folder
from rag.models.embed import Embedder
from rag.settings import Settings

MEASURE = "nDCG@10"
DEPTH = 10
OLD_CPU = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
PIECE = 256  # passages between two steps of a progress bar, as many as an ingest embeds together

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


def drawn(corpus: Corpus, questions: int, passages: int, seed: int = 1) -> Corpus:
    """``questions`` of the corpus, or all there are, over their gold passages and others, ``passages`` in all if it goes."""
    chance = random.Random(seed)
    asked = sorted(chance.sample(range(len(corpus.questions)), min(questions, len(corpus.questions))))
    kept = frozenset().union(*(corpus.gold[place] for place in asked))
    others = [place for place in range(len(corpus.passages)) if place not in kept]
    more = max(0, min(len(others), passages - len(kept)))
    places = sorted([*kept, *chance.sample(others, more)])
    moved = {old: new for new, old in enumerate(places)}
    return Corpus(
        corpus.name,
        [corpus.passages[place] for place in places],
        [corpus.questions[place] for place in asked],
        [frozenset(moved[place] for place in corpus.gold[question]) for question in asked],
    )


class Elsewhere:
    """A process of its own that embeds passages: ``kind`` "belegt", or "plain" for sentence-transformers as it is.

    ``seconds`` the last call took there, without the way to it and back, and ``arithmetic``: what it computed in.
    """

    def __init__(self, kind: str, environ: Mapping[str, str]) -> None:
        code = f"from evals.embedding import serve; serve({kind!r})"
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
        )
        self.seconds = 0.0
        self.arithmetic = ""

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        assert self._process.stdin
        assert self._process.stdout
        out = Path(self._folder.name) / "vectors.npy"
        self._process.stdin.write(json.dumps({"texts": list(texts), "out": str(out)}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise ChildProcessError(
                f"the process that embeds ended with {self._process.wait()}; its error stands above"
            )
        self.seconds, self.arithmetic = json.loads(answer)
        return np.load(out)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()  # the end of its input ends it
        self._folder.cleanup()


def serve(kind: str) -> None:
    """What ``Elsewhere`` runs: a line of JSON in (texts, out), the vectors into the file named there, a line of JSON out."""
    settings, encode, arithmetic = Settings.load(), None, "float32"
    for line in sys.stdin:
        request = json.loads(line)
        if encode is None:
            if kind == "plain":
                encode = plain(settings).encode_document
            else:
                ours = Embedder(settings)
                encode, arithmetic = ours.passages, ours.arithmetic.name
        started = time.perf_counter()
        vectors = encode(request["texts"])
        seconds = time.perf_counter() - started
        np.save(request["out"], vectors)
        print(json.dumps([seconds, arithmetic]), flush=True)


def plain(settings: Settings) -> Any:
    """The bundled model as sentence-transformers loads it by itself, in float32 on the CPU."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(bundled_folder(settings.cache)), device="cpu", local_files_only=True)


def rates(ours: Encode, theirs: Elsewhere, texts: Sequence[str], rounds: int) -> tuple[np.ndarray, np.ndarray]:
    """Texts a second in each round, of ``ours`` and of ``theirs``, in turns."""
    found: tuple[list[float], list[float]] = ([], [])
    with tqdm(total=2 * (rounds + 1), desc="Timing", unit="run") as bar:
        for number in range(rounds + 1):
            part = texts if number else texts[:64]  # the first time loads, and warms up
            started = time.perf_counter()
            ours(part)
            seconds = time.perf_counter() - started
            bar.update()
            theirs(part)
            bar.update()
            if number:
                found[0].append(len(texts) / seconds)
                found[1].append(len(texts) / theirs.seconds)
    return np.array(found[0]), np.array(found[1])


def embedded(encode: Encode, texts: Sequence[str], what: str) -> np.ndarray:
    """Vectors of ``texts``, with a progress bar named ``what``."""
    parts = []
    with tqdm(total=len(texts), desc=what, unit="text") as bar:
        for start in range(0, len(texts), PIECE):
            parts.append(encode(texts[start : start + PIECE]))
            bar.update(len(parts[-1]))
    return np.concatenate(parts)


def ndcg(passages: np.ndarray, questions: np.ndarray, gold: Sequence[frozenset[int]]) -> np.ndarray:
    """nDCG@10 of each question by exact search."""
    order = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :DEPTH]
    return np.array(
        [
            retrieval([str(place) for place in ranked], {str(place) for place in right}, [MEASURE])[MEASURE]
            for ranked, right in zip(order, gold, strict=True)
        ]
    )


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cosine of each row of ``a`` to that of ``b``."""
    return np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.embedding", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--texts", type=int, default=256, help="passages that are timed (256)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=2000, help="questions drawn from each set (2000)")
    parser.add_argument("--passages", type=int, default=2000, help="passages of each set, gold ones among them (2000)")
    parser.add_argument("--all", action="store_true", help="all questions over all passages: a quarter of an hour")
    arguments = parser.parse_args(argv)
    as_started = dict(os.environ)  # before a model is loaded, which sets what belegt wants
    with tempfile.TemporaryDirectory() as work:
        sets = corpora(arguments.data, Path(work))
    ours, plain = Embedder(Settings.load()), Embedder(Settings.load(embed_dtype="float32"))
    # By turns from both sets: their passages differ in length.
    texts = [text for pair in zip(*(one.passages for one in sets), strict=False) for text in pair][: arguments.texts]
    with Elsewhere("plain", as_started) as theirs:
        timed = rates(ours.passages, theirs, texts, arguments.rounds)
        how = f"{ours.arithmetic.name}, {side_by_side.width()} batches side by side"
        for name, found, by in zip(("belegt", "encode_document"), timed, (how, theirs.arithmetic), strict=True):
            print(f"{name:16} {np.median(found):6.1f} passages/s (median of {len(found)}; {by})")
        ratios = timed[0] / timed[1]
        print(
            f"ratio            {np.median(ratios):6.2f} (rounds {', '.join(f'{ratio:.2f}' for ratio in ratios)})",
            flush=True,
        )
        for whole in sets:
            one = whole if arguments.all else drawn(whole, arguments.questions, arguments.passages)
            asked = embedded(ours.questions, one.questions, f"{one.name} questions")
            in_full = embedded(plain.questions, one.questions, f"{one.name} questions, float32")
            mine = embedded(ours.passages, one.passages, f"{one.name} belegt")
            full = embedded(theirs, one.passages, f"{one.name} float32")
            print(cost(whole, one, (asked, mine), (in_full, full)), flush=True)
        few = texts[:32]
        expected = theirs(few)
    with Elsewhere("belegt", as_started | OLD_CPU) as old:
        alike = cosines(old(few), expected)
        print(
            f"AVX2 alone       {old.arithmetic}: cosine to float32 {alike.min():.6f} at least, over {len(few)} passages"
        )
    return 0


def cost(whole: Corpus, one: Corpus, ours: tuple[np.ndarray, np.ndarray], plain: tuple[np.ndarray, np.ndarray]) -> str:
    """What ``ours`` loses against ``plain``, both vectors of the questions and of the passages of ``one``, which was drawn
    from ``whole``."""
    (asked, mine), (asked_plain, full) = ours, plain
    got, most = ndcg(mine, asked, one.gold), ndcg(full, asked_plain, one.gold)
    alike = cosines(mine, full)
    low, high = bootstrap(list(got - most))
    return (
        f"{one.name:16} {len(asked)} of {len(whole.questions)} questions, {len(mine)} of {len(whole.passages)} passages: "
        f"{MEASURE} {got.mean():.4f}, float32 {most.mean():.4f}: {100 * (got.mean() / most.mean() - 1):+.2f} % "
        f"[{100 * low / most.mean():+.2f}, {100 * high / most.mean():+.2f}]; "
        f"cosine {alike.min():.6f} at least, {alike.mean():.6f} on average"
    )


if __name__ == "__main__":
    sys.exit(main())
