"""Where sources have the words of a sentence: by stem, family, another word for the same, compound parts, sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag import names
from rag.compounds import Splitter
from rag.verify.tables import Table
from rag.verify.words import PARTICLES, Text, Token

Parts = Callable[[str], tuple[str, ...]]  # a word of the index -> the parts it is made of, as ``Lexicon.parts``
# What may follow a stem in a word of the same family: Verhaftung, verhaftet; Iran, iranisch; Präsidentin.
_ENDINGS = frozenset(
    "ung er isch sch in ion ier iert lich ig heit keit schaft ian an n s en e t et st te al ell ing ed".split()
)


def sides(tokens: Sequence[Token], table: Table) -> dict[str, Token]:
    """Which sides of a pair of opposites are among ``tokens``, each with a token that says so."""
    found: dict[str, Token] = {}
    for i, token in enumerate(tokens):
        for side in table.ids.get(token.stem, ()):
            found.setdefault(side, token)
        for second, word, side in table.pairs.get(token.stem, ()):
            reach = 14 if word in PARTICLES else 2
            if any(t.word == word or t.stem == second for t in tokens[i + 1 : i + 1 + reach]):
                found[side] = token
    return found


class Matcher:
    """Finds words of a sentence in the words of passages. ``parts``: cuts compounds as the index has learnt to."""

    def __init__(self, sentence: Text, passages: Sequence[Token], parts: Parts | None = None) -> None:
        self._passages = passages
        self._stems = {key for token in passages for key in token.keys if not key.startswith("=")}
        self._keys: dict[str, list[Token]] = {}
        for token in passages:
            for key in token.keys:
                self._keys.setdefault(key, []).append(token)
        # What German compounds end with is a word too: Haus, where the passages have only Mehrfamilienhaus.
        ends = {
            stem[i:] for token in passages if token.capital for stem in [token.stem] for i in range(4, len(stem) - 3)
        }
        self._ends = ends if sentence.language == "de" else set()
        known = self._stems | sentence.stems | self._ends
        # Believed as if each stood in two chunks: here are no more words to tell slips from words.
        self._local = Splitter(lambda word: 2 if word in known else 0)
        self._parts = parts
        self._sounds: dict[str, list[Token]] | None = None

    def find(self, token: Token) -> list[Token]:
        """The words of the passages that may stand for ``token``, in no order."""
        found = [mate for key in token.keys for mate in self._keys.get(key, ())]
        if token.capital:
            found += self._sounding(token)
        return found or self._related(token) or self._compounded(token)

    def _sounding(self, token: Token) -> list[Token]:
        if self._sounds is None:
            self._sounds = {}
            for mate in self._passages:
                if mate.capital:
                    for key in (*names.keys(mate.stem), *names.keys(mate.word)):
                        self._sounds.setdefault(key, []).append(mate)
        others = names.exonyms().get(token.stem, frozenset())
        found = [mate for mate in self._passages if mate.stem in others]
        if not token.name and not any(m.name for key in names.keys(token.stem) for m in self._sounds.get(key, ())):
            return found  # common nouns sound alike by chance
        keys = {*names.keys(token.stem), *names.keys(token.word)}
        return found + [mate for key in keys for mate in self._sounds.get(key, ())]

    def _related(self, token: Token) -> list[Token]:
        """Words that go on, or leave off, with an ending of the same family."""
        stem = token.stem
        return [
            mate
            for mate in self._passages
            if min(len(stem), len(mate.stem)) >= 4
            and (
                (mate.stem.startswith(stem) and mate.stem[len(stem) :] in _ENDINGS)
                or (stem.startswith(mate.stem) and stem[len(mate.stem) :] in _ENDINGS)
            )
        ]

    def _compounded(self, token: Token) -> list[Token]:
        """A compound all of whose parts are there, or a part of a compound that is there."""
        leaves = self._cut(token.stem)
        if leaves and leaves[-1] in self._stems and self._stems.union(self._ends).issuperset(leaves):
            wanted = set(leaves)
            return [mate for mate in self._passages if mate.keys & wanted or mate.stem.endswith(leaves)]
        found = [mate for mate in self._passages if token.stem in self._cut(mate.stem)]
        if found or len(token.stem) < 4:
            return found
        return [
            mate
            for mate in self._passages
            if len(mate.stem) >= len(token.stem) + 3
            and (mate.stem.endswith(token.stem) or (len(token.stem) >= 5 and mate.stem.startswith(token.stem)))
        ]

    def _cut(self, stem: str) -> tuple[str, ...]:
        return (self._parts(stem) if self._parts else ()) or self._local.leaves(stem)
