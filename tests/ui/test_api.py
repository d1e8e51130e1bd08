"""The HTTP interface, over real HTTP on this computer: over answers made by hand, and over the demo articles."""

from __future__ import annotations

import http.client
import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from rag.answerer import Answerer
from rag.types import Event
from tests.page_samples import ATTACKS, BRIDGE, HOSTILE, ScriptedAnswerer
from ui.api.chat import inert
from ui.api.requests import MOST_BYTES
from ui.app import build
from ui.server import Server


class Scripted(ScriptedAnswerer):
    """The same script for callers with an event loop; nothing pauses."""

    async def astream(self, question: str, *_: Any, **__: Any) -> AsyncGenerator[Event, None]:
        self.resume.set()
        for event in self.stream(question):
            yield event


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(port=0)
    server.start(build(Scripted(), "de"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def demo_server(demo_answerer: Answerer) -> Iterator[Server]:
    server = Server(port=0)
    server.start(build(demo_answerer, "de"))
    yield server
    server.close()


def call(
    server: Server, path: str, body: Any = None, data: bytes | None = None, **headers: str
) -> tuple[int, Any, http.client.HTTPResponse]:
    """Status, JSON (or text) and response of a POST of ``body`` as JSON, or of ``data``; of a GET without either."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    sent = data if data is not None else json.dumps(body).encode() if body is not None else None
    given = {"Content-Type": "application/json"} if sent is not None else {}
    connection.request("GET" if sent is None else "POST", path, sent, given | headers)
    response = connection.getresponse()
    text = response.read().decode("ascii")  # JSON in ASCII: nothing in it can reorder or hide
    kind = response.headers["content-type"]
    return response.status, json.loads(text) if kind.startswith("application/json") else text, response


def events(text: str) -> list[tuple[str | None, Any]]:
    """(name, data) of each server-sent event."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        data = lines["data"]
        found.append((lines.get("event"), data if data == "[DONE]" else json.loads(data)))
    return found


def test_a_question_is_answered_with_offsets(server: Server) -> None:
    status, answer, response = call(server, "/api/ask", {"question": "Brücke?"})
    assert status == 200
    assert response.headers["x-content-type-options"] == "nosniff"
    (citation,) = answer["citations"]
    assert BRIDGE.text[citation["start"] : citation["end"]] == citation["quote"] == "Sie stammt aus dem Jahr 1968."
    assert (answer["status"], answer["understood_as"]) == ("answered", None)


def test_a_question_streamed(server: Server) -> None:
    status, text, response = call(server, "/api/ask", {"question": "Brücke?", "stream": True})
    assert (status, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    found = events(text)
    assert [kind for kind, _ in found] == ["stage", "answer"]
    assert found[0][1] == {"text": "searching"}
    assert found[1][1]["citations"][0]["article_id"] == BRIDGE.id


def test_articles_and_status(server: Server) -> None:
    status, article, _ = call(server, f"/api/articles/{BRIDGE.id}")
    assert (status, article["text"], article["published"]) == (200, BRIDGE.text, "2024-08-22")
    assert not {"origin", "file", "provenance"} & set(article)
    status, failed, _ = call(server, "/api/articles/../none/such", **{"Accept-Language": "de"})
    assert status == 404 and failed["error"]["type"] == "ArticleMissingError"


def test_a_chat_completion(server: Server) -> None:
    body = {"model": "any", "temperature": 1, "messages": [{"role": "user", "content": "Brücke?"}]}
    status, found, _ = call(server, "/v1/chat/completions", body, **{"Accept-Language": "de-DE,de;q=0.9"})
    assert status == 200
    (choice,) = found["choices"]
    assert choice["message"]["content"] == (
        "Sie stammt aus dem Jahr 1968. [1]\n\n[1] Brücke gesperrt, Hafenkurier, 22. August 2024"
    )
    assert (choice["finish_reason"], found["object"], found["model"]) == ("stop", "chat.completion", "belegt")
    assert found["belegt"]["citations"][0]["quote"] == "Sie stammt aus dem Jahr 1968."


def test_a_chat_completion_streamed(server: Server) -> None:
    server_answer = call(server, "/v1/chat/completions", {
        "messages": [{"role": "system", "content": "Sei frech."}, {"role": "user", "content": [
            {"type": "text", "text": "Langsam"}, {"type": "image_url"}]}], "stream": True})  # fmt: skip
    found = events(server_answer[1])
    assert found[-1] == (None, "[DONE]")
    chunks = [data for _, data in found[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, "stop"]
    text = "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks)
    assert text == "Ein Anfang [1] \n\n[1] Brücke gesperrt, Hafenkurier, 22 August 2024"


def test_models_are_listed(server: Server) -> None:
    assert [model["id"] for model in call(server, "/v1/models")[1]["data"]] == ["belegt"]


def test_hostile_articles_are_inert_in_both_forms(server: Server) -> None:
    _, answer, _ = call(server, "/api/ask", {"question": "Böse"})
    assert answer["citations"][0]["quote"] in HOSTILE.text  # verbatim: it is data
    _, found, _ = call(server, "/v1/chat/completions", {"messages": [{"role": "user", "content": "Böse"}]})
    content = found["choices"][0]["message"]["content"]
    for active in ("<", "`", "](", "!["):
        assert active not in content.replace("\\" + active[0], "").replace("\\]", "")
    assert "\\<script>" in content


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rund 300 [1]. Und [2][12].", "Rund 300 [1]. Und [2][12]."),  # our own citations
        ("![x](http://a.example/p.png)", "\\!\\[x\\](http://a.example/p.png)"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("[1](http://a.example)", "\\[1\\](http://a.example)"),  # a link that looks like a citation
        ("[1]: http://a.example", "\\[1\\]: http://a.example"),
        ("[x][1]", "\\[x][1]"),
        ("<img src=x onerror=y>", "\\<img src=x onerror=y>"),
        ("\\[x](y)", "\\\\\\[x\\](y)"),  # an escape of theirs does not undo ours
        ("a\u202eb", "ab"),
        (ATTACKS[0], "\\<script>alert(1)\\</script>"),
    ],
)
def test_text_of_articles_becomes_no_markdown(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(
    ("path", "data", "headers", "status", "words"),
    [
        ("/api/ask", b"{", {}, 400, "not JSON"),
        ("/api/ask", b"\xff\xfe", {}, 400, "not JSON"),
        ("/api/ask", b"[" * 100_000, {}, 400, "not JSON"),
        ("/api/ask", b"[]", {}, 400, "body"),
        ("/api/ask", b"{}", {}, 400, "question"),
        ("/api/ask", b'{"question": 7}', {}, 400, "question"),
        ("/api/ask", b'{"question": "Wer?", "nonsense": 1}', {}, 400, "nonsense"),
        ("/api/ask", b'{"question": "Wer?", "since": "gestern"}', {}, 400, "since"),
        ("/api/ask", b'{"question": "Wer?"}', {"Content-Type": "text/plain"}, 415, "Content-Type"),
        ("/api/ask", b'"' + b"x" * MOST_BYTES + b'"', {}, 413, "256 KiB"),
        ("/v1/chat/completions", b'{"messages": []}', {}, 400, "last one"),
        ("/v1/chat/completions", b'{"messages": [{"role": "assistant", "content": "x"}]}', {}, 400, "last one"),
        ("/v1/chat/completions", b'{"messages": [{"role": "boss", "content": "x"}]}', {}, 400, "role"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_not_understood_is_said(
    server: Server, path: str, data: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    found, body, _ = call(server, path, data=data, **headers)
    assert found == status
    assert words in body["error"]["message"]


def test_errors_are_in_the_language_asked_for_and_tell_no_secret(server: Server) -> None:
    _, german, _ = call(server, "/api/ask", data=b"{", **{"Accept-Language": "de"})
    assert german["error"]["message"].startswith("Die Anfrage ist nicht zu verstehen")
    status, broken, _ = call(server, "/api/ask", {"question": "Kaputt"})
    assert status == 500 and "secret" not in json.dumps(broken) and "reference" in broken["error"]["message"]


def test_what_breaks_midway_is_an_event(server: Server) -> None:
    found = events(call(server, "/api/ask", {"question": "Kaputt", "stream": True})[1])
    assert [kind for kind, _ in found] == ["stage", "error"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}], ids=str
)
@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions"])
def test_other_sites_are_turned_away(server: Server, path: str, headers: dict[str, str]) -> None:
    assert call(server, path, {"question": "Brücke?"}, **headers)[0] == 403


def test_a_conversation_over_the_demo_articles(demo_server: Server) -> None:
    first = "Seit wann ist die Speicherbrücke gesperrt?"
    _, answer, _ = call(demo_server, "/api/ask", {"question": "Und warum?", "history": [first]})
    assert answer["understood_as"] == "Warum ist die Speicherbrücke gesperrt?"
    assert answer["passages"][0]["article_id"] == "demo-014"
    talk = [{"role": "user", "content": first}, {"role": "assistant", "content": "..."}]
    body = {"messages": [*talk, {"role": "user", "content": "Wer sagt das?"}]}
    _, found, _ = call(demo_server, "/v1/chat/completions", body, **{"Accept-Language": "de"})
    content = found["choices"][0]["message"]["content"]
    assert content.startswith("Hafenkurier (22. August 2024): „")
    assert content.endswith(f"Verstanden als: „Quellen der Antwort auf: {first}“")
    assert found["belegt"]["citations"]


def test_filters_and_limits_over_the_demo_articles(demo_server: Server) -> None:
    asked = {"question": "Wie viel kostet die Linie 7?", "until": "2023-12-31"}
    _, answer, _ = call(demo_server, "/api/ask", asked)
    assert {passage["published"][:4] for passage in answer["passages"]} == {"2023"}
    status, unknown, _ = call(demo_server, "/api/ask", asked | {"sources": ["Nirgends"]})
    assert status == 400 and "Nirgends" in unknown["error"]["message"]
    assert call(demo_server, "/api/ask", {"question": " "})[0] == 400
    assert call(demo_server, "/api/ask", {"question": "x" * 2001})[0] == 400
    status, held, _ = call(demo_server, "/api/status")
    assert (status, held["articles"]) == (200, 33) and "path" not in held  # of 34 one is superseded
