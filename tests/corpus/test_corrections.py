"""Correction notices are known; articles about corrections are not taken for one."""

from __future__ import annotations

import pytest

from corpus.corrections import correction_notice, correction_spans, tells_earlier

NEWS = "Der Gemeinderat hat am Montag beraten. Die Brücke bleibt gesperrt."


@pytest.mark.parametrize(
    "notice",
    [
        "Korrektur: In einer früheren Version hieß es, die Brücke sei 60 Jahre alt. Richtig sind 50.",
        "Korrekturhinweis: Die Brücke steht in Altwiesen, nicht in Neuwiesen.",
        "*Berichtigung: Der Gemeinderat tagte am Montag, nicht am Dienstag.",
        "Richtigstellung vom 12. Mai: Herr Muster ist nicht Mitglied des Rates.",
        "Hinweis der Redaktion: In einer früheren Fassung dieses Artikels hieß es, die Brücke sei offen.",
        "[Anmerkung der Redaktion: Wir haben die Höhe der Kosten korrigiert.]",
        "(In einer früheren Version dieses Artikels stand ein falscher Name. Wir bitten um Entschuldigung.)",
        "Hinweis: Die Angaben zu den Kosten wurden nachträglich korrigiert.",
        "*Hinweis der Redaktion: Wir hatten zuerst berichtet, dass die Brücke abgerissen wird.",
        "In einer früheren Fassung hieß es, die Brücke sei 60 Jahre alt.",
        "Correction: The bridge is 50 years old, not 60.",
        "An earlier version of this article said that the bridge was open.",
        "This article was amended on 3 May 2024 to correct the age of the bridge.",
        "Editor's note: An earlier version of this story misstated the age of the bridge.",
    ],
)
def test_notices(notice: str) -> None:
    for text in (f"{NEWS}\n\n{notice}", f"{notice}\n\n{NEWS}"):
        assert correction_notice(text) == notice
        [(start, end)] = correction_spans(text)
        assert text[start:end] == notice


@pytest.mark.parametrize(
    "paragraph",
    [
        "Das Amt korrigierte die Zahl der Verletzten nach oben.",
        "„Eine Korrektur: Das wäre das Mindeste“, sagte sie.",
        "In einer früheren Fassung des Gesetzes war noch von zehn Jahren die Rede.",
        "Hinweise auf eine fälschlich geschlossene Schranke gab es zunächst nicht, hieß es im Bericht.",
        "Anmerkung der Redaktion: Das Gespräch fand am Montag statt.",
        "Der Verlag druckte eine Richtigstellung. Darin räumte er den Fehler ein.",
        "The agency corrected its earlier report on the bridge.",
    ],
)
def test_other_paragraphs(paragraph: str) -> None:
    assert correction_notice(f"{NEWS}\n\n{paragraph}") is None


def test_a_notice_at_the_end_of_a_paragraph() -> None:
    notice = "In einer früheren Version dieses Textes hieß es, sie sei offen."
    assert correction_notice(f"{NEWS} {notice}") == notice
    assert correction_notice(f"{NEWS}{notice}") == notice


def test_a_notice_under_its_heading() -> None:
    text = f"{NEWS}\n\nKorrektur\n\nDie Brücke ist 50 Jahre alt."
    assert correction_notice(text) == "Korrektur\n\nDie Brücke ist 50 Jahre alt."


def test_several_notices() -> None:
    one, two = "Korrektur: Es war Montag.", "Korrektur: Die Brücke ist alt."
    assert correction_notice(f"{one}\n\n{NEWS}\n\n{two}") == f"{one}\n\n{two}"


@pytest.mark.parametrize(
    ("sentence", "tells"),
    [
        ("Korrektur: In einer früheren Fassung dieses Artikels hieß es, sie sei 60 Jahre alt.", True),
        ("In einer früheren Version dieses Textes stand, sie sei offen.", True),
        ("Correction: An earlier version of this article said that it was open.", True),
        ("Hinweis der Redaktion: Wir hatten zunächst berichtet, sie werde abgerissen.", True),
        ("Korrektur: Die Brücke ist 50 Jahre alt.", False),
        ("Das war falsch, richtig ist ein Wert von 38 Milligramm.", False),
        ("Zunächst hatte die Polizei berichtet, es gebe Verletzte.", False),
    ],
)
def test_the_sentence_nobody_should_quote(sentence: str, tells: bool) -> None:
    assert tells_earlier(sentence) is tells
