"""Which language a text is in (py3langid's naive Bayes model; Lui and Baldwin 2012)."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_language(text: str, default: str | None = None, among: tuple[str, ...] | None = None) -> str | None:
    """ISO 639-1 code of ``text``'s language, or ``default`` when it holds too little to tell.

    ``among`` restricts the answer to these codes: short questions need that.
    """
    if sum(character.isalpha() for character in text) < 3:
        return default
    ranked: list[tuple[str, float]] = [(str(code), float(p)) for code, p in _identifier().rank(text)]
    if among is not None:
        ranked = [pair for pair in ranked if pair[0] in among]
    total = sum(p for _, p in ranked) or 1.0
    code, p = ranked[0]
    return code if p / total >= 0.5 else default
