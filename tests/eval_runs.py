"""Runs of a made-up system over a made-up set, as good as one asks for: for the tests of comparison, gate and files."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection

from corpus.mentions import DateMention
from evals import Case, QuestionSet, Run, run
from evals.run import AnswerFunction
from rag.settings import Settings
from rag.types import Answer, Citation, Passage, Sentence

OUTLETS = ("Bote", "Anzeiger", "Kurier")


def question_set(count: int) -> QuestionSet:
    """Three of four questions can be answered: question i by "i Meter" in article ai, whose speaker is Lee."""
    return QuestionSet("made-up", "1", "CC0", tuple(_case(i) for i in range(count)))


def _case(i: int) -> Case:
    text, tags = f"Wie hoch ist Mauer {i}?", (f"kind-{i % 2}",)
    if i % 4 == 0:
        return Case(f"q{i}", text, answerable=False, language="de", as_of=dt.date(2025, 6, 1), tags=tags)
    evidence = ((f"a{i}", f"Sie ist {i} Meter hoch, sagt Lee."),)
    return Case(f"q{i}", text, (f"{i} Meter",), (f"a{i}",), evidence, True, "de", tags=tags, speaker=("Lee",))


def system(seed: int, right: float) -> AnswerFunction:
    """Answers each question rightly with the probability ``right``, which its confidence knows somewhat."""
    chance = random.Random(seed)

    def ask(question: str, as_of: dt.date | None, *, within: Collection[str] | None = None) -> Answer:
        i = int(question.split()[-1].removesuffix("?"))
        good = chance.random() < right
        articles = [f"a{j}" for j in range(i, i + 4)]
        if not good:
            chance.shuffle(articles)
        passages = tuple(map(passage, articles))
        silent = good if i % 4 == 0 else not good and chance.random() < 0.3
        confidence = chance.uniform(0, 0.6) if silent else chance.uniform(0.4, 1)
        if silent:
            return Answer(question, "de", "Das steht nicht in den Artikeln.", "not_found", (), (), passages, confidence)
        said = f"Sie ist {i} Meter hoch, sagt Lee." if good else "Das ist unklar."
        return Answer(
            question, "de", f"{said} [1]", "answered", (Sentence(said, (1,), "verbatim"),), (citation(articles[0], said),),
            passages, confidence, short=f"{i} Meter" if good else None, timings={"search": 0.01, "total": 0.02},
        )  # fmt: skip

    return ask


def passage(article: str) -> Passage:
    outlet = OUTLETS[int(article[1:]) % 3]
    day = DateMention(0, 5, "Heute", dt.date(2024, 5, 1), dt.date(2024, 5, 1))
    return Passage(1, article, "Mauern", outlet, "2024-05", None, "de", "Heute. Text.", 0, 12, 1.0, 0.9, 3.0, (day,))


def citation(article: str, quote: str) -> Citation:
    return Citation(1, article, "Mauern", OUTLETS[int(article[1:]) % 3], "2024-05", None, quote, 0, len(quote))


def made_run(seed: int, right: float, count: int = 120, **settings: object) -> Run:
    """``count`` questions put to ``system(seed, right)``."""
    chosen = Settings.load(environ={}, **settings)
    return run(question_set(count), system(seed, right), progress=False, settings=chosen, models=("e5", "Made"))
