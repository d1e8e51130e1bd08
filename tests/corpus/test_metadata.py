"""What the text says about itself: agency, author, dates, category; and that nothing is guessed."""

from __future__ import annotations

import pytest

from corpus.build import to_article
from corpus.formats import Record

BODY = (
    "Der Gemeinderat von Altwiesen hat am Montag dem Haushalt zugestimmt. Die Opposition stimmte dagegen.\n"
    "Das Geld soll vor allem in neue Schulen fließen, wie die Kämmerin am Abend erklärte.\n"
    "Im Frühjahr wird mit dem Bau begonnen, sofern das Land seinen Anteil bezahlt.\n"
    "Bürgermeisterin Ruth Engelhorn sprach von einem guten Tag für die Kinder des Ortes."
)


def article(text: str, **fields: str):  # type: ignore[no-untyped-def]
    return to_article(Record("a.txt", text, fields), "a")


@pytest.mark.parametrize(
    ("ending", "agency"),
    [
        (" (afp)", "afp"),
        (" (dpa/rtr)", "dpa/rtr"),
        (" (AFP, dpa, Tsp)", "afp/dpa"),
        (" (mit dpa, Erika Muster)", "dpa"),
        (" (Erika Muster, epd)", "epd"),
        ("\ndpa/AFP", "dpa/afp"),
        ("\n© dpa-infocom, dpa:200727-99-937816/3", "dpa"),
        ("\nMit Material von dpa", "dpa"),
        ("\n(Mit Informationen der Nachrichtenagentur AFP)", "afp"),
        ("\nQuelle: dpa", "dpa"),
        (" KNA", "kna"),
        ("\nWith material from Reuters", "reuters"),
        (" (Tsp)", None),
        (" Das schreibt die dpa.", None),
        ("\nDie „AFP“ zitierte eine Analystin.", None),
        ("\nGeleitet wird der Verband vom Institut der Wirtschaftsprüfer (IDW).", None),
    ],
)
def test_agency_at_the_end(ending: str, agency: str | None) -> None:
    found = article(BODY + ending)
    assert found.agency == agency
    assert found.provenance.get("agency") == (agency and "text")


@pytest.mark.parametrize(
    ("dateline", "agency"),
    [
        ("Berlin (dpa) - ", "dpa"),
        ("BERLIN (Reuters) ", "reuters"),
        ("Sankt Veiten (dpa/lby) – ", "dpa"),
        ("Kiew/Moskau, 3. Mai (AFP) — ", "afp"),
        ("(epd) - ", "epd"),
        ("dpa Berlin. ", "dpa"),
        ("Die Deutsche Presse-Agentur (dpa) hat nachgefragt: ", None),
        ("Altwiesen (SPD) - ", None),
    ],
)
def test_agency_in_the_dateline(dateline: str, agency: str | None) -> None:
    found = article(dateline + BODY)
    assert found.agency == agency
    assert found.text.startswith(dateline.strip())  # a dateline is the article's


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Von Erika Muster", "Erika Muster"),
        ("Von Erika Muster und Max Beispiel, Berlin", "Erika Muster, Max Beispiel"),
        ("Ein Kommentar von Jean-Luc d’Exemple", "Jean-Luc d’Exemple"),
        ("VON ERIKA MUSTER", "Erika Muster"),
        ("By Jane Doe", "Jane Doe"),
        ("Von Prof. Anna von der Heide", "Prof. Anna von der Heide"),
        ("Gastbeitrag von Anna van Muster", "Anna van Muster"),
    ],
)
def test_bylines(line: str, author: str) -> None:
    for text in (f"{line}\n{BODY}", f"Haushalt beschlossen\n{line}\n{BODY}", f"{BODY}\n{line}"):
        found = article(text)
        assert found.author == author
        assert line not in found.text
        assert [(r.text, r.reason) for r in found.removed] == [(line, "byline")]


@pytest.mark.parametrize(
    "line", ["Von Herzen", "Von Kiew nach Moskau", "Von der Leyen: Impfstoff hilft", "Von VW bis Bayer", "By the way"]
)
def test_headings_are_no_bylines(line: str) -> None:
    found = article(f"{BODY}\n{line}", title="Haushalt")
    assert found.author is None
    assert line in found.text


def test_a_byline_in_the_middle_stays() -> None:
    more = "\n".join(f"Im Ortsteil {name} wird schon seit dem Herbst an der neuen Schule gebaut." for name in "ABCD")
    text = f"{BODY}\nVon Erika Muster\n{more}"
    assert article(text).author is None
    assert "Von Erika Muster" in article(text).text


def test_the_given_author_wins_and_the_line_goes_all_the_same() -> None:
    found = article(f"Von Erika Muster\n{BODY}", author="E. Muster")
    assert (found.author, found.provenance["author"]) == ("E. Muster", "file")
    assert "Von Erika" not in found.text


def test_agency_beside_the_author() -> None:
    found = article(f"Von Erika Muster, dpa\n{BODY}")
    assert (found.author, found.agency) == ("Erika Muster", "dpa")


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("Stand: 11.10.2024, 14:20 Uhr", "2024-10-11", None),
        ("Veröffentlicht am 11.10.2024", "2024-10-11", None),
        ("Aktualisiert: 12.10.2024", None, "2024-10-12"),
        ("Last updated October 12, 2024", None, "2024-10-12"),
        ("Veröffentlicht am 11.10.2024, zuletzt aktualisiert am 12.10.2024", "2024-10-11", "2024-10-12"),
        ("Published 11 October 2024 | Updated 12 October 2024", "2024-10-11", "2024-10-12"),
        ("Veröffentlicht am 11.10.2024 | Lesezeit: 3 Minuten", "2024-10-11", None),
    ],
)
def test_date_lines(line: str, published: str | None, updated: str | None) -> None:
    for text in (f"{line}\n{BODY}", f"{BODY}\n{line}"):
        found = article(text)
        days = [date and date.iso[:10] for date in (found.published, found.updated)]
        assert days == [published, updated]
        assert [(r.text, r.reason) for r in found.removed] == [(line, "date line")]
        assert found.provenance.get("published") == (published and "text")


@pytest.mark.parametrize(
    "line", ["Stand: unklar", "Am 11.10.2024 wurde veröffentlicht", "Aktualisiert wird der Plan im Mai 2025"]
)
def test_other_lines_stay(line: str) -> None:
    found = article(f"{BODY}\n{line}")
    assert line in found.text
    assert (found.published, found.updated) == (None, None)


def test_category_only_with_its_label() -> None:
    found = article(f"Ressort: Politik\n{BODY}")
    assert (found.category, found.provenance["category"]) == ("Politik", "text")
    assert article(f"{BODY}\nPolitik").category is None
