"""Settings of the language model: checked early, and the key is never seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import LlmError, SettingsError
from rag.settings import Settings

KEY = "sk-very-secret-0815"
SET = {
    "BELEGT_LLM_URL": "http://127.0.0.1:11434/v1/",
    "BELEGT_LLM_MODEL": "some:1b",
    "BELEGT_LLM_API_KEY": KEY,
    "BELEGT_LLM_CONTEXT": "8192",
}


def test_from_the_environment() -> None:
    settings = Settings.load(environ=SET)
    assert (settings.llm_url, settings.llm_model, settings.llm_context) == (
        "http://127.0.0.1:11434/v1",
        "some:1b",
        8192,
    )
    assert settings.answer_mode == "extractive"  # an address alone changes nothing
    assert settings.llm_fallback == "error"  # never silently another answer
    assert settings.drop_unsupported


def test_an_emptied_variable_is_not_set() -> None:
    settings = Settings.load(environ=dict.fromkeys(SET, "") | {"BELEGT_LLM_CONTEXT": "4096"})
    assert (settings.llm_url, settings.llm_model, settings.llm_api_key) == (None, None, None)


def test_the_key_is_never_seen() -> None:
    settings = Settings.load(environ=SET)
    assert settings.llm_api_key is not None
    assert settings.llm_api_key.get_secret_value() == KEY
    shown = [repr(settings), str(settings), str(settings.llm_api_key), json.dumps(settings.relevant())]
    shown.append(settings.model_dump_json())
    assert not [text for text in shown if KEY in text]
    assert settings.fingerprint() == Settings.load(environ=SET | {"BELEGT_LLM_API_KEY": "another"}).fingerprint()


def test_the_fingerprint_follows_the_model_and_not_where_it_runs() -> None:
    base = Settings.load(environ=SET)
    assert base.fingerprint() == Settings.load(environ=SET | {"BELEGT_LLM_URL": "http://10.0.0.5/v1"}).fingerprint()
    assert base.fingerprint() != Settings.load(environ=SET | {"BELEGT_LLM_MODEL": "other"}).fingerprint()


@pytest.mark.parametrize(
    "url",
    ["11434", "ftp://host/v1", "http://", "http://me:secret-0815@host/v1", "http://host/v1?key=secret-0815"],
)
def test_an_address_that_can_not_be_one(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'llm_url'") as caught:
        Settings.load(environ={"BELEGT_LLM_URL": url})
    assert "secret-0815" not in caught.value.text("de") + caught.value.text("en")


def test_a_wrong_key_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "belegt.toml"
    file.write_text("llm_api_key = 12345678901\n")
    with pytest.raises(SettingsError, match="'llm_api_key'") as caught:
        Settings.load(file, environ={})
    assert "12345678901" not in str(caught.value)


@pytest.mark.parametrize("reason", LlmError.REASONS)
def test_each_reason_says_what_to_do_in_both_languages(reason: str) -> None:
    error = LlmError(reason, url="http://x/v1", model="m", detail="d", seconds=3.0)
    german, english = error.text("de"), error.text("en")
    assert german != english
    assert "{" not in german + english
    assert any(word in english for word in ("BELEGT_", "'belegt ", "server's log", "Ask again", "choose another model"))
