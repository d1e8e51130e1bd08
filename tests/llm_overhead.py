"""``python -m tests.llm_overhead INDEX``: how much later the first sentence is shown than the bare endpoint writes it.

The scripted endpoint on loopback says two sentences at once; the first of them is certain when the second begins. "whole":
from the question to the first token event, less what the bare endpoint takes; "after the search": from its end on, which is
prompt, call, checking, citing. Then the stages; "reranking" is what the search spent on it before the first token, "read" what
is done after the last one. The same request body is sent to the same endpoint by httpx alone, in turn with ours.
``--set NAME=VALUE`` tries other settings.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from rag.answerer import Answerer
from rag.settings import Settings
from rag.types import Titled
from tests.llm_endpoint import MODEL, Endpoint, Script, running

SAID = "Das steht so in keinem der Artikel, die gezeigt wurden [1]. Und noch ein Satz folgt [2]."
QUESTIONS = (
    "Wie viele Soldaten wurden getötet?",
    "Wer gewann die Wahl im Herbst?",
    "Was kostet die Sanierung der Brücke?",
    "Wann trat der Minister zurück?",
    "Welche Partei lehnte das Gesetz ab?",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    given = dict(one.split("=", 1) for one in arguments.set)
    with running() as endpoint:
        endpoint.says(Script(SAID))
        # Shown though nothing bears it out: a dropped sentence has no time.
        told: dict[str, Any] = {"llm_url": endpoint.url, "llm_model": MODEL, "answer_mode": "llm"}
        settings = Settings.load(index=arguments.index, drop_unsupported=False, **told | given)
        with Answerer.open(settings) as answerer:
            ours(answerer, QUESTIONS[0])  # imports, connections
            rows = []
            for number in range(arguments.rounds * len(QUESTIONS)):
                # Another word each time: what was read before is remembered.
                question = QUESTIONS[number % len(QUESTIONS)].replace("?", f" {number}?")
                parts = ours(answerer, question)
                alone = bare(endpoint)
                over = {"whole": parts.pop("first") - alone, "after the search": parts.pop("later") - alone}
                rows.append({**over, **parts, "bare endpoint": alone})
            chunks = answerer.status().chunks
    names = list(dict.fromkeys(name for row in rows for name in row))
    measured = {name: sorted(row.get(name, 0.0) * 1000 for row in rows) for name in names}
    shown = {
        name: {"p50": round(statistics.median(of), 1), "p95": round(of[int(0.95 * (len(of) - 1))], 1)}
        for name, of in measured.items()
    }
    print(json.dumps({"chunks": chunks, "questions": len(rows), **given, "ms": shown}, indent=2))


def ours(answerer: Answerer, question: str) -> dict[str, float]:
    """Seconds from the question ("first") and from the end of the search ("later") to the first token, and by stage."""
    reranking = 0.0
    reranker = answerer.retriever.reranker

    class Timed:
        adds = reranker.adds if reranker else False
        languages = reranker.languages if reranker else None

        def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
            nonlocal reranking
            assert reranker
            began = time.perf_counter()
            found = reranker.scores(question, texts)
            reranking += time.perf_counter() - began
            return found

    answerer.retriever.reranker = Timed() if reranker else None
    searched = first = before = 0.0
    found: dict[str, float] = {}
    started = time.perf_counter()
    for event in answerer.stream(question):
        now = time.perf_counter()
        if event.text == "writing":
            searched = now
        elif event.kind == "token" and not first:
            first, before = now, reranking
        elif event.answer:
            found = event.answer.timings
    answerer.retriever.reranker = reranker
    stages = {name: found.get(name, 0.0) for name in ("search", "gather", "read")}
    return {"first": first - started, "later": first - searched, **stages, "reranking": before}


def bare(endpoint: Endpoint) -> float:
    """Seconds until the first sentence is there, of the last request sent again without belegt."""
    body = endpoint.asked[-1]
    with httpx.Client() as client:
        client.get(f"{endpoint.url}/models")  # ours has a connection, too
        started, written = time.perf_counter(), ""
        with client.stream("POST", f"{endpoint.url}/chat/completions", json=body) as reply:
            for line in reply.iter_lines():
                if line.startswith("data: {"):
                    written += json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
                    if "Und noch " in written:
                        return time.perf_counter() - started
    raise RuntimeError("the endpoint wrote less than was scripted")


if __name__ == "__main__":
    main()
