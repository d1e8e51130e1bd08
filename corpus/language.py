"""Which language a text is in (py3langid's naive Bayes model; Lui and Baldwin 2012)."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

# Words that begin or build questions in one of the two languages and not in the other; some are words of a third.
_GERMAN = frozenset(
    """
    der die das den dem des ein eine einen einem einer und oder ist sind war waren wurde wurden wird werden hat haben
    hatte wer wen wem wo wann warum wieso weshalb wie welche welcher welches welchen welchem viele viel wieviel im am
    zum zur bei von vom aus nach mit für gegen über auf nicht es er sie ihr sich seit laut gibt kann soll
    """.split()
)
_ENGLISH = frozenset(
    """
    the a an of and or is are were has have had did does do who whom whose what where when why how which many much on
    at by for from to with about not it he she they their its there can should will would could into after before
    """.split()
)
_SHARED = frozenset("a an der den die es hat he on".split())
_ENOUGH = 1000  # characters at the beginning of a text, from which its language is told


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_language(text: str, default: str | None = None) -> str | None:
    """ISO 639-1 code of ``text``'s language, or ``default`` when it holds too little to tell."""
    if len(list(islice(filter(str.isalpha, text), 3))) < 3:
        return default
    code, probability = _identifier().classify(text[:_ENOUGH])
    return str(code) if probability >= 0.5 else default


def question_language(question: str, default: str) -> str:
    """ISO 639-1 code of a question's language; ``default`` when it gives no hint.

    Function words decide between German and English, for names mislead a statistical model in short questions; such as are
    words of other languages too ("es" in Spanish) only where nothing tells one of those.
    """
    words = re.findall(r"\w+", question.lower())
    german, english = (sum(word in known for word in words) for known in (_GERMAN, _ENGLISH))
    likely = default if german == english else "de" if german > english else "en"
    if german != english and not (_GERMAN | _ENGLISH).isdisjoint({*words} - _SHARED):
        return likely
    return "es" if "¿" in question else detect_language(question) or likely
