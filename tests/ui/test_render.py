from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from rag.errors import LongQuestionError
from rag.kept import Entry
from rag.rows import Filter
from rag.types import Answer, QuestionTime, Sentence
from tests.page_samples import (
    ATTACKS,
    BRIDGE,
    BRIDGE_ANSWER,
    HOSTILE,
    HOSTILE_ANSWER,
    answered,
    cite,
    passage,
)
from tests.ui_page import Page
from ui import conditions, listing, near, render
from ui.errors import ListenError, PortTakenError, UnexpectedError
from ui.facts import written_in
from ui.panel import panel
from ui.session import Session, Turn
from ui.texts import messages, say

ARTICLES = {BRIDGE.id: BRIDGE, HOSTILE.id: HOSTILE}
EVERYTHING_HOSTILE = (
    render.conversation(
        [
            Turn("".join(ATTACKS), answer=HOSTILE_ANSWER),
            Turn(ATTACKS[0], answer=answered(text=ATTACKS[1], status="not_found", passages=(passage(HOSTILE),))),
            Turn(ATTACKS[0], text="".join(ATTACKS), stage=ATTACKS[0]),
            Turn(ATTACKS[0], error=UnexpectedError(reference=ATTACKS[1])),
            Turn(
                ATTACKS[0],
                "".join(ATTACKS),
                answer=dataclasses.replace(HOSTILE_ANSWER, time=QuestionTime("recent", "".join(ATTACKS), 0, 9)),
                verdict="down",
                comment="".join(ATTACKS),
                commenting=True,
                kept=Path("".join(ATTACKS)) / "feedback.jsonl",
                unsaved=UnexpectedError(reference=ATTACKS[1]),
            ),
        ],
        "de",
    )
    + panel(HOSTILE_ANSWER, 0, ARTICLES, "de", latest=False)
    + panel(HOSTILE_ANSWER, 0, {}, "de")
    + render.announcement(Turn(ATTACKS[0], answer=HOSTILE_ANSWER), "de")
    + render.welcome(ATTACKS, "de")
    + render.live(Turn("".join(ATTACKS)), 0, "de")
    + render.stream(Turn("x", text="".join(ATTACKS), stage=ATTACKS[0]), 0, True, "de")
    + near.further(answered(passages=(passage(dataclasses.replace(HOSTILE, title=ATTACKS[0])),)), "de")
    + conditions.filters(Filter(sources=("".join(ATTACKS),), languages=ATTACKS), ATTACKS, ATTACKS, "de")
    + listing.listing(
        [Entry(ATTACKS[2], "".join(ATTACKS), "2025-01-01")],
        Session(conversation=ATTACKS[2], browser="x", unkept=UnexpectedError(reference=ATTACKS[0])),
    )
    + panel(answered(text="Nichts.", status="not_found", passages=(passage(HOSTILE),)), 0, ARTICLES, "de")
)


def test_hostile_text_becomes_no_element_attribute_or_link() -> None:
    page = Page(EVERYTHING_HOSTILE)
    ours = {"section", "div", "p", "h2", "h3", "span", "bdi", "button", "ul", "li", "details", "summary", "article"}
    assert {tag for tag, _ in page.elements} <= ours | {"header", "blockquote", "mark", "label", "textarea"} | {
        *("code", "h1", "ol", "nav", "a", "input", "fieldset", "legend", "table", "thead", "tbody", "tr", "th", "td"),
        *("caption", "br"),
    }
    attributes = {name for _, found in page.elements for name in found}
    assert not [name for name in attributes if name.startswith("on")]
    assert "src" not in attributes and "style" not in attributes
    assert [found["href"] for tag, found in page.elements if "href" in found] == [f"?c={ATTACKS[2]}"]  # of our making
    for attack in ATTACKS:
        assert attack in page.text  # nothing was lost either


def test_only_a_code_of_a_language_is_told_as_one() -> None:
    assert tuple(map(written_in, ("de", "pt-BR", None, HOSTILE.language))) == (' lang="de"', ' lang="pt-BR"', "", "")


def test_the_quote_is_marked_in_its_context() -> None:
    page = panel(BRIDGE_ANSWER, 0, ARTICLES, "de")
    assert '<mark data-cite="1">Sie stammt aus dem Jahr 1968.</mark>' in page
    assert "Die Brücke ist seit Mittwoch gesperrt." in page
    assert "Ein Neubau kostet 74 Mio. Euro." in page


def test_a_card_names_its_article() -> None:
    page = Page(panel(BRIDGE_ANSWER, 0, ARTICLES, "de"))
    for text in ("Brücke gesperrt", "Hafenkurier", "22. August 2024", "Erfundener Artikel."):
        assert text in page.text
    (link,) = page.all("a")
    assert link["href"] == "https://www.hafenkurier.example/bruecke?x=1&y=2"
    assert set((link["rel"] or "").split()) == {"noopener", "noreferrer", "nofollow"}


def test_an_address_that_is_no_web_address_is_shown_as_text() -> None:
    page = Page(panel(HOSTILE_ANSWER, 0, ARTICLES, "de"))
    assert page.all("a") == []
    assert "javascript:alert(9)" in page.text


def test_citations_of_one_article_share_a_card_and_a_line() -> None:
    answer = answered(
        cite(1, BRIDGE, "seit Mittwoch gesperrt"),
        cite(2, HOSTILE, "Danach."),
        cite(3, BRIDGE, "74 Mio. Euro"),
    )
    cards = Page(panel(answer, 0, ARTICLES, "de")).all("article")
    assert [card["data-cites"] for card in cards] == ["1 3", "2"]
    lines = Page(render.answer(answer, 0, "de")).all("button", "reference")
    assert [line["data-cite"] for line in lines] == ["1", "2"]


def test_long_articles_show_an_excerpt_and_offer_the_whole() -> None:
    long = dataclasses.replace(BRIDGE, text="Anfang. " + "wort " * 300 + BRIDGE.text + " wort" * 300 + " Schluss.")
    answer = answered(cite(1, long, "Sie stammt aus dem Jahr 1968."))
    page = panel(answer, 0, {long.id: long}, "de")
    excerpt, whole = page.split('<details class="whole">')
    assert "Anfang." not in excerpt and "Schluss." not in excerpt
    assert "Anfang." in whole and "Schluss." in whole
    assert excerpt.count("<mark") == whole.count("<mark") == 1
    assert '<details class="whole">' not in panel(BRIDGE_ANSWER, 0, ARTICLES, "de")


def test_a_quote_the_article_no_longer_holds_is_shown_alone_and_said_so() -> None:
    changed = dataclasses.replace(BRIDGE, text="Korrigiert. " + BRIDGE.text)
    for articles, reason in (({BRIDGE.id: changed}, "changed"), ({}, "gone")):
        page = panel(BRIDGE_ANSWER, 0, articles, "de")
        assert '<mark data-cite="1">Sie stammt aus dem Jahr 1968.</mark></blockquote>' in page
        assert say(reason, "de") in page
        assert "Ein Neubau" not in page


def test_chips_can_be_reached_and_say_where_they_lead() -> None:
    (chip,) = Page(render.answer(BRIDGE_ANSWER, 4, "de")).all("button", "chip")
    assert chip["aria-label"] == "Beleg 1: Brücke gesperrt, Hafenkurier, 22. August 2024"
    assert (chip["type"], chip["data-turn"], chip["data-cite"]) == ("button", "4", "1")


def test_an_answer_says_how_it_came_about_and_as_of_when() -> None:
    text = Page(render.answer(BRIDGE_ANSWER, 0, "de")).text
    assert "Wörtliche Auszüge aus den Artikeln, ohne Sprachmodell" in text
    assert "Stand: 12. Juni 2025" in text


def test_the_exact_span_is_emphasised_also_when_it_needs_escaping() -> None:
    sentence = Sentence("Die Firma A & B <zahlt> 3 Euro.", (1,), "verbatim")
    answer = answered(*BRIDGE_ANSWER.citations, sentences=(sentence,), short="B <zahlt> 3")
    assert "Die Firma A &amp; <strong>B &lt;zahlt&gt; 3</strong> Euro." in render.answer(answer, 0, "de")
    answer = answered(*BRIDGE_ANSWER.citations, sentences=(sentence,), short="amp")
    assert "<strong>" not in render.answer(answer, 0, "de")


@pytest.mark.parametrize(("verdict", "shown"), [("partly", True), ("unsupported", True), ("supported", False)])
def test_a_sentence_that_is_not_carried_is_marked(verdict: str, shown: bool) -> None:
    answer = answered(*BRIDGE_ANSWER.citations, sentences=(Sentence("Satz.", (1,), verdict),))  # type: ignore[arg-type]
    assert ("doubt" in render.answer(answer, 0, "de")) == shown


def test_a_number_that_cites_nothing_gets_no_chip() -> None:
    answer = answered(*BRIDGE_ANSWER.citations, sentences=(Sentence("Satz. [7]", (7,), "unsupported"),))
    page = Page(render.answer(answer, 0, "de"))
    assert page.all("button", "chip") == []
    assert "[7]" not in page.text and "nicht belegt" in page.text


def test_disagreement_is_announced() -> None:
    conflicting = answered(*BRIDGE_ANSWER.citations, status="conflicting")
    assert "Quellen widersprechen sich" in render.answer(conflicting, 0, "de")
    assert "Quellen widersprechen sich" not in render.answer(BRIDGE_ANSWER, 0, "de")


@pytest.mark.parametrize("verdict", ["verbatim", "supported", "partly", "unsupported"])
def test_a_written_sentence_has_its_verdict_also_for_ears(verdict: str) -> None:
    written = answered(*BRIDGE_ANSWER.citations, sentences=(Sentence("Sie ist alt.", (1,), verdict),), mode="llm")  # type: ignore[arg-type]
    page = Page(render.answer(written, 0, "de"))
    assert say(f"verdict_{verdict}", "de") in page.text
    assert bool(page.all("span", "doubt")) == (verdict in ("partly", "unsupported"))
    assert bool(page.all("span", "verdict")) != bool(page.all("span", "doubt"))


def test_what_a_model_wrote_keeps_its_paragraphs() -> None:
    written = answered(
        *BRIDGE_ANSWER.citations,
        text="Eins. [1] Zwei. [1]\n\nDrei. [1]",
        sentences=tuple(Sentence(text, (1,), "supported") for text in ("Eins.", "Zwei.", "Drei.")),
        mode="llm",
    )
    prose = render.answer(written, 0, "de").split('<div class="prose"')[1].split("</div>")[0]
    assert prose.count("<p>") == 2


def test_an_old_answer_marks_the_articles_that_are_not_what_they_were() -> None:
    for turn, told in (
        (Turn("x", answer=BRIDGE_ANSWER, changed=frozenset({BRIDGE.id})), "seither geändert"),
        (Turn("x", answer=BRIDGE_ANSWER, gone=frozenset({BRIDGE.id})), "nicht mehr im Index"),
    ):
        page = Page(render.turn(turn, 0, "de"))
        assert told in page.text and "Artikel seither geändert: " in page.text
    assert "flag" not in render.turn(Turn("x", answer=BRIDGE_ANSWER, gone=frozenset({"another"})), 0, "de")


@pytest.mark.parametrize("state", ["open", "failed", "forgotten"])
def test_a_kept_question_without_an_answer_says_why_and_can_be_asked_again(state: str) -> None:
    page = Page(render.turn(Turn("Wer?", lost=state), 0, "de"))  # type: ignore[arg-type]
    assert say(f"lost_{state}", "de") in page.text
    assert [found["data-turn"] for found in page.all("button", "retry")] == ["0"]


def test_the_lacking_words_are_named_as_the_question_spells_them() -> None:
    found = dataclasses.replace(passage(BRIDGE), language="de")
    assert near.missing("Wann wurden die Brücken am Eiffelturm gesperrt?", "de", found) == ["Eiffelturm"]
    assert near.missing("Wann wurden die Brücken gestrichen?", "de", found) == []  # a verb has many others
    assert near.missing("Wurde die Brücke 1968 oder 1999 gebaut?", "de", found) == ["1999"]
    assert near.missing("brücke eiffelturm", "de", found) == ["eiffelturm"]  # as some type it
    assert near.missing("When was the bridge closed?", "en", found) is None  # another language says nothing


def test_words_about_time_chose_the_articles_and_are_not_missed_in_them() -> None:
    question = "Wie alt war die Brücke im Mai 2020?"
    time = QuestionTime("range", "im Mai 2020", 23, 34, "2020-05-01", "2020-05-31")
    refusal = answered(question=question, status="not_found", passages=(passage(BRIDGE),), time=time)
    assert "2020" not in Page(near.near(refusal, 0, "de")).text
    assert "„Mai“, „2020“" in Page(near.near(dataclasses.replace(refusal, time=None), 0, "de")).text
    (condition,) = Page(conditions.conditions(refusal, Filter(), 0, "de")).text.split("✕")[:1]
    assert condition == "Zeitraum: Mai 2020"  # and not: „im Mai 2020“: Mai 2020


def test_what_else_is_offered_is_about_what_was_asked() -> None:
    def offered(title: str, text: str) -> bool:
        found = dataclasses.replace(passage(BRIDGE, text), article_id="b", title=title)
        answer = dataclasses.replace(BRIDGE_ANSWER, question="Wer wurde Nachfolger von Kofi Annan?", passages=(found,))
        return bool(near.further(answer, "de"))

    assert offered("Annan nimmt Abschied", "Kofi Annan hielt eine Rede.")
    assert offered("Wechsel in New York", "Ein Nachfolger von Kofi Annan ist gefunden.")
    assert not offered("Kommt die Vogelgrippe?", "Kofi Annan sprach über Impfstoffe.")  # said in passing


def test_nothing_found_offers_three_near_passages_as_no_answer() -> None:
    passages = tuple(passage(dataclasses.replace(BRIDGE, id=str(n)), f"Stelle {n} " + "wort " * 100) for n in range(5))
    refusal = answered(text="Dazu steht hier nichts.", status="not_found", passages=passages)
    page = Page(render.answer(refusal, 0, "de"))
    assert "Dazu steht hier nichts." in page.text
    assert "kommen der Frage am nächsten" in page.text
    assert [f"Stelle {n}" in page.text for n in range(5)] == [True, True, True, False, False]
    assert page.all("button", "chip") == [] and "Auszüge" not in page.text
    (shown,) = page.all("details")
    assert "open" in shown  # the bridge is there: it may be the answer
    (folded,) = Page(near.near(dataclasses.replace(refusal, question="Wie alt ist das Rathaus?"), 0, "de")).all(
        "details"
    )
    assert "open" not in folded
    twice = dataclasses.replace(refusal, passages=(passages[0], passages[0], passages[1]))
    assert len(Page(render.answer(twice, 0, "de")).all("button", "near-one")) == 2  # an article is shown once
    assert [shown.number for shown in near.shown(twice)] == [1, 2]


def test_errors_are_sentences_in_the_language_of_the_page() -> None:
    turn = Turn("x" * 9, error=LongQuestionError(length=9, limit=5))
    assert "Auf das Wesentliche kürzen" in render.turn(turn, 0, "de")
    assert "Shorten it to its point" in render.turn(turn, 0, "en")


def test_a_growing_answer_is_sent_as_its_last_stretch_and_the_stage() -> None:
    turn = Turn("Wer?", stage="reading", text="😀 Ein <b>Anfang</b> [1] und [2")
    assert Page(render.live(turn, 0, "de")).all("button") == []
    page = Page(render.stream(turn, 2, True, "de"))
    (carrier,) = (found for found in page.all("span") if "data-from" in found)
    assert carrier["data-from"] == "3"  # the browser counts the face as two
    assert "Ein <b>Anfang</b> [1] und " in page.text and "[2" not in page.text  # a torn marker waits
    assert [item["class"] for item in page.all("li")] == ["done", "now", "later"]
    assert Page(render.stream(turn, 99, True, "de")).text.endswith("Prüfen")  # nothing new


@pytest.mark.parametrize(("stage", "step"), [("waiting", 0), ("searching", 0), ("composing", 2), ("anything", 2)])
def test_each_stage_belongs_to_a_step(stage: str, step: int) -> None:
    items = Page(render.steps(stage, "en")).all("li")
    assert [place for place, item in enumerate(items) if item.get("aria-current") == "step"] == [step]


def test_markers_in_running_text_of_an_answer_without_sentences_stay_visible() -> None:
    answer: Answer = answered(*BRIDGE_ANSWER.citations, sentences=())
    assert "[1]" in Page(render.answer(answer, 0, "de")).text


def test_both_languages_have_every_text_and_the_same_holes() -> None:
    texts = messages().texts
    assert set(texts["de"]) == set(texts["en"])
    for key, german in texts["de"].items():
        assert set(re.findall(r"{\w+}", german)) == set(re.findall(r"{\w+}", texts["en"][key])), key
    for error in (ListenError, PortTakenError, UnexpectedError):
        assert set(re.findall(r"{\w+}", error.de)) == set(re.findall(r"{\w+}", error.en)), error
