from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from ui.background import in_background


def test_items_come_through_in_order_and_from_one_thread() -> None:
    def work() -> Iterator[int]:
        for _ in range(3):
            yield threading.get_ident()

    threads = [item for item in in_background(work, lambda: True, 1) if item is not None]
    assert len(threads) == 3 and len(set(threads)) == 1 and threads[0] != threading.get_ident()


def test_the_reader_wakes_while_nothing_comes() -> None:
    go = threading.Event()

    def work() -> Iterator[str]:
        go.wait(10)
        yield "late"

    items = in_background(work, lambda: True, 0.01)
    assert next(items) is None
    go.set()
    assert [item for item in items if item] == ["late"]


def test_it_ends_soon_once_unwanted_and_so_does_the_work() -> None:
    go, wanted, made = threading.Event(), True, []

    def work() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number
            go.wait(10)

    items = in_background(work, lambda: wanted, 0.05)
    assert next(items) == 0
    wanted = False
    started = time.monotonic()
    assert list(items) == []
    assert time.monotonic() - started < 1
    go.set()
    time.sleep(0.1)
    assert made == [0, 1]  # the item after the stop is made, then nobody asks for more


def test_what_is_raised_reaches_the_reader_after_the_items_before_it() -> None:
    def work() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    items = in_background(work, lambda: True, 1)
    assert next(items) == 1
    with pytest.raises(LookupError, match="no more"):
        next(items)
