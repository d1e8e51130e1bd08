"""What a run holds: files without loss, slices by source and year, costs, cuts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.errors import BelegtError
from evals import QuestionSet, Run, run
from evals.errors import RunFormatError, RunMissingError
from evals.metrics import ALL
from evals.results import Result
from evals.saved import load_run
from evals.slices import Facts, gold_facts
from tests.eval_runs import made_run, question_set, system


@pytest.fixture(scope="module")
def done() -> Run:
    return made_run(1, 0.8, count=40)


def test_a_saved_run_is_read_back_without_loss(done: Run) -> None:
    crashed = Result.crash(done.questions.cases[1], OSError("disk full"), 0.5)
    done = replace(done, results=(done.results[0], crashed, *done.results[2:]), facts={"a1": Facts("Bote", None)})
    written = json.dumps(done.to_json(), ensure_ascii=False)
    again = Run.from_json(json.loads(written))
    assert again == done
    assert json.dumps(again.to_json(), ensure_ascii=False) == written
    first = json.loads(written)["results"][3]
    assert first["passages"][0] == {
        "chunk_id": 1, "article_id": first["passages"][0]["article_id"], "title": "Mauern", "source": "Bote",
        "published": "2024-05", "url": None, "language": "de", "text": "Heute. Text.", "start": 0, "end": 12,
        "score": 1.0, "dense": 0.9, "lexical": 3.0,
        "dates": [{"start": 0, "end": 5, "text": "Heute", "first": "2024-05-01", "last": "2024-05-01"}],
    }  # fmt: skip
    assert first["sentences"][0]["verdict"] == "verbatim"
    assert first["timings"] == {"search": 0.01, "total": 0.02}
    assert first["slices"] == ["language:de", "kind-1", "source:Bote", "year:2024"]


def test_the_file_is_pinned_to_data_settings_versions_and_commit(done: Run) -> None:
    written = done.to_json()
    assert written["set"]["sha256"] == question_set(40).sha256
    assert written["settings"] == done.fingerprint
    assert written["configuration"]["top_k"] == 10
    assert {"commit", "date", "python", "packages", "models", "format"} <= set(written)
    assert [sorted(mean) for mean in written["measures"].values()] == [["counted", "high", "low", "value"]] * len(ALL)
    assert written["risk"][-1][0] == 1


def broken(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], str]:
    def text(written: dict[str, Any]) -> str:
        change(written)
        return json.dumps(written)

    return text


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (broken(lambda w: w.update(format=99)), "99"),
        (broken(lambda w: w.pop("models")), "models"),
        (broken(lambda w: w["results"][0].pop("measures")), "measures"),
        (broken(lambda w: w["results"][0].update(question="Eine andere?")), "hash"),
        (broken(lambda w: w["results"].pop()), "hash"),
        (broken(lambda w: w["results"][1].update(passages=[{}])), "missing"),
        (lambda w: "{", "Expecting"),
        (lambda w: "[1]", "list"),
        (lambda w: "[" * 100_000, "recursion"),
    ],
)
def test_a_file_that_is_no_run_is_told(done: Run, tmp_path: Path, damage: Callable[[Any], str], said: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(damage(json.loads(json.dumps(done.to_json()))), "utf-8")
    with pytest.raises(RunFormatError) as raised:
        load_run(path)
    assert said in raised.value.text("en")
    assert "belegt eval run" in raised.value.text("de")
    assert raised.value.exit_code == 2


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunMissingError, match=r"none\.json"):
        load_run(tmp_path / "none.json")


def test_slices_by_source_and_year_are_those_of_the_gold_article(done: Run) -> None:
    groups = done.groups
    # 40 questions, i = 0..39; i % 4 == 0 can't be answered, asked as of 2025; the others' articles are of 2024
    assert {name: len(results) for name, results in groups.items()} == {
        "kind-0": 20, "kind-1": 20, "language:de": 40, "source:Anzeiger": 10, "source:Bote": 10, "source:Kurier": 10,
        "year:2024": 30, "year:2025": 10,
    }  # fmt: skip
    assert {r.case.id for r in groups["source:Bote"]} == {f"q{i}" for i in range(0, 40, 3) if i % 4}


def test_what_the_run_was_told_of_articles_goes_before_what_was_retrieved(done: Run) -> None:
    told = replace(done, facts={"a1": Facts("Amtsblatt", "1999")})
    assert [result.case.id for result in told.groups["source:Amtsblatt"]] == ["q1"]
    assert [result.case.id for result in told.groups["year:1999"]] == ["q1"]


def test_a_gold_article_that_nothing_retrieved_is_not_left_out(done: Run) -> None:
    lost = replace(done.results[1], passages=(), citations=())
    alone = replace(done, results=(lost, done.results[5]))
    assert {result.case.id for result in alone.groups["source:?"]} == {"q1"}
    assert {result.case.id for result in alone.groups["year:?"]} == {"q1"}


def test_gold_articles_are_looked_up_and_may_be_missing() -> None:
    class Missing(BelegtError):
        en = de = "{id}"

    def article(article_id: str) -> Article:
        if article_id != "a1":
            raise Missing(id=article_id)
        return Article("a1", "Text.", source="Bote", published=NewsDate.parse("2024-05"))

    assert gold_facts(question_set(8), article) == {"a1": Facts("Bote", "2024-05")}
    asked = run(question_set(8), system(1, 1.0), progress=False, article=article)
    assert asked.facts == {"a1": Facts("Bote", "2024-05")}


def test_costs_leave_crashed_questions_out(done: Run) -> None:
    case = done.questions.cases[1]
    fine, crashed = replace(done.results[1], seconds=2.0, tokens=100), Result.crash(case, OSError("full"), 60.0)
    means = Run(QuestionSet("s", None, None, (case, case)), (fine, crashed)).aggregate()
    assert (means["seconds"].value, means["seconds"].counted) == (2, 1)
    assert (means["tokens"].value, means["tokens"].counted) == (100, 1)
    assert done.aggregate()["tokens"].value is None


def test_every_measure_has_a_mean_within_its_interval(done: Run) -> None:
    for name, mean in done.aggregate().items():
        if mean.value is None:
            assert mean.counted == 0, name
            continue
        assert mean.low is not None, name
        assert mean.high is not None, name
        assert mean.low <= mean.value <= mean.high, name
    assert done.aggregate()["attribution"].counted == 30


def test_a_run_is_cut_to_some_questions(done: Run) -> None:
    cut = done.only(["q5", "q1"])
    assert [result.case.id for result in cut.results] == ["q5", "q1"]
    assert [case.id for case in cut.questions.cases] == ["q5", "q1"]
    assert cut.configuration == done.configuration
    with pytest.raises(KeyError):
        done.only(["q5", "elsewhere"])
