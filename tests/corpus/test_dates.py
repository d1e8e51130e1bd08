"""Dates are as precise as their source and never guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from corpus.dates import NewsDate, display_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024", "2024"),
        ("2024-10", "2024-10"),
        ("2024-10-11", "2024-10-11"),
        ("2024-10-11T14:20:00+02:00", "2024-10-11T14:20:00+02:00"),
        ("2024-10-11 14:20", "2024-10-11T14:20:00"),
        ("2024-10-11T12:20:00Z", "2024-10-11T12:20:00+00:00"),
        ("11.10.2024", "2024-10-11"),
        ("1.2.2024, 9:05 Uhr", "2024-02-01T09:05:00"),
        ("11. Oktober 2024", "2024-10-11"),
        ("3. März 2024, 14:20 Uhr", "2024-03-03T14:20:00"),
        ("October 11, 2024", "2024-10-11"),
        ("11 October 2024", "2024-10-11"),
        ("Oktober 2024", "2024-10"),
        ("7. Jänner 2025", "2025-01-07"),
        ("2024-10-11T14:20:00+0200", "2024-10-11T14:20:00+02:00"),
        ("2024-10-11T14:20:00+02:00[Europe/Berlin]", "2024-10-11T14:20:00+02:00"),
        ("2020-08-02 18:42:15", "2020-08-02T18:42:15"),
        ("Fri, 11 Oct 2024 14:20:00 +0200", "2024-10-11T14:20:00+02:00"),
        ("Fri Oct 11 14:20:00 +0200 2024", "2024-10-11T14:20:00+02:00"),
        ("11.10.2024 - 14:20", "2024-10-11T14:20:00"),
        ("14:20 Uhr, 11.10.2024", "2024-10-11T14:20:00"),
        ("Stand: 11.10.2024, 14.20 Uhr", "2024-10-11T14:20:00"),
        ("Fr., 11. Okt. 2024, 14:20 Uhr MESZ", "2024-10-11T14:20:00+02:00"),
        ("Freitag, den 11. Oktober 2024", "2024-10-11"),
        ("Oct. 11, 2024 2:20 p.m. ET", "2024-10-11T14:20:00-04:00"),  # summer time until 3 November
        ("Jan. 11, 2024 12:20 AM ET", "2024-01-11T00:20:00-05:00"),
        ("2024-10-11 14:20 XYZ", "2024-10-11"),  # an unknown zone leaves the day
        ("13/10/2024", "2024-10-13"),
        ("10/13/2024", "2024-10-13"),
        ("10/10/2024", "2024-10-10"),
        ("1728649200", "2024-10-11T12:20:00+00:00"),
        ("1728649200123", "2024-10-11T12:20:00+00:00"),
        ("11.10.24", "2024-10-11"),
        ("1.2.98", "1998-02-01"),
        ("20241011", "2024-10-11"),
        ("Okt. 2024", "2024-10"),
    ],
)
def test_parse(text: str, iso: str) -> None:
    date = NewsDate.parse(text)
    assert date is not None
    assert str(date) == iso
    assert NewsDate.parse(iso) == date  # what is stored reads back


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gestern",
        "2024-13",
        "31.02.2024",
        "0000-01-01",
        "am 3. Mai",
        "11. Foktober 2024",
        "11/10/2024",
        "11.10.",
        "11. Oktober",
        "Mai",
        "5 p.m. 2024",
        "123456789",
        "2024-10-11T25:00",
        "11.10.2024 7",
    ],
)
def test_no_date(text: str) -> None:
    assert NewsDate.parse(text) is None


def test_range_of_a_month() -> None:
    date = NewsDate.parse("2024-02")
    assert date is not None
    assert (date.first, date.last) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))


@pytest.mark.parametrize(
    ("iso", "german", "english"),
    [
        ("2025-01-13T10:00:00", "13. Januar 2025", "13 January 2025"),
        ("2024-10", "Oktober 2024", "October 2024"),
        ("2024", "2024", "2024"),
        (None, "", ""),
    ],
)
def test_display(iso: str | None, german: str, english: str) -> None:
    assert display_date(iso, "de") == german
    assert display_date(iso, "en") == english
