"""Whatever goes wrong at a language model's address -> LlmError, with what the server said of it."""

from __future__ import annotations

import datetime as dt
import email.utils
import json

import httpx
import openai

from rag.errors import LlmError

LONGEST_DETAIL = 160
_OVERFLOW = ("context_length", "context length", "context size", "context window", "maximum context", "too many tokens")


def named(error: BaseException, url: str, model: str, seconds: float) -> LlmError:
    """The error with its reason. The server's words are passed on only where they can't hold the key."""
    if isinstance(error, LlmError):
        return error
    reply = getattr(error, "response", None)
    if isinstance(error, (openai.APIStatusError, httpx.HTTPStatusError)) and isinstance(reply, httpx.Response):
        return _refused(reply, error, url, model)
    if isinstance(error, (TimeoutError, openai.APITimeoutError)):
        return LlmError("slow", model=model, seconds=seconds)
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) and error.__cause__ else error
    if isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)):
        return LlmError("down", url=url, detail=_words(cause) or "no connection")
    if isinstance(cause, (httpx.TransportError, httpx.StreamError, OSError)):
        return LlmError("cut", url=url, model=model)
    if isinstance(cause, openai.APIError) and not isinstance(cause, openai.APIResponseValidationError):
        # An error that came as a part of the stream.
        if _overflows(_words(cause)):
            return LlmError("context", model=model, detail=_words(cause))
        return LlmError("failed", url=url, detail=_words(cause))
    if isinstance(cause, (json.JSONDecodeError, UnicodeDecodeError)):
        return LlmError("malformed", url=url, detail="no JSON")
    return LlmError("malformed", url=url, detail=type(cause).__name__)


def _refused(reply: httpx.Response, error: BaseException, url: str, model: str) -> LlmError:
    status = reply.status_code
    said = f"{status}: {_said(reply) or _words(error)}"[:LONGEST_DETAIL]
    if status in (401, 403):
        return LlmError("key", url=url, detail=status)
    if _overflows(said) or status == 413:
        return LlmError("context", model=model, detail=said)
    if status == 429:
        return LlmError("busy", retry_after=_wait(reply), url=url, detail=status)
    if status == 404 and "model" in _said(reply).lower():
        return LlmError("model", url=url, model=model)
    if status >= 500 or status == 408:
        return LlmError("failed", retry_after=_wait(reply), url=url, detail=said)
    return LlmError("request", url=url, detail=said)


def _said(reply: httpx.Response) -> str:
    """The server's message, from the places where servers put it."""
    try:
        body = reply.json()
    except (ValueError, httpx.ResponseNotRead):
        return ""
    found = body.get("error", body) if isinstance(body, dict) else ""
    if isinstance(found, dict):
        found = found.get("message") or found.get("detail") or ""
    return " ".join(str(found).split())


def _overflows(said: str) -> bool:
    return any(words in said.lower() for words in _OVERFLOW)


def _wait(reply: httpx.Response) -> float | None:
    """Seconds that ``Retry-After`` asks for, as a number or a date; None without one."""
    value = reply.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until - dt.datetime.now(until.tzinfo)).total_seconds())


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:LONGEST_DETAIL]
