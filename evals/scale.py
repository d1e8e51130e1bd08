"""How fast a corpus goes in, and in how much memory: ``python -m evals.scale NEWS.jsonl[.gz] --limit 1000``.

The rate of an ingest (reading, cleaning, cutting, analysing, embedding, storing, building Chroma; in a process of its own)
beside the rate of embedding the same chunks alone, with the model loaded, measured before and after it in the same run; its
peak memory; and how long a second, unchanged run takes.

An ingest loads the model, which takes as long for one article as for 10,000. So what an ingest of the first article alone
takes is measured too, and the rate is told twice: over all seconds, and for the articles after the first.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.article import Article
from corpus.load import load
from evals.memory import peak_megabytes
from rag.index import Index, embedded_text
from rag.ingest import BATCH_CHUNKS
from rag.settings import Settings

MOST_ALONE = 3000  # texts embedded alone before, and after, the ingest: evenly spaced among all


@dataclass(frozen=True, slots=True)
class Scale:
    """Rates in chunks a second, memory in MB (peak resident set of the ingesting process), times in seconds.

    ``ingest``    chunks over the seconds of the whole ingest, loading the model among them
    ``further``   the same of the articles after the first: without the ``start_seconds`` and the chunks of an ingest of
                  the first article alone
    """

    articles: int
    chunks: int
    embedding_before: float
    embedding_after: float
    ingest: float
    further: float
    start_seconds: float
    ingest_seconds: float
    peak_megabytes: float
    unchanged_seconds: float

    @property
    def embedding(self) -> float:
        """The rate of embedding alone."""
        return (self.embedding_before + self.embedding_after) / 2

    @property
    def ratio(self) -> float:
        """The ingest's rate over that of embedding alone."""
        return self.ingest / self.embedding


def measure(path: Path, limit: int | None, work: Path) -> Scale:
    """One run over the first ``limit`` lines of ``path``, with everything it makes under ``work``."""
    source = _first_lines(path, limit, work / "articles.jsonl") if limit else path
    with Index.open(Settings.load(index=work / "alone"), create=True) as index:
        articles = [item for item in load([source]) if isinstance(item, Article)]
        texts = [embedded_text(article.title, chunk.text) for article in articles for chunk in index.chunk(article)]
        step = max(2, -(-len(texts) // MOST_ALONE))
        before = _embedding_rate(index, texts[::step])
        _, _, first = _ingest(_first_lines(path, 1, work / "first.jsonl"), work / "first")
        seconds, peak, report = _ingest(source, work / "index")
        after = _embedding_rate(index, texts[1::step])
    unchanged, _, _ = _ingest(source, work / "index")
    return Scale(
        articles=int(report["articles"]),
        chunks=int(report["chunks"]),
        embedding_before=before,
        embedding_after=after,
        ingest=report["chunks"] / report["seconds"],
        further=(report["chunks"] - first["chunks"]) / (report["seconds"] - first["seconds"]),
        start_seconds=first["seconds"],
        ingest_seconds=seconds,
        peak_megabytes=peak,
        unchanged_seconds=unchanged,
    )


def _first_lines(path: Path, limit: int, into: Path) -> Path:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        into.write_bytes(b"".join(itertools.islice(lines, limit)))
    # A file written just now is read again: it might be written to within one tick of its clock.
    then = time.time() - 60
    os.utime(into, (then, then))
    return into


def _embedding_rate(index: Index, texts: list[str]) -> float:
    index.embedder.passages(texts[:BATCH_CHUNKS])  # the first batch pays for loading and warming up
    started = time.perf_counter()
    for at in range(0, len(texts), BATCH_CHUNKS):
        index.embedder.passages(texts[at : at + BATCH_CHUNKS])
    return len(texts) / (time.perf_counter() - started)


def _ingest(source: Path, index: Path) -> tuple[float, float, dict[str, float]]:
    """Seconds, peak megabytes and report of one ``belegt ingest`` in a process of its own."""
    command = [sys.executable, "-m", "rag.cli", "ingest", str(source), "--index", str(index), "--json"]
    started, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryFile("w+") as output, subprocess.Popen(command, stdout=output) as process:
        while process.poll() is None:
            peak = max(peak, peak_megabytes(process.pid))
            time.sleep(0.05)
        output.seek(0)
        report = json.load(output)
    return time.perf_counter() - started, peak, report


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        scale = measure(arguments.path, arguments.limit, Path(work))
    if arguments.json:
        print(json.dumps(asdict(scale) | {"ratio": scale.ratio, "further_ratio": scale.further / scale.embedding}))
        return 0
    print(f"{scale.articles} articles, {scale.chunks} chunks")
    print(f"embedding alone  {scale.embedding_before:6.1f} chunks/s before, {scale.embedding_after:6.1f} after")
    print(
        f"ingest           {scale.ingest:6.1f} chunks/s, {100 * scale.ratio:.0f} % of that, in {scale.ingest_seconds:.0f} s"
    )
    print(
        f"after the first  {scale.further:6.1f} chunks/s, {100 * scale.further / scale.embedding:.0f} % of that:"
        f" the first article alone takes {scale.start_seconds:.1f} s"
    )
    print(f"peak memory      {scale.peak_megabytes:6.0f} MB resident")
    print(f"unchanged        {scale.unchanged_seconds:6.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
