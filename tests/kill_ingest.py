"""kill -9 at random moments of an ingest, then a rerun: ``python -m tests.kill_ingest PATH --kills 10``.

Compares with what a clean run of the same articles stores: the same articles and chunks, none twice, chunks found by their
own text. Prints what it saw and exits 1 when anything differs. The kills are spread over the whole ingest, up to the
building of Chroma: each run goes on where the one before was killed. What a clean run stores does not depend on vectors, so
that run is made here without a model.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from tqdm import tqdm

from corpus.article import Article
from evals.memory import peak_megabytes
from rag.index import Index, embedded_text
from rag.rows import Filter, NewChunk
from rag.settings import Settings


@dataclass
class Result:
    """What the runs did: ``faults`` is empty when kills changed nothing."""

    kills: int
    seconds: float
    peak_megabytes: float  # the highest resident set of any of the killed and the last run
    articles: int
    chunks: int
    checked: int
    faults: list[str] = field(default_factory=list)


def ingest(path: Path, index: Path, kill_at: int | None = None, wait: float = 0.0) -> tuple[bool, float]:
    """One ingest in a process of its own: whether it was killed, and its peak megabytes.

    It is killed ``wait`` seconds after ``kill_at`` articles are stored.
    """
    command = [sys.executable, "-m", "rag.cli", "ingest", str(path), "--index", str(index), "--json"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors) as run,
    ):
        peak, killed = 0.0, False
        while run.poll() is None:
            peak = max(peak, peak_megabytes(run.pid))
            if not killed and kill_at is not None and stored(index) >= kill_at:
                time.sleep(wait)
                run.kill()
                killed = True
            time.sleep(0.05)
        errors.seek(0)
        if run.returncode not in (0, -signal.SIGKILL):
            raise RuntimeError(errors.read()[-2000:])
    return run.returncode != 0, peak


def stored(index: Path) -> int:
    """Articles in the store by now; 0 before there is one."""
    try:
        with sqlite3.connect(f"file:{index / 'store.sqlite'}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def contents(index: Index) -> list[tuple[str, int, int]]:
    """(article id, start, end) of every chunk, sorted; articles without a chunk as (id, 0, 0)."""
    rows = index.store.db.execute(
        'SELECT articles.id, start, "end" FROM articles LEFT JOIN chunks ON article = row WHERE current = 1'
    )
    return sorted((row[0], row[1] or 0, row[2] or 0) for row in rows)


def clean_contents(path: Path, index: Path) -> list[tuple[str, int, int]]:
    """What a run without a kill stores."""

    def without_model(
        self: Index, articles: Sequence[tuple[Article, list[NewChunk]]], **how: bool
    ) -> list[list[NewChunk]]:
        vector = np.eye(1, 384, dtype=np.float32)[0]
        return [[replace(new, vector=vector) for new in drafts] for _, drafts in articles]

    with (
        patch.object(Index, "embed", without_model),
        patch.object(Index, "_conclude", lambda self, **how: None),
        Index.open(Settings.load(index=index), create=True) as clean,
    ):
        clean.ingest([path], progress=False)
        return contents(clean)


def unfindable(index: Index, most: int, rng: random.Random) -> tuple[int, list[int]]:
    """How many chunks were looked for, and those that a search for their own text does not return among the first three."""
    ids = [row[0] for row in index.store.db.execute("SELECT id FROM chunks ORDER BY id")]
    ids = sorted(rng.sample(ids, min(most, len(ids))))
    chunks = index.store.chunks(ids)
    texts = [embedded_text(chunk.title, chunk.text) for chunk in chunks.values()]
    missed = []
    for chunk, vector in zip(chunks.values(), index.embedder.passages(texts), strict=True):
        found = index.store.chunks(i for i, _ in index.nearest(vector, 3, Filter()))
        same = [i for i, other in found.items() if other.text == chunk.text]  # a sentence may stand in two articles
        if chunk.id not in found and not same:
            missed.append(chunk.id)
    return len(ids), missed


def run(path: Path, work: Path, kills: int, seed: int = 0, check: int = 2000) -> Result:
    """``kills`` killed runs, one to the end, and the comparison."""
    rng = random.Random(seed)
    expected = clean_contents(path, work / "clean")
    total = len({article_id for article_id, _, _ in expected})
    started = time.monotonic()
    peak, done = 0.0, 0
    with tqdm(total=kills, desc="kills", disable=not sys.stderr.isatty()) as bar:
        for kill_at in [*sorted(rng.randint(0, total) for _ in range(kills - 1)), total]:  # the last in Chroma's time
            was_killed, megabytes = ingest(path, work / "killed", kill_at, rng.uniform(0, 3))
            peak, done = max(peak, megabytes), done + was_killed
            bar.update(1)
            print(f"run {'killed' if was_killed else 'ended'} at {stored(work / 'killed')} articles", file=sys.stderr)
    _, megabytes = ingest(path, work / "killed")
    seconds = time.monotonic() - started
    with Index.open(Settings.load(index=work / "killed")) as index:
        found = contents(index)
        checked, missed = unfindable(index, check, rng)
        articles, chunks = index.store.counts()
        faults = index.verify()
    result = Result(done, seconds, max(peak, megabytes), articles, chunks, checked, faults)
    if found != expected:
        result.faults.append(f"contents differ: {len(expected)} chunks in a clean run, {len(found)} here")
    if len(set(found)) != len(found):
        result.faults.append("a chunk is there twice")
    if missed:
        result.faults.append(f"not found by their own text: {missed}")
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", type=int, default=2000, help="chunks looked for by their own text")
    parser.add_argument("--keep", type=Path, help="folder to work in, kept afterwards")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.keep or Path(temporary)
        result = run(arguments.path, work, arguments.kills, arguments.seed, arguments.check)
    print(
        f"{result.kills} runs killed, then one to the end, {result.seconds:.0f} s in all, at most "
        f"{result.peak_megabytes:.0f} MB resident; {result.articles} articles, {result.chunks} chunks, "
        f"{result.checked} of them looked for"
    )
    for fault in result.faults:
        print(f"FAULT: {fault}")
    print("failed" if result.faults else "nothing lost, nothing twice, every chunk found by its own text")
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
