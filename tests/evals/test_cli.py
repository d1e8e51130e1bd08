"""``belegt eval``: arguments, the files it writes, and what it refuses before any answering."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from evals.cli import DEMO_SET, add_arguments, main, write_json
from evals.errors import OutputError, SetMissingError
from rag.settings import Settings


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
