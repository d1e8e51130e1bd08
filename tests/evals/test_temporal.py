"""The temporal set is what it says, and its command measures what is there."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from evals import temporal
from evals.cases import Case, load_set
from evals.temporal import QUESTIONS, Result, failures, half, table
from rag.models.embed import Embedder
from rag.when import read

CASES = load_set(QUESTIONS).cases


def test_the_set_is_what_its_header_says() -> None:
    assert Counter(case.tags for case in CASES) == {
        ("published",): 48,
        ("relative",): 27,
        ("content",): 15,
        ("timeless",): 10,
    }
    assert len({case.question for case in CASES if not case.as_of}) == sum(not case.as_of for case in CASES)
    for case in CASES:
        assert case.articles and case.answerable
        assert (case.as_of is not None) == (case.tags == ("relative",)), case.id
    assert Counter(half(case) for case in CASES) == {"dev": 46, "held-out": 54}


def test_every_time_is_read_and_none_where_there_is_none() -> None:
    for case in CASES:
        time = read(case.question, "de", case.as_of) if case.as_of else read(case.question, "de", TODAY)
        assert (time is None) == (case.tags == ("timeless",)), case.id


TODAY = next(case.as_of for case in CASES if case.as_of)


def _result(case: Case, way: str, rank: int | None) -> Result:
    return Result(case, way, ("x", "y", "z"), rank)


def test_shares_and_differences() -> None:
    dev = [case for case in CASES if half(case) == "dev"][:4]
    held = next(case for case in CASES if half(case) == "held-out")
    ranks = {"on": (1, 2, 3, 4), "off": (1, 4, None, 9), "words": (None,) * 4}
    results = [_result(case, way, rank) for way in ranks for case, rank in zip(dev, ranks[way], strict=True)]
    results += [_result(held, way, 1) for way in ranks]
    lines = [line.split() for line in table(results).splitlines()]
    first = {way: next(line for line in lines if line[:2] == ["dev", way]) for way in ranks}
    assert {way: line[3] for way, line in first.items()} == {"on": "0.750", "off": "0.250", "words": "0.000"}
    assert first["on"][6] == "0.250"  # rank 1
    apart = next(line for line in lines if line[:4] == ["dev", "on", "-", "off"])
    assert apart[5:7] == ["+50.0", "points"]
    listed = failures(results).splitlines()
    assert len(listed) == 1  # dev[3], in fourth place
    assert listed[0].startswith(f"{dev[3].id} (dev)") and "(rank 4)" in listed[0]


def test_data_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert temporal.main(["--data", str(tmp_path)]) == 2
    assert str(tmp_path / "wikinews") in capsys.readouterr().err


def test_the_command_over_articles_of_our_own(
    tmp_path: Path, embedder: Embedder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two articles under ids of the gold list, told alike but for the day: one question of each day is answered."""
    quakes = [case for case in CASES if "bebte im" in case.question][:2]
    days = {"im November 2005": "2005-11-12", "im Frühjahr 2012": "2012-03-21"}
    records = []
    for case in quakes:
        day = next(day for words, day in days.items() if words in case.question)
        text = f"In Sandholm hat die Erde gebebt. Verletzt wurde niemand. Das sagte Sprecher {case.id}."
        records.append({"id": case.articles[0], "title": "Die Erde bebte", "date": day, "text": text})
    records.append({"id": "undated", "title": "Hafen", "date": None, "text": "Der Hafen von Sandholm ist offen."})
    (tmp_path / "wikinews").mkdir()
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "wikinews" / "articles.jsonl").write_text(lines, "utf-8")
    index = tmp_path / "index"
    assert temporal.main(["--data", str(tmp_path), "--index", str(index), "--failures"]) == 0
    out = capsys.readouterr().out
    assert f"{quakes[0].id} (" not in out and f"{quakes[1].id} (" not in out
    assert f"{CASES[-1].id} (" in out  # about wolves
    assert index.is_dir()
