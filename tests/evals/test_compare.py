"""Two runs side by side: what changed, what is significant, who won; as text, as JSON, from the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evals import Case, QuestionSet, Run
from evals.compare import add_arguments, chance, level, main, text, to_json
from evals.comparison import ALPHA, Comparison, changes, compare, score, won_and_lost
from evals.errors import NothingComparedError, QuestionsDifferError, RunMissingError
from evals.metrics import ALL, COSTS, MEASURES
from evals.results import Result
from evals.run import SearchOnly, run
from rag.settings import Settings
from tests.eval_runs import made_run, passage, question_set


@pytest.fixture(scope="module")
def good() -> Run:
    return made_run(1, 0.9)


@pytest.fixture(scope="module")
def bad() -> Run:
    return made_run(2, 0.55, top_k=5)


@pytest.fixture(scope="module")
def done(good: Run, bad: Run) -> Comparison:
    return compare(good, bad)


def test_a_run_against_itself_shows_nothing(good: Run) -> None:
    done = compare(good, good)
    assert done.changes == ()
    assert done.slices == ()
    assert (done.won, done.lost) == ((), ())
    for row in done.rows:
        assert row.a == row.b
        assert row.difference is None or (row.difference.difference, row.difference.low, row.difference.high) == (
            0,
            0,
            0,
        )
        assert row.p in (None, 1)
        assert not row.significant(ALPHA)


def test_every_measure_has_a_row_with_the_means_of_both(good: Run, bad: Run, done: Comparison) -> None:
    assert [row.measure for row in done.rows] == list(ALL)
    for row in done.rows:
        assert row.a.value == pytest.approx(good.aggregate()[row.measure].value)
        assert row.b.value == pytest.approx(bad.aggregate()[row.measure].value)
    rows = {row.measure: row for row in done.rows}
    contained = rows["contained"].difference
    assert contained is not None
    # 90 answerable questions, all counted in both, so the mean of differences is the difference of means
    assert contained.pairs == 90
    assert contained.difference == pytest.approx((rows["contained"].b.value or 0) - (rows["contained"].a.value or 0))
    assert contained.low <= contained.difference <= contained.high < 0
    assert rows["contained"].worse
    assert rows["contained"].significant(ALPHA)
    assert rows["hallucination"].worse
    assert rows["hallucination"].significant(ALPHA)
    assert rows["tokens"].p is None


def test_the_other_way_round_is_better(good: Run, bad: Run, done: Comparison) -> None:
    back = compare(bad, good)
    assert [one.case.id for one, _ in done.won] == [one.case.id for one, _ in back.lost]
    for row, other in zip(done.rows, back.rows, strict=True):
        assert (row.difference is None) == (other.difference is None)
        if row.difference and other.difference:
            assert row.difference.difference == pytest.approx(-other.difference.difference)
            assert row.p == pytest.approx(other.p)
            assert row.worse != other.worse or row.difference.difference == 0


def test_holm_is_over_quality_and_costs_apart(done: Comparison) -> None:
    rows = {row.measure: row for row in done.rows}
    tested = [row for name, row in rows.items() if row.p is not None and name not in COSTS]
    smallest = min(tested, key=lambda row: row.difference.p if row.difference else 1)
    assert smallest.difference is not None
    assert smallest.p == pytest.approx(len(tested) * smallest.difference.p)
    assert rows["seconds"].difference is not None
    assert rows["seconds"].p == rows["seconds"].difference.p


def test_changes_name_settings_versions_and_the_set(good: Run, bad: Run) -> None:
    assert [(c.kind, c.name, c.a, c.b) for c in changes(good, bad)] == [("setting", "top_k", 10, 5)]
    origin = {**good.origin, "commit": "abc", "packages": {**good.origin["packages"], "torch": "9"}}
    other = replace(good, origin=origin, models=("bge",), questions=replace(good.questions, version="2"))
    assert [(c.kind, c.name) for c in changes(good, other)] == [
        ("set", "version"), ("models", ""), ("commit", ""), ("package", "torch"),
    ]  # fmt: skip
    # a run that kept its fingerprint alone
    assert next(c.name for c in changes(replace(good, configuration={}), bad)) == "fingerprint"


def test_other_questions_are_refused_unless_the_common_ones_are_asked_for(good: Run, bad: Run) -> None:
    fewer = bad.only([f"q{i}" for i in range(3, 120)])
    changed = tuple(replace(c, answers=("anders",)) if c.id == "q5" else c for c in fewer.questions.cases)
    results = tuple(replace(r, case=c) for r, c in zip(fewer.results, changed, strict=True))
    other = replace(fewer, results=results, questions=replace(fewer.questions, cases=changed))
    with pytest.raises(QuestionsDifferError) as raised:
        compare(good, other)
    assert raised.value.facts == {"only_a": 3, "only_b": 0, "changed": 1, "common": 116, "example": "q5"}
    assert "--common" in raised.value.text("de")
    assert "--common" in raised.value.text("en")
    done = compare(good, other, common=True)
    assert done.questions == 116
    assert "q5" not in {result.case.id for result in done.b.results}


def test_runs_without_a_common_question_are_refused(good: Run) -> None:
    with pytest.raises(NothingComparedError):
        compare(good.only(["q1"]), good.only(["q2"]), common=True)


def test_order_does_not_matter(good: Run, bad: Run, done: Comparison) -> None:
    turned = bad.only([result.case.id for result in reversed(bad.results)])
    assert [(row.measure, row.p) for row in compare(good, turned).rows] == [(row.measure, row.p) for row in done.rows]


def test_won_and_lost_are_right_or_wrong_or_the_rank_where_only_the_search_was_measured() -> None:
    case = Case("q", "?", ("x",), ("a1",), answerable=True)

    def answered(contained: float, rank: float) -> Result:
        values = dict.fromkeys(MEASURES) | {"contained": contained, "error": 0.0, "nDCG@10": rank}
        return Result(case, "x", None, "answered", 0.9, (), (), 0.1, values)

    right, wrong = answered(1, 0.5), answered(0, 1.0)
    found = replace(right, values=dict.fromkeys(MEASURES) | {"nDCG@10": 0.5})
    nothing = replace(right, values=dict.fromkeys(MEASURES))
    assert [score(one) for one in (right, wrong, found, nothing)] == [1, 0, 0.5, None]
    assert score(Result.crash(case, OSError("full"), 0.1)) == 0
    assert won_and_lost([right, wrong, nothing], [wrong, right, right]) == (((wrong, right),), ((right, wrong),))


def test_runs_of_a_search_alone_are_compared_by_their_ranks() -> None:
    def search(shift: int) -> SearchOnly:
        def found(question: str, as_of: object, *, within: object) -> list[object]:
            i = int(question.split()[-1].removesuffix("?"))
            return [passage(f"a{j}") for j in range(i - shift, i + 3)]

        return SearchOnly(found)  # type: ignore[arg-type]

    questions = QuestionSet("s", None, None, tuple(c for c in question_set(60).cases if c.id != "q1"))
    done = compare(*(run(questions, search(shift), progress=False) for shift in (0, 1)))
    assert (len(done.won), len(done.lost)) == (0, 44)  # 45 can be answered, less q1
    significant = {row.measure for row in done.rows if row.significant(ALPHA) and row.measure != "seconds"}
    assert significant == {"Success@1", "RR", "nDCG@10"}
    assert next(row for row in done.rows if row.measure == "AUROC").difference is None


def test_slices_show_where_a_difference_is(good: Run) -> None:
    # only questions of one kind got worse
    def spoilt(result: Result) -> Result:
        if result.values["contained"] is None or "kind-1" not in result.case.tags:
            return result
        return replace(result, values=result.values | {"contained": 0.0, "F1": 0.0})

    done = compare(good, replace(good, results=tuple(map(spoilt, good.results))))
    assert {name for name, _ in done.slices} >= {"kind-1", "source:Bote"}
    assert "kind-0" not in {name for name, _ in done.slices}
    assert {row.measure for _, row in done.slices} == {"contained", "F1"}
    assert "language:de" not in {name for name, _ in done.slices}  # all questions: said above


def test_the_text_in_both_languages(good: Run, done: Comparison) -> None:
    german, english = text(done, "a.json", "b.json", "de"), text(done, "a.json", "b.json", "en")
    assert "Einstellung top_k  10 → 5" in german
    assert "setting top_k  10 → 5" in english
    assert "Verglichen: 120 Fragen" in german
    row = next(line for line in english.splitlines() if line.startswith("contained"))
    assert row.split()[1] == f"{100 * (done.rows[8].a.value or 0):.1f}"
    assert row.endswith("worse")
    assert "schlechter" in german
    assert "Sekunden je Frage: Median 0,00 → 0,00" in german
    assert f"Verloren: {len(done.lost)}" in german
    assert f"… and {len(done.lost) - 10} more" in english
    assert "contained 100.0 % → 0.0 %" in english
    assert len(done.lost) > 10
    whole = text(done, "a.json", "b.json", "en", everything=True)
    assert all(f"  {one.case.id}  " in whole for one, _ in done.lost)
    assert "more (all:" not in whole
    assert "nothing; set, settings" in text(compare(good, good), "a", "b", "en")


def test_escape_codes_in_a_question_do_not_reach_the_terminal(good: Run, bad: Run) -> None:
    hostile = replace(good.questions.cases[1], question="Wie\x1b[31m hoch\u202e?")
    one, other = (replace(r.results[1], case=hostile) for r in (good, bad))
    runs = [
        Run(QuestionSet("s\x1b", None, None, (hostile,)), (replace(r, values=r.values | {"contained": v}),))
        for r, v in ((one, 1.0), (other, 0.0))
    ]
    shown = text(compare(*runs), "a", "b", "de")
    assert "Verloren: 1" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_levels_and_chances_in_both_languages() -> None:
    assert [level(0.05, "de"), level(0.001, "en")] == ["0,05", "0.001"]
    assert [chance(p, "en") for p in (0.00004, 0.04, 0.0333, 1.0)] == ["< 0.001", "0.040", "0.033", "1.000"]
    assert chance(0.0002, "de") == "< 0,001"


def parsed(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser, "de")
    return parser.parse_args(given)


@pytest.fixture
def files(good: Run, bad: Run, tmp_path: Path) -> Callable[[], tuple[str, str]]:
    def write() -> tuple[str, str]:
        for name, one in (("a", good), ("b", bad)):
            (tmp_path / f"{name}.json").write_text(json.dumps(one.to_json()), "utf-8")
        return str(tmp_path / "a.json"), str(tmp_path / "b.json")

    return write


def test_the_command_compares_two_files(
    files: Callable[[], tuple[str, str]], done: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = files()
    assert main(parsed(a, b, "--json", "-"), Settings(), "de") == 0
    written = json.loads(capsys.readouterr().out)
    assert written == json.loads(json.dumps(to_json(done)))
    assert written["questions"] == 120
    assert {row["measure"] for row in written["measures"] if row["significant"] and row["worse"]} >= {"contained"}
    assert main(parsed(a, b), Settings(), "de") == 0
    assert "Geändert:" in capsys.readouterr().out


def test_the_command_refuses_what_it_can_not_use(
    files: Callable[[], tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    a, _ = files()
    with pytest.raises(RunMissingError):
        main(parsed(a, "none.json"), Settings(), "de")
    for wrong in ("0", "1", "x", "-1"):
        with pytest.raises(SystemExit):
            parsed(a, a, "--alpha", wrong)
        assert "zwischen 0 und 1" in capsys.readouterr().err
    assert parsed(a, a, "--alpha", "0,1").alpha == 0.1
