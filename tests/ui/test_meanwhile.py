"""What happens to a question between two looks at it: a second press, a reload, a stop that comes too late."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from tests.conftest import until
from tests.page_samples import BRIDGE_ANSWER, ScriptedAnswerer
from ui.frame import Frame
from ui.pages.chat import Chat
from ui.session import Session, Turn
from ui.texts import LANGUAGE_COOKIE
from ui.visitor import COOKIE

BROWSER = "a" * 32
REQUEST: Any = SimpleNamespace(headers={}, cookies={COOKIE: BROWSER}, query_params={})
ENGLISH: Any = SimpleNamespace(**vars(REQUEST) | {"cookies": {COOKIE: BROWSER, LANGUAGE_COOKIE: "en"}})


@pytest.fixture
def chat(tmp_path: Path) -> Chat:
    with gr.Blocks() as blocks:
        return Chat(Frame(blocks, ScriptedAnswerer(tmp_path), "de", ["chat"], "chat", []))


def test_what_is_sent_twice_is_asked_once_and_found_by_a_reload_at_once(chat: Chat) -> None:
    session, reloaded = Session(browser=BROWSER), Session(browser=BROWSER)
    answer = chat.ask("Langsam bitte", session, REQUEST)
    next(answer)  # what the page is sent first; before that it knows of nothing
    assert list(chat.ask("Langsam bitte", session, REQUEST)) == []
    chat.keeper.open(reloaded, session.conversation or "")
    assert reloaded.pending is session.pending is not None and reloaded.turns == []
    chat.answerer.close()
    assert list(answer)[-1][chat.drawing.live] == "" and len(session.turns) == 1


def test_a_question_sent_before_the_page_is_known_to_be_loaded_is_not_lost(chat: Chat) -> None:
    session, reloaded = Session(), Session(browser=BROWSER)
    answer = chat.ask("Langsam bitte", session, REQUEST)
    next(answer)
    asked = session.pending
    list(chat.open(session, REQUEST))
    assert asked is not None and session.pending is asked
    chat.keeper.open(reloaded, session.conversation or "")
    assert reloaded.pending is asked  # kept, for whoever comes back
    chat.answerer.close()
    assert list(answer) and session.turns == [asked]


def test_a_question_sent_while_the_page_is_drawn_stays_in_sight(chat: Chat) -> None:
    session = Session()
    opening = chat.open(session, ENGLISH)
    empty = next(opening)
    assert chat.drawing.history in empty
    answer = chat.ask("Langsam bitte", session, REQUEST)
    page = next(answer) | empty | next(opening)  # in the order in which they may reach it
    assert "Langsam bitte" in page[chat.drawing.live] and page[chat.drawing.stop]["visible"]
    chat.answerer.close()
    assert list(answer)


def test_a_page_that_is_right_as_it_was_built_is_not_drawn_again(chat: Chat) -> None:
    session = Session()
    [drawn] = chat.open(session, REQUEST)
    assert drawn.keys() == {chat.drawing.session, chat.drawing.list}  # conversations of this browser are kept
    english = next(chat.open(session, ENGLISH))  # the language was switched, and back
    german = next(chat.open(session, REQUEST))
    assert chat.drawing.history in english and english[chat.drawing.history] != german[chat.drawing.history]


def test_an_answer_that_came_just_as_it_was_stopped_is_kept(chat: Chat) -> None:
    session, later = Session(browser=BROWSER), Session(browser=BROWSER)
    turn = Turn("Brücke?")
    chat.keeper.asked(session, turn)
    session.pending, turn.answer = turn, BRIDGE_ANSWER
    chat.keeper.stopped(session)
    assert session.turns == [turn] and session.pending is None
    session.finish()  # by who waited for its end
    assert session.turns == [turn]
    chat.keeper.open(later, session.conversation or "")
    assert later.turns[0].answer is not None and later.turns[0].lost is None


def test_one_that_was_stopped_before_has_no_answer(chat: Chat) -> None:
    session, later = Session(browser=BROWSER), Session(browser=BROWSER)
    answer = chat.ask("Langsam bitte", session, REQUEST)
    next(answer)
    turn = session.pending
    assert turn is not None
    chat.keeper.stopped(session)
    chat.answerer.close()
    until(turn.settled.is_set)
    chat.keeper.open(later, session.conversation or "")
    assert later.turns[0].answer is None and later.turns[0].stopped
