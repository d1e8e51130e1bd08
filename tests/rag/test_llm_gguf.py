"""A model in a file, run in this process. What it writes is nonsense; what is asked of it here is how."""

from __future__ import annotations

import sys
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage

from rag.aside import Stopped
from rag.cli_llm import diagnosis
from rag.errors import LlmError, SettingsError
from rag.models.writer import Writer, writer
from rag.settings import Settings
from tests.tiny_gguf import write

ASKED = [ChatMessage(role="system", content="Kurz."), ChatMessage(role="user", content="Wer?")]
LATER = 600.0  # seconds; no test gets there


def settings(path: Path | None, **given: object) -> Settings:
    return Settings.load(environ={}, **{"llm_gguf": path, "llm_context": 1024, **given})


def rest(llm: Writer, tokens: int = 8, seconds: float = LATER, stop: Future[None] | None = None) -> str:
    text = ""
    try:
        for piece in llm.stream(ASKED, tokens, time.monotonic() + seconds, stop):
            text += piece
    except LlmError as error:
        assert error.reason == "length"
    return text


def test_without_the_extra_the_command_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(LlmError) as caught:
        writer(settings(write(tmp_path / "tiny.gguf")))
    assert caught.value.reason == "extra"
    assert "pip install 'belegt[gguf]'" in caught.value.text("de")


def test_a_file_or_an_address(tmp_path: Path) -> None:
    path = tmp_path / "tiny.Q4.gguf"
    assert settings(path).llm_model == "tiny.Q4"
    assert settings(path).fingerprint() == settings(tmp_path / "elsewhere" / "tiny.Q4.gguf").fingerprint()
    assert settings(path).fingerprint() != settings(tmp_path / "other.gguf").fingerprint()
    for given in ({"llm_url": "http://127.0.0.1:9/v1", "llm_model": "m"}, {"llm_model": "m"}):
        with pytest.raises(SettingsError, match="not in both"):
            settings(path, **given)
    assert settings(None, llm_model="m").llm_model == "m"


@pytest.mark.gguf
class TestRunning:
    """With the extra: ``pip install 'belegt[gguf]'``, which compiles llama.cpp, then ``pytest -m gguf``."""

    @pytest.fixture(scope="class")
    def llm(self, tmp_path_factory: pytest.TempPathFactory) -> Writer:
        return writer(settings(write(tmp_path_factory.mktemp("gguf") / "tiny.gguf", context=900)))

    def test_it_writes_piece_by_piece_and_the_same_again(self, llm: Writer) -> None:
        assert llm.model == "tiny"
        pieces = []
        with pytest.raises(LlmError) as caught:
            for piece in llm.stream(ASKED, 24, time.monotonic() + LATER):
                pieces.append(piece)
        assert caught.value.reason == "length"  # it knows no end
        assert len(pieces) > 4
        assert rest(llm, 24) == "".join(pieces)  # nothing of the text before is left in it

    def test_the_deadline_ends_the_reading_of_the_prompt(self, llm: Writer) -> None:
        with pytest.raises(LlmError) as caught:
            next(llm.stream(ASKED, 8, time.monotonic()))
        assert caught.value.reason == "slow"
        assert rest(llm)  # and it can write again

    def test_stop_and_close_end_the_writing(self, llm: Writer) -> None:
        whole = rest(llm, 200)
        stop: Future[None] = Future()
        stream = llm.stream(ASKED, 200, time.monotonic() + LATER, stop)
        next(stream)
        stop.set_result(None)
        with pytest.raises(Stopped):
            for _ in stream:
                pass
        stream = llm.stream(ASKED, 200, time.monotonic() + LATER)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert rest(llm, 200) == whole

    def test_one_at_a_time_within_the_deadline_of_who_waits(self, llm: Writer) -> None:
        first = llm.stream(ASKED, 200, time.monotonic() + LATER)
        next(first)
        with pytest.raises(LlmError) as caught:
            next(llm.stream(ASKED, 8, time.monotonic() + 0.2))
        assert caught.value.reason == "slow"
        stop: Future[None] = Future()
        stop.set_result(None)
        with pytest.raises(Stopped):
            next(llm.stream(ASKED, 8, time.monotonic() + LATER, stop))
        first.close()  # type: ignore[attr-defined]
        assert rest(llm)

    def test_more_than_it_holds(self, llm: Writer) -> None:
        with pytest.raises(LlmError) as caught:
            next(llm.stream([ChatMessage(content="Wer? " * 400)], 8, time.monotonic() + LATER))
        assert caught.value.reason == "context"
        assert "900" in caught.value.text("en") or "context window" in caught.value.text("en")

    @pytest.mark.parametrize("fault", ["missing", "broken", "no template"])
    def test_a_file_of_no_use(self, tmp_path: Path, fault: str) -> None:
        path = tmp_path / "m.gguf"
        if fault == "broken":
            path.write_bytes(b"GGUF, but not really")
        elif fault == "no template":
            write(path, template=None)
        with pytest.raises(LlmError) as caught:
            writer(settings(path))
        assert caught.value.reason == "file"
        assert "BELEGT_LLM_GGUF" in caught.value.text("de")

    def test_doctor_tries_it(self, tmp_path: Path) -> None:
        path = write(tmp_path / "tiny.gguf", context=2048)
        text, well = diagnosis(settings(path, llm_context=2048), "en")
        assert well and "tiny runs here" in text
        text, well = diagnosis(settings(path, llm_context=4096), "en")
        assert not well and "BELEGT_LLM_CONTEXT=2048" in text
        text, well = diagnosis(settings(tmp_path / "none.gguf"), "en")
        assert not well and "no such file" in text
