"""The speed command: what it draws from a set, and vectors made in processes of their own."""

from __future__ import annotations

import os

import numpy as np
import pytest

from evals.embedding import OLD_CPU, Corpus, Elsewhere, cosines, cost, drawn
from rag.models.embed import Embedder

SENTENCES = [
    "Die Brücke von Altdorf ist seit Montag gesperrt.",
    "Officials said on Friday that the talks would go on for another week, without naming a place.",
    "Der Stadtrat beschloss den Haushalt mit 23 zu 19 Stimmen. " * 10,
]


def corpus(gold: list[int], passages: int) -> Corpus:
    """Question n asks for passage ``gold[n]``."""
    texts = [f"p{place}" for place in range(passages)]
    return Corpus("set", texts, [f"q{place}" for place in range(len(gold))], [frozenset({place}) for place in gold])


def test_what_is_drawn_keeps_its_gold() -> None:
    whole = corpus([9, 9, 4, 0, 7], 12)
    part = drawn(whole, questions=3, passages=6)
    assert (len(part.questions), len(part.passages)) == (3, 6)
    for question, gold in zip(part.questions, part.gold, strict=True):
        [before] = whole.gold[whole.questions.index(question)]
        assert {part.passages[place] for place in gold} == {f"p{before}"}


def test_gold_stays_though_it_is_more_than_was_asked_for() -> None:
    part = drawn(corpus([0, 1, 2], 5), questions=3, passages=1)
    assert part.passages == ["p0", "p1", "p2"]


def test_drawing_more_than_there_is_draws_all() -> None:
    whole = corpus([2, 1], 3)
    assert drawn(whole, questions=100, passages=100) == whole


def test_what_a_loss_looks_like() -> None:
    one = corpus([0, 1], 2)
    right, wrong = np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)[::-1]
    # All right: nDCG 1. All wrong: each gold passage is second of two, 1 / log2(3) = .6309.
    line = cost(one, one, (right, wrong), (right, right))
    assert "2 of 2 questions, 2 of 2 passages" in line
    assert "nDCG@10 0.6309, float32 1.0000: -36.91 %" in line


@pytest.fixture(scope="module")
def full() -> np.ndarray:
    """What sentence-transformers alone makes of ``SENTENCES``, in a process of its own."""
    with Elsewhere("plain", os.environ) as theirs:
        vectors = theirs(SENTENCES)
        assert theirs.seconds > 0
    return vectors


@pytest.mark.timeout(300)
def test_the_same_vectors_here(full: np.ndarray, embedder: Embedder) -> None:
    assert cosines(embedder.passages(SENTENCES), full).min() >= 0.9999


@pytest.mark.timeout(300)
def test_the_same_vectors_on_a_cpu_with_avx2_alone(full: np.ndarray) -> None:
    with Elsewhere("belegt", os.environ | OLD_CPU) as old:
        vectors = old(SENTENCES)
        assert old.arithmetic == "float32"
    assert cosines(vectors, full).min() >= 0.999


def test_a_process_that_dies_is_an_error(tmp_path: object) -> None:
    with (
        Elsewhere("belegt", os.environ | {"BELEGT_EMBED_MODEL": f"{tmp_path}/none"}) as broken,
        pytest.raises(ChildProcessError),
    ):
        broken(SENTENCES)
