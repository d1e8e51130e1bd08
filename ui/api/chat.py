"""Answers in the form of OpenAI's chat completions. Its clients show Markdown, so no text of an article may become any.

The answer as belegt gives it, with offsets and verdicts, stands beside under ``belegt``, untouched.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import asdict
from typing import Any

from corpus.dates import display_date
from rag.safe import plain
from rag.types import Answer, Citation
from ui.texts import say

MODEL = "belegt"
# What begins a link or where it leads, an image, an element or code; our own [1] and [1][2] stay.
_ACTIVE = re.compile(r"\[(?!\d{1,3}\](?![(:]))|\](?=[(:])|<|`|!(?=\[)|\\(?=[\[\]<`!])")


def completion(answer: Answer, language: str) -> dict[str, Any]:
    """The whole answer with its sources as one message."""
    message = {"role": "assistant", "content": inert(answer.text) + _notes(answer, language)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _record("chat.completion", choice, int(time.time())) | {"belegt": asdict(answer)}


def chunk(text: str, created: int, answer: Answer | None = None, language: str = "en") -> dict[str, Any]:
    """A piece of a streamed answer; with ``answer`` the last one, which adds the sources."""
    delta = {"role": "assistant", "content": inert(text) + (_notes(answer, language) if answer else "")}
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if answer else None}
    record = _record("chat.completion.chunk", choice, created)
    return record | {"belegt": asdict(answer)} if answer else record


def inert(text: str) -> str:
    r"""``text`` as Markdown that shows it and does nothing: "![x](http://a)" becomes "\!\[x\](http://a)"."""
    return _ACTIVE.sub(lambda match: "\\" + match[0], plain(text))


def _record(kind: str, choice: dict[str, Any], created: int) -> dict[str, Any]:
    number = f"chatcmpl-{secrets.token_hex(12)}"
    return {"id": number, "object": kind, "created": created, "model": MODEL, "choices": [choice]}


def _notes(answer: Answer, language: str) -> str:
    """How the question was understood, and the sources, a line each."""
    lines = [_source(citation, language) for citation in answer.citations]
    if answer.understood_as:
        lines.append(inert(say("understood", language, question=answer.understood_as)))
    return "\n\n" + "  \n".join(lines) if lines else ""


def _source(citation: Citation, language: str) -> str:
    date = display_date(citation.published, language) or say("undated", language)
    facts = (citation.title or say("untitled", language), citation.source, date)
    return f"[{citation.number}] {inert(', '.join(fact for fact in facts if fact))}"
