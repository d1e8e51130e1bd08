"""Follow-up questions: which lean, how they are understood, and what the answerer does with that."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from rag.answerer import Answerer
from rag.followup import understand
from rag.types import Answer, Citation, Passage, Sentence, Turn


def read(question: str, *before: str | Turn) -> str | None:
    """How ``question`` is understood after ``before``."""
    found = understand(question, [turn if isinstance(turn, Turn) else Turn(turn) for turn in before])
    return found.question if found else None


def answered(question: str, quote: str, short: str | None = None, text: str = "", source: str | None = "Blatt") -> Turn:
    """A turn whose answer is ``quote``, cited from an article that says ``quote`` and ``text``."""
    quoted = Citation(1, "a", "Titel", source, "2025-01-13", None, quote, 0, len(quote))
    whole = f"{quote} {text}".strip()
    passage = Passage(1, "a", "Titel", source, "2025-01-13", None, "de", whole, 0, len(whole), 1.0, 0.9, 1.0)
    sentence = Sentence(quote, (1,), "verbatim")
    answer = Answer(question, "de", f"{quote} [1]", "answered", (sentence,), (quoted,), (passage,), 0.9, short)
    return Turn(question, answer)


BRIDGE = "Seit wann ist die Speicherbrücke gesperrt?"
WALL = "Wie hoch wird die Hochwassermauer in Altwiesen?"


def test_without_a_conversation_nothing_leans() -> None:
    assert understand("Warum?", []) is None


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        # One question word for another.
        (BRIDGE, "Warum?", "Warum ist die Speicherbrücke gesperrt?"),
        (BRIDGE, "Und warum?", "Warum ist die Speicherbrücke gesperrt?"),
        ("Ist die Brücke in Elmstadt gesperrt?", "Seit wann?", "Seit wann ist die Brücke in Elmstadt gesperrt?"),
        ("Why was the festival stopped?", "For how long?", "For how long was the festival stopped?"),
        # One phrase for another of its kind: place, day, name.
        ("Was kostet das Freibad in Altwiesen?", "Und in Elmstadt?", "Was kostet das Freibad in Elmstadt?"),
        ("Was geschah im Oktober 2024 in Kasan?", "Und im Januar 2025?", "Was geschah im Januar 2025 in Kasan?"),
        ("How many came to Deichklang in 2025?", "And the year before?", "How many came to Deichklang in 2024?"),
        ("Wie viele Stellen streicht Kelvora?", "Und Polarlog?", "Wie viele Stellen streicht Polarlog?"),
        # Words that point back: by name where a name can stand, else in brackets.
        ("Wann geht Baudezernent Hallwachs?", "Warum geht er?", "Warum geht Hallwachs?"),
        ("Was sagt Landrätin Wiebke Harms?", "Ist sie im Amt?", "Ist Wiebke Harms im Amt?"),
        ("Bis wann bleibt der Kreißsaal in Mühlrode?", "Wer arbeitet dort?", "Wer arbeitet in Mühlrode?"),
        (WALL, "Wer bezahlt sie?", "Wer bezahlt sie (die Hochwassermauer in Altwiesen)?"),
        (WALL, "Und wer bezahlt sie?", "Wer bezahlt sie (die Hochwassermauer in Altwiesen)?"),
        # Nothing points back, but what it is about is missing.
        ("Wie viele Soldaten sind gefallen?", "Und wie viele wurden verletzt?",
         "Wie viele wurden verletzt (Soldaten sind gefallen)?"),
        ("Why was the festival stopped?", "Was anyone hurt?", "Was anyone hurt (the festival stopped)?"),
        # A noun whose fuller name was said.
        (WALL, "Was kostet die Mauer?", "Was kostet die Mauer (die Hochwassermauer in Altwiesen)?"),
    ],
)  # fmt: skip
def test_a_leaning_question_becomes_one_that_stands_alone(before: str, question: str, understood: str) -> None:
    assert read(question, before) == understood


@pytest.mark.parametrize(
    "question",
    [
        "Was kostet die Linie 7?",
        "Und was kostet die Linie 7?",  # "und" alone is no reason
        "Warum hat Hallwachs sein Amt abgegeben?",  # "sein" means Hallwachs
        "Wer führt den Klinikverbund Orletal, seit es ihn gibt?",
        "Können Sie mir sagen, was die Barkasse in Breedenhafen kostet?",  # who asks is polite
        "Worum geht es in dem Vertrag mit Nordkorea?",  # "es" means nothing
        "Wie geht es dem Hafen Breedenhafen?",
        "Was ist das Quorum beim Bürgerentscheid?",  # "das" is an article
        "Wie hoch ist die Inflation?",  # a noun of which nothing was said
        "Was plant die Stadt Elmstadt in diesem Jahr?",
        "Hochwassermauer Altwiesen",
        "was kostet das deichklang-festival?",  # nobody wrote capitals
        "Wer ist letzte Woche gestorben?",
        "Wie hieß die Person, die nicht sprechen konnte?",
        "Wer warnte davor, die Geburtshilfe zu schließen?",  # "davor" points ahead
        "Was wurde in den 1990er Jahren in Polen eingeführt?",
        "Was ist mit der Brücke in Elmstadt passiert?",
        "Was kannst du?",
        "Is it true that Russia admitted the deployment?",
        "Are there plans to rebuild the Polarlog store?",
        "Who won the match that Emre Sahin played in?",
        "How did Kelvora justify its smaller plan?",
        "What did Gerasimov tell Putin this week?",
    ],
)
@pytest.mark.parametrize("before", [BRIDGE, "How much will Elmstadt's tram line cost?"])
def test_a_question_that_stands_alone_is_left_alone(question: str, before: str) -> None:
    assert read(question, before) is None


def test_a_person_that_the_answer_named() -> None:
    who = answered("Wer leitet Kelvora?", "Ingrid Falkenau führt den Konzern seit April.")
    assert read("Was war sie vorher?", who) == "Was war Ingrid Falkenau vorher?"
    # A woman by her office: "er" is not her, so that the question is kept with what it was about.
    judge = answered("Wer sprach das Urteil?", "Das sagte Richterin Ulrike Stamm am Montag.")
    assert read("Was sagte sie?", judge) == "Was sagte Ulrike Stamm?"
    assert "Ulrike Stamm" not in (read("Was sagte er?", judge) or "")


def test_who_was_answered_comes_before_whom_the_question_names_in_passing() -> None:
    after = answered("Wer wurde Nachfolger von Kofi Annan?", "Gewählt wurde der Südkoreaner.", short="Ban Ki-moon")
    assert read("Aus welchem Land kommt er?", after) == "Aus welchem Land kommt Ban Ki-moon?"
    sued = answered("Wer verklagt Petra Kelvin?", "Es ist der Verleger.", short="Jan Ohm")
    assert read("Wo lebt sie?", sued) == "Wo lebt Petra Kelvin?"


def test_more_than_one_person_is_not_one_by_name() -> None:
    before = "Was sagt Landrätin Wiebke Harms zu den Gänsen?"
    assert read("Wo haben sie gelebt?", before) == "Wo haben sie gelebt (Landrätin Wiebke Harms zu den Gänsen)?"
    # One name is enough: "ihr" follows it.
    assert read("Was sagt sie zu ihrem Amt?", before) == "Was sagt Wiebke Harms zu ihrem Amt?"


def test_a_thing_that_only_the_cited_passage_names() -> None:
    globe = answered("Wer hat den Himmelsglobus gemacht?", "Caspar Eulenhaupt.", text="Die Restaurierung ist teuer.")
    assert read("Was kostet die Restaurierung?", globe) == "Was kostet die Restaurierung (den Himmelsglobus)?"
    assert read("Was kostet die Inflation?", globe) is None
    # The same noun again stands alone as it did before, unless a place told which.
    assert read("Wann wurde die Speicherbrücke gebaut?", BRIDGE) is None
    port = "Wie viele Kräne hat der Hafen in Breedenhafen?"
    assert read("Wem gehört der Hafen?", port) == "Wem gehört der Hafen (Kräne, der Hafen in Breedenhafen)?"


def test_the_question_before_the_last_helps_where_the_last_names_nothing() -> None:
    found = read("Und die Noten?", "Wann beginnt die Gesamtschule Orleufer?", "Wie viel länger schlafen die Schüler?")
    assert found == "Und die Noten (länger schlafen die Schüler, die Gesamtschule Orleufer)?"


def test_a_rewritten_question_is_leant_on_in_turn() -> None:
    first = Turn("Warum ist die Speicherbrücke gesperrt?")
    second = answered("Seit wann?", "Seit Mittwoch, 21 Uhr.")
    assert second.answer is not None
    understood = read("Seit wann?", first)
    second = Turn("Seit wann?", dataclasses.replace(second.answer, understood_as=understood))
    assert read("Und bis wann?", first, second) == "Bis wann ist die Speicherbrücke gesperrt?"


@pytest.mark.parametrize("question", ["Wer sagt das?", "Und wer sagt das?", "Quelle?", "Woher weißt du das?"])
def test_who_says_so_is_told_from_the_citations(question: str) -> None:
    before = answered("Wie viele Soldaten fielen?", "Rund 300 seien gefallen.")
    found = understand(question, [before])
    assert found is not None and found.answer is not None
    assert found.question == "Quellen der Antwort auf: Wie viele Soldaten fielen?"
    answer = found.answer
    assert answer.text == "Blatt (13. Januar 2025): „Rund 300 seien gefallen.“ [1]"
    assert answer.citations == before.answer.citations  # type: ignore[union-attr]
    assert (answer.question, answer.understood_as, answer.short) == (question, found.question, None)


def test_who_says_so_names_whom_the_article_names() -> None:
    said = answered("Wie viele kamen?", "Statt 2.800 seien es 3.600 gewesen, sagte Polizeisprecher Kai Lindner.")
    found = understand("Wer sagt das?", [said])
    assert found is not None and found.answer is not None
    assert found.answer.text.startswith("Blatt (13. Januar 2025, Quelle dort: Polizeisprecher Kai Lindner): „Statt")
    told = answered("Wie viele kamen?", "Nach Angaben der Polizei kamen 3.600 Menschen.")
    found = understand("Wer sagt das?", [told])
    assert found is not None and found.answer is not None
    assert found.answer.text.startswith("Blatt (13. Januar 2025, nach Angaben der Polizei): „")


def test_who_says_so_in_english_and_of_a_refusal() -> None:
    before = answered("How many died?", "About 300 died.", source=None)
    found = understand("Who says so?", [before])
    assert found is not None and found.answer is not None
    assert found.answer.text == "Titel (13 January 2025): “About 300 died.” [1]"
    refused = dataclasses.replace(before.answer or pytest.fail(), citations=(), status="not_found")
    found = understand("Who says so?", [Turn("How many soldiers died in Kursk?", refused)])
    assert found is not None and found.answer is None  # nothing was cited: it is searched


def test_hostile_and_odd_questions_are_no_trouble() -> None:
    for question in ("?", "und", "Und?", "(((", "das das das", "…", "er " * 300, "Und \u202ehier?", "\n"):
        understand(question, [Turn("("), Turn("und"), Turn("Wer?")])
        understand(question, [Turn(BRIDGE)])


def test_the_answerer_asks_what_was_understood(demo_answerer: Answerer) -> None:
    first = demo_answerer.ask(BRIDGE)
    history = [Turn(BRIDGE, first)]
    answer = demo_answerer.ask("Und warum?", history=history)
    assert (answer.question, answer.language) == ("Und warum?", "de")
    assert answer.understood_as == "Warum ist die Speicherbrücke gesperrt?"
    assert "demo-014" in {passage.article_id for passage in answer.passages[:3]}
    alone = demo_answerer.ask("Und warum?")
    assert alone.understood_as is None
    same = demo_answerer.ask("Was kostet die Linie 7?", history=history)
    assert same.understood_as is None
    assert same.text == demo_answerer.ask("Was kostet die Linie 7?").text


def test_streams_carry_the_history_too(demo_answerer: Answerer) -> None:
    first = demo_answerer.ask(BRIDGE, as_of=dt.date(2025, 6, 30))
    *_, last = demo_answerer.stream("Wer sagt das?", history=[Turn(BRIDGE, first)])
    assert last.answer is not None and last.answer.citations == first.citations
    assert all(f"„{c.quote}“" in last.answer.text for c in first.citations)


def test_every_citation_of_a_source_answer_is_still_verbatim(demo_answerer: Answerer) -> None:
    check: Callable[[str], str] = lambda article_id: demo_answerer.article(article_id).text  # noqa: E731
    first = demo_answerer.ask("Wie viele Menschen demonstrierten in Mühlrode?")
    answer = demo_answerer.ask("Wer sagt das?", history=[Turn("Wie viele Menschen?", first)])
    assert answer.citations
    assert all(check(c.article_id)[c.start : c.end] == c.quote for c in answer.citations)
