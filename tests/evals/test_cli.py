"""``belegt eval``: arguments, the files it writes, and what it refuses before any answering."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.cli import DEMO_SET, add_arguments, main, write_json
from evals.errors import OutputError, SetMissingError
from rag.index import Index
from rag.settings import Settings

ARTICLES = (
    {
        "id": "wall",
        "text": "In Altwiesen wird eine Hochwassermauer gebaut. Die Mauer wird 2,10 Meter hoch.",
        "published": "2024-05-01",
    },
    {"id": "team", "text": "Der SV Mühlrode steigt auf. Trainer ist Dario Klemm.", "published": "2024-06-01"},
)
QUESTIONS = (
    {
        "id": "height",
        "question": "Wie hoch wird die Mauer in Altwiesen?",
        "answers": ["2,10 Meter"],
        "articles": ["wall"],
    },
    {"id": "weather", "question": "Wer gewann 1974 die Weltmeisterschaft im Schach?", "answerable": False},
)


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def parsed(*given: str, language: str = "de") -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser, language)
    return parser.parse_args(given)


def test_defaults_are_the_demo_set_and_no_files() -> None:
    args = parsed()
    assert (args.set, args.json, args.limit, args.verbose) == (DEMO_SET, None, None, False)
    assert parsed("mine.jsonl", "--limit", "5").limit == 5


def test_a_limit_is_a_whole_number_from_one(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("0", "-1", "x", "1.5"):
        with pytest.raises(SystemExit):
            parsed("--limit", wrong)
        assert "eine ganze Zahl ab 1" in capsys.readouterr().err


def test_a_missing_set_is_told_before_any_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(SetMissingError):
        main(parsed(str(tmp_path / "none.jsonl")), Settings(index=tmp_path), "de")


def test_a_file_that_can_not_be_written_is_told_before_any_answering(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="--json"):
        main(parsed("--json", str(tmp_path / "no" / "folder.json")), Settings(index=tmp_path), "de")


def test_json_goes_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"Maß": 1}, str(tmp_path / "out.json"), "de")
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == {"Maß": 1}
    assert "Geschrieben" in capsys.readouterr().err
    write_json({"Maß": 1}, "-", "de")
    assert json.loads(capsys.readouterr().out) == {"Maß": 1}


def test_a_set_is_asked_over_an_index(
    tmp_path: Path, make_index: Callable[..., Index], capsys: pytest.CaptureFixture[str]
) -> None:
    with make_index() as index:
        index.ingest([lines(tmp_path / "articles.jsonl", *ARTICLES)], progress=False)
        settings = index.settings
    questions = lines(tmp_path / "two.jsonl", *QUESTIONS)
    assert main(parsed(str(questions), "--json", "-", "--verbose"), settings, "de") == 0
    printed = capsys.readouterr()
    written = json.loads(printed.out)
    assert "two: 2 Fragen, davon 0 abgestürzt" in printed.err
    assert written["results"][0]["retrieved"][0] == "wall"
    assert written["measures"]["R@5"] == {"value": 1.0, "counted": 1, "low": 1.0, "high": 1.0}
    assert written["settings"] == settings.fingerprint()
    assert written["models"][0].startswith("multilingual-e5-small")
    assert main(parsed(str(questions), "--limit", "1"), settings, "en") == 0
    assert "two: 1 questions" in capsys.readouterr().out
