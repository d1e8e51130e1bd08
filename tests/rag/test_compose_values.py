"""What answers say in comparable form: equal, different, or neither."""

from __future__ import annotations

import pytest

from rag.compose.values import Value, differ, same, value_of
from rag.models.question import Kind
from tests.compose_world import Told, world


def value(sentence: str, words: str, kind: Kind = "number", language: str = "de") -> Value:
    [item], _, _ = world(Told(sentence, [(words, 0.9)], published="2024-10-12", language=language))
    found = value_of(item, kind)
    assert found is not None
    return found


def number(words: str, language: str = "de") -> Value:
    return value(
        f"Es waren {words} da." if language == "de" else f"There were {words} there.", words, "number", language
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("rund 300", "etwa 300"), ("298", "rund 300"), ("4,8 Mio. Euro", "4.800.000 Euro"), ("dreihundert", "300"),
     ("18 Prozent", "18 %"), ("mehr als 300", "310"), ("2 Kilometer", "2.000 Meter")],
)  # fmt: skip
def test_equal_numbers(one: str, other: str) -> None:
    assert same(number(one), number(other))
    assert not differ(number(one), number(other))


@pytest.mark.parametrize(
    ("one", "other"), [("300", "600"), ("12 Prozent", "14 Prozent"), ("1,5 Mio. Euro", "4,8 Mio. Euro")]
)
def test_different_numbers(one: str, other: str) -> None:
    assert differ(number(one), number(other))
    assert not same(number(one), number(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 Euro", "12 Prozent"), ("12 Meter", "15 Tage"), ("Tausende", "2.800"), ("mindestens 100", "300")],
)
def test_numbers_that_say_nothing_of_each_other(one: str, other: str) -> None:
    assert not same(number(one), number(other))
    assert not differ(number(one), number(other))


def test_numbers_over_languages() -> None:
    assert same(number("€4.8m", "en"), number("4,8 Mio. Euro"))
    assert differ(number("about 600", "en"), number("rund 300"))


def test_days() -> None:
    one = value("Das geschah am Freitag (11. Oktober).", "am Freitag (11. Oktober)", "date")
    assert one.text == "2024-10-11"
    assert same(one, value("Es war der 11. Oktober 2024.", "11. Oktober 2024", "date"))
    assert same(one, value("Es war im Oktober 2024.", "Oktober 2024", "date"))  # less exact
    assert differ(one, value("Es war am 10. Oktober 2024.", "10. Oktober 2024", "date"))


def test_names() -> None:
    full, short = (
        value("Sprecher ist Kai Lindner.", "Kai Lindner", "person"),
        value("Es sprach Lindner.", "Lindner", "person"),
    )
    assert same(full, short)
    assert differ(full, value("Sprecherin ist Ute Kern.", "Ute Kern", "person"))
    assert same(
        value("Präsident ist Massud Peseschkian.", "Massud Peseschkian", "person"),
        value("The president is Masoud Pezeshkian.", "Pezeshkian", "person", "en"),
    )


@pytest.mark.parametrize(
    ("sentence", "span", "words", "text"),
    [
        ("Es waren rund 300 Menschen.", "300", "rund 300", "300"),
        ("Das kostet 84 Mio. Euro im Jahr.", "84", "84 Mio. Euro", "84000000 euro"),
        ("Es kostet 112 Euro und damit ein Drittel mehr.", "112 Euro und damit ein Drittel", "112 Euro", "112 euro"),
    ],
)  # fmt: skip
def test_the_words_of_a_number_are_whole(sentence: str, span: str, words: str, text: str) -> None:
    found = value(sentence, span)
    assert (sentence[found.start : found.end], found.text) == (words, text)


def test_a_number_that_is_no_longer_so_or_of_no_kind_is_none() -> None:
    [item], _, _ = world(Told("Statt 2.800 waren es 3.600.", [("2.800", 0.9)]))
    assert value_of(item, "number") is None
    [item], _, _ = world(Told("Es waren viele.", [("viele", 0.9)]))
    assert value_of(item, "number") is None
    assert value_of(item, "date") is None
