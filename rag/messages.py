"""Messages to people in German and English, from ``locale/{de,en}.toml`` files with the same keys."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("de", "en")


def wording_language(language: str | None) -> str:
    """The language whose wording serves what is in ``language``: German for German, English for all others."""
    return "de" if language == "de" else "en"


class Messages:
    """The texts of one folder. Both languages must have the same keys; a missing one fails at load, not in use."""

    def __init__(self, folder: Path) -> None:
        self.texts: dict[str, dict[str, str]] = {
            language: tomllib.loads((folder / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
        }
        odd = set(self.texts["de"]) ^ set(self.texts["en"])
        if odd:
            raise ValueError(f"{folder}: keys in one language only: {', '.join(sorted(odd))}")

    def say(self, key: str, language: str, **facts: object) -> str:
        """The text of ``key`` in ``language`` ("en" for anything but "de"), its holes filled from ``facts``."""
        text = self.texts[wording_language(language)][key]
        return text.format(**facts) if facts else text


@cache
def messages() -> Messages:
    """The texts of the package itself: commands, answers, refusals."""
    return Messages(Path(__file__).parent / "locale")


def user_language(setting: str = "auto", environ: Mapping[str, str] = os.environ) -> str:
    """The language of messages: the setting, else what LANGUAGE, LC_ALL, LC_MESSAGES or LANG begins with."""
    if setting in LANGUAGES:
        return setting
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value:
            return "de" if value.lower().startswith("de") else "en"
    return "en"
