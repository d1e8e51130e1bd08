"""The lexical search: which chunks hold a question's words, and their BM25.

FTS5 finds candidates; the scores are worked out here from the candidates' own tokens, in FTS5's formula. FTS5's bm25()
alone would read every chunk that holds any word of the question, and in a large archive most chunks hold one. So where
its words stand in too many chunks, candidates are looked for by the rarest of them; the others count in the scores.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rag.rows import Filter
from rag.store import PART_WEIGHT, Store

MOST_ROWS = 10_000  # chunks that FTS5 ranks for one question; some 2 microseconds each, and 5 where it has to filter
WIDER = 4  # times as many candidates are scored where they were found by some of the words alone
FEW = 1000  # chunks scored one by one, where a filter leaves no more
PART_BM25 = 0.25  # of a word's score, where only a part of a compound, or the parts of a compound, match
CEILING = 2.2  # K1 + 1: what one word adds to BM25 at most, in units of its idf
_K1, _B = 1.2, 0.75  # FTS5's


@dataclass(frozen=True, slots=True)
class Terms:
    """Tokens looked for, the rarest first, and in how many chunks each stands. Those in none are left out."""

    tokens: tuple[str, ...]
    frequencies: tuple[int, ...]

    @classmethod
    def of(cls, tokens: Iterable[str], store: Store) -> Terms:
        found = sorted((store.document_frequency(token), token) for token in dict.fromkeys(tokens))
        found = [one for one in found if one[0]]
        return cls(tuple(token for _, token in found), tuple(frequency for frequency, _ in found))


class Matches:
    """What the lexical index says of one question: ``words`` as they stand, ``parts`` of its compounds besides."""

    def __init__(self, store: Store, words: Iterable[str], parts: Iterable[str] = ()) -> None:
        self._store = store
        self._words = Terms.of(words, store)
        self._parts = Terms.of(parts, store)
        self._tokens: dict[int, tuple[list[str], list[str]]] = {}
        self._rows, self._length = store.lengths()

    def best(self, limit: int, only: Filter, naming: Collection[str] = ()) -> list[int]:
        """Chunks of these articles that hold words of the question, or parts of its compounds: the best ``limit`` each,
        best first. ``naming``: and that hold one of these tokens besides."""
        few = self._store.chunk_ids(only, FEW + 1) if only != Filter() and not naming else []
        ids: dict[int, None] = {}
        for terms in (self._words, self._parts):
            if not terms.tokens:
                continue
            listed = only != Filter() and not naming and len(few) <= FEW
            found = few if listed else self._candidates(terms, limit, only, naming)
            scores = {chunk: score for chunk, score in self._bm25(found, terms).items() if score > 0}
            ids |= dict.fromkeys(sorted(scores, key=lambda chunk: (-scores[chunk], chunk))[:limit])
        return list(ids)

    def scores(self, ids: Iterable[int]) -> dict[int, float]:
        """BM25 of chunks; those that match nothing have 0."""
        ids = list(ids)
        whole, parts = self._bm25(ids, self._words), self._bm25(ids, self._parts)
        return {chunk: whole[chunk] + PART_BM25 * parts[chunk] for chunk in whole}

    def tokens(self, ids: Sequence[int]) -> dict[int, tuple[list[str], list[str]]]:
        """As ``Store.tokens``, each chunk read once."""
        self._tokens |= self._store.tokens(chunk for chunk in ids if chunk not in self._tokens)
        return {chunk: self._tokens[chunk] for chunk in ids if chunk in self._tokens}

    def _candidates(self, terms: Terms, limit: int, only: Filter, naming: Collection[str]) -> list[int]:
        rows = chosen = 0
        while chosen < len(terms.tokens) and rows + terms.frequencies[chosen] <= MOST_ROWS:
            rows += terms.frequencies[chosen]
            chosen += 1
        rare, common = terms.tokens[:chosen], terms.tokens[chosen:]
        besides = f" AND ({_any(naming)})" if naming else ""
        depth = limit * WIDER if common else limit
        found = self._store.search(f"({_any(rare)}){besides}", depth, only) if rare else []
        if common and len(found) < limit:
            # Too few hold a rare word: with them the latest that hold the next one, together with another if there is one.
            others = [*rare, *common[1:]]
            match = f'("{common[0]}"' + (f" AND ({_any(others)}))" if others else ")") + besides
            found += self._store.search(match, depth, only, MOST_ROWS)
        return list(dict.fromkeys(found))

    def _bm25(self, ids: Sequence[int], terms: Terms) -> dict[int, float]:
        """BM25 as FTS5 counts it, a word in the column of parts as ``PART_WEIGHT`` of one."""
        idf = {
            token: max(1e-6, math.log((self._rows - frequency + 0.5) / (frequency + 0.5)))
            for token, frequency in zip(terms.tokens, terms.frequencies, strict=True)
        }
        known, scores = frozenset(idf), {}
        for chunk, (own, parts) in self.tokens(ids).items():
            norm = _K1 * (1 - _B + _B * (len(own) + len(parts)) / self._length)
            # To look for those in vain takes four times as long.
            held = known.intersection(own).union(known.intersection(parts))
            score = 0.0
            for token, weight in idf.items():
                if token in held:
                    count = own.count(token) + PART_WEIGHT * parts.count(token)
                    score += weight * count * (_K1 + 1) / (count + norm)
            scores[chunk] = score
        return scores


def _any(tokens: Iterable[str]) -> str:
    return " OR ".join(f'"{token}"' for token in dict.fromkeys(tokens))
