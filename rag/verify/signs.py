"""Small words that decide what a sentence claims: "nicht", "soll", "laut", "falls". Where they stand and how far they reach."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.verify.words import Text, Token

Kind = Literal["negation", "denial", "hedge", "intent", "attribution"]


def _rules() -> dict[str, list[tuple[Any, re.Pattern[str]]]]:
    """Language -> (kind, pattern of whole words) as ``signs.toml`` has them."""
    table = tomllib.loads((Path(__file__).parent / "signs.toml").read_text("utf-8"))
    return {
        language: [
            (kind, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.VERBOSE | re.IGNORECASE))
            for kind, pattern in rules.items()
        ]
        for language, rules in table.items()
    }


_RULES = _rules()
_QUOTED = re.compile(r"[„“\"»«][^„“”\"»«]{12,}[“”\"»«]")
_THAT = re.compile(r",?\s(?:dass|ob|that|to)\b")  # "erwarten, dass ...": what they expect comes after the comma
_SPLIT = re.compile(r"teil|gab|gib", re.IGNORECASE)
# Nouns and names inside a sentence: "der Wille", "May".
_NOT = re.compile(r"(?:Kann|Will|May|Wills?|Wohl)\Z")


@dataclass(frozen=True, slots=True)
class Sign:
    """A word or two of a text that turn, weaken or attribute a claim. ``clause`` -1: it holds for its whole sentence."""

    kind: Kind
    start: int
    end: int
    text: str
    sentence: int
    clause: int


def signs(text: Text) -> list[Sign]:
    """All signs of ``text``, in no order; quoted words count as attributed."""
    found = []
    for number, (start, end) in enumerate(text.sentences):
        inside = [token for token in text.tokens if token.sentence == number]
        for kind, pattern in _RULES[text.language]:
            for match in pattern.finditer(text.text, start, end):
                if _NOT.match(match[0]) and match.start() != start:
                    continue
                first = match[0].split()[0]
                word = first if kind != "attribution" or _SPLIT.match(first) else match[0]  # "teilte ... mit"
                wide = kind in ("denial", "attribution") or word != match[0] or _THAT.match(text.text, match.end(), end)
                clause = -1 if wide else _clause(inside, match.start())
                found.append(Sign(kind, match.start(), match.start() + len(word), word, number, clause))
        for match in _QUOTED.finditer(text.text, start, end):
            found.append(Sign("attribution", *match.span(), match[0], number, -1))
    return found


def _clause(tokens: list[Token], at: int) -> int:
    return next((token.clause for token in tokens if token.start <= at < token.end), -1)
