"""``python -m tests.llm_overhead INDEX``: how much later the first sentence is shown than the bare endpoint writes it.

The scripted endpoint on loopback says two sentences at once; the first of them is certain when the second begins. Ours is
counted from the end of the search to the first token event: reading, prompt, call, checking, citing. What the reader takes
of it is said besides. The same request body is sent to the same endpoint by httpx alone, in turn with ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import httpx

from rag.answerer import Answerer
from rag.settings import Settings
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
    arguments = parser.parse_args()
    with running() as endpoint:
        endpoint.says(Script(SAID))
        # Shown though nothing bears it out: a dropped sentence has no time.
        settings = Settings.load(
            index=arguments.index, llm_url=endpoint.url, llm_model=MODEL, answer_mode="llm", drop_unsupported=False
        )
        with Answerer.open(settings) as answerer:
            ours(answerer, QUESTIONS[0])  # imports, connections
            rows = []
            for number in range(arguments.rounds * len(QUESTIONS)):
                shown, read = ours(answerer, QUESTIONS[number % len(QUESTIONS)])
                rows.append((shown, bare(endpoint), read))
            chunks = answerer.status().chunks
    overhead = sorted((shown - alone) * 1000 for shown, alone, _ in rows)
    told = {
        "chunks": chunks,
        "questions": len(rows),
        "overhead p50 ms": round(statistics.median(overhead), 1),
        "overhead p95 ms": round(overhead[int(0.95 * (len(overhead) - 1))], 1),
        "of it the reader p50 ms": round(statistics.median(read for *_, read in rows) * 1000, 1),
        "bare endpoint p50 ms": round(statistics.median(alone for _, alone, _ in rows) * 1000, 1),
    }
    print(json.dumps(told, indent=2))


def ours(answerer: Answerer, question: str) -> tuple[float, float]:
    """Seconds from the end of the search to the first token, and those of the reader in them."""
    searched = first = 0.0
    read = 0.0
    for event in answerer.stream(question):
        now = time.perf_counter()
        if event.text == "reading":
            searched = now
        elif event.kind == "token" and not first:
            first = now
        elif event.answer:
            read = event.answer.timings["read"]
    return first - searched, read


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
