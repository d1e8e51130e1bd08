"""A language model behind an OpenAI-compatible address, through llama-index's ``OpenAILike``.

All calls run in one event loop in a thread of its own, where a deadline can end whatever they wait for: a name server,
a connection, headers, a drip of bytes. Nothing but the address of the settings is called: redirects are not followed, and
no address or key is taken from variables that other programs use.
"""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms.openai_like import OpenAILike

from rag.aside import Stop, Stopped
from rag.errors import LlmError
from rag.models.llm_faults import named
from rag.models.llm_http import CONNECT_SECONDS, client, key, loop, run
from rag.models.writer import Thoughts
from rag.settings import Settings


class Llm:
    """The model that the settings name. Safe to share between threads; connections are kept for the next question."""

    def __init__(self, settings: Settings) -> None:
        """Calls nothing. Raises LlmError where no address or no model is set."""
        if not settings.llm_url or not settings.llm_model:
            raise LlmError("unset")
        self.url, self.model, self._seconds = settings.llm_url, settings.llm_model, settings.llm_timeout
        self._http = client(settings)
        self._llm = OpenAILike(  # type: ignore[call-arg]  # async_http_client is taken by the class it builds on
            model=self.model,
            api_base=self.url,
            api_key=key(settings) or "none",  # left out, it would be taken from the environment
            is_chat_model=True,
            context_window=settings.llm_context,
            temperature=settings.llm_temperature,
            max_retries=0,  # who retries must know what was already shown
            timeout=settings.llm_timeout,  # of each wait; the deadline of the whole is kept by the loop
            async_http_client=self._http,
        )

    def stream(
        self,
        messages: Sequence[ChatMessage],
        max_tokens: int,
        deadline: float,
        stop: Stop | None = None,
        streaming: bool = True,
    ) -> Iterator[str]:
        """See ``Writer``; what ends the writing closes the connection."""
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()

        async def pump() -> None:
            end: BaseException | None = None
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                    async for piece in self._pieces(messages, max_tokens, streaming):
                        pieces.put(piece)
            except Exception as error:
                end = named(error, self.url, self.model, self._seconds)
            finally:
                pieces.put(end)

        running = asyncio.run_coroutine_threadsafe(pump(), loop())
        if stop is not None:
            stop.add_done_callback(lambda _: pieces.put(Stopped()))
        try:
            while (piece := pieces.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            running.cancel()

    async def _pieces(self, messages: Sequence[ChatMessage], max_tokens: int, streaming: bool) -> AsyncIterator[str]:
        thoughts, ended = Thoughts(), None
        if not streaming:
            whole = await self._llm.achat(messages, max_tokens=max_tokens)
            text, ended = whole.message.content or "", _reason(whole.raw)
            if shown := thoughts.feed(text) + thoughts.finish():
                yield shown
        else:
            async for chunk in await self._llm.astream_chat(messages, max_tokens=max_tokens):
                ended = _reason(chunk.raw) or ended
                if shown := thoughts.feed(chunk.delta or ""):
                    yield shown
            if shown := thoughts.finish():
                yield shown
        if ended == "length":
            raise LlmError("length", model=self.model)
        if ended is None:
            raise LlmError("cut", url=self.url, model=self.model)

    def close(self) -> None:
        """Closes kept connections."""
        run(self._http.aclose(), CONNECT_SECONDS)


def _reason(raw: Any) -> str | None:
    """Why the model stopped, once it says so."""
    choices = getattr(raw, "choices", None)
    return choices[0].finish_reason if choices else None
