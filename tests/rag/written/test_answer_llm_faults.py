"""A model that fails: asked again where that may help, then excerpts where they are allowed, else an error that names the fix."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from rag.display import note
from rag.errors import LlmError
from rag.messages import messages
from rag.types import Answer
from tests.llm_answers import GOOD, QUESTION, kinds, sound
from tests.llm_endpoint import Endpoint, Script, running

NEVER = 3600.0  # seconds; no test gets there
PASSING = [
    Script(status=500),
    Script(status=429, headers={"Retry-After": "0.1"}),
    Script(raw=b"data: {broken\n\n"),
    Script("Der Rat", drop=1),
    Script(""),
    Script("<think>Hm"),
    Script("The experts have found 14 cracks in the old bridge [1]. It is closed."),
    Script(status=400, body={"error": {"message": "maximum context length is 512 tokens"}}),
]
LASTING = {
    "failed": Script(status=500),
    "busy": Script(status=429),
    "malformed": Script(raw=b"data: {broken\n\n"),
    "cut": Script("Der Rat", drop=1),
    "empty": Script(""),
    "language": Script("The experts have found 14 cracks in the old bridge [1]. It is closed."),
    "repetition": Script("und so weiter " * 300),
    "context": Script(status=400, body={"error": {"message": "maximum context length is 512 tokens"}}),
    "slow": Script("Nie.", wait=NEVER),
    "key": Script(status=401),
    "model": Script(status=404, body={"error": {"message": "model not found"}}),
}


@pytest.mark.parametrize("script", PASSING, ids=lambda script: str(script.status) + script.text[:9])
def test_asked_again_where_that_may_help(ask: Any, endpoint: Endpoint, script: Script) -> None:
    answer = sound(ask(script, GOOD))
    assert answer.text.startswith("Gutachter fanden 14 Risse. [1]")
    assert len(endpoint.asked) == 2
    assert answer.writing is not None and answer.writing.attempts == 2
    first, second = (request["messages"][1]["content"] for request in endpoint.asked)
    reminded = messages().say("llm_reminder", "de")
    assert (reminded in second) is (script.text.startswith("The"))
    assert (len(second) < len(first)) is (script.status == 400)  # fewer passages


@pytest.mark.parametrize("reason", LASTING)
def test_a_fault_that_lasts(ask: Any, endpoint: Endpoint, reason: str) -> None:
    seconds = 1.5 if reason == "slow" else 60.0
    with pytest.raises(LlmError) as caught:
        ask(LASTING[reason], llm_timeout=seconds)
    assert caught.value.reason == reason
    asked = 1 if reason in ("repetition", "slow", "key", "model") else 3
    assert len(endpoint.asked) == asked
    answer = sound(ask(LASTING[reason], llm_timeout=seconds, llm_fallback="extractive"))
    assert (answer.status, kinds(answer)) == ("answered", ["llm_failed"])
    assert answer.notes[0].facts["reason"] == reason
    assert answer.writing is None
    assert len(endpoint.asked) == 2 * asked
    assert [request.get("stream", False) for request in endpoint.asked[:3]] == (
        [True, False, False] if reason in ("malformed", "cut") else [True] * min(3, 2 * asked)
    )


def test_a_server_that_is_down(ask: Any) -> None:
    with running() as closed:
        url = closed.url
    with pytest.raises(LlmError) as caught:
        ask(GOOD, llm_url=url)
    assert caught.value.reason == "down"
    answer = sound(ask(GOOD, llm_url=url, llm_fallback="extractive"))
    assert kinds(answer) == ["llm_failed"]
    assert url in note(answer.notes[0], "de")


def test_retry_after_is_kept_to(ask: Any, endpoint: Endpoint) -> None:
    ask(Script(status=429, headers={"Retry-After": "0.7"}), GOOD)
    assert endpoint.at[1] - endpoint.at[0] >= 0.7
    with pytest.raises(LlmError) as caught:  # longer than there is time: not waited for
        ask(Script(status=429, headers={"Retry-After": "3600"}), GOOD)
    assert caught.value.reason == "busy"


@pytest.mark.parametrize("script", [Script(GOOD + " Und dann", drop=8), Script(GOOD + " Und dann", finish="length")])
def test_what_was_shown_stays_when_the_model_fails_after_it(ask: Any, endpoint: Endpoint, script: Script) -> None:
    answer = sound(ask(script))
    assert answer.text.startswith("Gutachter fanden 14 Risse. [1]")
    assert "Und dann" not in answer.text
    assert kinds(answer)[-1] == "llm_incomplete"
    assert len(endpoint.asked) == 1


def test_closing_the_stream_closes_the_connection(ask: Any, endpoint: Endpoint) -> None:
    endpoint.says(Script(GOOD + " Und so weiter und so fort." * 20, pause=0.05))
    stream = ask.answerer().stream(QUESTION)
    assert next(event for event in stream if event.kind == "token").text.startswith("Gutachter")
    stream.close()
    assert endpoint.wait_left()


# beside an event loop


def test_twenty_questions_at_once_block_nothing(ask: Any, endpoint: Endpoint) -> None:
    gate = threading.Event()
    endpoint.says(GOOD, Script(GOOD, gate=gate))
    answerer = ask.answerer()
    answerer.ask(QUESTION)  # models warm
    loop_seconds = 0.0

    async def one() -> Answer:
        async for event in answerer.astream(QUESTION):
            if event.answer:
                return event.answer
        raise AssertionError

    async def open_the_gate() -> None:
        """The model says nothing before all have asked it, and the loop has turned many times meanwhile."""
        while len(endpoint.asked) < 21:
            await asyncio.sleep(0.01)
        for _ in range(100):
            await asyncio.sleep(0)
        gate.set()

    async def all_of_them() -> list[Answer]:
        nonlocal loop_seconds
        before = time.thread_time()
        *answers, _ = await asyncio.gather(*(one() for _ in range(20)), open_the_gate())
        loop_seconds = time.thread_time() - before
        return answers  # type: ignore[return-value]

    before = time.process_time()
    answers = asyncio.run(all_of_them())
    assert len({answer.text for answer in answers}) == 1
    assert len(endpoint.asked) == 21
    # What is computed, however long that takes here, is not computed in the loop.
    assert loop_seconds < 0.2 * (time.process_time() - before)


def test_leaving_an_async_stream_closes_the_connection(ask: Any, endpoint: Endpoint) -> None:
    endpoint.says(Script("Nie.", wait=NEVER))
    answerer = ask.answerer(llm_timeout=NEVER)

    async def leave() -> None:
        events = answerer.astream(QUESTION)
        async for event in events:
            if event.text == "writing":
                break
        while not endpoint.asked:  # the model is asked in the thread, whoever waits here
            await asyncio.sleep(0.02)
        await events.aclose()  # type: ignore[attr-defined]

    before = threading.active_count()
    asyncio.run(leave())
    assert endpoint.wait_left()
    assert threading.active_count() <= before + 1  # its thread waits for the next question
