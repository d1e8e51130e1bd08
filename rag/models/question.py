"""What kind of answer a question wants, and whether a sentence holds something of that kind (German and English)."""

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
_NUMBER_WORDS = (
    r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dutzend|hundert|tausend|million|milliarde|hälfte|drittel"
    r"|viertel|doppelt|dreifach"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|billion|half|third|quarter"
)
_MONTHS = (
    r"januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|january|february|march|may|june|july|october|december"
)
_DAYS = (
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|gestern|heute|morgen"
    r"|vergangenen?|letzten?|kommenden?|anfang|mitte|ende|frühjahr|sommer|herbst|winter"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today|tomorrow|last|next"
)
_HOLDS: dict[Kind, re.Pattern[str]] = {
    "number": re.compile(rf"\d|\b(?:{_NUMBER_WORDS})", re.IGNORECASE),
    "date": re.compile(rf"\b(?:1[0-9]|20)\d\d\b|\b\d{{1,2}}\.\s?\d{{1,2}}\.|\b(?:{_MONTHS}|{_DAYS})\b", re.IGNORECASE),
    "reason": re.compile(
        r"\b(?:weil|denn|da|wegen|aufgrund|grund|gründe|deshalb|daher|darum|damit|um|ursache|nachdem"
        r"|because|since|due|reason|caused?|so that|to)\b",
        re.IGNORECASE,
    ),
    "place": re.compile(
        r"\b(?:in|im|bei|nach|aus|auf|am|vor|nahe|near|at|from|to|around)\s+(?:(?:der|dem|den|the)\s+)?(?:\w+\s+)?[A-ZÄÖÜ]\w+"
    ),
    "person": re.compile(
        r"(?<=\s)[A-ZÄÖÜ][\w-]+\s+(?:(?:von|van|de|al|der|bin)\s+)?[A-ZÄÖÜ][\w-]+"
        r"|\b(?:Präsident|Minister|Sprecher|Chef|[Mm]ayor|[Pp]resident)\w*"
    ),
}


def asked_kind(question: str) -> Kind:
    """The kind of answer ``question`` asks for: "wie viele" a number, "wann" a date; "other" when no word tells."""
    return next((kind for kind, pattern in _ASKS if pattern.search(question)), "other")


def holds(kind: Kind, text: str) -> bool:
    """Whether ``text`` contains something that could be an answer of ``kind``; always true for "other"."""
    return kind == "other" or bool(_HOLDS[kind].search(text))
