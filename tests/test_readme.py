"""The README says what works: its Python runs, its commands exist, its files are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag import cli
from rag.answerer import Answerer

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


def test_its_python_runs(
    demo_answerer: Answerer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [block] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.setattr(Answerer, "open", lambda index: demo_answerer)
    exec(compile(block, "README.md", "exec"), {})
    assert "[1]" in capsys.readouterr().out


def test_its_commands_exist() -> None:
    named = set(re.findall(r"belegt (\w+)", README)) | set(re.findall(r"belegt status \| (\w+) \| (\w+)", README)[0])
    assert set(cli._COMMANDS) <= named
    makefile = (Path(__file__).resolve().parents[1] / "Makefile").read_text("utf-8")
    for target in re.findall(r"make (\w+)", README):
        assert f"\n{target}:" in makefile, target


def test_its_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (Path(__file__).resolve().parents[1] / link).exists(), link
