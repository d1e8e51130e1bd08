"""``python -m evals.answer_speed --index DIR``: how soon an answer without a language model is there, and what takes how long.

Each question of a set is asked of the index as the page asks; whether the index can answer it matters little. Searching is
taken apart beside it, in a search of its own: embedding the question, and the search without the reader that reranks.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.cases import load_set
from evals.cli import DEMO_SET
from evals.memory import private_megabytes
from evals.report import align
from rag.answerer import Answerer

WARM_UP = 5  # questions asked before time is taken
PARTS = ("embedding", "search", "reranking", "reading", "composing", "first sentence", "whole answer")


def measure(answerer: Answerer, questions: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each of PARTS for every question. Reranking is what searching takes beyond the first two."""
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    for question in questions:
        started = time.perf_counter()
        query = answerer.retriever.query(question)
        embedded = time.perf_counter()
        answerer.retriever.passages(query, rerank=False)
        searched = time.perf_counter()
        first = 0.0
        for event in answerer.stream(question):
            if event.kind == "token" and not first:
                first = time.perf_counter() - searched
        assert event.answer is not None
        told = event.answer.timings
        embedding, search = embedded - started, searched - embedded
        reranking = max(told["search"] - embedding - search, 0.0)
        seconds = (embedding, search, reranking, told["read"], told["compose"], first, time.perf_counter() - searched)
        for part, value in zip(PARTS, seconds, strict=True):
            found[part].append(1000 * value)
    return found


def table(times: dict[str, list[float]]) -> str:
    """Median, 95th percentile and the longest of each part, in milliseconds."""
    rows: list[tuple[str, ...]] = [("ms", "p50", "p95", "max")]
    for part, values in times.items():
        rows.append((part, *(f"{quantile:.0f}" for quantile in np.quantile(values, (0.5, 0.95, 1)))))
    return align(rows)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.answer_speed", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--set", type=Path, default=DEMO_SET, help="whose questions are asked")
    parser.add_argument("--limit", type=int, help="only the first N questions")
    args = parser.parse_args(argv)
    questions = [case.question for case in load_set(args.set).cases][: args.limit]
    with Answerer.open(args.index) as answerer:
        measure(answerer, [f"{question}?" for question in questions[:WARM_UP]])  # what was read once is not read again
        times = measure(answerer, questions)
        chunks = answerer.index.store.counts()[1]
        print(
            f"{len(questions)} questions over {chunks:,} chunks, {private_megabytes(os.getpid()):,.0f} MB private memory"
        )
    print(table(times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
