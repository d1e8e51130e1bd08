"""A run over scripted answers: measures, means, crashes, table and JSON."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from evals import Case, QuestionSet, Run, run
from evals.metrics import MEASURES, RETRIEVAL
from evals.report import wrong_answers
from evals.run import BATCH, SearchOnly
from rag.settings import Settings
from rag.types import Answer, Citation, Passage


def passage(article: str) -> Passage:
    return Passage(1, article, None, None, None, None, "de", "Text.", 0, 5, 1.0, 0.9, 3.0)


def citation(article: str, quote: str) -> Citation:
    return Citation(1, article, None, None, None, None, quote, 0, len(quote))


REFUSAL = Answer("?", "de", "Das steht nicht in den Artikeln.", "not_found", (), (), (passage("c"),), 0.1)
FOUND = Answer(
    question="?",
    language="de",
    text="„Die Mauer wird 2,10 Meter hoch.“ [1]",
    status="answered",
    sentences=(),
    citations=(citation("b", "Die Mauer wird 2,10 Meter hoch."),),
    passages=tuple(map(passage, "aabc")),
    confidence=0.8,
)
EVIDENCE = (("b", "2,10 Meter hoch"),)
HEIGHT = Case("height", "Wie hoch?", ("2,10 Meter",), ("b",), EVIDENCE, True, "de", dt.date(2025, 1, 1), ("number",))
REFUSED = replace(HEIGHT, id="refused", question="Wie lang?", as_of=None)
CRASHING = replace(HEIGHT, id="crashing", question="Boom?", tags=())
NOT_THERE = Case("not there", "Wetter?", answerable=False, language="de", tags=("off-topic",))
INVENTED = replace(NOT_THERE, id="invented", question="Wie hoch?")
UNSTATED = Case("unstated", "Wie hoch?", language="en")
QUESTIONS = QuestionSet("s", "1", "CC0", (HEIGHT, REFUSED, CRASHING, NOT_THERE, INVENTED, UNSTATED))


def scripted(question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> Answer:
    if question == "Boom?":
        raise OSError("disk full")
    return replace(FOUND, as_of=as_of) if question == "Wie hoch?" else REFUSAL


@pytest.fixture
def done() -> Run:
    return run(QUESTIONS, scripted, progress=False, settings=Settings(), models=["e5"])


# Measured only where a language model wrote.
WRITTEN = ("invented citations", "recited", "unsupported written", "unsupported shown")


def values(done: Run, case: str) -> dict[str, float | None]:
    return next(result.values for result in done.results if result.case.id == case)


def test_a_good_answer(done: Run) -> None:
    result = done.results[0]
    assert result.articles == ("a", "b", "c")
    assert result.values == {
        "Success@1": 0, "Success@5": 1, "R@5": 1, "R@10": 1, "RR": 1 / 2,
        "nDCG@10": pytest.approx(0.6309, abs=1e-4),  # second: 1/log2(3)
        # answer: mauer wird 210 meter hoch (5 tokens), gold: 210 meter (2): F1 = 2*2/(5+2)
        "EM": 0, "F1": pytest.approx(4 / 7), "contained": 1, "all parts": None,
        "conflict shown": None, "citation hit": 1, "citation precision": 1, "citation recall": 1, "attribution": None,
        "hallucination": None, "error": 0, **dict.fromkeys(WRITTEN),
    }  # fmt: skip
    assert not result.wrong


def test_the_short_answer_is_what_is_compared() -> None:
    short = run(QUESTIONS.first(1), lambda question, as_of, within: replace(FOUND, short="2,10 Meter"), progress=False)
    assert (short.results[0].values["EM"], short.results[0].values["F1"]) == (1, 1)


def test_a_refusal_of_an_answerable_question(done: Run) -> None:
    refused = values(done, "refused")
    assert [refused[name] for name in ("EM", "F1", "contained", "citation hit", "citation recall")] == [0] * 5
    assert refused["citation precision"] is None  # nothing was claimed
    assert refused["error"] == 1


def test_parts_count_where_the_tags_say_so() -> None:
    case = Case("q", "?", ("2,10 Meter", "rund 2,10 Meter", "3 Meter"), language="de", tags=("conflicting",))
    both = replace(FOUND, text="2,10 Meter [1], laut anderen 3 Meter [2].", status="conflicting")
    first = run(QuestionSet("s", None, None, (case,)), lambda question, as_of, within: FOUND, progress=False)
    full = run(QuestionSet("s", None, None, (case,)), lambda question, as_of, within: both, progress=False)
    assert (first.results[0].values["all parts"], first.results[0].values["contained"]) == (0, 1)
    assert full.results[0].values["all parts"] == 1


def test_unanswerable_and_unstated_questions(done: Run) -> None:
    assert values(done, "not there") == dict.fromkeys(MEASURES) | {"hallucination": 0}
    assert values(done, "invented") == dict.fromkeys(MEASURES) | {"hallucination": 1}
    assert values(done, "unstated") == dict.fromkeys(MEASURES)


def test_a_crash_is_logged_and_counts_as_the_worst(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        crashed = run(QuestionSet("s", None, None, (CRASHING, replace(NOT_THERE, question="Boom?"))), scripted, False)
    assert [record.message for record in caplog.records] == ["question crashing crashed", "question not there crashed"]
    first, second = crashed.results
    assert (first.error, first.answer, first.articles) == ("OSError: disk full", None, ())
    without_gold = dict.fromkeys(("all parts", "conflict shown", "attribution", "hallucination", *WRITTEN))
    assert first.values == dict.fromkeys(MEASURES, 0) | without_gold | {"error": 1}
    assert second.values == dict.fromkeys(MEASURES) | {"hallucination": 1}
    assert crashed.crashed == 2
    assert crashed.latency() == {"p50": None, "p95": None}


def test_means_say_how_many_counted(done: Run) -> None:
    means = done.aggregate()
    # contained: height 1, refused 0, crashing 0
    assert (means["contained"].value, means["contained"].counted) == (pytest.approx(1 / 3), 3)
    # citation precision: height 1, crashing 0; refused claimed nothing
    assert (means["citation precision"].value, means["citation precision"].counted) == (1 / 2, 2)
    # hallucination: not there 0, invented 1; error: height 0, refused 1, crashing 1
    assert (means["hallucination"].value, means["hallucination"].counted) == (1 / 2, 2)
    assert (means["error"].value, means["error"].counted) == (pytest.approx(2 / 3), 3)
    assert (means["all parts"].value, means["all parts"].counted) == (None, 0)
    assert done.aggregate("number")["contained"].value == 1 / 2


def test_slices(done: Run) -> None:
    slices = done.slices()
    assert {name: count for name, (count, _) in slices.items()} == {
        "language:de": 5, "language:en": 1, "number": 2, "off-topic": 2, "year:2025": 2,
    }  # fmt: skip
    assert slices["off-topic"][1]["hallucination"].value == 1 / 2


def test_json_holds_what_is_needed_to_repeat_it(done: Run) -> None:
    written = json.loads(json.dumps(done.to_json()))
    assert written["set"] == {
        "name": "s", "version": "1", "licence": "CC0", "sha256": QUESTIONS.sha256, "questions": 6,
    }  # fmt: skip
    assert written["settings"] == Settings().fingerprint()
    assert written["models"] == ["e5"]
    assert written["packages"]["numpy"]
    assert {"commit", "date", "python", "latency", "crashed", "slices"} <= set(written)
    # 0, 1, 1 resampled: a mean of 0 comes with (1/3)^3 = 3.7 %, of 1 with (2/3)^3, both more often than 2.5 %
    assert written["measures"]["error"] == {"value": pytest.approx(2 / 3), "counted": 3, "low": 0, "high": 1}
    first = written["results"][0]
    assert (first["id"], first["retrieved"], first["as_of"]) == ("height", ["a", "b", "c"], "2025-01-01")
    assert first["citations"][0]["quote"] == "Die Mauer wird 2,10 Meter hoch."
    assert written["results"][2]["error"] == "OSError: disk full"


def test_table_is_aligned_in_both_languages(done: Run) -> None:
    german, english = done.table("de"), done.table("en")
    assert "s 1: 6 Fragen, davon 1 abgestürzt" in german
    assert "s 1: 6 questions, 1 of them crashed" in english
    rows = [line for line in german.splitlines() if line.startswith(("Maß", "MRR", "enthalten", "alle Teile"))]
    assert len({len(row) for row in rows}) == 1
    assert [row.split() for row in rows] == [
        ["Maß", "Wert", "95", "%", "Fragen"],
        ["MRR", "0,167", "[0,000–0,500]", "3"],  # (1/2 + 0 + 0) / 3
        ["enthalten", "33,3", "%", "[0,0–100,0]", "3"],
        ["alle", "Teile", "–", "0"],
    ]
    assert any(line.split()[:3] == ["MRR", "0.167", "[0.000–0.500]"] for line in english.splitlines())
    assert "Language de" in english


def test_a_run_without_questions_has_a_table() -> None:
    assert "–" in run(QuestionSet("s", None, None, ()), scripted, progress=False).table("de")


def test_wrong_answers_are_listed_with_gold_and_given(done: Run) -> None:
    listed = wrong_answers(done.results, "de").split("\n\n")
    assert [block.split()[0] for block in listed] == ["refused", "crashing", "invented"]
    assert "erwartet: 2,10 Meter" in listed[0]
    assert "Das steht nicht in den Artikeln." in listed[0]
    assert "(abgestürzt: OSError: disk full)" in listed[1]
    assert "(steht nicht in den Artikeln)" in listed[2]
    assert wrong_answers(done.results[:1], "de") == ""


def test_each_question_is_asked_with_its_day_and_within_its_articles() -> None:
    asked: list[tuple[object, ...]] = []

    def ask(question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> Answer:
        asked.append((question, as_of, within))
        return FOUND

    inside = replace(HEIGHT, id="inside", within=("a", "b"))
    run(QuestionSet("s", None, None, (inside, REFUSED)), ask, progress=False)
    assert asked == [("Wie hoch?", dt.date(2025, 1, 1), ("a", "b")), ("Wie lang?", None, None)]


def test_a_search_has_the_measures_of_retrieval_of_a_full_run_and_no_others(done: Run) -> None:
    def search(question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> list[Passage]:
        return list(scripted(question, as_of, within=within).passages)

    found = run(QUESTIONS, SearchOnly(search), progress=False)
    for full, searched in zip(done.results, found.results, strict=True):
        assert {name: searched.values[name] for name in RETRIEVAL} == {name: full.values[name] for name in RETRIEVAL}
        assert {value for name, value in searched.values.items() if name not in RETRIEVAL} == {None}
        assert (searched.answer, searched.status, searched.passages) == (None, None, full.passages)
    assert found.results[2].error == "OSError: disk full"
    assert found.aggregate()["AUROC"].value is None
    assert "–" in found.table("de")
    assert json.loads(json.dumps(found.to_json()))["results"][0]["passages"][0]["article_id"] == "a"


def test_searches_are_prepared_together_and_one_at_fault_crashes_alone() -> None:
    batches: list[list[str]] = []

    def prepare(questions: Sequence[str]) -> list[int]:
        batches.append(list(questions))
        return [int(question) for question in questions]  # raises for "x"

    def search(question: int | str, as_of: dt.date | None, *, within: Collection[str] | None) -> list[Passage]:
        return [passage("a")] if int(question) % 2 else [passage("b")]

    names = [str(number) for number in range(BATCH + 3)]
    cases = tuple(Case(name, name, articles=("a",)) for name in names)
    found = run(QuestionSet("s", None, None, cases), SearchOnly(search, prepare), progress=False)
    assert batches == [names[:BATCH], names[BATCH:]]
    assert [result.values["Success@1"] for result in found.results] == [int(name) % 2 for name in names]
    bad = (Case("1", "1", articles=("a",)), Case("2", "x", articles=("a",)), Case("3", "3", articles=("a",)))
    found = run(QuestionSet("s", None, None, bad), SearchOnly(search, prepare), progress=False)
    assert [result.values["Success@1"] for result in found.results] == [1, 0, 1]
    assert [result.error is None for result in found.results] == [True, False, True]


def test_what_the_settings_do_not_tell_is_noted_beside_them() -> None:
    noted = run(QUESTIONS.first(1), scripted, progress=False, settings=Settings(), configuration={"baseline": "bm25"})
    assert noted.configuration == {**Settings().relevant(), "baseline": "bm25"}
