"""Runs made up for the tests of the report: nothing in them was asked of any system.

Articles, questions and answers are put together from word lists by a seeded generator, so that sizes and shapes are
those of a real run: ten passages a question, citations inside passages, every kind of outcome.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Any

from evals.cases import Case, QuestionSet
from evals.results import Result, Run
from rag.types import Answer, Citation, Passage, Sentence

MARK = "erfunden"  # tag of every made-up question
PLACES = "Elmstadt Mühlrode Altwiesen Breedenhafen Sankt-Veiten Deichklang Hinrichskoog Nordfriedhof".split()
THINGS = "Brücke Schule Klinik Straßenbahn Bibliothek Halle Kläranlage Feuerwache Turnhalle Mühle".split()
FIRST = "Silke Jörg Hanne Ottmar Corinna Lorenz Gudrun Henning Marlies Friedrich".split()
LAST = "Radomski Hallwachs Dörfel Brix Bleichert Weidacher Hasselbach Tesch Kammerer Amann".split()
SOURCES = ("Elmstädter Anzeiger", "Lindtaler Bote", "Depesche 24", "Hafenkurier")
ATTACKS = (
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "<img src=x onerror='window.hacked = 3'>",
    '" onmouseover="window.hacked = 4" x="',
    "<!--<script>",
    "\u2028window.hacked = 5\u2029",
    "abc\u202edef\u2066ghi\u2069",
    "\ud83d\ude80 \ud800",
)


def _article(number: int, chance: random.Random) -> tuple[str, str, list[tuple[int, int]], list[str]]:
    """Id, text, the spans of its sentences, and the figure that each names."""
    place, thing = PLACES[number % len(PLACES)], chance.choice(THINGS)
    sentences, figures = [], []
    for i in range(14):
        amount = f"{chance.randint(2, 980)}"
        who = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        sentences.append(
            chance.choice(
                (
                    f"Für die {thing} in {place} sind im Abschnitt {i} {amount} Anträge eingegangen.",
                    f"„Wir haben {amount} Stimmen gezählt, und jede davon gehört nach {place}“, sagte {who}.",
                    f"Nach Angaben von {who} kostet die {thing} in {place} rund {amount} Mio. Euro mehr als geplant.",
                    f"Am Rand der Sitzung zählte {who} {amount} Gäste, die eigens nach {place} gekommen waren.",
                )
            )
        )
        figures.append(amount)
    text, spans = "", []
    for i, sentence in enumerate(sentences):
        text += ("\n\n" if i % 4 == 0 else " ") if i else ""
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence
    return f"made-up-{number:03}", text, spans, figures


def _passage(number: int, chunk: int, score: float) -> Passage:
    article, text, spans, _ = _articles()[number]
    start, end = spans[4 * chunk][0], spans[min(4 * chunk + 3, len(spans) - 1)][1]
    return Passage(
        10 * number + chunk, article, f"{THINGS[number % 10]} in {PLACES[number % 8]}: Bericht {number}",
        SOURCES[number % 4], f"2024-{1 + number % 12:02}-{1 + number % 28:02}", None, "de", text[start:end], start, end,
        score, score / 2, score / 2,
    )  # fmt: skip


@cache
def _articles() -> list[tuple[str, str, list[tuple[int, int]], list[str]]]:
    chance = random.Random(7)
    return [_article(number, chance) for number in range(300)]


def result(number: int, chance: random.Random) -> Result:
    """A made-up question with a made-up answer: about one in four wrong."""
    home, line = number % 300, random.Random(number).randrange(12)  # the same question in every run
    article, text, spans, figures = _articles()[home]
    start, end = spans[line]
    refused, missed = chance.random() < 0.12, chance.random() < 0.18
    answerable = number % 6 != 0
    stated = {
        "answers": (figures[line],), "articles": (article,), "evidence": ((article, text[start:end]),), "answerable": True
    }  # fmt: skip
    case = Case(
        id=f"made-up-{number:04}",
        question=f"Welche Zahl nennt der Bericht {home} über {PLACES[home % 8]} im {line + 1}. Satz?",
        language="de",
        tags=(MARK, "Zahl" if number % 2 else "Ort"),
        **(stated if answerable else {"answerable": False}),
    )
    others = [chance.randrange(300) for _ in range(9)]
    passages = [
        _passage(home, line // 4, 0.9),
        *(_passage(n, chance.randrange(3), 0.8 - i / 20) for i, n in enumerate(others)),
    ]
    if missed:
        passages = [*passages[1:4], passages[0], *passages[4:]]
    cited = (line + 1) % 12 if missed else line
    first, last = spans[cited]
    quote = text[first:last]
    source = _passage(home, cited // 4, 0)
    citation = Citation(1, article, source.title, source.source, source.published, None, quote, first, last)
    found = Answer(
        question=case.question, language="de", text=f"{quote} [1]", status="conflicting" if number % 40 == 1 else "answered",
        sentences=(Sentence(quote, (1,), "partly" if missed else "verbatim"),), citations=(citation,),
        passages=tuple(passages), confidence=chance.betavariate(3, 3) if missed else chance.betavariate(6, 2),
        timings={"search": 0.011, "read": 0.04, "compose": 0.002},
    )  # fmt: skip
    if refused:
        found = replace(found, text="Keine sichere Antwort.", status="not_found", sentences=(), citations=(),
                        confidence=chance.betavariate(2, 6))  # fmt: skip
    seconds = 0.03 + chance.expovariate(20)
    if number % 500 == 499:
        return Result.crash(case, ValueError("erfundener Absturz"), seconds)
    return Result.of(case, found, seconds)


def run(count: int, seed: int = 1, name: str = "made-up") -> Run:
    """A made-up run of ``count`` questions."""
    chance = random.Random(seed)
    results = tuple(result(number, chance) for number in range(count))
    questions = QuestionSet(name, "1", "none", tuple(each.case for each in results))
    return Run(
        questions, results, "0123456789ab", ("made-up",), {"commit": "0" * 12, "date": "2026-11-21T10:00:00+00:00"}
    )


@cache
def saved(count: int, seed: int = 1) -> dict[str, Any]:
    """``run(...).to_json()``; the same object on each call, so do not change it."""
    return run(count, seed).to_json()


def hostile_run() -> dict[str, Any]:
    """One question whose every text, from the set's name to the score's stage, is an attack."""
    bad = " ".join(ATTACKS)
    text = f"\U0001f680 Davor {bad}. Der Beleg {bad} steht hier. Danach."
    start = text.index("Der Beleg")
    end = text.index(" Danach.")
    quote = text[start:end]
    facts = {"article_id": bad, "title": bad, "source": bad, "published": bad, "url": bad}
    record = {
        "id": bad, "question": f"Frage {bad}", "answers": [bad], "articles": [bad], "answerable": True, "language": bad,
        "evidence": [{"article": bad, "quote": quote}], "as_of": None, "tags": [bad], "slices": [f"source:{bad}", bad],
        "answer": f"Antwort {bad}", "short": bad, "status": "answered", "confidence": 0.5, "speaker": [bad],
        "citations": [{**facts, "number": 1, "quote": quote, "start": 100 + start, "end": 100 + end}],
        "sentences": [{"text": bad, "citations": [1], "verdict": "partly"}], "retrieved": [bad],
        "passages": [{**facts, "chunk_id": 1, "language": bad, "text": text, "start": 100, "end": 100 + len(text),
                      "score": 1.0, "dense": 0.5, "lexical": 0.5}],
        "seconds": 0.1, "timings": {bad: 0.1}, "measures": {"contained": 0.0, "error": 0.0}, "error": None,
    }  # fmt: skip
    about = {"name": bad, "version": bad, "licence": bad, "sha256": bad, "questions": 1}
    means = {"contained": {"value": 0.0, "counted": 1}, "error": {"value": 0.0, "counted": 1}}
    return {
        "set": about, "settings": bad, "models": [bad], "commit": bad, "date": bad, "python": bad, "packages": {bad: bad},
        "crashed": 0, "latency": {"p50": 0.1, "p95": 0.1}, "measures": means,
        "slices": {bad: {"questions": 1, "measures": means}, f"source:{bad}": {"questions": 1, "measures": means}},
        "risk": [], "results": [record],
    }  # fmt: skip
