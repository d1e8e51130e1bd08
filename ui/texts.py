"""The texts of the page in German and English, from ``ui/locale``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rag.messages import Messages


@cache
def messages() -> Messages:
    """All of them."""
    return Messages(Path(__file__).parent / "locale")


def say(key: str, language: str, **facts: object) -> str:
    """One of them. Not escaped: ours, but the facts may be anybody's."""
    return messages().say(key, language, **facts)
