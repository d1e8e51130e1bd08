"""Numbers as they are written, and which number bears out which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify.amounts import Amount, amounts
from rag.verify.numerals import spelt
from rag.verify.rounding import bears_out


def one(text: str, language: str = "de") -> Amount:
    (amount,) = amounts(text, language)
    return amount


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("1,5 Millionen Euro", 1_500_000, 1_500_000, "euro"),
        ("1.500.000 €", 1_500_000, 1_500_000, "euro"),
        ("anderthalb Millionen Euro", 1_500_000, 1_500_000, "euro"),
        ("eine halbe Million Menschen", 500_000, 500_000, ""),
        ("50 Cent", 0.5, 0.5, "euro"),
        ("18 %", 18, 18, "prozent"),
        ("achtzehn Prozent", 18, 18, "prozent"),
        ("ein 18-prozentiger Zuschlag", 18, 18, "prozent"),
        ("zwei Drittel", pytest.approx(200 / 3), pytest.approx(200 / 3), "prozent"),
        ("ein siebenjähriges Kind", 84, 84, "monat"),
        ("20 km", 20_000, 20_000, "meter"),
        ("780.000 Mark", 780_000, 780_000, "mark"),
        ("500 D-Mark", 500, 500, "mark"),
        ("elf Millionen Gulden", 11e6, 11e6, "gulden"),
        ("ein 15-sekündiger Ausschnitt", 15, 15, "sekunde"),
        ("zwischen 20 und 25 Fahrgäste", 20, 25, ""),
        ("20 bis 25 Fahrgäste", 20, 25, ""),
    ],
)
def test_values_and_units(text, low, high, unit):
    amount = one(text)
    assert (amount.low, amount.high, amount.unit, amount.kind) == (low, high, unit, "amount")


@pytest.mark.parametrize(
    ("text", "low"), [("$1.2 billion", 1.2e9), ("1.2bn dollars", 1.2e9), ("twenty-five people", 25), ("£3m", 3e6),
     ("58 per cent", 58), ("grew by a third", pytest.approx(100 / 3)), ("two thirds of them", pytest.approx(200 / 3)),
     ("84 million crowns", 84e6)]
)  # fmt: skip
def test_english(text, low):
    assert one(text, "en").low == low


def test_of_two_thirds_each_is_read_for_itself():
    found = amounts("The third man came, and sales grew by a third.", "en")
    assert [(a.kind, a.unit) for a in found] == [("ordinal", ""), ("amount", "prozent")]


def test_german_and_english_billions_differ():
    assert one("2 Billionen Euro").low == 2e12
    assert one("2 billion euro", "en").low == 2e9


@pytest.mark.parametrize(
    ("text", "rounding"),
    [("rund 300", "about"), ("mehr als 300", "over"), ("bis zu 300", "most"), ("knapp 300", "nearly"), ("300", "")],
)
def test_rounding_words_belong_to_the_amount(text, rounding):
    sentence = f"Es kamen {text} Leute."
    amount = one(sentence)
    assert (sentence[amount.start : amount.end], amount.rounding) == (text, rounding)


def test_scores_and_ordinals_are_no_amounts():
    assert [(a.kind, a.low, a.high) for a in amounts("Das 4:2 im 3. Spiel, mit 28 zu 19 Stimmen", "de")] == [
        ("score", 4, 2),
        ("ordinal", 3, 3),
        ("score", 28, 19),
    ]
    assert one("Das steht in Artikel 4.").kind == "amount"


def test_dates_are_left_to_others():
    text = "Am 11. Oktober 2024 kamen 20 Leute"
    assert [a.low for a in amounts(text, "de", [(0, 19)])] == [20]


@pytest.mark.parametrize(
    ("claim", "source", "degree"),
    [
        ("300", "300", "yes"),
        ("rund 300", "300", "yes"),
        ("rund 300", "298", "yes"),
        ("rund 298", "300", "no"),
        ("300", "rund 300", "loose"),
        ("300", "298", "loose"),  # rounded without saying so
        ("300", "3.000", "no"),
        ("300", "317", "no"),
        ("mehr als 300", "über 300", "yes"),
        ("mehr als 300", "300", "no"),
        ("mehr als 300", "312", "yes"),
        ("mehr als 300", "700", "loose"),  # true, and misleading
        ("über 5,7", "über 7,5", "no"),
        ("weniger als 90", "86", "yes"),
        ("mindestens 300", "300", "yes"),
        ("mindestens 60", "bis zu 60", "no"),
        ("60", "bis zu 60", "loose"),
        ("knapp 24", "23,6", "yes"),
        ("gut vier", "knapp vier", "no"),
        ("20 bis 25", "zwischen 20 und 25", "yes"),
        ("30 bis 35", "20 bis 25", "no"),
        ("mindestens 20", "20 bis 25", "yes"),
        ("bis zu 25", "20 bis 25", "yes"),
        ("19 zu 28", "28 zu 19", "no"),
        ("im 1. Jahr", "im ersten Jahr", "yes"),
        ("Hunderttausende", "Zehntausende", "no"),
    ],
)
def test_what_bears_out_what(claim, source, degree):
    assert bears_out(one(claim), one(source)) == degree


def test_number_words():
    assert spelt("dreihundertfünfundzwanzig") == 325
    assert spelt("zweitausendeinhundert") == 2100
    assert spelt("zweieinhalb") == 2.5
    assert [spelt(word) for word in ("haus", "hundehütte", "tausendfüssler", "")] == [None, None, None, None]


@given(st.integers(1, 10**9))
def test_a_number_bears_out_itself_however_it_is_grouped(number):
    assert bears_out(one(f"{number}"), one(f"{number:,}".replace(",", "."))) == "yes"
    assert bears_out(one(f"rund {number}"), one(f"{number}")) == "yes"
    assert bears_out(one(f"mehr als {number}"), one(f"{number}")) == "no"


@given(st.text(max_size=60))
def test_spans_lie_in_the_text_and_in_order(text):
    found = amounts(text, "de")
    assert all(0 <= a.start <= a.number_at < a.end <= len(text) and a.low == a.low for a in found)
    assert [a.number_at for a in found] == sorted(a.number_at for a in found)
