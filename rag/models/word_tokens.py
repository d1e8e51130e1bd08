"""Tokens of texts, looked up word by word and remembered: an ingest counts those of every sentence, counts them again in
its chunk, and embeds the chunk."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

MOST = 100_000  # words remembered, some 20 MB; then it begins anew
# A space between these is where a tokenizer that cuts at spaces cuts whatever stands around it. Beside others it may not:
# a no-break space before it makes two spaces of it, which are normalised to one, and "<mask>" swallows it.
_PLAIN = r"[0-9A-Za-zÀ-ɏ!-;=?-~„“”‚‘’»«–—]"
_SPACE = re.compile(rf"(?<={_PLAIN}) (?={_PLAIN})")
_ID = np.dtype("<i4")  # of a token
# What a model's own preprocessing is compared on: several lengths, paragraphs, special tokens, one beyond any model's input.
_SAMPLES = [
    "Haus am See",
    "Die Brücke\n\nbleibt  bis 2026 gesperrt <mask> – „so“ \u00a0 x.",
    "",
    "Wort für Wort. " * 400,
]

Preprocess = Callable[..., dict[str, Any]]


class WordTokens:
    """Tokens of texts by a fast tokenizer (``tokenizers.Tokenizer``), without special tokens.

    Words are looked up where the tokenizer cuts at every space (SentencePiece as in XLM-R); by any other each text is
    tokenised as it is. Not safe to use from two threads at a time.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.cuts_at_spaces = _cuts_at_spaces(tokenizer)
        self._known: dict[str, bytes] = {}

    def counts(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each of ``texts`` has."""
        return [sum(map(len, words)) // _ID.itemsize for words in self._looked_up(texts)]

    def ids(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The tokens of each of ``texts``: int32, shape (tokens,)."""
        return [np.frombuffer(b"".join(words), _ID) for words in self._looked_up(texts)]

    def _looked_up(self, texts: Sequence[str]) -> list[list[bytes]]:
        """Of each text the ids of its words' tokens."""
        if not self.cuts_at_spaces:
            return [[ids] for ids in self._tokenised(texts)]
        texts_words = [_SPACE.split(text) for text in texts]
        new = list({word for words in texts_words for word in words if word not in self._known})
        if len(self._known) + len(new) > MOST:
            self._known.clear()
            new = list({word for words in texts_words for word in words})
        self._known.update(zip(new, self._tokenised(new), strict=True))
        return [[*map(self._known.__getitem__, words)] for words in texts_words]

    def _tokenised(self, texts: Sequence[str]) -> list[bytes]:
        # What transformers does for each token, in Python, takes as long again as the tokenizer itself.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        coded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(one.ids, _ID).tobytes() for one in coded]


def preprocessing(model: Any, tokens: WordTokens, multiple: int) -> Preprocess:
    """A ``preprocess`` for the first module of a sentence-transformers ``model`` that looks words up, padding to a
    ``multiple``; its own where that would not give the same.

    What an ingest has cut into chunks a moment ago is all known then, and takes a seventh of the time that tokenising
    it once more would.
    """
    own: Preprocess = model[0].preprocess
    frames: dict[str | None, dict[str, Any]] = {}  # what preprocessing gives beside the tokens, by prompt

    def by_words(inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        if not all(isinstance(one, str) for one in inputs) or any(value is not None for value in kwargs.values()):
            return own(inputs, prompt=prompt, **kwargs)
        if prompt not in frames:
            features = own([""], prompt=prompt)
            frames[prompt] = {key: value for key, value in features.items() if not isinstance(value, torch.Tensor)}
        room = model.max_seq_length - len(before) - len(after)
        rows = [
            np.concatenate([before, ids[:room], after]) for ids in tokens.ids([(prompt or "") + one for one in inputs])
        ]
        width = -(-max(map(len, rows)) // multiple) * multiple
        ids = np.full((len(rows), width), model.tokenizer.pad_token_id, np.int64)
        for row, found in zip(ids, rows, strict=True):
            row[: len(found)] = found
        mask = np.arange(width) < np.array([[len(row)] for row in rows])
        return frames[prompt] | {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask.astype(np.int64)),
        }

    if not tokens.cuts_at_spaces or not model.max_seq_length or model.tokenizer.pad_token_id is None:
        return own
    bare, whole = (model.tokenizer("a", add_special_tokens=special).input_ids for special in (False, True))
    place = next((at for at in range(len(whole)) if whole[at : at + len(bare)] == bare), 0)
    before, after = np.array(whole[:place], _ID), np.array(whole[place + len(bare) :], _ID)
    same = all(
        _equal(by_words([*few], prompt=p), own([*few], prompt=p))
        for p in ("", "a: ")
        for few in (_SAMPLES, _SAMPLES[:2])
    )
    return by_words if same else own


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(value, other[key]) if isinstance(value, torch.Tensor) else value == other[key]
        for key, value in one.items()
    )


def _cuts_at_spaces(tokenizer: Any) -> bool:
    """Whether a word has the same tokens alone and in a text."""
    if tokenizer.pre_tokenizer is None:
        return False
    state = json.loads(tokenizer.pre_tokenizer.__getstate__())
    return state.get("type") == "Metaspace" and bool(state.get("split")) and state.get("prepend_scheme") == "always"
