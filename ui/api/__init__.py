"""The HTTP interface: questions and articles as JSON, and a chat endpoint that OpenAI's clients can talk to.

``routes`` are served beside the pages, by the same server: bound to this computer unless asked otherwise, and closed to
what other sites' pages send (``ui.server.Guard``). Every reply is JSON in ASCII, so nothing in it can act or hide.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from rag.answerer import Answerer
from rag.followup import understand
from rag.types import Answer, Event, Turn
from ui.api.chat import MODEL, chunk, completion
from ui.api.replies import as_json, event_text, failure, language_of, status_of
from ui.api.requests import Asked, read_chat, read_question
from ui.errors import BusyError, told

AT_ONCE = 8  # questions answered at once
WAITING = 32  # questions that may wait for that

Handler = Callable[[Request], Awaitable[Response]]


def routes(answerer: Answerer) -> list[BaseRoute]:
    """``/api/ask``, ``/api/articles/...``, ``/api/status``, ``/v1/chat/completions`` and ``/v1/models``."""
    api = Api(answerer)
    return [
        Route("/api/ask", _guarded(api.ask), methods=["POST"]),
        Route("/api/articles/{id:path}", _guarded(api.article), methods=["GET"]),
        Route("/api/status", _guarded(api.status), methods=["GET"]),
        Route("/v1/chat/completions", _guarded(api.chat), methods=["POST"]),
        Route("/v1/models", _guarded(api.models), methods=["GET"]),
    ]


def _guarded(handler: Handler) -> Handler:
    """``handler``, with every error of it as JSON in the language of the one who asks."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Exception as error:
            found = told(error)
            return as_json(failure(found, language_of(request)), status_of(found))

    return answer


class Api:
    """The handlers, over one answerer."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def ask(self, request: Request) -> Response:
        """The answer to a question: whole, or with ``"stream": true`` as server-sent events."""
        asked = await read_question(request)
        events = self._events(asked)
        if not asked.stream:
            return as_json(asdict(await _last(events)))
        return await _streamed(_named(events), request)

    async def chat(self, request: Request) -> Response:
        """The answer to the last message, in the form of OpenAI's chat completions."""
        asked = await read_chat(request)
        events, language = self._events(asked), language_of(request)
        if not asked.stream:
            return as_json(completion(await _last(events), language))
        return await _streamed(_chunks(events, language), request)

    async def article(self, request: Request) -> Response:
        """An article as it stands now; an answer's offsets count in its ``text``."""
        article = await asyncio.to_thread(self.answerer.article, request.path_params["id"])
        record = asdict(article)
        record |= {name: str(date) if (date := getattr(article, name)) else None for name in ("published", "updated")}
        for name in ("origin", "file", "provenance"):  # where it lies on this computer is nobody's business
            del record[name]
        return as_json(record)

    async def status(self, request: Request) -> Response:
        """What the index holds."""
        status = asdict(await asyncio.to_thread(self.answerer.status))
        del status["path"]
        return as_json(status)

    async def models(self, request: Request) -> Response:
        """The one name that clients of ``/v1`` may choose."""
        return as_json({"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "belegt"}]})

    async def _events(self, asked: Asked) -> AsyncGenerator[Event, None]:
        """The answer as it comes about, once there is room for another question. Raises BusyError when too many wait."""
        if self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            history = await self._history(asked)
            async for event in self.answerer.astream(asked.question, only=asked.only, time=asked.time, history=history):
                yield event
        finally:
            self._free.release()

    async def _history(self, asked: Asked) -> list[Turn]:
        """The questions before; the last with its answer, asked anew, where the question leans on it."""
        turns = [Turn(question) for question in asked.history]
        if not turns or not understand(asked.question, turns):
            return turns
        *earlier, last = turns
        events = self.answerer.astream(last.question, only=asked.only, history=earlier, mode="extractive")
        return [*earlier, Turn(last.question, await _last(events))]


async def _last(events: AsyncIterator[Event]) -> Answer:
    found = None
    async for event in events:
        found = event.answer or found
    assert found is not None  # ``stream`` ends with the answer
    return found


async def _named(events: AsyncGenerator[Event, None]) -> AsyncGenerator[str, None]:
    async with aclosing(events):
        async for event in events:
            data = asdict(event.answer) if event.answer else {"text": event.text}
            yield event_text(data, event.kind)


async def _chunks(events: AsyncGenerator[Event, None], language: str) -> AsyncGenerator[str, None]:
    now = int(time.time())
    async with aclosing(events):
        async for event in events:
            if event.kind == "token":
                yield event_text(chunk(event.text, now))
            elif event.answer:
                yield event_text(chunk("", now, event.answer, language))
    yield "data: [DONE]\n\n"


async def _streamed(parts: AsyncGenerator[str, None], request: Request) -> Response:
    """``parts`` as server-sent events. What goes wrong before the first is an error reply, later an event."""
    first = await anext(parts)

    async def all_parts() -> AsyncIterator[str]:
        try:
            async with aclosing(parts):
                yield first
                async for part in parts:
                    yield part
        except Exception as error:
            yield event_text(failure(told(error), language_of(request)), "error")

    return StreamingResponse(all_parts(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
