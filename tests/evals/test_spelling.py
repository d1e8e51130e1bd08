"""The set of pairs is what its numbers are said to be, and the measure tells a search that finds from one that does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from evals.compounds import Word, score
from evals.spelling import NOT, Pair, Unlearned, fill, measure, pairs, reports, table
from rag import lexicon
from rag.index import Index
from rag.retrieve import Retriever


def test_the_set() -> None:
    asked = pairs()
    assert len([pair for pair in asked if pair.kind != NOT]) == 150
    assert len([pair for pair in asked if pair.kind == NOT]) >= 30
    assert len({pair.id for pair in asked}) == len(asked)
    assert all(pair.one != pair.other for pair in asked)
    assert 65 <= sum(pair.held_out for pair in asked if pair.kind != NOT) <= 85


def test_a_pair_is_found_once_the_words_are_learnt(make_index: Callable[..., Index]) -> None:
    asked = [
        Pair("part", "Drohne", "Drohnenangriff"),
        Pair("name", "Peseschkian", "Pezeshkian"),
        Pair(NOT, "Staub", "Staubecken"),
    ] + [Pair("part", "Angriff", f"Gegenwort{letter}") for letter in "abcdefghijklmnopqrstuvwxyzäöüß"]
    index = make_index()
    fill(index, reports(asked))
    plain = measure(Retriever(index, Unlearned(index.store)), asked)[:3]
    lexicon.learn(index.store)
    ours = measure(Retriever(index), asked)[:3]
    assert [(o.forth, o.back) for o in ours] == [(True, True), (True, True), (False, False)]
    assert not all(o.forth and o.back for o in plain[:2])
    text = table(ours, plain, "en")
    assert "1.00" in text and "false matches" in text


def test_cuts_are_compared_with_the_gold() -> None:
    known = Counter({"drohn": 5, "angriff": 5})
    words = [
        Word("drohnenangriff", (("drohnen", "angriff"),)),  # right
        Word("drohnenangriffe", (("drohnena", "ngriffe"),)),  # wrong: gold says elsewhere
        Word("waldbrand", (("wald", "brand"),)),  # left whole
        Word("hain", (("hain",),)),  # spared
    ]
    found = score(words, known)
    assert (found.right, found.wrong, found.whole, found.spared, found.spoilt) == (1, 1, 1, 1, 0)
    assert found.precision == pytest.approx(1 / 2)
    assert found.recall == pytest.approx(1 / 3)
