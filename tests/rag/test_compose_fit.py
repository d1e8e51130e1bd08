"""What can't be the answer to a question, whatever the reader thinks: of another kind, in another unit, of other things."""

from __future__ import annotations

import pytest

from rag.compose.fit import unfit
from rag.compose.topic import Topic
from tests.compose_world import Told, world


def fits(question: str, sentence: str, words: str, language: str = "de") -> bool:
    """Whether a span of a sentence can be the answer, in an article of the question's language."""
    [item], _, _ = world(Told(sentence, [(words, 0.9)], published="2024-10-12", language=language))
    return not unfit(item, Topic(question, language))


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Wie lange ruht der Bau?", "Die Baustelle soll bis Montag ruhen.", "bis Montag"),
        ("Für wie lange leiht der Verein den Torwart aus?", "Er kommt für eine Saison.", "für eine Saison"),
        ("Wann soll der Windpark laufen?", "Im Oktober sollen alle Räder laufen.", "Im Oktober"),
        ("Wie teuer war der Film?", "Das Budget betrug 780.000 Mark.", "780.000 Mark"),
        ("Um welche Summe ging es?", "Es ging um elf Millionen Gulden.", "elf Millionen Gulden"),
        ("Wie viele Leute arbeiten dort?", "Für das Amt arbeiten 2.448 Bedienstete.", "2.448"),
        ("Wie viele Menschen sahen das Spiel?", "Es verfolgten 9,1 Millionen Fernsehzuschauer.", "9,1 Millionen"),
        ("Wie viele Tiere sind erkrankt?", "Erkrankt sind rund 15 Rinder.", "rund 15"),
        ("Wie viele Professuren sind besetzt?", "Damit sind elf Professorenstellen besetzt.", "elf"),
        ("Wie viele Mandate errang die Partei?", "Sie kam auf 75 Sitze.", "75"),
        ("Was sagte er dazu, wie weit es ist?", "Man komme an, sagte er.", "Man komme an"),
        ("Ist klar, wer die Scheiben putzt?", "Das ist noch nicht geregelt.", "noch nicht geregelt"),
    ],
)
def test_what_can_answer(question: str, sentence: str, words: str) -> None:
    assert fits(question, sentence, words)


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Wie lange muss die Batterie geladen werden?", "Sie reicht für 105 Kilometer.", "105 Kilometer"),
        ("Wie viele Menschen nahm die Polizei fest?", "Im Einsatz waren 3.000 Beamte.", "3.000"),
        ("Wie viele Tiere starben?", "Es kamen 30 Besucher.", "30"),
        ("Wie viele Kinder starben?", "Es brannten 12 Häuser.", "12"),
        ("Wann kam er?", "Er kam mit dem Fahrrad.", "mit dem Fahrrad"),
        ("Was war die Ursache des Feuers?", "In Altdorf brach ein Feuer aus.", "ein Feuer"),
    ],
)
def test_what_can_not(question: str, sentence: str, words: str) -> None:
    assert not fits(question, sentence, words)


def test_english() -> None:
    assert fits("How long is the river?", "The river has a length of 400 km.", "400 km", "en")
    assert fits("How many people came?", "The festival counted 71,000 visitors.", "71,000", "en")
    assert fits("When will it start again?", "It will start again at the weekend.", "at the weekend", "en")
    assert fits("By how much did sales grow?", "Sales have grown by a third.", "a third", "en")
    assert not fits("How long does it last?", "It costs 12 euros.", "12 euros", "en")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Aus welchem Programm ging Lumora hervor?", ["Lumora"]),
        ("Welche juristischen Folgen hatte der Unfall in Altdorf?", ["Altdorf"]),
        ("Wie viele chinesische Soldaten waren in Altdorf?", ["chinesische", "Altdorf"]),
        ("Welche SPD meinte er?", ["SPD"]),
    ],
)
def test_what_is_a_name_in_a_question(question: str, names: list[str]) -> None:
    assert [token.text for token in Topic(question, "de").names] == names
