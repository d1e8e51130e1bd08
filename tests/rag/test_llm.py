"""The door to a language model, over real HTTP on loopback: every fault has a name, nothing hangs, nothing leaks."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage

from rag.aside import Stopped
from rag.errors import LlmError
from rag.models.llm import Llm
from rag.models.llm_offered import Offered, offered, tried
from rag.models.writer import Thoughts
from rag.settings import Settings
from tests.conftest import until
from tests.llm_endpoint import MODEL, Endpoint, Script, running

KEY = "sk-very-secret-0815"
NEVER = 3600.0  # seconds; no test gets there


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running() as started:
        yield started


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """The first call of a process imports much: that is no part of what is timed here."""
    with running() as started:
        written(started.url)
        written(started.url, streaming=False)


def settings(url: str, **given: object) -> Settings:
    return Settings.load(
        environ={}, **{"llm_url": url, "llm_model": MODEL, "llm_api_key": KEY, "llm_timeout": 5.0} | given
    )


def written(url: str, seconds: float = 60.0, streaming: bool = True, stop: Future[None] | None = None) -> str:
    llm = Llm(settings(url))
    messages = [ChatMessage(role="user", content="Wer?")]
    try:
        return "".join(llm.stream(messages, 64, time.monotonic() + seconds, stop, streaming)).strip()
    finally:
        llm.close()


@pytest.mark.parametrize("streaming", [True, False])
def test_what_is_asked_and_what_comes_back(endpoint: Endpoint, streaming: bool) -> None:
    endpoint.says("Der Rat stimmte zu.")
    assert written(endpoint.url, streaming=streaming) == "Der Rat stimmte zu."
    asked, headers = endpoint.asked[0], endpoint.headers[0]
    assert (asked["model"], asked["max_tokens"], asked["temperature"]) == (MODEL, 64, 0.0)
    assert asked["messages"] == [{"role": "user", "content": "Wer?"}]
    assert bool(asked.get("stream")) is streaming
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert endpoint.paths == ["/v1/chat/completions"]


def test_nothing_comes_from_variables_of_other_programs(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "foreign")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    llm = Llm(settings(endpoint.url).model_copy(update={"llm_api_key": None}))
    assert "".join(llm.stream([ChatMessage(content="Wer?")], 8, time.monotonic() + 60)).strip() == "Nichts."
    assert "foreign" not in str(endpoint.headers)
    assert "stainless" not in str(endpoint.headers).lower()  # system, versions
    assert "Authorization" not in endpoint.headers[0]


FAULTS = [
    (Script(status=500, body={"error": {"message": "out of memory"}}), "failed", "out of memory"),
    (Script(status=503, body=b"<html>busy"), "failed", "503"),
    (Script(status=429, headers={"Retry-After": "7"}), "busy", "429"),
    (Script(status=401, body={"error": {"message": f"wrong key {KEY}"}}), "key", "BELEGT_LLM_API_KEY"),
    (
        Script(status=404, body={"error": {"message": "model 'x' not found, try pulling it"}}),
        "model",
        "belegt llm list",
    ),
    (Script(status=404, body=b"no such page"), "request", "/v1"),
    (Script(status=307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"}), "request", "307"),
    (
        Script(status=400, body={"error": {"message": "This model's maximum context length is 2048 tokens."}}),
        "context",
        "2048",
    ),
    (
        Script(raw=b'data: {"error": {"message": "the request exceeds the available context size"}}\n\n'),
        "context",
        "size",
    ),
    (Script(raw=b'data: {"error": {"message": "gpu lost"}}\n\n'), "failed", "gpu lost"),
    (Script(raw=b"data: {broken\n\n"), "malformed", "JSON"),
    (Script(raw=b'data: "text"\n\ndata: [DONE]\n\n'), "malformed", "no answer"),
    (Script(raw=b"data: \xff\xfe\n\n"), "malformed", "no answer"),
    (Script(raw=b"<html>Welcome</html>"), "cut", "broke off"),
    (Script("Der Rat stimmte zu", drop=2), "cut", "broke off"),
    (Script("Der Rat stimmte", finish="length"), "length", "BELEGT_LLM_CONTEXT"),
]


@pytest.mark.parametrize(("script", "reason", "words"), FAULTS, ids=lambda value: getattr(value, "status", value))
def test_each_fault_has_its_name(endpoint: Endpoint, script: Script, reason: str, words: str) -> None:
    endpoint.says(script)
    with pytest.raises(LlmError) as caught:
        written(endpoint.url)
    assert caught.value.reason == reason
    assert words in str(caught.value)
    assert KEY not in str(caught.value) + repr(caught.value)
    assert caught.value.retry_after == (7.0 if reason == "busy" else None)
    assert len(endpoint.asked) == 1  # no retry behind our back, and no redirect


def test_a_server_that_is_not_there() -> None:
    with running() as closed:
        url = closed.url
    with pytest.raises(LlmError) as caught:
        written(url)
    assert caught.value.reason == "down"  # not "slow": the deadline was not waited for


@pytest.mark.parametrize(
    "script", [Script("Nie.", wait=NEVER), Script("Langsam. " * 999, pause=0.05), Script(drip=True)]
)
@pytest.mark.parametrize("streaming", [True, False])
def test_the_deadline_ends_every_wait(endpoint: Endpoint, script: Script, streaming: bool) -> None:
    endpoint.says(script if streaming else Script("Nie.", wait=NEVER))
    seconds = 0.3
    while not endpoint.asked:  # on a busy machine the request may not have got there before the deadline
        seconds *= 2
        with pytest.raises(LlmError) as caught:
            written(endpoint.url, seconds, streaming)
        assert caught.value.reason == "slow"
    assert endpoint.wait_left()  # and the connection is closed


def test_closing_the_iterator_closes_the_connection(endpoint: Endpoint) -> None:
    endpoint.says(Script("Der Rat stimmte zu und so weiter und so fort.", pause=0.1))
    llm = Llm(settings(endpoint.url))
    stream = llm.stream([ChatMessage(content="Wer?")], 64, time.monotonic() + 30)
    assert next(stream) == "Der "
    stream.close()  # type: ignore[attr-defined]
    assert endpoint.wait_left()


def test_stop_ends_the_wait_from_another_thread(endpoint: Endpoint) -> None:
    endpoint.says(Script("Nie.", wait=NEVER))
    stop: Future[None] = Future()

    def later() -> None:
        until(lambda: bool(endpoint.asked), 60)
        stop.set_result(None)

    Thread(target=later).start()
    with pytest.raises(Stopped):
        written(endpoint.url, NEVER, stop=stop)
    assert endpoint.wait_left()


def test_the_key_is_in_no_log(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        endpoint.says("Gut.")
        written(endpoint.url)
        offered(settings(endpoint.url))
    assert "chat/completions" in caplog.text  # something was logged
    assert KEY not in caplog.text


def test_models_that_are_offered() -> None:
    listed = [{"id": "b:1b"}, {"id": "a:7b", "max_model_len": 8192}, {"id": "c", "meta": {"n_ctx_train": 2048}}]
    with running(models=listed) as endpoint:
        assert offered(settings(endpoint.url)) == [Offered("a:7b", 8192), Offered("b:1b", None), Offered("c", 2048)]
        assert endpoint.paths == ["/v1/models"]
        with pytest.raises(LlmError) as caught:
            offered(settings(endpoint.url + "/wrong"))
        assert caught.value.reason == "request"
    with running(models=[{"name": "no id"}]) as endpoint, pytest.raises(LlmError) as caught:
        offered(settings(endpoint.url))
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_its_speed(endpoint: Endpoint, finish: str) -> None:
    endpoint.says(Script("eins zwei drei vier fünf", wait=0.3, pause=0.1, finish=finish))
    started = time.monotonic()
    speed = tried(Llm(settings(endpoint.url)))
    assert 0.4 <= speed.first < time.monotonic() - started  # 0.3 s to wait and 0.1 s to write
    assert 0 < speed.rate < 13  # at most 10 a second


@pytest.mark.parametrize("missing", ["llm_url", "llm_model"])
def test_without_address_or_model_nothing_is_called(missing: str) -> None:
    with pytest.raises(LlmError) as caught:
        Llm(settings("http://127.0.0.1:9/v1").model_copy(update={missing: None}))
    assert caught.value.reason == "unset"


@given(
    st.lists(st.sampled_from(["a ", "<", "<think>", "</think>", "<th", "ink>", "/", "</"]), max_size=12).map("".join),
    st.lists(st.integers(0, 80), max_size=10),
)
def test_thoughts_are_taken_out_however_the_stream_is_cut(text: str, cuts: list[int]) -> None:
    at = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    whole, cut = Thoughts(), Thoughts()
    expected = whole.feed(text) + whole.finish()
    assert "".join(cut.feed(text[a:b]) for a, b in pairwise(at)) + cut.finish() == expected
    assert "<think>" not in expected


def test_thoughts() -> None:
    thoughts = Thoughts()
    assert thoughts.feed("<think>Hm. [1]</think>Ja < nein") + thoughts.finish() == "Ja < nein"
