"""The language model on the command line: what is offered, what doctor finds, and an answer."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import cli, cli_llm
from rag.settings import Settings
from tests.llm_endpoint import MODEL, Endpoint, Script, running

KEY = "sk-very-secret-0815"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running(models=[{"id": MODEL, "max_model_len": 8192}, {"id": "other"}]) as started:
        started.says("eins zwei drei")
        yield started


def belegt(monkeypatch: pytest.MonkeyPatch, *words: object, **environ: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), monkeypatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        code = cli.main([str(word) for word in words])
    assert KEY not in out.getvalue() + err.getvalue()
    return code, out.getvalue(), err.getvalue()


def test_list(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = belegt(monkeypatch, "llm", "list", "--language", "de", BELEGT_LLM_URL=endpoint.url)
    assert (code, out) == (0, f"other\n{MODEL}  Kontext 8192\n")
    code, out, _ = belegt(monkeypatch, "llm", "list", endpoint.url, "--json")
    assert json.loads(out) == [{"name": "other", "context": None}, {"name": MODEL, "context": 8192}]


def test_a_key_goes_only_to_the_address_it_was_set_with(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    monkeypatch.setattr("rag.models.llm_offered.offered", lambda settings: asked.append(settings.llm_api_key) or [])
    belegt(monkeypatch, "llm", "list", endpoint.url, BELEGT_LLM_URL="http://10.0.0.1/v1", BELEGT_LLM_API_KEY=KEY)
    belegt(monkeypatch, "llm", "list", endpoint.url, BELEGT_LLM_URL=endpoint.url, BELEGT_LLM_API_KEY=KEY)
    assert [key is not None for key in asked] == [False, True]


def test_a_file_offers_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = {"BELEGT_LLM_GGUF": str(tmp_path / "klein-1b.gguf"), "BELEGT_LLM_CONTEXT": "2048"}
    code, out, _ = belegt(monkeypatch, "llm", "list", "--json", **named)
    assert (code, json.loads(out)) == (0, [{"name": "klein-1b", "context": 2048}])


def test_list_names_the_setting_where_no_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = belegt(monkeypatch, "llm", "list", "--language", "en")
    assert (code, out) == (2, "")
    assert "BELEGT_LLM_URL" in err


def diagnosis(endpoint: Endpoint | None, **given: object) -> tuple[str, bool]:
    address = {"llm_url": endpoint.url} if endpoint else {}
    return cli_llm.diagnosis(Settings.load(environ={}, **{"llm_model": MODEL, **address, **given}), "en")


def test_doctor_on_the_model(endpoint: Endpoint) -> None:
    said, well = diagnosis(endpoint)
    assert well
    assert "tokens a second" in said
    assert "8192" in said
    said, well = diagnosis(endpoint, llm_context=16384)
    assert not well
    assert "BELEGT_LLM_CONTEXT=8192" in said
    said, well = diagnosis(endpoint, llm_model="missing")
    assert not well
    assert f"other, {MODEL}" in said


def test_doctor_calls_nothing_that_is_not_set(endpoint: Endpoint) -> None:
    said, well = diagnosis(None)
    assert well
    assert "nothing is called" in said
    said, well = diagnosis(None, answer_mode="llm")
    assert not well
    assert "BELEGT_LLM_URL" in said
    assert endpoint.paths == []


def test_doctor_on_a_server_that_fails(endpoint: Endpoint) -> None:
    endpoint.says(Script(status=500))
    said, well = diagnosis(endpoint)
    assert not well
    assert "500" in said


@pytest.mark.usefixtures("one_model")
def test_an_answer_on_the_command_line(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        "# Altbrücke\n\nDie Altbrücke in Krellbach ist gesperrt. Bei einer Prüfung fanden Gutachter 14 Risse.\n"
    )
    index = tmp_path / "index"
    environ = {"BELEGT_LLM_URL": endpoint.url, "BELEGT_LLM_MODEL": MODEL, "BELEGT_LLM_API_KEY": KEY}
    assert belegt(monkeypatch, "ingest", file, "--index", index)[0] == 0
    endpoint.says("Gutachter fanden 14 Risse [1]. Gutachter fanden 99 Risse [7].")
    question = "Wie viele Risse fanden Gutachter?"
    code, out, _ = belegt(
        monkeypatch, "ask", question, "--index", index, "--mode", "llm", "--language", "en", **environ
    )
    assert code == 0
    assert out.startswith("Gutachter fanden 14 Risse. [1]\n")
    assert f"language model ({MODEL})" in out
    assert "left out because no passage bears them out: 1" in out
    assert "Citation numbers of the language model removed because no passage has them: 1" in out
    endpoint.says(Script(status=401))
    code, out, err = belegt(
        monkeypatch, "ask", question, "--index", index, "--mode", "llm", "--language", "de", **environ
    )
    assert (code, out) == (2, "")
    assert "BELEGT_LLM_API_KEY" in err
