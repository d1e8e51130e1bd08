"""Faults planted into the real pipeline over the demo articles: the gate catches each of them, and no rerun trips it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evals import QuestionSet, Run, load_set, run
from evals.cli import DEMO_SET
from evals.gate import check, text
from evals.run import AnswerFunction
from rag.answerer import Answerer
from rag.models.reader.evidence import BundledReader
from rag.retrieve import Retriever
from rag.types import Answer, Passage

QUESTIONS = load_set(DEMO_SET)


@pytest.fixture(scope="module")
def quick(demo_answerer: Answerer) -> Iterator[Answerer]:
    """The demo answerer, which embeds each question once and reads each passage for it once: the same numbers, without
    waiting for them in every rerun."""
    embedder = demo_answerer.index.embedder
    known: dict[str, np.ndarray] = {}

    def questions(texts: list[str]) -> np.ndarray:
        for text_ in texts:
            if text_ not in known:
                known[text_] = type(embedder).questions(embedder, [text_])[0]
        return np.stack([known[text_] for text_ in texts])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.models.reader.evidence.REMEMBERED", 1_000_000)
        patch.setitem(embedder.__dict__, "questions", questions)
        yield demo_answerer


def asked(answer: AnswerFunction, answerer: Answerer, questions: QuestionSet = QUESTIONS) -> Run:
    return run(questions, answer, progress=False, settings=answerer.settings, article=answerer.article)


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    """What the baseline answered, by the question."""
    return {}


@pytest.fixture(scope="module")
def baseline(quick: Answerer, answers: dict[str, Answer]) -> Run:
    def noted(question: str, as_of: dt.date | None, *, within: Collection[str] | None = None) -> Answer:
        answers[question] = quick.ask(question, as_of, within=within)
        return answers[question]

    return asked(noted, quick)


class Shuffled(Retriever):
    """Finds what it should and mixes up the order."""

    chance: random.Random

    def passages(self, *given: Any, **named: Any) -> list[Passage]:
        found = super().passages(*given, **named)
        self.chance.shuffle(found)
        return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_results_are_caught(seed: int, quick: Answerer, baseline: Run) -> None:
    planted = Answerer(quick.index, quick.reader)
    assert isinstance(quick.reader, BundledReader)
    planted.retriever = Shuffled(quick.index, reranker=quick.reader)
    planted.retriever.chance = random.Random(seed)
    assert {"RR", "nDCG@10"} <= caught(baseline, asked(planted.ask, quick))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.25])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_composer_that_drops_citations_is_caught(
    share: float, seed: int, quick: Answerer, baseline: Run, answers: dict[str, Answer]
) -> None:
    chance = random.Random(seed)

    def ask(question: str, as_of: dt.date | None, *, within: Collection[str] | None = None) -> Answer:
        dropped = chance.random() < share
        return replace(answers[question], citations=()) if dropped else answers[question]

    assert {"citation hit", "citation recall"} <= caught(baseline, asked(ask, quick))


def test_abstention_that_is_off_is_caught(quick: Answerer, baseline: Run) -> None:
    planted = Answerer(quick.index, quick.reader)
    planted.settings = quick.settings.model_copy(update={"min_confidence": 0.0})
    run_ = asked(planted.ask, quick)
    off, on = run_.aggregate()["hallucination"].value, baseline.aggregate()["hallucination"].value
    assert off is not None and on is not None
    assert off > on + 0.3  # not 1: what is about another name or year is no evidence, however unsure one may be
    assert "hallucination" in caught(baseline, run_)


def caught(baseline: Run, planted: Run) -> set[str]:
    """The measures that trip the gate; both languages say so."""
    verdict = check(baseline, planted)
    assert ("Nicht bestanden" in text(verdict, "a.json", "b", "de")) is not verdict.passed
    assert ("Failed" in text(verdict, "a.json", "b", "en")) is not verdict.passed
    return {row.measure for row in verdict.worse}


def test_twenty_reruns_of_the_same_system_never_trip_it(quick: Answerer, baseline: Run) -> None:
    # One of the whole set, then twenty of every eighth question: the whole set each time takes a minute more.
    some = replace(QUESTIONS, cases=QUESTIONS.cases[::8])
    before = baseline.only([case.id for case in some.cases])
    assert {case.answerable for case in some.cases} == {True, False}
    for first, again in [(baseline, QUESTIONS), *[(before, some)] * 20]:
        verdict = check(first, asked(quick.ask, quick, again))
        assert verdict.passed, [row.measure for row in verdict.worse]
        assert all(row.difference is None or row.difference.difference == 0 for row in verdict.rows)
