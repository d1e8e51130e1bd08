"""Texts cut into sentences, clauses and words, each word with the keys that it shares with others of its meaning.

Stems are those of the lexical index (``rag.german``). What they keep apart and news use alike stands in ``same.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rag import german
from rag.sentences import sentence_spans
from rag.verify.naming import is_name
from rag.verify.tables import same

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[’'](?=s\b))?")
_CLAUSE = re.compile(r"[;:,](?!\d)|[–—]|\s-\s|[()„“”»«\"]|(?<=\s)(?:und|aber|sondern|doch|während|and|but|while)(?=\s)")
# Second halves of verbs, which German moves to the end: "teilte ... mit".
PARTICLES = frozenset(
    """ab an auf aus bei ein fest frei her hin los mit nach nieder um vor weg weiter wieder zu zurück zurecht zusammen
    teil statt fort bekannt bereit""".split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number of a text. ``keys``: as ``family``; ``name``: looks like a proper name."""

    start: int
    end: int
    text: str
    word: str  # folded
    stem: str
    keys: frozenset[str]
    sentence: int
    clause: int
    name: bool = False
    first: bool = False  # of its sentence: its capital says nothing
    source: int = 0  # which of several texts it is of; -1: a title

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Text:
    """A text cut into sentences, clauses and words."""

    text: str
    language: str
    tokens: tuple[Token, ...]
    sentences: tuple[tuple[int, int], ...]
    stems: frozenset[str] = field(default_factory=frozenset)


def read(text: str, language: str | None) -> Text:
    """``text`` cut into words; any language but English is read as German."""
    language = "en" if language == "en" else "de"
    spans = tuple(sentence_spans(text))
    tokens: list[Token] = []
    clause = 0
    for number, (start, end) in enumerate(spans):
        bounds = [match.start() for match in _CLAUSE.finditer(text, start, end)]
        clause += 1
        own: list[Token] = []
        for match in _WORD.finditer(text, start, end):
            while bounds and bounds[0] < match.start():
                bounds.pop(0)
                clause += 1
            word = german.fold(match[0].rstrip("’'"))
            stem = german.stem(word, language)
            own.append(
                Token(*match.span(), match[0], word, stem, family(word, language), number, clause, first=not own)
            )
        tokens += _named(_paired(own, language), language)
    return Text(text, language, tuple(tokens), spans, frozenset(t.stem for t in tokens))


@lru_cache(50_000)
def family(word: str, language: str) -> frozenset[str]:
    """Keys of a folded word: two words that share one are forms of one word, or stand for one thing."""
    stem = german.stem(word, language)
    stems = {stem}
    if language == "de" and word.isalpha():
        # "getötet", "mitgeteilt", "abzuschaffen": without what a participle or an infinitive puts in.
        bare = re.sub(
            r"^((?:" + "|".join(sorted(PARTICLES, key=len, reverse=True)) + r")?)(?:ge|zu)(?=\w{3})", r"\1", word
        )
        stems |= {german.stem(bare, language)} if len(bare) > 3 else set()
        if positive := re.fullmatch(
            r"un((?:klar|bekannt|bestätigt|geklärt|möglich|verletzt|schuldig|beteiligt)\w*)", word
        ):
            stems.add(german.stem(positive[1], language))
        if said := re.fullmatch(r"(\w{4,}?)(?:s|n|en)?angaben?", word):  # "Polizeiangaben": the police is what matters
            stems.add(german.stem(said[1], language))
        # Snowball keeps "bestätigt" apart from "bestätigen", and takes more off "Bestätigung".
        plain = [re.sub(r"(?:e?te?n?|ung(?:en)?)$", "en", form) for form in (word, bare) if len(form) > 5]
        stems |= {german.stem(form, language) for form in plain if len(form) > 4}
    ids = same(language).ids
    return frozenset(stems).union(*(ids.get(s, frozenset()) for s in stems))


def _paired(tokens: Sequence[Token], language: str) -> list[Token]:
    """Tokens with the keys of what they stand for together with a later one: "fing ... ab", "Vereinigte Staaten"."""
    found = list(tokens)
    table = same(language).pairs
    for i, token in enumerate(tokens):
        for second, word, key in table.get(token.stem, ()):
            reach = 14 if word in PARTICLES else 2
            for j in range(i + 1, min(i + 1 + reach, len(tokens))):
                other = tokens[j]
                if other.word == word if word in PARTICLES else other.stem == second:
                    for k in (i, j):
                        found[k] = replace(found[k], keys=found[k].keys | {key})
                    break
        if language == "de" and token.word in PARTICLES and i and not _leads(tokens, i):
            for j in range(i - 1, max(-1, i - 14), -1):
                if not tokens[j].capital and tokens[j].word.isalpha() and tokens[j].clause <= token.clause:
                    whole = family(token.word + tokens[j].word, language)
                    found[j] = replace(found[j], keys=found[j].keys | whole)
    return found


def _leads(tokens: Sequence[Token], i: int) -> bool:
    """Whether the particle at ``i`` is a preposition: more of its clause follows."""
    return i + 1 < len(tokens) and tokens[i + 1].clause == tokens[i].clause


def _named(tokens: Sequence[Token], language: str) -> list[Token]:
    return [replace(token, name=is_name(tokens, i, language)) for i, token in enumerate(tokens)]
