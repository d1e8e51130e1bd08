from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from rag.errors import FeedbackUnwritableError
from rag.types import QuestionTime
from tests.page_samples import BRIDGE_ANSWER, answered
from tests.ui_page import Page
from ui import rating, render
from ui.session import Turn


def rated(**changes: object) -> Turn:
    return Turn("Wie alt?", answer=BRIDGE_ANSWER, kept=Path("mein index/feedback.jsonl"), **changes)  # type: ignore[arg-type]


def test_every_finished_answer_has_both_thumbs_and_nothing_else_has() -> None:
    refusal = answered(text="Nichts.", status="not_found")
    for answer in (BRIDGE_ANSWER, refusal, dataclasses.replace(BRIDGE_ANSWER, status="conflicting")):
        up, down = Page(render.turn(Turn("x", answer=answer), 3, "de")).all("button", "thumb")
        assert (up["aria-pressed"], up["data-verdict"], up["data-turn"], up["aria-label"]) == (
            "false", "up", "3", "Gute Antwort",
        )  # fmt: skip
        assert (down["aria-pressed"], down["data-verdict"], down["aria-label"]) == (
            "false",
            "down",
            "Keine gute Antwort",
        )
    for turn in (Turn("x", error=FeedbackUnwritableError(path="x", detail="y")), Turn("x", stopped=True, text="y")):
        assert Page(render.turn(turn, 3, "de")).all("button", "thumb") == []


@pytest.mark.parametrize(
    ("turn", "pressed", "text"),
    [
        (rated(verdict="up"), ["true", "false"], "Danke. Gespeichert im Indexordner"),
        (rated(verdict="down"), ["false", "true"], "Gespeichert im Indexordner"),
        (rated(verdict="down", comment="So nicht."), ["false", "true"], "Mit Kommentar gespeichert"),
        (rated(verdict="none"), ["false", "false"], "Zurückgenommen."),
        (rated(unsaved=FeedbackUnwritableError(path="x", detail="y")), ["false", "false"], "Schreiben in dem Ordner"),
    ],
)
def test_the_pressed_thumb_is_marked_and_what_became_of_it_told(turn: Turn, pressed: list[str], text: str) -> None:
    page = Page(rating.rating(turn, 0, "de"))
    assert [thumb["aria-pressed"] for thumb in page.all("button", "thumb")] == pressed
    assert text in page.text and page.all("textarea") == []


def test_the_box_for_a_comment_holds_what_was_said_and_names_the_command() -> None:
    page = Page(rating.rating(rated(verdict="down", commenting=True, comment="<b>"), 2, "en"))
    (box,), (label,) = page.all("textarea"), page.all("label")
    assert box["id"] == label["for"] == "comment-2" and box["maxlength"] == "2000"
    assert "What is wrong? (optional)<b>Send" in page.text
    assert "belegt eval draft --review --index 'mein index' --feedback 'mein index/feedback.jsonl'" in page.text


@pytest.mark.parametrize(
    ("time", "language", "text"),
    [
        (QuestionTime("range", "im  März\n2024", 0, 1, "2024-03-01", "2024-03-31"), "de", "Zeitraum: März 2024✕"),
        (QuestionTime("range", "since May", 0, 1, "2024-05-01", None), "en", "“since May”: from 1 May 2024 on✕"),
        (QuestionTime("recent", "zuletzt", 0, 1), "de", "„zuletzt“: das Neueste zuerst✕"),
    ],
)
def test_words_about_time_are_shown_as_they_were_read(time: QuestionTime, language: str, text: str) -> None:
    for status in ("answered", "not_found"):
        answer = dataclasses.replace(BRIDGE_ANSWER, time=time, status=status)
        page = Page(render.answer(answer, 5, language))
        (off,) = page.all("button", "off")
        assert text in page.text and (off["data-event"], off["data-turn"]) == ("again", "5")
        words = " ".join(time.text.split())
        assert words in (off["aria-label"] or "") and off["aria-label"] == off["title"]


def test_days_that_a_caller_gave_are_no_words_of_the_question() -> None:
    answer = dataclasses.replace(BRIDGE_ANSWER, time=QuestionTime("range", "", 0, 0, "2024-03-01", None))
    assert Page(render.answer(answer, 0, "de")).all("button", "off") == []


def test_an_answer_without_regard_to_time_says_so() -> None:
    for answer in (BRIDGE_ANSWER, answered(text="Nichts.", status="not_found")):
        assert "„im März“ nicht beachtet" in Page(render.turn(Turn("x", "im\nMärz", answer=answer), 0, "de")).text
        assert "nicht beachtet" not in Page(render.turn(Turn("x", answer=answer), 0, "de")).text
