"""Chunks: offsets exact, budgets kept, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rag.chunk import chunk_text
from rag.models.embed import Embedder


def by_words(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """A tokenizer that can be computed by eye: every word, and every four characters of a long one, is a token."""
    return [[m.span() for m in re.finditer(r"\S{1,4}", text)] for text in texts]


def test_whole_sentences_up_to_the_budget() -> None:
    text = "Aa bb. Cc dd. Ee ff."
    # two tokens a sentence; "bb." is one token
    chunks = chunk_text(text, by_words, max_tokens=4, overlap=0)
    assert [(c.text, c.tokens) for c in chunks] == [("Aa bb. Cc dd.", 4), ("Ee ff.", 2)]
    assert [(c.start, c.end, c.ordinal) for c in chunks] == [(0, 13, 0), (14, 20, 1)]


def test_overlap_repeats_a_short_last_sentence() -> None:
    text = "A b c d e f qq. Xx. H i j k l m qq."
    # 7 + 1 + 7 tokens; a budget of 8 holds the first two, and "Xx." comes again before the third
    chunks = chunk_text(text, by_words, max_tokens=8, overlap=1)
    assert [c.text for c in chunks] == ["A b c d e f qq. Xx.", "Xx. H i j k l m qq."]


def test_a_sentence_over_the_budget_is_cut_between_words() -> None:
    text = "a b c d e f g h i j."
    chunks = chunk_text(text, by_words, max_tokens=4, overlap=0)
    assert [c.text for c in chunks] == ["a b c d", "e f g h", "i j."]


def test_a_word_over_the_budget_is_cut_inside() -> None:
    chunks = chunk_text("x" * 40, by_words, max_tokens=4, overlap=0)  # 10 tokens
    assert [len(c.text) for c in chunks] == [16, 16, 8]


@given(st.text(alphabet="abcdeäöAB.!? \n„“", max_size=400), st.integers(1, 20), st.integers(0, 3))
def test_offsets_budget_and_coverage(text: str, budget: int, overlap: int) -> None:
    chunks = chunk_text(text, by_words, budget, overlap)
    covered = set()
    for ordinal, chunk in enumerate(chunks):
        assert chunk.ordinal == ordinal
        assert text[chunk.start : chunk.end] == chunk.text
        assert 0 < chunk.tokens <= budget
        covered.update(range(chunk.start, chunk.end))
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())
    assert len({(c.start, c.end) for c in chunks}) == len(chunks)


def test_with_the_real_tokenizer(embedder: Embedder) -> None:
    text = "Die Stadt baut am 3. Mai eine Brücke für 12,5 Mio. Euro. " * 40 + "Donau" * 300
    chunks = chunk_text(text, embedder.token_offsets, 128, 1)
    assert len(chunks) > 5
    assert all(text[c.start : c.end] == c.text and c.tokens <= 128 for c in chunks)
