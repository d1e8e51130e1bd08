"""What kind of answer a question wants (German and English)."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["number", "date", "person", "place", "reason", "other"]

_ASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))  # type: ignore[misc]
    for kind, pattern in (
        (
            "number",
            r"\b(?:wie ?viele?|wie (?:hoch|gro(?:ß|ss)|lang|weit|schwer|alt|teuer|stark|oft|schnell|tief)|wieviele?"
            r"|how (?:many|much|old|tall|long|far|high|large|big|often|fast|deep|expensive)|what (?:percentage|share|number))\b",
        ),
        (
            "date",
            r"\b(?:wann|seit wann|bis wann|(?:in |an )?welche[mnrs]? (?:jahr|monat|tag|datum|wochentag|zeitraum)e?s?"
            r"|when|(?:what|which) (?:year|month|day|date))\b",
        ),
        ("reason", r"\b(?:warum|weshalb|wieso|weswegen|wozu|why|what (?:caused|is the reason))\b"),
        (
            "place",
            r"\b(?:wo|woher|wohin|in welche[mrn] (?:stadt|land|ort|region|gemeinde)"
            r"|where|(?:what|which) (?:city|country|town|place))\b",
        ),
        ("person", r"\b(?:wer|wem|wen|wessen|who|whom|whose)\b"),
    )
)


_OTHER = re.compile(
    r"\b(?:was|welche[mnrs]?|wie|wo(?:r|für|mit|gegen|von|durch|zu)\w*|what|which|how)\b", re.IGNORECASE
)
# "When Apple introduced it, which player was it to replace?"
_WHILE = re.compile(
    r"\Awhen\b[^,]*,\s(?=(?:(?:in|on|at|to|for|by|from|of|with)\s)?(?:who|what|which|how|where|why)\w*\b)",
    re.IGNORECASE,
)


def asked_kind(question: str) -> Kind:
    """The kind of answer ``question`` asks for: "wie viele" a number, "wann" a date; "other" when no word tells. Its first
    question word counts: "Was sagte er, als klar war, wie weit es ist?" does not ask for a number.

    >>> asked_kind("Was sagte er dazu, wie viele es sind?"), asked_kind("Seit wann gilt das?")
    ('other', 'date')
    """
    asked = _WHILE.sub("", question)
    found = [(match.start(), kind) for kind, pattern in _ASKS if (match := pattern.search(asked))]
    first, kind = min(found, key=lambda told: told[0], default=(0, "other"))
    other = _OTHER.search(asked)
    return kind if other is None or first <= other.start() else "other"
