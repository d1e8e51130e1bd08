"""The benchmark's own logic; its numbers need the data folder and a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import bench
from evals.cases import Case, QuestionSet
from evals.importers import Imported


def test_without_data_it_says_so_and_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELEGT_LANGUAGE", "de")
    assert bench.main(["--data", str(tmp_path / "none"), "--sets", "xquad,mlqa"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(":")[:2] for line in printed.err.splitlines()] == [
        ["xquad", " Übersprungen"],
        ["mlqa", " Übersprungen"],
    ]
    assert "--data ORDNER" in printed.err


def test_an_unknown_set_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        bench.main(["--sets", "xquad,squod"])
    assert stopped.value.code == 2
    assert "squod" in capsys.readouterr().err


def test_slices_are_languages_and_questions_without_gold_articles_are_left_out(tmp_path: Path) -> None:
    cases = (
        Case("1", "Wer?", articles=("a",), answerable=True, language="de"),
        Case("2", "Who?", articles=("a",), answerable=True, language="en"),
        Case("3", "Wetter?", answerable=False, language="de"),
    )
    QuestionSet("s", None, None, cases).save(tmp_path / "s.jsonl")
    found = bench.slices(Imported(tmp_path, {"all": tmp_path / "s.jsonl"}))
    assert {name: [case.id for case in group] for name, group in found.items()} == {"de": ["1"], "en": ["2"]}


def test_table_shows_the_ways_of_searching_side_by_side() -> None:
    scores = {f: {m: bench.Score(0.974, 0.965, 0.982) for m in bench.MEASURES} for f in bench.FUSIONS}
    text = bench.table([bench.Slice("xquad de", 1190, scores)], "en")
    assert text.splitlines()[0].split() == ["Slice", "Questions", "Measure", "hybrid", "dense", "lexical"]
    assert text.splitlines()[2].split()[:6] == ["xquad", "de", "1190", "nDCG@10", "0.974", "[0.965–0.982]"]
    assert "0,974 [0,965–0,982]" in bench.table([bench.Slice("xquad de", 1190, scores)], "de")
