"""kill -9 at random moments of an ingest, then a rerun: ``python -m tests.kill_ingest FOLDER --kills 10``.

Compares with a clean run of the same articles: the same articles and chunks, none twice, every chunk found by its own text.
Prints what it saw and exits 1 when anything differs. The kills are spread over the whole ingest: each run goes on where
the one before was killed, and one that ends before its kill is thrown away and begun anew.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tqdm import tqdm

from rag.index import Index, embedded_text
from rag.settings import Settings
from rag.types import Chunk


def ingest(folder: Path, index: Path, kill_after: float | None = None) -> float | None:
    """Seconds a whole ingest took, in a process of its own; None when it was killed after ``kill_after`` seconds."""
    started = time.monotonic()
    command = [sys.executable, "-m", "rag.cli", "ingest", str(folder), "--index", str(index), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, errors = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return None
    if process.returncode != 0:
        raise RuntimeError(errors.decode()[-2000:])
    return time.monotonic() - started


def contents(index: Index) -> list[tuple[str, int, int]]:
    """(article id, start, end) of every chunk, sorted; articles without a chunk as (id, 0, 0)."""
    rows = index.store.db.execute(
        'SELECT articles.id, start, "end" FROM articles LEFT JOIN chunks ON article = row WHERE current = 1'
    )
    return sorted((row[0], row[1] or 0, row[2] or 0) for row in rows)


def unfindable(index: Index) -> list[int]:
    """Chunks that a search for their own text does not return among the first three."""
    ids = [chunk for chunk, _, _ in index.store.vectors()]
    chunks = index.store.chunks(ids)
    articles = {c.article_id: index.article(c.article_id) for c in chunks.values()}
    texts = [embedded_text(articles[c.article_id], Chunk(0, c.start, c.end, c.text, 0)) for c in chunks.values()]
    missed = []
    for chunk, vector in zip(chunks.values(), index.embedder.passages(texts), strict=True):
        found = [i for i, _ in index.vectors.query(vector, 3, None)]
        same = {i for i in found if chunks[i].text == chunk.text}  # the same sentence may stand in two articles
        if chunk.id not in found and not same:
            missed.append(chunk.id)
    return missed


def faults(folder: Path, work: Path, kills: int, seed: int = 0) -> list[str]:
    """What ``kills`` kills and a rerun changed, compared with a clean run; empty when nothing."""
    rng = random.Random(seed)
    clean, killed = work / "clean", work / "killed"
    seconds = ingest(folder, clean) or 0.0
    startup = ingest(folder, clean) or 0.0  # nothing has changed, so this is loading and reading alone
    step = 2 * max(seconds - startup, 1.0) / kills
    done, discarded = 0, 0
    with tqdm(total=kills, desc="kills", disable=not sys.stderr.isatty()) as bar:
        while done < kills:
            if ingest(folder, killed, rng.uniform(0.5 * startup, startup + step)) is None:
                done += 1
                bar.update(1)
            else:
                shutil.rmtree(killed)
                discarded += 1
    ingest(folder, killed)
    found = []
    with Index.open(Settings.load(index=clean)) as one, Index.open(Settings.load(index=killed)) as other:
        if contents(one) != contents(other):
            found.append(f"contents differ: {len(contents(one))} and {len(contents(other))} chunks")
        if len(set(contents(other))) != len(contents(other)):
            found.append("a chunk is there twice")
        found += other.verify()
        missed = unfindable(other)
        if missed:
            found.append(f"not found by their own text: {missed}")
        articles, chunks = other.store.counts()
        print(
            f"{kills} runs killed, {discarded} thrown away; clean run {seconds:.0f} s, unchanged {startup:.0f} s; "
            f"{articles} articles, {chunks} chunks"
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found = faults(arguments.folder, Path(work), arguments.kills, arguments.seed)
    for fault in found:
        print(f"FAULT: {fault}")
    print("failed" if found else "nothing lost, nothing twice, every chunk found by its own text")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
