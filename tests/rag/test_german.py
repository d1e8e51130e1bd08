"""The lexical analysis brings spellings and endings of a word together."""

from __future__ import annotations

import pytest

from rag.german import analyse, analyse_question, capitalised, words


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
        ("2 700", "2.700"),
        ("2\u00a0700", "2700"),
        ("2\u202f700", "2700"),  # the narrow blank that typesetters use
        ("2'700", "2700"),
        ("1 234 567,8", "1.234.567,8"),
        ("4,8 Mio.", "4,8 Millionen"),
        ("2 Mrd.", "2 Milliarden"),
        ("5 %", "5 Prozent"),
        ("450 €", "450 EUR"),
        ("drei Tote", "3 Tote"),
        ("Delphin", "Delfin"),
        ("Photovoltaik", "Fotovoltaik"),
        ("Potential", "Potenzial"),
        ("Schiffahrt", "Schifffahrt"),
        ("Thunfisch", "Tunfisch"),
        ("Museen", "Museum"),
        ("Ministerien", "Ministerium"),
        ("Firma", "Firmen"),
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


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("4,8 Millionen Euro", ["4x8", "million", "4800000", "euro"]),
        ("4.800.000 Euro", ["4800000", "euro"]),
        ("300 Tausend", ["300", "tausend", "300000"]),
        ("1,23456789 Tausend", ["1x23456789", "tausend"]),  # no whole number
        ("die Millionen", ["die", "million"]),
    ],
)
def test_amounts_in_words_and_in_digits(text: str, tokens: list[str]) -> None:
    assert analyse(text, "de") == tokens


def test_a_billion_is_not_a_billion() -> None:
    assert "2000000000" in analyse("2 billion", "en")
    assert "2000000000000" in analyse("2 Billionen", "de")


def test_an_amount_in_the_question_may_be_written_out() -> None:
    assert analyse_question("Wer bekam 7 Mio. Euro?", ["de"]) == [
        ("bekam",),
        ("7", "7000000"),
        ("million", "7000000"),
        ("euro",),
    ]


@pytest.mark.parametrize("text", ["im Jahr 2024 300 Soldaten", "am 24. 300 Menschen", "3,5 300 Menschen"])
def test_numbers_side_by_side_stay_two(text: str) -> None:
    assert "300" in words(text)


def test_names_begin_with_a_capital() -> None:
    assert capitalised("Wer war Müller-Zhukov, und ÄRZTE?") == {"wer", "müller", "zhukov", "ärzte"}
    assert capitalised("wer war zhukov") == set()
