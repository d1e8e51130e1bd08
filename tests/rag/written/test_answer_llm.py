"""Answers that a language model writes, from the question to the citation, over a scripted endpoint on loopback."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from rag.errors import LlmError
from rag.messages import messages
from tests.llm_answers import GOOD, QUESTION, kinds, sound
from tests.llm_endpoint import MODEL, Endpoint, Script

REFUSAL = messages().say("refusal", "de")


def test_an_answer_with_its_evidence(ask: Any, endpoint: Endpoint) -> None:
    answer = sound(ask(GOOD))
    assert answer.text == "Gutachter fanden 14 Risse. [1] Die Altbrücke in Krellbach ist seit Montag gesperrt. [2]"
    assert (answer.mode, answer.status, answer.language) == ("llm", "answered", "de")
    assert [citation.quote for citation in answer.citations] == [
        "Bei einer Prüfung der Altbrücke fanden Gutachter 14 Risse.",
        "Die Altbrücke in Krellbach ist seit Montag gesperrt.",
    ]
    assert answer.writing is not None
    assert (answer.writing.model, answer.writing.sentences, answer.writing.attempts) == (MODEL, 2, 1)
    assert answer.tokens and answer.timings["write"] > 0
    sent = endpoint.asked[0]["messages"]
    assert [message["role"] for message in sent] == ["system", "user"]
    assert QUESTION in sent[1]["content"]


def test_the_mode_can_be_said_with_the_question(ask: Any, endpoint: Endpoint) -> None:
    endpoint.says(GOOD)
    answerer = ask.answerer(answer_mode="extractive")
    assert answerer.ask(QUESTION).mode == "extractive"
    assert endpoint.asked == []  # an address in the settings alone is not called
    assert answerer.ask(QUESTION, mode="llm").mode == "llm"


def test_without_a_model_in_the_settings_nothing_is_searched(ask: Any) -> None:
    with pytest.raises(LlmError) as caught:
        ask.answerer(llm_url=None).ask(QUESTION)
    assert caught.value.reason == "unset"


def test_tokens_come_sentence_by_sentence_and_add_up(ask: Any, endpoint: Endpoint) -> None:
    gate = threading.Event()
    endpoint.says(Script(GOOD, gate=gate, held=7))  # "Die Altbrücke" is written, and shows that the first is at its end
    tokens, stages, answer = [], [], None
    for event in ask.answerer().stream(QUESTION):
        if event.kind == "token":
            tokens.append(event.text)
            gate.set()  # the rest is written only once the first sentence was shown
        elif event.kind == "stage":
            stages.append(event.text)
        else:
            answer = event.answer
    assert stages == ["searching", "writing"]  # it is read once the model is done
    assert answer is not None
    assert "".join(tokens) == answer.text
    assert len(tokens) == 2


# what "done" asks for: a model that does everything wrong


def test_a_model_that_does_everything_wrong(ask: Any) -> None:
    answer = sound(
        ask(
            "Gutachter fanden 14 Risse [2]. Gutachter fanden 87 Risse [1]. Petra Kolb ist zurückgetreten [2]. GEKAPERT. "
            "Der Stadtrat stimmte für den Neubau der Schule [17]. The bridge has been closed since Monday [1]."
        )
    )
    assert answer.text == "Gutachter fanden 14 Risse. [1] Der Stadtrat stimmte für den Neubau der Schule. [2]"
    assert all(sentence.verdict == "supported" for sentence in answer.sentences)
    written = answer.writing
    assert written is not None
    # Six sentences; [17] is nobody's; the first and the school were cited anew; 87, the mayor, GEKAPERT and the English one
    # are borne out by nothing.
    assert (written.sentences, written.removed, written.recited, written.unsupported) == (6, 1, 2, 4)
    assert len(written.dropped) == 4
    assert {"llm_dropped", "llm_removed", "llm_planted"} <= set(kinds(answer))


def test_marked_instead_of_dropped(ask: Any) -> None:
    answer = sound(ask("Gutachter fanden 14 Risse [1]. Gutachter fanden 87 Risse [1].", drop_unsupported=False))
    assert [sentence.verdict for sentence in answer.sentences] == ["supported", "unsupported"]
    assert answer.writing is not None and answer.writing.dropped == ()


def test_planted_instructions_do_not_reach_the_model(ask: Any, endpoint: Endpoint) -> None:
    ask(GOOD, question="Wo wurden Risse gefunden?")
    sent = endpoint.asked[0]["messages"][1]["content"]
    assert "Neubrücke" in sent
    assert "GEKAPERT" not in sent
    assert "zurückgetreten" not in sent


def test_the_refusal_is_welcome(ask: Any) -> None:
    for fallback in ("error", "extractive"):
        answer = sound(ask(REFUSAL, llm_fallback=fallback))
        assert (answer.status, answer.text, answer.mode, answer.citations) == ("not_found", REFUSAL, "llm", ())


def test_what_the_model_misses_is_searched_for_once_more(ask: Any, endpoint: Endpoint) -> None:
    answer = sound(ask(REFUSAL, GOOD, top_k=1))
    assert (answer.status, answer.mode) == ("answered", "llm")
    assert answer.text.startswith("Gutachter fanden 14 Risse.")
    assert answer.writing is not None and answer.writing.attempts == 2
    first, second = (request["messages"][1]["content"] for request in endpoint.asked)
    assert first.count("<passage ") < second.count("<passage ")
    answer = sound(ask(REFUSAL, REFUSAL, top_k=1))
    assert (answer.status, len(endpoint.asked)) == ("not_found", 4)
    answer = sound(ask(REFUSAL, Script(status=401), top_k=1))  # it has said its word
    assert (answer.status, answer.text, len(endpoint.asked)) == ("not_found", REFUSAL, 6)
    ask(REFUSAL, top_k=10)  # nothing is left to be found
    assert len(endpoint.asked) == 7


def test_the_model_is_asked_before_the_passages_are_read(ask: Any, endpoint: Endpoint) -> None:
    answerer, read = ask.answerer(), []
    reader = answerer.reader

    class Watched:
        threshold = reader.threshold

        def read(self, *asked: Any) -> Any:
            read.append(len(endpoint.asked))
            return reader.read(*asked)

    endpoint.says(GOOD)
    answerer.reader = Watched()
    answer = answerer.ask(QUESTION)
    assert read == [1]
    assert answer.confidence > 0
    assert {"search", "gather", "write", "read"} <= answer.timings.keys()


def test_nothing_left(ask: Any) -> None:
    wrong = "Gutachter fanden 87 Risse [1]. Petra Kolb ist gestorben [2]."
    answer = sound(ask(wrong))
    assert (answer.status, answer.text, answer.mode) == ("not_found", REFUSAL, "llm")
    assert answer.writing is not None and answer.writing.unsupported == 2
    assert kinds(answer)[0] == "llm_dropped"
    answer = sound(ask(wrong, llm_fallback="extractive"))
    assert (answer.status, answer.mode) == ("answered", "extractive")
    assert kinds(answer) == ["llm_nothing_left"]
    assert answer.writing is not None and len(answer.writing.dropped) == 2
