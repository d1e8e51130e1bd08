"""Dates in running text: what is named, what it means on the day of publication, and what is left alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import NewsDate
from corpus.mentions import date_mentions

MONDAY = NewsDate.parse("2025-01-13")


def found(text: str, published: NewsDate | None = MONDAY, language: str | None = "de") -> list[str]:
    """Each mention as "words = first day..last day", the last left out when it is the same."""
    shown = []
    for mention in date_mentions(text, published, language):
        assert mention.text == text[mention.start : mention.end]
        assert mention.first <= mention.last
        last = f"..{mention.last}" if mention.last != mention.first else ""
        shown.append(f"{mention.text} = {mention.first}{last}")
    return shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Das war am 11. Oktober 2024 so.", ["am 11. Oktober 2024 = 2024-10-11"]),
        ("Das war am 11. Oktober so.", ["am 11. Oktober = 2024-10-11"]),
        ("Es geschah am 11.10. in Bonn.", ["am 11.10. = 2024-10-11"]),
        ("Im Oktober war das so.", ["Im Oktober = 2024-10-01..2024-10-31"]),
        ("Anfang März wird gewählt.", ["Anfang März = 2025-03-01..2025-03-10"]),
        ("Es war im Sommer 2023.", ["im Sommer 2023 = 2023-06-01..2023-08-31"]),
        ("Im ersten Quartal 2024 stieg er.", ["Im ersten Quartal 2024 = 2024-01-01..2024-03-31"]),
        ("In den 1990er Jahren war das so.", ["In den 1990er Jahren = 1990-01-01..1999-12-31"]),
        ("Er kam zwischen 3. und 5. Mai 2024.", ["zwischen 3. und 5. Mai 2024 = 2024-05-03..2024-05-05"]),
        ("vom 30. April bis zum 3. Mai 2022", ["vom 30. April bis zum 3. Mai 2022 = 2022-04-30..2022-05-03"]),
        ("Bei der Wahl 2017 verlor er.", ["2017 = 2017-01-01..2017-12-31"]),
    ],
)
def test_absolute(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Das sagte er am Freitag in Berlin.", ["am Freitag = 2025-01-10"]),
        ("Er sagte am Freitag (11. Oktober) zu.", ["am Freitag (11. Oktober) = 2024-10-11"]),
        ("Er werde am Freitag den Papst empfangen.", ["am Freitag = 2025-01-17"]),
        ("Am kommenden Freitag ist Schluss.", ["Am kommenden Freitag = 2025-01-17"]),
        ("Sie starb in der Nacht zu Dienstag.", ["in der Nacht zu Dienstag = 2025-01-06..2025-01-07"]),
        ("Gestern und vorgestern regnete es.", ["Gestern = 2025-01-12", "vorgestern = 2025-01-11"]),
        ("In der vergangenen Woche kam er.", ["In der vergangenen Woche = 2025-01-06..2025-01-12"]),
        ("Im vergangenen Jahr kam er.", ["Im vergangenen Jahr = 2024-01-01..2024-12-31"]),
        ("Das war vor drei Tagen.", ["vor drei Tagen = 2025-01-10"]),
        ("Seit 2014 ist das so.", ["Seit 2014 = 2014-01-01..2025-01-13"]),
    ],
)
def test_relative(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Es kamen 2019 Menschen.",
        "Das kostet 1945 Euro.",
        "Die Agenda 2010 und Artikel 1990, Paragraf 2018.",
        "Die Zeitung der Freitag und Fridays for Future.",
        "Herr Sommer und Frau März trafen August Macke.",
    ],
)
def test_no_date(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On Friday (Oct. 11) he agreed.", ["On Friday (Oct. 11) = 2024-10-11"]),
        ("He said on Friday that he was ill.", ["on Friday = 2025-01-10"]),
        ("The talks are expected to resume on Friday.", ["on Friday = 2025-01-17"]),
        ("Last week, prices fell.", ["Last week = 2025-01-06..2025-01-12"]),
        ("It began in October.", ["in October = 2024-10-01..2024-10-31"]),
        ("between 2014 and 2018", ["between 2014 and 2018 = 2014-01-01..2018-12-31"]),
        ("May 3-5, 2024", ["May 3-5, 2024 = 2024-05-03..2024-05-05"]),
        ("It was three days ago.", ["three days ago = 2025-01-10"]),
        ("About 2000 people met Theresa May on Good Friday.", []),
    ],
)
def test_english(text: str, expected: list[str]) -> None:
    assert found(text, language="en") == expected


def test_as_precise_as_publication() -> None:
    text = "Am Freitag und gestern, am 11. Oktober, in diesem Monat, im vergangenen Jahr und 2019."
    assert found(text, None) == ["2019 = 2019-01-01..2019-12-31"]
    assert found(text, NewsDate.parse("2024-10")) == [
        "am 11. Oktober = 2024-10-11",
        "in diesem Monat = 2024-10-01..2024-10-31",
        "im vergangenen Jahr = 2023-01-01..2023-12-31",
        "2019 = 2019-01-01..2019-12-31",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Not the nearest April, since it is told as past: the one before.
        ("Im April bekam ich Geld.", ["Im April = 2024-04-01..2024-04-30"]),
        ("Die Regel gilt ab April.", ["April = 2025-04-01..2025-04-30"]),
        # Monday itself is "am Montag"; "am kommenden Montag" is a week on.
        ("Am Montag sagte sie das.", ["Am Montag = 2025-01-13"]),
        ("Am kommenden Montag sagt sie es.", ["Am kommenden Montag = 2025-01-20"]),
        ("Sie haben für Freitag zu Protesten aufgerufen.", ["Freitag = 2025-01-17"]),
        ("Er soll am Freitag getötet worden sein.", ["am Freitag = 2025-01-10"]),
        # 2 September 2024 was a Monday; a Friday it was in some year that is not told.
        ("Am Freitag, dem 2. September, starb sie.", []),
        ("Heute leben dort wenige.", []),
        ("Das wurde heute bekannt.", ["heute = 2025-01-13"]),
        ("Das ist bis heute so, von heute auf morgen.", []),
        ("Offen Montag bis Freitag von 9 bis 17 Uhr, jeden Samstag, montags.", []),
        ("Am 31. Februar oder am 45. Mai.", []),
    ],
)
def test_tense_and_custom(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_other_languages_have_iso_dates_only() -> None:
    assert found("Le 2024-10-11, vendredi, en 2019.", language="fr") == ["2024-10-11 = 2024-10-11"]


@given(st.text(alphabet="0123456789. -/,OktoberFreitagvmhusndiJzwl\n", max_size=120))
def test_mentions_are_in_order_and_apart(text: str) -> None:
    mentions = date_mentions(text, MONDAY, None)
    assert all(text[m.start : m.end] == m.text and m.first <= m.last for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))
