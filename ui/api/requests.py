"""What a client may send: read, bounded and checked."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from rag.rows import Filter
from rag.when import Given
from ui.errors import BodySizeError, BodyTypeError, RequestFormatError

MOST_BYTES = 256 * 1024
REMEMBERED = 4  # earlier questions of a conversation that are looked at
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, those before it, oldest first, which articles may answer, and how."""

    question: str
    history: tuple[str, ...] = ()
    only: Filter | None = None
    time: Given = None
    mode: Literal["extractive", "llm"] | None = None  # None: as the settings say
    stream: bool = False


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    question: str
    history: list[str] = []
    as_of: str | None = None
    since: str | None = None
    until: str | None = None
    sources: list[str] | None = None
    languages: list[str] | None = None
    categories: list[str] | None = None
    ignore_time: bool = False
    mode: Literal["extractive", "llm"] | None = None
    stream: bool = False


class _Part(BaseModel):
    type: str
    text: str = ""


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class _Chat(BaseModel):
    """Of OpenAI's request only this counts: what belegt says depends on no temperature."""

    messages: list[_Message]
    stream: bool = False


async def read_question(request: Request) -> Asked:
    """The body of ``/api/ask``. Raises RequestFormatError, BodySizeError, BodyTypeError."""
    body = await _read(request, _Question)
    only = Filter(
        as_of=_day(body, "as_of"), since=_day(body, "since"), until=_day(body, "until"),
        sources=body.sources, languages=body.languages, categories=body.categories,
    )  # fmt: skip
    history = tuple(body.history[-REMEMBERED:])
    time: Given = False if body.ignore_time else None
    return Asked(body.question, history, only, time, body.mode, body.stream)


async def read_chat(request: Request) -> Asked:
    """The body of ``/v1/chat/completions``: the last message is the question, users' earlier ones are those before it.

    Raises RequestFormatError, BodySizeError, BodyTypeError.
    """
    body = await _read(request, _Chat)
    if not body.messages or body.messages[-1].role != "user":
        raise RequestFormatError(detail="messages: the last one must be of role 'user'")
    questions = [text for message in body.messages if message.role == "user" and (text := message.text.strip())]
    question = body.messages[-1].text
    before = questions[:-1] if question.strip() else questions
    return Asked(question, tuple(before[-REMEMBERED:]), stream=body.stream)


async def _read(request: Request, kind: type[Body]) -> Body:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BodyTypeError
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > MOST_BYTES:
            raise BodySizeError(limit=MOST_BYTES // 1024)
    try:
        return kind.model_validate(json.loads(data.decode("utf-8")))
    except ValidationError as error:
        raise RequestFormatError(detail=_first_fault(error)) from error
    except (ValueError, RecursionError) as error:
        raise RequestFormatError(detail="not JSON in UTF-8") from error


def _first_fault(error: ValidationError) -> str:
    fault: Any = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(step) for step in fault['loc']) or 'body'}: {fault['msg']}"


def _day(body: _Question, name: str) -> dt.date | None:
    value = getattr(body, name)
    try:
        return dt.date.fromisoformat(value) if value is not None else None
    except ValueError as error:
        raise RequestFormatError(detail=f"{name}: a day such as 2025-06-30") from error
