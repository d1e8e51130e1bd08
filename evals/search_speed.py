"""``python -m evals.search_speed --data ../shared/data``: how long a search takes in small and large archives.

Indexes of each size (``evals.grown``) are kept under ``--work``, and a build that was stopped goes on there. Real German
questions (MLQA's development set) are asked one at a time: of the vectors alone, of the words alone, and whole
(``Retriever.passages``), without a filter and with two. The embedding of the question is counted by itself. What the search
by vectors finds is compared with an exact search through all of them. Every size is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from corpus.load import load
from evals.errors import DataMissingError
from evals.grown import grow
from evals.memory import peak_megabytes, private_megabytes
from evals.report import align
from rag.index import CHROMA, STORE, Index
from rag.retrieve import Retriever
from rag.rows import Filter
from rag.settings import Settings

SIZES = "10k,50k,200k,1m"
QUESTIONS = Path("mlqa_dev") / "dev-context-de-question-de.json"
NEWS = "messy_news_10k.jsonl.gz"
REAL_ARTICLES = 4600  # of NEWS: about 60,000 chunks
WARM_UP = 10  # questions asked before time is taken
DEPTHS = (10, 50)
BATCH = 20_000  # vectors compared at once in an exact search
TIES = 1e-5  # similarities this close are one: Chroma and numpy add in another order

Result = TypeVar("Result")
Times = dict[str, list[float]]


@dataclass(slots=True)
class Measured:
    """One size. ``times`` of each question by what was timed, in milliseconds, and ``cpu``, the milliseconds that all
    threads together computed meanwhile: the same on a busy machine. Memory and disk in MB."""

    chunks: int
    articles: int
    open_seconds: float = 0.0
    model_megabytes: float = 0.0  # private memory once the model is loaded
    private_megabytes: float = 0.0  # after all searches
    peak_megabytes: float = 0.0  # resident at most, with what was read of the store in place
    store_megabytes: float = 0.0
    chroma_megabytes: float = 0.0
    store_seconds: float | None = None  # None where the build was not made in one run
    chroma_seconds: float | None = None
    times: Times = field(default_factory=dict)
    cpu: Times = field(default_factory=dict)
    recall: dict[str, dict[str, float]] = field(default_factory=dict)  # by filter and depth


def sizes(text: str) -> list[int]:
    """ "10k,1m" -> [10000, 1000000]. Raises ValueError."""
    scales = {"k": 1_000, "m": 1_000_000}
    return [int(one.strip().rstrip("kmKM")) * scales.get(one.strip()[-1:].lower(), 1) for one in text.split(",")]


def questions(data: Path, most: int) -> list[str]:
    """German questions, ``most`` of them spread evenly over MLQA's development set. Raises DataMissingError."""
    path = data / QUESTIONS
    if not path.is_file():
        raise DataMissingError(path=path)
    articles = json.loads(path.read_text("utf-8"))["data"]
    found = [qa["question"] for article in articles for part in article["paragraphs"] for qa in part["qas"]]
    return found[:: max(1, len(found) // most)][:most]


def real(data: Path, work: Path) -> Path:
    """An index of the first articles of NEWS, made under ``work`` unless it is there. Raises DataMissingError."""
    folder = work / "real"
    if not (data / NEWS).is_file():
        raise DataMissingError(path=data / NEWS)
    with Index.open(Settings.load(index=folder), create=True) as index:
        held = index.store.counts()[0]
        if held < REAL_ARTICLES - 100:  # a few are copies, and stand for no article of their own
            articles = (item for item in load([data / NEWS]) if isinstance(item, Article))
            index.add(islice(articles, REAL_ARTICLES))
    return folder


def filters(index: Index) -> dict[str, Filter]:
    """No filter, the source with most articles, and from the day on since which a tenth of the articles appeared."""
    days = [
        day for (day,) in index.store.db.execute("SELECT first_day FROM articles WHERE current = 1 AND first_day > 0")
    ]
    since = dt.datetime.strptime(str(sorted(days)[-len(days) // 10]), "%Y%m%d").date()
    return {
        "": Filter(),
        "one source": Filter(sources=index.store.names("source")[:1]),
        "latest tenth": Filter(since=since),
    }


def measure(folder: Path, asked: Sequence[str]) -> Measured:
    """Every question asked of the index under ``folder`` in every way, one at a time."""
    with Index.open(Settings.load(index=folder, rerank_model="none")) as index:
        articles, chunks = index.store.counts()
        found = Measured(chunks, articles)
        index.embedder.questions(asked[:WARM_UP])
        found.model_megabytes = private_megabytes(os.getpid())
        found.open_seconds = _timed(lambda: index.vectors)[1][0]
        retriever, ways = Retriever(index), filters(index)
        for question in asked[:WARM_UP]:
            _ask(({}, {}), retriever, question, ways)
        progress = tqdm(asked, desc=f"{chunks} chunks", unit="question")
        vectors = np.stack([_ask((found.times, found.cpu), retriever, question, ways) for question in progress])
        found.private_megabytes = private_megabytes(os.getpid())
        found.peak_megabytes = peak_megabytes(os.getpid())
        found.store_megabytes = sum(file.stat().st_size for file in folder.glob(f"{STORE}*")) / 1e6
        found.chroma_megabytes = sum(f.stat().st_size for f in (folder / CHROMA).rglob("*") if f.is_file()) / 1e6
        found.recall = {name: recall(index, vectors, only) for name, only in ways.items()}
    return found


def _ask(times: tuple[Times, Times], retriever: Retriever, question: str, ways: Mapping[str, Filter]) -> np.ndarray:
    """Asks a question in every way, notes the milliseconds each took, and returns its vector."""
    vector, embedding = _timed(lambda: retriever.index.embedder.questions([question])[0])
    query, analysis = _timed(lambda: retriever.analysed(question, vector))
    _, search = _timed(lambda: retriever.passages(query))
    taken = {"embedding": embedding, "search": analysis + search, "both": embedding + analysis + search}
    for fusion in ("dense", "lexical"):
        taken[fusion] = _timed(lambda: retriever.passages(query, fusion=fusion))[1]  # noqa: B023  called at once
    for name, only in ways.items():
        if name:
            taken[f"search, {name}"] = analysis + _timed(lambda: retriever.passages(query, only=only))[1]  # noqa: B023
    for name, seconds in taken.items():
        for kept, value in zip(times, seconds, strict=True):
            kept.setdefault(name, []).append(1000 * float(value))
    return vector


def recall(index: Index, vectors: np.ndarray, only: Filter) -> dict[str, float]:
    """At each of ``DEPTHS``, the share of the nearest chunks' texts by an exact search that the index's search returns."""
    nearest = exact(index, vectors, only)
    shares: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    for vector, best in zip(vectors, nearest, strict=True):
        found = index.nearest(vector, max(DEPTHS), only)
        keys = dict(
            index.store.db.execute(
                "SELECT key, chunk FROM vectors WHERE chunk IN (SELECT value FROM json_each(?))",
                (json.dumps([chunk for chunk, _ in found]),),
            )
        )
        similar = dict(found)
        for depth in DEPTHS:
            if len(best):
                wanted = best[: min(depth, len(best))]
                hits = sum(similar[chunk] >= wanted[-1] - TIES for chunk in keys.values())
                shares[depth].append(min(1.0, hits / len(wanted)))
    return {str(depth): float(np.mean(one)) for depth, one in shares.items()}


def exact(index: Index, vectors: np.ndarray, only: Filter) -> list[np.ndarray]:
    """The highest similarities of each of ``vectors`` to different texts of the index, best first; all are compared."""
    allowed = np.array(sorted(index.store.keys(only)), np.int64)
    best = np.full((len(vectors), 0), 0, np.float32)
    rows = index.store.db.execute("SELECT key, vector FROM vectors GROUP BY key ORDER BY key")
    while batch := rows.fetchmany(BATCH):
        keep = np.isin([key for key, _ in batch], allowed)
        held = np.stack([np.frombuffer(vector, "<f4") for _, vector in batch])[keep]
        best = np.sort(np.concatenate([best, vectors @ held.T], 1), 1)[:, -max(DEPTHS) :]
    return list(best[:, ::-1])


def _timed(do: Callable[[], Result]) -> tuple[Result, np.ndarray]:
    """What ``do`` returns, and the seconds that passed and that were computed."""
    started = np.array((time.perf_counter(), time.process_time()))
    result = do()
    return result, np.array((time.perf_counter(), time.process_time())) - started


def run(data: Path, work: Path, size: int, source: Path, asked: int) -> Measured:
    """An index of one size made, if it is not there, and measured in a process of its own."""
    folder = work / str(size)
    notes = folder / "built.json"  # what a build took, for a run that finds it done
    whole = not folder.exists()
    index, stored = _timed(lambda: grow(source, folder, size))
    with index:
        _, built = _timed(lambda: index.vectors)
    if whole:
        notes.write_text(json.dumps({"store_seconds": stored[0], "chroma_seconds": built[0]}), "utf-8")
    command = [sys.executable, "-m", "evals.search_speed", "--data", str(data), "--measure", str(folder)]
    output = subprocess.run([*command, "--questions", str(asked)], stdout=subprocess.PIPE, check=True, text=True).stdout
    return Measured(**json.loads(output) | (json.loads(notes.read_text("utf-8")) if notes.exists() else {}))


def table(found: Sequence[Measured]) -> str:
    """A column for each size; times as p50 / p95 / max."""
    rows = [("chunks", *(f"{one.chunks:,}" for one in found)), ("articles", *(f"{one.articles:,}" for one in found))]
    for unit, kind in (("ms", "times"), ("CPU ms", "cpu")):
        for name in found[0].times:
            quantiles = [np.quantile(getattr(one, kind)[name], (0.5, 0.95, 1)) for one in found]
            rows.append((f"{name}, {unit}", *(" / ".join(f"{q:.0f}" for q in three) for three in quantiles)))
    for way in found[0].recall:
        for depth in DEPTHS:
            shares = (one.recall[way][str(depth)] for one in found)
            rows.append((f"recall@{depth}{', ' * bool(way)}{way}", *(f"{share:.4f}" for share in shares)))
    for label, name in (
        ("memory of the model, MB", "model_megabytes"),
        ("with the index, MB", "private_megabytes"),
        ("with the file's pages, MB", "peak_megabytes"),
        ("store on disk, MB", "store_megabytes"),
        ("Chroma on disk, MB", "chroma_megabytes"),
        ("filling the store, s", "store_seconds"),
        ("building Chroma, s", "chroma_seconds"),
        ("opening, s", "open_seconds"),
    ):
        values = (getattr(one, name) for one in found)
        rows.append((label, *("-" if v is None else f"{v:,.{int(name.endswith('seconds'))}f}" for v in values)))
    rows.append(("growth of chunks", *_growth([one.chunks for one in found])))
    rows.append(("growth of search p95, CPU", *_growth([float(np.quantile(one.cpu["search"], 0.95)) for one in found])))
    rows.append(("growth of memory", *_growth([one.private_megabytes - one.model_megabytes for one in found])))
    rows.append(("growth of disk", *_growth([one.store_megabytes + one.chroma_megabytes for one in found])))
    return align(rows)


def _growth(values: Sequence[float]) -> list[str]:
    """Each value as a multiple of the one before."""
    return ["", *(f"x {after / before:.1f}" for before, after in pairwise(values))]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.search_speed", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sizes", type=sizes, default=SIZES)
    parser.add_argument("--work", type=Path, default=Path("search_speed"), help="where indexes are made and kept")
    parser.add_argument("--index", type=Path, help=f"an index of real articles to take instead of one of {NEWS}")
    parser.add_argument("--questions", type=int, default=250)
    parser.add_argument("--measure", type=Path, help="measure the index in this folder alone; prints JSON")
    args = parser.parse_args(argv)
    asked = questions(args.data, args.questions)
    if args.measure:
        print(json.dumps(asdict(measure(args.measure, asked))))
        return 0
    source = args.index or real(args.data, args.work)
    found = [run(args.data, args.work, size, source, args.questions) for size in args.sizes]
    print(f"{len(asked)} questions\n{table(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
