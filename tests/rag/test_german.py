"""The lexical analysis brings spellings and endings of a word together."""

from __future__ import annotations

import pytest

from rag.german import analyse, analyse_question, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Häuser", "Haus"),
        ("Haeuser", "Häuser"),
        ("Straße", "Strasse"),
        ("STRASSE", "straße"),
        ("Soldaten", "Soldat"),
        ("Mueller", "Müller"),
        ("Café", "Cafe"),
        ("2.700", "2700"),
        ("Rakete", "Raketen"),
        ("Ｗｅｌｔ", "Welt"),
    ],
)
def test_same_token(one: str, other: str) -> None:
    assert analyse(one, "de") == analyse(other, "de")


def test_numbers_stay_apart() -> None:
    assert analyse("3,4", "de") == ["3x4"]
    assert analyse("34", "de") == ["34"]
    assert analyse("2,700", "en") == analyse("2.700", "de") == ["2700"]


def test_hyphens_part_words() -> None:
    assert words("Fath-360-Raketen") == ["fath", "360", "raketen"]


def test_question_words_say_nothing() -> None:
    assert analyse_question("Wie viele Soldaten wurden getötet?", ["de"]) == [("soldat",), ("getot",)]
    assert analyse_question("Wer war es?", ["de"]) != []  # nothing else is there


def test_a_word_may_match_by_the_stem_of_either_language() -> None:
    [group] = analyse_question("running", ["en", "de"])
    assert group == ("run", "running")
