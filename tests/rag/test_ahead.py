"""Reading ahead changes nothing but the time it takes."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ahead import TURN, read_ahead, short_turns


@given(st.lists(st.integers()), st.integers(1, 5))
def test_the_same_items_in_the_same_order(items: list[int], most: int) -> None:
    assert list(read_ahead(items, most)) == items


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_exceptions_arrive_after_the_items_before_them(error: type[BaseException]) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise error

    made = read_ahead(items(), 3)
    assert next(made) == 1
    with pytest.raises(error):
        next(made)


def test_not_further_ahead_than_allowed_and_the_thread_ends() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for i in range(1000):
            made.append(i)
            yield i

    ahead = read_ahead(items(), 4)
    assert next(ahead) == 0
    time.sleep(0.3)
    assert len(made) <= 1 + 4 + 1  # taken, queued, in hand
    ahead.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def test_items_are_told_when_nobody_wants_them_any_more() -> None:
    stop = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        yield 1
        assert stop.wait(10)  # would go on for longer than anybody waits

    ahead = read_ahead(items(), 1, stop)
    assert next(ahead) == 0
    ahead.close()
    assert stop.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


def test_short_turns_end_with_the_block() -> None:
    before = sys.getswitchinterval()
    with pytest.raises(ValueError), short_turns():
        assert sys.getswitchinterval() == pytest.approx(TURN)
        raise ValueError
    assert sys.getswitchinterval() == pytest.approx(before)
