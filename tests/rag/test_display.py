"""What people are shown: periods of days, and names that can't play tricks on a terminal."""

from __future__ import annotations

import datetime as dt

import pytest

from corpus.mentions import DateMention
from rag.display import disagreement_lines, display_period, explained, visible
from rag.types import Answer, Disagreement


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2024-10-11", "2024-10-11", "11. Oktober 2024"),
        ("2024-02-01", "2024-02-29", "Februar 2024"),
        ("2024-01-01", "2024-12-31", "2024"),
        ("2024-05-03", "2024-05-05", "3. Mai 2024 – 5. Mai 2024"),
    ],
)
def test_periods(first: str, last: str, shown: str) -> None:
    assert display_period(dt.date.fromisoformat(first), dt.date.fromisoformat(last), "de") == shown


def test_only_dates_that_need_it_are_explained() -> None:
    day = dt.date(2024, 10, 11)
    dates = [DateMention(0, 10, "am Freitag", day, day), DateMention(20, 36, "11. Oktober 2024", day, day)]
    assert explained(dates, "de") == [("am Freitag", "11. Oktober 2024")]


def test_names_stay_on_their_line() -> None:
    assert visible("Grüße \N{RIGHT-TO-LEFT OVERRIDE}txt\n\x1b[31m") == "Grüße \\u202etxt\\n\\x1b[31m"


def test_each_side_of_a_disagreement_has_its_line() -> None:
    sides = (
        Disagreement("Es waren 5.000.", "5.000", "5000", (1, 3), "Bote", "2024-02-27", "die Veranstalter"),
        Disagreement("Es waren 2.800.", "2.800", "2800", (2,), None, None, None),
    )
    answer = Answer("?", "de", "", "conflicting", (), (), (), 0.9, disagreements=sides)
    assert disagreement_lines(answer, "de") == [
        "5.000: die Veranstalter · Bote · 27. Februar 2024 [1][3]",
        "2.800 [2]",
    ]
