"""More passages for a model to read: of each part of a question, and of a second look when it says the first lack it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from rag import german
from rag.types import Passage

SECONDS = 2.0  # that further searches may take together; one that has begun is finished
_ASKS = (
    r"(?:wer|wen|wem|wessen|wo|wohin|woher|wann|warum|wieso|weshalb|wie|welche[rsnm]?|was|who|whom|whose|where|when|why|how"
    r"|which|what)"
)
_BETWEEN = re.compile(
    rf"\?\s+(?=\w)|\s*[,;]?\s+(?:und|sowie|and)\s+(?=(?:seit|bis|von|in|zu|mit|für|at|by|for)?\s*{_ASKS}\b)", re.I
)

Search = Callable[
    [str, str | None], Sequence[Passage]
]  # (question, "dense" or "lexical" for one search alone) -> ranked


def question_parts(question: str) -> list[str]:
    """The questions in one: "Wer baute die Brücke und was kostete sie?" has two. [] for a question of one part.

    A part that names nothing of its own is given the names of the first, which it leans on.
    """
    pieces = [piece.strip(" ,;?") for piece in _BETWEEN.split(question)]
    pieces = [piece for piece in pieces if len(piece.split()) > 1]
    if len(pieces) < 2:
        return []
    first, *others = pieces
    names = [word for word in first.split()[1:] if word[:1].isupper()]
    leaning = [" ".join([piece, *names]) if not _named(piece) else piece for piece in others]
    return [f"{piece}?" for piece in (first, *leaning)]


def gathered(question: str, first: Sequence[Passage], search: Search, most: int) -> list[Passage]:
    """Up to ``most`` passages: ``first``, and those of each part of the question; best of each first, none twice."""
    return _merged([first, *_searched([(part, None) for part in question_parts(question)], search)])[:most]


def deeper(question: str, seen: Sequence[Passage], search: Search, most: int) -> list[Passage]:
    """Up to ``most`` passages that either search alone finds, which both together may have ranked low: those not
    among ``seen`` first, then these. [] where there is nothing new."""
    known = {passage.chunk_id for passage in seen}
    found = _merged(_searched([(question, "dense"), (question, "lexical")], search))
    new = [passage for passage in found if passage.chunk_id not in known]
    return [*new, *seen][:most] if new else []


def _searched(asked: Sequence[tuple[str, str | None]], search: Search) -> Iterator[Sequence[Passage]]:
    ends = time.monotonic() + SECONDS
    for part, alone in asked:
        if time.monotonic() >= ends:
            return
        yield search(part, alone)


def _merged(found: Iterable[Sequence[Passage]]) -> list[Passage]:
    """The best of each first, none twice."""
    passages: dict[int, Passage] = {}
    for rank in zip_longest(*found):
        for passage in rank:
            if passage is not None:
                passages.setdefault(passage.chunk_id, passage)
    return list(passages.values())


def _named(piece: str) -> bool:
    """Whether a piece names something: a capital after its first word, in German any noun."""
    return bool(german.capitalised(" ".join(piece.split()[1:])))
