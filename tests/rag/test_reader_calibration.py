"""Calibrating the span reader: what is fitted, and what is said of it, on made-up trials whose truth is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from rag.models.reader.calibrate import (
    NOTHING,
    _curve,
    _threshold,
    balanced,
    fitted,
    on_unseen_folds,
    ranking,
)
from rag.models.reader.evidence import AGAINST, CALIBRATION, FEATURES, READ, Calibration
from rag.models.reader.model import Reading, Span
from rag.models.reader.pool import Asked, Pool
from rag.models.reader.trials import Trial, _touches, _whole, asked_of
from rag.retrieve import Query
from rag.types import Passage, Titled

MARGIN, RELEVANT, BEHIND = (FEATURES.index(name) for name in ("margin", "relevant", "behind"))


def made_up(questions: int = 600) -> list[Trial]:
    """A span is right with the probability logistic(2 (margin - behind)), and the question is about the passage that
    wins by search + 2 relevant, with Gumbel noise: what a softmax over them is."""
    rng = np.random.default_rng(7)
    found = []
    for number in range(questions):
        rows = rng.normal(size=(4, len(FEATURES)))
        chance = 1 / (1 + np.exp(-2 * (rows[:, MARGIN] - rows[:, BEHIND])))
        right = rng.random(4) < chance
        search = rng.normal(size=4)
        own = np.arange(4) == int(np.argmax(search + 2 * rows[:, RELEVANT] + rng.gumbel(size=4)))
        kind = "answerable" if right.any() else "near"
        said = np.column_stack([rows[:, : len(READ)], search])
        found.append(Trial(f"article {number // 3}", kind, rows, right, said, own, 1.0))  # type: ignore[arg-type]
    return found


def test_the_network_finds_what_counts() -> None:
    network, none = fitted(made_up()), np.zeros(len(FEATURES))
    rises = [
        abs(float(np.diff(network.scores(np.stack([none - one, none + one])))[0])) for one in np.eye(len(FEATURES))
    ]
    assert min(rises[MARGIN], rises[BEHIND]) > 3
    assert max(np.delete(rises, [MARGIN, BEHIND])) < 1


def test_more_of_what_speaks_for_an_answer_never_makes_it_less_likely() -> None:
    rows = np.random.default_rng(3).normal(0, 8, size=(500, len(FEATURES)))
    shipped = Calibration.load()
    for at, name in enumerate(FEATURES):
        more = rows.copy()
        more[:, at] += 5 * (-1 if name in AGAINST else 1)
        assert np.all(shipped.network.scores(more) >= shipped.network.scores(rows)), name


def test_what_reading_adds_is_found_in_units_of_the_search() -> None:
    margin, answerable, relevant = ranking(made_up(1500))
    assert relevant == pytest.approx(2, abs=0.4)
    assert abs(margin) < 0.3 and abs(answerable) < 0.3
    told = on_unseen_folds(made_up())
    assert told["own passage first, reranked"] > told["own passage first, search alone"] + 0.1


def test_probabilities_on_unseen_folds_mean_what_they_say() -> None:
    told = on_unseen_folds(made_up())
    assert told["AUROC"] > 0.7
    assert told["calibration error"] < 0.06
    risks = [risk for _, risk in told["coverage and risk"]]
    assert risks[0] < risks[-1]  # the surest answers are wrong less often


def test_nothing_to_learn_gives_no_false_confidence() -> None:
    rng = np.random.default_rng(1)
    own = np.arange(3) == 0
    data = []
    for number in range(300):
        said = np.column_stack([rng.normal(size=(3, len(READ))), own + rng.normal(size=3)])  # the search finds its way
        rows, right = rng.normal(size=(3, len(FEATURES))), rng.random(3) < 0.3
        data.append(Trial(str(number), "answerable", rows, right, said, own, 1.0))
    told = on_unseen_folds(data)
    assert 0.4 < told["AUROC"] < 0.6


def test_at_the_threshold_a_wrong_answer_costs_as_much_as_a_refused_one() -> None:
    # Of a hundred at .5 60 are right: giving them costs 40, refusing them 60. The other way round refusing is cheaper.
    for right, given in ((60, True), (40, False)):
        told = np.array([0.9] * 400 + [0.5] * 100)
        held = np.array([True] * (400 + right) + [False] * (100 - right))
        assert (_threshold(told, held, np.ones(500)) < 0.5) is given


def test_of_thresholds_that_cost_about_the_same_the_lowest_is_taken() -> None:
    sure, doubtful = [0.8] * 200 + [0.3] * 200, [0.5] * 10
    known = [True] * 200 + [False] * 200
    for right, low in ((6, True), (2, False)):  # the doubtful ones given cost 4 or 8, refused 6 or 2
        held = np.array(known + [True] * right + [False] * (10 - right))
        assert (_threshold(np.array(sure + doubtful), held, np.ones(410)) < 0.5) is low


def test_a_quarter_of_the_questions_weighs_as_without_an_answer() -> None:
    data = balanced(
        [t for t in made_up() if t.answerable] + [replace(t, kind=k) for t in made_up(90) for k in ("near", "far")]
    )
    weight = {kind: sum(t.weight for t in data if t.kind == kind) for kind in ("answerable", "near", "far")}
    assert weight["near"] == pytest.approx(weight["far"])
    assert weight["near"] + weight["far"] == pytest.approx(NOTHING * sum(weight.values()))


class Stub:
    """A search that finds three passages, and a reader that finds "zwölf" in each."""

    def query(self, question: str) -> Query:
        return Query(question, "de", np.zeros(3), (), ())

    def passages(self, query: Query, top_k: int, within: object = None) -> list[Passage]:
        texts = {"0": "Dort leben zwölf Wölfe.", "1": "Auch zwölf Bären sind da.", "2": "Im Zoo sind zwölf Affen."}
        return [
            Passage(int(id), id, None, None, None, None, "de", text, 0, len(text), 3.0 - int(id), 0.9, 1.0)
            for id, text in texts.items()
        ]

    def read_pairs(self, pairs: list[tuple[str, Titled]], spans: int) -> list[Reading]:
        return [Reading((Span(t.index("zwölf"), t.index("zwölf") + 5, 1.0),), 1.0, 1.0) for _, (_, t) in pairs]


def test_each_question_is_asked_without_its_passage_and_without_its_article() -> None:
    pool = Pool(passages=["", "", ""], languages=["de"] * 3, articles=["wald", "wald", "zoo"])
    stub = Stub()
    asked = Asked("q", "mlqa-de-de", "Wie viele Wölfe leben dort?", 0, ((12, 17),))
    trials = list(asked_of(asked, pool, stub, stub))  # type: ignore[arg-type]
    assert [(t.kind, len(t.said), t.weight) for t in trials] == [
        ("answerable", 3, 1.0),
        ("near", 2, 0.5),
        ("far", 1, 0.5),
    ]
    assert [t.right.tolist() for t in trials] == [[True, False, False], [False, False], [False]]
    assert trials[1].rows[0, BEHIND] == 0.0  # of what is left the first is the best
    none = Asked("n", "squad2", "Wie viele Wölfe leben dort?", 0, ())
    assert [(t.kind, t.weight) for t in asked_of(none, pool, stub, stub)] == [("near", 1.0)]  # type: ignore[arg-type]


def test_what_another_passage_tells_in_the_same_words_is_no_miss() -> None:
    stub = Stub()
    texts = [p.text for p in stub.passages(stub.query(""), 3)]
    pool = Pool(passages=texts, languages=["de"] * 3, articles=["wald", "wald", "zoo"])
    asked = Asked("q", "mlqa-de-de", "Wie viele Wölfe leben dort?", 0, ((11, 16),))
    [trial] = asked_of(asked, pool, stub, stub)  # type: ignore[arg-type]
    assert trial.kind == "answerable" and trial.right.all()  # "zwölf" is told by each


def test_passages_of_one_article_stand_together() -> None:
    pool = Pool(passages=["", "", ""], languages=["de"] * 3, articles=["zoo", "wald", "wald"])
    stub = Stub()
    asked = Asked("q", "mlqa-de-de", "Wie viele Wölfe leben dort?", 1, ((12, 17),))
    whole, *_ = asked_of(asked, pool, stub, stub)  # type: ignore[arg-type]
    assert whole.rows[:, BEHIND].tolist() == [0.0, 1.0, 1.0]
    assert whole.rows[:, FEATURES.index("within")].tolist() == pytest.approx([0.0, 0.0, np.log(2)])


def test_of_a_question_that_is_answered_somewhere_all_spans_are_right() -> None:
    stub = Stub()
    for answers, kind in ((True, "answerable"), (False, "near")):
        record = {"query": "Wie viele?", "has_answer": answers, "passages": [{"docid": str(n)} for n in range(3)]}
        [trial] = _whole("n", record, stub, stub)  # type: ignore[arg-type]
        assert (trial.kind, trial.right.tolist(), trial.weight) == (kind, [answers] * 3, 1.0)
        assert not trial.own.any()


def test_whole_questions_shape_the_network_and_not_its_scale() -> None:
    rng = np.random.default_rng(2)
    alike = FEATURES.index("alike")
    whole = []
    for number in range(300):
        rows, right = rng.normal(size=(4, len(FEATURES))), number % 2 == 0
        rows[:, alike] = 2.0 if right else -2.0
        whole.append(replace(made_up(1)[0], group=f"n{number}", rows=rows, right=np.full(4, right)))
    data = made_up()
    for told in (fitted(data), fitted(data, whole)):
        score = np.array([told.scores(t.rows).max() for t in data])
        assert np.mean(1 / (1 + np.exp(-score))) == pytest.approx(
            np.mean([t.right[np.argmax(told.scores(t.rows))] for t in data]), abs=0.02
        )
    one = np.eye(len(FEATURES))[alike]
    without, shaped = (float(np.diff(n.scores(np.stack([-one, one])))[0]) for n in (fitted(data), fitted(data, whole)))
    assert shaped > without + 0.5


def test_risk_counts_the_wrong_among_those_answered() -> None:
    curve = _curve(np.array([0.9, 0.5, 0.8, 0.1]), np.array([True, False, True, False]), np.ones(4))
    assert curve[-1] == [1.0, 0.5]
    assert curve[4] == [0.5, 0.0]  # the surest half is right


@pytest.mark.parametrize(("start", "end", "right"), [(10, 20, True), (19, 40, True), (0, 10, False), (20, 30, False)])
def test_a_span_is_right_when_it_has_a_part_of_a_gold_answer(start: int, end: int, right: bool) -> None:
    assert _touches(start, end, (10, 20)) is right


def test_what_is_shipped_is_fitted_and_says_how() -> None:
    card = json.loads(CALIBRATION.read_text("utf-8"))
    assert Calibration.load().fitted
    assert card["command"].startswith("python -m rag.models.reader.calibrate")
    assert card["on unseen folds"]["threshold"] == card["threshold"]
