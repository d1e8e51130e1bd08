"""More passages for a model to read: of each part of a question, and of a second look where the first found little."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
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


def gathered(question: str, first: Sequence[Passage], weak: bool, search: Search, most: int) -> list[Passage]:
    """Up to ``most`` passages: ``first``, those of each part of the question, and where the evidence in ``first`` is
    ``weak`` those of either search alone, which hybrid search may have ranked low; best of each first, none twice.
    """
    asked: list[tuple[str, str | None]] = [(part, None) for part in question_parts(question)]
    if weak:
        asked += [(question, "dense"), (question, "lexical")]
    found: list[Sequence[Passage]] = [first]
    ends = time.monotonic() + SECONDS
    for part, alone in asked:
        if time.monotonic() >= ends:
            break
        found.append(search(part, alone))
    passages: dict[int, Passage] = {}
    for rank in zip_longest(*found):
        for passage in rank:
            if passage is not None:
                passages.setdefault(passage.chunk_id, passage)
    return list(passages.values())[:most]


def _named(piece: str) -> bool:
    """Whether a piece names something: a capital after its first word, in German any noun."""
    return bool(german.capitalised(" ".join(piece.split()[1:])))
