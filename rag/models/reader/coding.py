"""Text -> tokens of the bundled model with character offsets, and pairs of them as the network reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.models.vocabulary import FILE, share

BOS, PAD, EOS = 0, 1, 2
LONGEST_QUESTION = 64  # tokens; the rest of a longer question is not read
LONGEST_TITLE = 32  # likewise
PAD_TO = 16  # lengths in steps: each new shape of a batch costs oneDNN a new kernel


@dataclass(frozen=True, slots=True)
class Coded:
    """A text's tokens, without special ones: ids, shape (n,), and character bounds, shape (n, 2), both int32."""

    ids: np.ndarray
    offsets: np.ndarray

    def tokens_of(self, start: int, end: int) -> tuple[int, int] | None:
        """First and last token that the characters ``start`` to ``end`` touch; None when there is none."""
        first = int(np.searchsorted(self.offsets[:, 1], start, side="right"))
        last = int(np.searchsorted(self.offsets[:, 0], end, side="left")) - 1
        return (first, last) if first <= last else None


class Coder:
    """The tokenizer. It holds no padding or truncation, which would be state that threads share."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / FILE))
        self._vocabulary = share(self._tokenizer, folder)

    def __call__(self, texts: Sequence[str]) -> list[Coded]:
        coded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Coded(np.array(c.ids, np.int32), np.array(c.offsets, np.int32).reshape(-1, 2)) for c in coded]


def head(question: np.ndarray, title: np.ndarray) -> np.ndarray:
    """Ids of what is read before a passage: <s> question </s> </s>, and title </s> </s> where there is one.

    Without a title it is the model's own template for pairs. A passage alone rarely says what its article is about, and an
    answer is never looked for in the title.
    """
    above = [title[:LONGEST_TITLE], [EOS, EOS]] if len(title) else []
    return np.concatenate([[BOS], question[:LONGEST_QUESTION], [EOS, EOS], *above])


def pair(head: np.ndarray, passage: np.ndarray) -> np.ndarray:
    """Ids of one input; the passage begins at ``len(head)``."""
    return np.concatenate([head, passage, [EOS]])


def room(head: np.ndarray, longest: int) -> int:
    """Tokens of a passage that an input of ``longest`` tokens has place for."""
    return longest - len(head) - 1


def padded(inputs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Ids, shape (inputs, longest up to the next multiple of 16), and lengths, shape (inputs,); both int64."""
    lengths = np.array([len(ids) for ids in inputs])
    width = -(-int(lengths.max()) // PAD_TO) * PAD_TO
    batch = np.full((len(inputs), width), PAD, np.int64)
    for row, ids in zip(batch, inputs, strict=True):
        row[: len(ids)] = ids
    return batch, lengths


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds without blanks at either end: a token's bounds include the blank before it."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
