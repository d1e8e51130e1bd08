"""Boilerplate goes with a reason; sentences of the article stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.clean import clean, tidy

BODY = "Der Stadtrat hat am Montag dem Haushalt zugestimmt. Die Opposition stimmte dagegen."
MORE = "Das Geld soll vor allem in neue Schulen fließen, wie die Kämmerin am Abend erklärte."


@pytest.mark.parametrize(
    ("paragraph", "reason"),
    [
        ("+++ Auch spannend: Neuer Radweg wird teurer +++", "teaser"),
        ("Lesen Sie auch: Was der Radweg kostet", "teaser"),
        ("Mehr zum Thema: Haushalt", "teaser"),
        ("Read more: What the cycle path costs", "teaser"),
        ("Foto: Erika Muster", "photo credit"),
        ("Abonnieren Sie unseren Newsletter und lesen Sie jeden Morgen das Wichtigste.", "newsletter"),
        ("Wir verwenden Cookies. Wenn Sie zustimmen, speichern wir Einstellungen.", "cookies"),
        (
            "Unser Journalismus ist frei zugänglich, ohne Paywall. Jetzt unterstützen: Schon mit 5 Euro helfen Sie "
            "der Redaktion, die Leser:innen danken es Ihnen. Jede Spende zählt.",
            "donation",
        ),
    ],
)
def test_boilerplate_goes(paragraph: str, reason: str) -> None:
    text, removed = clean(f"{BODY}\n{paragraph}\n{MORE}")
    assert text == f"{BODY}\n\n{MORE}"
    assert [(r.text, r.reason) for r in removed] == [(paragraph, reason)]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Die Partei bat um Spenden für die Flutopfer; 5 Euro reichten für eine Mahlzeit, sagte die Sprecherin.",
        "Der Verlag stellt seinen Newsletter ein, teilte er am Freitag mit.",
        "Das Foto zeigt nach Angaben der Polizei den Täter.",
        "Lesen und Schreiben lernen Kinder in der ersten Klasse.",
        "Wer Cookies backt, braucht Butter.",
        "Das Gericht rügte die Cookie-Banner des Unternehmens.",
    ],
)
def test_sentences_about_such_things_stay(paragraph: str) -> None:
    assert clean(f"{BODY}\n{paragraph}") == (f"{BODY}\n\n{paragraph}", ())


def test_the_heading_of_an_appeal_goes_with_it() -> None:
    appeal = "Unterstützen Sie uns: Jetzt unterstützen mit 5 Euro. Unser Journalismus bleibt ohne Paywall."
    text, removed = clean(f"{BODY}\nWir und unsere Leser\n{appeal}")
    assert text == BODY
    assert len(removed) == 2


@given(st.text())
def test_tidy_twice_is_tidy_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.lists(st.text(alphabet="abc .äöü+:", max_size=40), max_size=8))
def test_nothing_is_lost(lines: list[str]) -> None:
    text = tidy("\n".join(lines))
    kept, removed = clean(text)
    assert sorted(kept.split() + [word for r in removed for word in r.text.split()]) == sorted(text.split())
