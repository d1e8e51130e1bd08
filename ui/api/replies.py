"""What goes out: JSON in ASCII, server-sent events, errors with a status and the next step."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rag.errors import ArticleMissingError, BelegtError, EmptyQuestionError, FilterValueError, LongQuestionError
from rag.messages import LANGUAGES
from ui.errors import BodySizeError, BodyTypeError, BusyError, RequestFormatError

_STATUS: tuple[tuple[type[BelegtError], int], ...] = (
    (ArticleMissingError, 404),
    (BodySizeError, 413),
    (BodyTypeError, 415),
    (BusyError, 503),
    (RequestFormatError, 400),
    (EmptyQuestionError, 400),
    (LongQuestionError, 400),
    (FilterValueError, 400),
)


def as_json(record: dict[str, Any], status: int = 200) -> Response:
    """``record`` as a reply. Dates become ISO 8601; all that is not ASCII is escaped, also lone surrogates."""
    return Response(_text(record), status, {"Cache-Control": "no-store"}, "application/json")


def event_text(record: dict[str, Any], kind: str | None = None) -> str:
    """``record`` as one server-sent event, named ``kind``."""
    return f"{f'event: {kind}' + chr(10) if kind else ''}data: {_text(record)}\n\n"


def failure(error: BelegtError, language: str) -> dict[str, Any]:
    """An error as OpenAI's clients read it, too."""
    return {"error": {"type": type(error).__name__, "message": error.text(language)}}


def status_of(error: BelegtError) -> int:
    """The HTTP status of an error; 500 for what the request is not to blame for."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def language_of(request: Request) -> str:
    """The first of our languages that the client asks for, else English."""
    asked = (part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((language for language in asked if language in LANGUAGES), "en")


def _text(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=True, default=str)
