"""The texts of the page in German and English, from ``ui/locale``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from rag.messages import LANGUAGES, Messages

LANGUAGE_COOKIE = "belegt_language"


class Asking(Protocol):
    """What gradio's and Starlette's requests have in common."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def cookies(self) -> Any: ...


@cache
def messages() -> Messages:
    """All of them."""
    return Messages(Path(__file__).parent / "locale")


def say(key: str, language: str, **facts: object) -> str:
    """One of them. Not escaped: ours, but the facts may be anybody's."""
    return messages().say(key, language, **facts)


def wished(request: Asking, setting: str) -> str:
    """The language chosen with the switch, else the setting, else the first of ours the browser asks for."""
    wanted = request.headers.get("accept-language", "").split(",")
    asked = (part.split(";")[0].strip()[:2].lower() for part in wanted)
    wishes = (request.cookies.get(LANGUAGE_COOKIE), setting, *asked)
    return next((wish for wish in wishes if wish in LANGUAGES), "de")
