"""Tokens of texts, counted word by word and remembered: an ingest counts every sentence, and again in its chunk."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

MOST = 100_000  # words remembered, some 15 MB; then it begins anew
# A space between these is where a tokenizer that cuts at spaces cuts whatever stands around it. Beside others it may not:
# a no-break space before it makes two spaces of it, which are normalised to one, and "<mask>" swallows it.
_PLAIN = r"[0-9A-Za-zÀ-ɏ!-;=?-~„“”‚‘’»«–—]"
_SPACE = re.compile(rf"(?<={_PLAIN}) (?={_PLAIN})")


class WordCounts:
    """How many tokens texts have by a fast tokenizer (``tokenizers.Tokenizer``), without special tokens.

    Words are looked up where the tokenizer cuts at every space (SentencePiece as in XLM-R); by any other each text is
    tokenised as it is.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._cuts_at_spaces = _cuts_at_spaces(tokenizer)
        self._known: dict[str, int] = {}

    def of(self, texts: Sequence[str]) -> list[int]:
        """The counts, in order of ``texts``. Not safe to call from two threads at a time."""
        if not self._cuts_at_spaces:
            return self._tokenised(texts)
        texts_words = [_SPACE.split(text) for text in texts]
        new = list({word for words in texts_words for word in words if word not in self._known})
        if len(self._known) + len(new) > MOST:
            self._known.clear()
            new = list({word for words in texts_words for word in words})
        self._known.update(zip(new, self._tokenised(new), strict=True))
        return [sum(map(self._known.__getitem__, words)) for words in texts_words]

    def _tokenised(self, texts: Sequence[str]) -> list[int]:
        # What transformers does for each token, in Python, takes as long again as the tokenizer itself.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        return [len(coded) for coded in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


def _cuts_at_spaces(tokenizer: Any) -> bool:
    """Whether a word has the same tokens alone and in a text."""
    if tokenizer.pre_tokenizer is None:
        return False
    state = json.loads(tokenizer.pre_tokenizer.__getstate__())
    return state.get("type") == "Metaspace" and bool(state.get("split")) and state.get("prepend_scheme") == "always"
