from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from rag.errors import EmptyQuestionError
from rag.types import Event
from tests.page_samples import BRIDGE_ANSWER
from ui.answering import Answering, follow
from ui.errors import UnexpectedError
from ui.session import Turn


def events(go: threading.Event | None = None) -> Iterator[Event]:
    yield Event("stage", "reading")
    yield Event("token", "Ein ")
    if go:
        go.wait(10)
    yield Event("token", "Anfang")
    yield Event("answer", answer=BRIDGE_ANSWER)


def finished(turn: Turn) -> Turn:
    assert turn.settled.wait(10)
    return turn


def test_a_turn_is_filled_and_settled_once_it_is_kept() -> None:
    answering, kept, turn = Answering(1), [], Turn("Wer?", conversation="c")
    answering.start(
        turn, events, lambda each: kept.append((each.answer, each.settled.is_set(), answering.running("c")))
    )
    finished(turn)
    assert (turn.stage, turn.text, turn.answer) == ("reading", "Ein Anfang", BRIDGE_ANSWER)
    assert kept == [(BRIDGE_ANSWER, False, turn)]  # so that who looks meanwhile finds it running or kept, never neither
    assert answering.running("c") is None


def test_what_follows_sees_each_change_and_ends_when_it_is_settled() -> None:
    go, turn = threading.Event(), Turn("Wer?")
    Answering(1).start(turn, lambda: events(go), lambda _: None)
    seen = []
    for _ in follow(turn, lambda: True, 0.01):
        seen.append(turn.text)
        if turn.text == "Ein ":
            go.set()
    assert "Ein " in seen and turn.settled.is_set()


def test_what_follows_ends_soon_when_nobody_wants_it_and_the_work_goes_on() -> None:
    go, turn, wanted = threading.Event(), Turn("Wer?"), [True]
    Answering(1).start(turn, lambda: events(go), lambda _: None)
    started = time.monotonic()
    for _ in follow(turn, lambda: bool(wanted), 0.01):
        wanted.clear()
    assert time.monotonic() - started < 5 and not turn.settled.is_set()
    go.set()
    assert finished(turn).answer is BRIDGE_ANSWER


def test_a_stopped_turn_is_left_alone_and_not_kept() -> None:
    go, turn, kept = threading.Event(), Turn("Wer?"), []
    Answering(1).start(turn, lambda: events(go), kept.append)
    while turn.text != "Ein ":
        time.sleep(0.01)
    turn.stopped = True
    assert list(follow(turn, lambda: True, 0.01)) == []
    go.set()
    finished(turn)
    assert (turn.text, turn.answer, kept) == ("Ein ", None, [])


def test_no_more_than_so_many_are_worked_on_at_once_and_one_that_waits_can_be_stopped() -> None:
    go, answering = threading.Event(), Answering(1)
    first, second, third = Turn("1"), Turn("2"), Turn("3")
    answering.start(first, lambda: events(go), lambda _: None)
    while first.stage != "reading":
        time.sleep(0.01)
    for turn in (second, third):
        answering.start(turn, events, lambda _: None)
        while turn.stage != "waiting":
            time.sleep(0.01)
    third.stopped = True
    assert finished(third).answer is None and not second.settled.is_set()
    go.set()
    assert finished(second).answer is BRIDGE_ANSWER


@pytest.mark.parametrize(
    ("raised", "told"), [(EmptyQuestionError(), EmptyQuestionError), (ZeroDivisionError("secret"), UnexpectedError)]
)
def test_what_goes_wrong_is_told_and_frees_its_place(raised: Exception, told: type[Exception]) -> None:
    def broken() -> Iterator[Event]:
        yield Event("stage", "searching")
        raise raised

    answering, kept = Answering(1), []
    for _ in range(3):
        turn = Turn("Wer?")
        answering.start(turn, broken, kept.append)
        assert isinstance(finished(turn).error, told) and "secret" not in str(turn.error)
    assert len(kept) == 3


def test_an_answer_that_can_not_be_kept_is_an_answer_all_the_same() -> None:
    def full(turn: Turn) -> None:
        raise OSError("disk full")

    turn = Turn("Wer?")
    Answering(1).start(turn, events, full)
    assert finished(turn).answer is BRIDGE_ANSWER and isinstance(turn.error, UnexpectedError)
