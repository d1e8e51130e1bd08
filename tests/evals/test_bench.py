"""The benchmark's own logic, and one small run over the demo set; its figures need the data folder and time."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

import evals.bench.__main__ as bench
import evals.bench.run
from evals.bench.clock import time_all
from evals.bench.scores import AUROC, SUM, latency, scores
from evals.bench.sets import SETS, Slice, Source, slices
from evals.bench.systems import Ingested
from evals.bench.table import table
from evals.bench.units import Times, Unit, Work
from evals.cases import Case, QuestionSet
from evals.importers import Imported
from evals.importers.folder import write_articles, write_set
from rag.models.embed import Embedder

MADE_WITH = {"commit": "abc", "date": "2026-11-21", "settings": "s", "model": "m"}


def test_without_data_it_says_so_and_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELEGT_LANGUAGE", "de")
    arguments = ["--data", str(tmp_path / "none"), "--work", str(tmp_path), "--sets", "xquad,mlqa,nomiracl-de"]
    assert bench.main(arguments) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(":")[:2] for line in printed.err.splitlines()] == [
        ["xquad", " Übersprungen"],
        ["mlqa", " Übersprungen"],
        ["nomiracl-de", " Übersprungen"],
    ]
    assert "--data ORDNER" in printed.err


@pytest.mark.parametrize("option", ["--sets", "--systems"])
def test_an_unknown_name_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        bench.main([option, "squod"])
    assert stopped.value.code == 2
    assert "squod" in capsys.readouterr().err


def test_slices_of_a_searched_set_are_languages_and_need_gold_articles(tmp_path: Path) -> None:
    cases = (
        Case("1", "Wer?", articles=("a",), answerable=True, language="de"),
        Case("2", "Who?", articles=("a",), answerable=True, language="en"),
        Case("3", "Wetter?", answerable=False, language="de"),
        Case("4", "Wo?", articles=("b",), answerable=True, language="de"),
    )
    QuestionSet("s", None, None, cases).save(tmp_path / "s.jsonl")
    imported = Imported(tmp_path, {"all": tmp_path / "s.jsonl"})

    def found(name: str, *languages: str, limit: int | None = None) -> dict[str, list[str]]:
        return {s.name: [case.id for case in s.cases] for s in slices(name, imported, languages, limit)}

    assert found("xquad") == {"xquad de": ["1", "4"], "xquad en": ["2"]}
    assert found("xquad", "en") == {"xquad en": ["2"]}
    assert found("xquad", limit=1) == {"xquad de": ["1"], "xquad en": ["2"]}
    assert found("demo") == {"demo": ["1", "2", "3", "4"]}  # answered: what can't be answered counts too
    assert found("demo", "de") == {"demo": ["1", "3", "4"]}
    assert found("demo", "fr") == {}


def _unit(system: str, hits: list[float | None], **given: Any) -> Unit:
    return Unit("xquad de", system, len(hits), {"R@1": hits}, **given)


def test_means_leave_out_what_does_not_count() -> None:
    [(name, score)] = scores(_unit("belegt", [1, 0, 1, 1, None])).items()
    assert (name, score.value, score.counted, score.differs) == ("R@1", 0.75, 4, None)  # 3 of 4
    assert 0 <= score.low < 0.75 < score.high <= 1


def test_a_system_differs_when_the_paired_interval_excludes_zero() -> None:
    ours = _unit("belegt", [1.0] * 60 + [0.0] * 40)
    same = _unit("bm25", [1.0] * 59 + [0.0] + [0.0] * 39 + [1.0])  # loses one, wins one
    worse = _unit("dense", [1.0] * 45 + [0.0] * 55)  # loses fifteen, wins none
    assert scores(same, ours)["R@1"].differs is False
    assert scores(worse, ours)["R@1"].differs is True


def test_abstention_is_measured_over_both_kinds_of_questions() -> None:
    unit = Unit(
        "demo",
        "belegt",
        5,
        {"hallucination": [None, None, 1.0, 0.0, None], "error": [0.0, 1.0, None, None, None]},
        answerable=[True, True, False, False, None],
        confidence=[0.9, 0.2, 0.5, 0.1, 0.3],
    )
    found = scores(unit)
    assert found[SUM].value == 1.0  # one of two answered, one of two refused
    assert found[SUM].counted == 4
    # Pairs of answerable and not: .9 > .5, .9 > .1, .2 < .5, .2 > .1: three of four.
    assert found[AUROC].value == 0.75


def test_the_quick_start_counts_as_it_is() -> None:
    unit = Unit(
        "nomiracl-de", "quickstart", 3, {"hallucination": [1.0, 1.0, None], "error": [None, None, 0.0]},
        answerable=[False, False, True], confidence=[0.8, 0.8, 0.8],
    )  # fmt: skip
    found = scores(unit)
    assert (found["hallucination"].value, found["error"].value, found[SUM].value, found[AUROC].value) == (1, 0, 1, 0.5)


def test_latency_is_median_and_tail() -> None:
    assert latency([0.1] * 99 + [1.1]) == {"p50": 0.1, "p95": 0.1}
    assert latency([]) == {}


def test_table_shows_the_systems_side_by_side() -> None:
    ours = _unit("belegt", [1.0] * 60 + [0.0] * 40)
    worse = _unit("bm25", [1.0] * 45 + [0.0] * 55)
    times = Times("xquad de", {"search": {"belegt": [0.0204], "bm25": [0.004]}})
    ingested = {"belegt": Ingested(12.34, 240, 500)}  # which bm25 searches too
    lines = table([ours, worse], [times], ingested, "en").splitlines()
    assert lines[0].split() == ["Slice", "Measure", "Questions", "belegt", "bm25"]
    cells = lines[2].split()
    assert cells[:5] == ["xquad", "de", "R@1", "100", "0.600"]
    assert cells[6] == "0.450"
    assert cells[7].endswith("]*")
    assert lines[3].split()[-7:] == ["1", "20", "/", "20", "4", "/", "4"]
    assert lines[4].split() == ["xquad", "ingest,", "seconds", "240", "12.3", "="]
    german = table([ours, worse], [times], ingested, "de", markdown=True).splitlines()
    assert german[0] == "| Teilmenge | Maß | Fragen | belegt | bm25 |"
    assert german[1] == "|---|---|---|--:|--:|"
    assert german[2].startswith("| xquad de | R@1 | 100 | 0,600 [0,")
    assert german[2].endswith(r"]\* |")


def test_a_unit_is_taken_up_only_for_the_same_questions_settings_and_model(tmp_path: Path) -> None:
    part = Slice("xquad", "xquad de", (Case("1", "Wer?", articles=("a",), answerable=True),), answered=False)
    work = Work(tmp_path, dict(MADE_WITH))
    saved = work.save(_unit("belegt", [1.0]), part)
    assert work.unit(part, "belegt") == saved
    assert work.unit(part, "bm25") is None
    assert Work(tmp_path, {**MADE_WITH, "commit": "def"}).unit(part, "belegt") == saved  # and says "abc"
    assert Work(tmp_path, {**MADE_WITH, "settings": "t"}).unit(part, "belegt") is None
    assert Work(tmp_path, {**MADE_WITH, "model": "n"}).unit(part, "belegt") is None
    other = dataclasses.replace(part, cases=(Case("1", "Wer?", articles=("b",), answerable=True),))
    assert work.unit(other, "belegt") is None
    [file] = tmp_path.rglob("*.belegt.json")
    file.write_text(file.read_text("utf-8")[:50], "utf-8")  # a torn file is no unit
    assert work.unit(part, "belegt") is None


TEXTS = {
    "bridge": "Die neue Brücke kostet 48 Millionen Euro. Der Bau beginnt im Mai.",
    "school": "Die Schule am Markt bekommt ein zweites Gebäude. Es soll 2027 fertig sein.",
    "river": "Der Fluss trat am Sonntag über die Ufer. Verletzt wurde niemand.",
}


def _small(data: Path, folder: Path) -> Imported:
    cases = (
        Case("1", "Was kostet die neue Brücke?", ("48 Millionen",), ("bridge",), answerable=True, language="de"),
        Case("2", "Wer leitet das Theater?", answerable=False, language="de"),
    )
    articles = write_articles(({"id": i, "text": text, "language": "de"} for i, text in TEXTS.items()), folder)
    return Imported(articles, {"de": write_set("small", cases, folder, "de", "")})


def test_a_stopped_run_goes_on_where_it_was(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.models.embed.Embedder", lambda settings: embedder)
    monkeypatch.setenv("BELEGT_LANGUAGE", "en")
    monkeypatch.setenv("BELEGT_MIN_CONFIDENCE", "0.05")  # beside three sentences no score stands out
    monkeypatch.setitem(SETS, "demo", Source(_small, answered=True, by_language=False))
    measured: list[str] = []
    measure = evals.bench.run.measure

    def stopping(system: Any, name: str, part: Slice, progress: bool) -> Unit:
        if name == "dense" and "dense" not in measured:
            measured.append("dense")
            raise KeyboardInterrupt
        measured.append(name)
        return measure(system, name, part, progress)

    monkeypatch.setattr(evals.bench.run, "measure", stopping)
    work, out = tmp_path / "work", tmp_path / "bench.json"
    arguments = ["--sets", "demo", "--systems", "belegt,bm25,dense", "--work", str(work)]
    assert bench.main(arguments) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert str(work) in printed.err
    assert measured == ["belegt", "bm25", "dense"]

    assert bench.main([*arguments, "--json", str(out)]) == 0
    assert measured == ["belegt", "bm25", "dense", "dense"]
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0].split()[-3:] == ["belegt", "bm25", "dense"]
    [demo] = json.loads(out.read_text("utf-8"))["sets"]
    assert demo["ingest"]["belegt"]["articles"] == 3
    assert [(unit["slice"], unit["system"], unit["questions"]) for unit in demo["units"]] == [
        ("demo", "belegt", 2),
        ("demo", "bm25", 2),
        ("demo", "dense", 2),
    ]
    for unit in demo["units"]:
        assert unit["scores"]["RR"]["value"] == unit["scores"]["contained"]["value"] == 1
        assert unit["scores"][AUROC]["value"] == 1
        assert unit["crashed"] == 0
    [latency_of] = demo["latency"]
    for kind in ("search", "answer"):
        assert latency_of[kind].keys() == {"belegt", "bm25", "dense"}
        assert all(0 < spent["p50"] <= spent["p95"] for spent in latency_of[kind].values())


def test_every_system_is_timed_on_the_same_questions_in_turn() -> None:
    asked: list[str] = []

    class Fake:
        def __init__(self, name: str) -> None:
            self.name = name

        def find(self, case: Case, prepared: object = None) -> list[Any]:
            asked.append(f"{self.name}{case.id}")
            return []

    cases = tuple(Case(str(n), "?", articles=("a",), answerable=True) for n in range(103))
    part = Slice("xquad", "xquad de", cases, answered=False)
    times = time_all({"a": Fake("a"), "b": Fake("b")}, part)  # type: ignore[dict-item]
    assert asked[:6] == ["a100", "a101", "a102", "b100", "b101", "b102"]  # warming up
    assert asked[6:12] == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert {name: len(seconds) for name, seconds in times.seconds["search"].items()} == {"a": 100, "b": 100}
