"""Which form of answer a question wants; digests, explanations, and yes or no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.compose.forms import form_of, kind_of
from rag.messages import messages
from tests.compose_world import Told, answered


@pytest.mark.parametrize(
    ("form", "questions"),
    [
        (
            "fact",
            "Wie viele Menschen starben?|Wann wurde die Brücke gebaut|Wer baut den Windpark?|Wo trafen sie sich?"
            "|Welche Partei gewann?|Wer ist Bürgermeister von Altdorf?|Was kostet die Brücke?|How high is the wall?"
            "|Seit wann ist die Brücke zu?|Which company built the bridge?|Welche Zeitung berichtete zuerst?"
            "|Was ist vergangene Woche in Altdorf ausgebrochen?|Welche Bürgermeisterin sprach davon?"
            "|Welche Summe war fair verteilt?",
        ),
        (
            "definition",
            "Was ist Ubuntu?|Wer ist Jimmy Wales?|Was bedeutet H5N1?|was ist das brics-bündnis?|Who is Kim Jong Un?"
            "|What is BRICS?|Wer war Ursula von der Leyen?",
        ),
        (
            "explanation",
            "Warum wurde Magath entlassen?|Wie gelangte das Virus in den Stall?|Why was the concert interrupted?"
            "|Wodurch brach das Feuer aus?|Wie viele kamen, und wie viele blieben?|Welche Folgen hatte der Sturm?"
            "|How did they pay?|Erkläre den Streit um die Linie 7|What was the cause of the fire?"
            "|Welcher Lohn wäre fair?|What fare is reasonable?|Was ist im Streit um die Miete gerecht?",
        ),
        (
            "list",
            "Welche Länder liefern Waffen?|Nenne die Gründe.|Welche Raketen hat der Iran geliefert?"
            "|Which countries supply weapons?|Welche Parteien stimmten zu?|Zähle die Vorschläge auf",
        ),
        (
            "polar",
            "Ist die Brücke gesperrt?|Wurden Menschen verletzt?|Gab es Verletzte?|Did anyone die?|Liefert der Iran Waffen?"
            "|Hat der Rat zugestimmt?|Stimmt es, dass die Brücke zu ist?|Is the bridge closed?|gab es tote beim brand",
        ),
        (
            "digest",
            "Worum geht es im Streit um die Linie 7?|Fasse die Berichte über den Brand zusammen.|Was ist in Altdorf passiert?"
            "|Gib mir einen Überblick über den Streik.|What happened in Altdorf?|Summarise the strike|Was geschah mit dem Globus?"
            "|Was weiß man über den Brand?|What is the treaty about?",
        ),
    ],
)
def test_forms(form: str, questions: str) -> None:
    assert {question: form_of(question) for question in questions.split("|")} == dict.fromkeys(
        questions.split("|"), form
    )


def test_prices_and_shares_are_numbers() -> None:
    assert [kind_of(q) for q in ("Was kostet das?", "Welcher Anteil stimmte zu?", "What does it cost?")] == [
        "number"
    ] * 3
    assert kind_of("Was sagte er?") == "other"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Was sagte er dazu, wie weit es noch ist?", "other"),
        ("Wie viele waren es, als er kam, und wann war das?", "number"),
        ("Wer hat wann das Verfahren entwickelt?", "person"),
        ("Seit wann gilt das?", "date"),
        ("Linie 7 wie lang", "number"),
        ("How did they sell their goods when the system failed?", "other"),
        ("When the system failed, who was to blame?", "person"),
        ("When did the system fail?", "date"),
    ],
)
def test_the_first_question_word_says_what_is_asked_for(question: str, kind: str) -> None:
    assert kind_of(question) == kind


FIRE = Told(
    "BRAND\nIn Altdorf ist am Montag das Hotel „Krone“ abgebrannt.\n\nDie Ursache ist unklar.",
    title="Brand in Altdorf", published="2024-05-06",
)  # fmt: skip
CAUSE = Told(
    "Der Brand in Altdorf wurde gelegt, teilte die Polizei mit. Ein Mann ist in Haft.", source="Kurier",
    title="Brandstiftung", published="2024-05-20",
)  # fmt: skip
FEST = Told("Beim Fest in Neudorf spielten drei Kapellen bis in den Morgen.", title="Fest in Neudorf")


def test_a_digest_has_each_article_in_the_order_of_time() -> None:
    answer = answered("Fasse die Berichte über den Brand in Altdorf zusammen.", CAUSE, FEST, FIRE)
    assert answer.text.split("\n") == [
        "6. Mai 2024, Bote: »In Altdorf ist am Montag das Hotel „Krone“ abgebrannt.« [1]",  # other marks outside
        "20. Mai 2024, Kurier: „Der Brand in Altdorf wurde gelegt, teilte die Polizei mit.“ [2]",
    ]
    assert answer.status == "answered"
    assert answered("What happened in Altdorf?", FIRE, language="en").text.startswith("6 May 2024, Bote: »In Altdorf")


def test_a_digest_of_what_no_article_tells_is_refused() -> None:
    answer = answered("Fasse die Berichte über das Erdbeben in Kleinstadt zusammen.", CAUSE, FEST, FIRE)
    assert (answer.status, answer.text) == ("not_found", messages().say("refusal", "de"))


def test_why_is_answered_in_sentences() -> None:
    text = "Das Hotel brannte ab. Grund war ein Kurzschluss in der Küche."
    answer = answered("Warum brannte das Hotel ab?", Told(text, [("ein Kurzschluss", 0.9)]))
    assert (answer.text, answer.short) == ("Grund war ein Kurzschluss in der Küche. [1]", None)


YES = Told("Die Polizei hat den Mann in Altdorf verhaftet.", [("den Mann", 0.9)])


@pytest.mark.parametrize(
    ("sentence", "start"),
    [
        ("Die Polizei hat den Mann in Altdorf verhaftet.", "Ja. [1]\n"),
        ("Die Polizei hat den Mann in Altdorf nicht verhaftet.", "Nein. [1]\n"),
        ("Die Polizei soll den Mann in Altdorf angeblich verhaftet haben.", "Die Polizei soll"),
        ("Die Polizei habe den Mann in Altdorf nicht verhaftet, sagte sein Anwalt.", "Die Polizei habe"),
        ("Die Polizei sucht in Altdorf nach dem Mann.", "Die Polizei sucht"),
        ("Die Polizei hat den Mann in Neudorf verhaftet.", "Die Polizei hat den Mann in Neudorf"),
    ],
)
def test_yes_and_no_only_where_a_sentence_says_so(sentence: str, start: str) -> None:
    words = "Mann"
    answer = answered("Hat die Polizei den Mann in Altdorf verhaftet?", Told(sentence, [(words, 0.9)]))
    assert answer.text.startswith(start)
    assert answer.text.endswith(f"{sentence} [1]")


def test_sentences_that_contradict_give_neither_yes_nor_no() -> None:
    no = replace(
        YES, text="Die Polizei hat den Mann in Altdorf nicht verhaftet.", answers=[("den Mann", 0.9)], source="Echo"
    )
    answer = answered("Hat die Polizei den Mann in Altdorf verhaftet?", YES, no)
    assert not answer.text.startswith(("Ja", "Nein"))
    assert len(answer.citations) == 2


def test_who_is_accused_is_heard() -> None:
    text = "Kiew wirft dem Iran vor, Drohnen zu liefern. Der Iran bestreitet das. Die Kämpfe gehen weiter."
    answer = answered("Was wirft Kiew dem Iran vor?", Told(text, [("Drohnen zu liefern", 0.9)]))
    assert "Der Iran bestreitet das." in answer.text
    assert "Kämpfe" not in answer.text
