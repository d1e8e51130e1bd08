"""Calls to the address of a language model: one event loop for all, in a thread of its own, and bare requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from rag.settings import Settings

Result = TypeVar("Result")
CONNECT_SECONDS = 10.0
_LOCAL = ("localhost", "127.0.0.1", "::1")
_UNWANTED = ("openai-", "x-stainless-")  # headers of the openai package


def client(settings: Settings) -> httpx.AsyncClient:
    """For the address of the settings alone."""
    host = urlsplit(settings.llm_url or "").hostname

    async def bare(request: httpx.Request) -> None:
        """Takes out what would come from variables of other programs, what tells of this machine, and a key not set."""
        for name in list(request.headers):
            if name.startswith(_UNWANTED) or (name == "authorization" and not settings.llm_api_key):
                del request.headers[name]

    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        event_hooks={"request": [bare]},
        follow_redirects=False,  # another address was not set, and would get the key
        trust_env=host not in _LOCAL,  # a proxy of the house is no way to this machine
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
    )


def key(settings: Settings) -> str | None:
    """The key in the open."""
    return settings.llm_api_key.get_secret_value() if settings.llm_api_key else None


@cache
def loop() -> asyncio.AbstractEventLoop:
    """The loop in which all calls run."""
    running = asyncio.new_event_loop()
    threading.Thread(target=running.run_forever, name="belegt-llm", daemon=True).start()
    return running


def run(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """The result of a short call, from any thread. Raises TimeoutError after ``seconds``."""

    async def bounded() -> Result:
        async with asyncio.timeout(seconds):
            return await work

    return asyncio.run_coroutine_threadsafe(bounded(), loop()).result()
