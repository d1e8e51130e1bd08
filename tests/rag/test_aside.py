"""Iterators beside an event loop: items and exceptions come through, and closing reaches the thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import wait

import pytest

from rag.aside import Stop, aside


def test_items_in_order_made_in_another_thread() -> None:
    def make(stop: Stop) -> Iterator[str]:
        for _ in range(3):
            yield threading.current_thread().name

    async def collect() -> list[str]:
        return [item async for item in aside(make)]

    names = asyncio.run(collect())
    assert len(names) == 3
    assert threading.current_thread().name not in names


def test_exceptions_come_through_after_what_was_made() -> None:
    def make(stop: Stop) -> Iterator[int]:
        yield 1
        raise KeyError("x")

    async def collect() -> None:
        items = aside(make)
        assert await anext(items) == 1
        with pytest.raises(KeyError):
            await anext(items)

    asyncio.run(collect())


def test_closing_stops_what_waits_and_closes_the_iterator() -> None:
    closed = threading.Event()

    def make(stop: Stop) -> Iterator[int]:
        try:
            yield 1
            wait([stop], timeout=30)
            yield 2
        finally:
            closed.set()

    async def leave() -> None:
        items = aside(make)
        assert await anext(items) == 1
        await items.aclose()

    started = time.monotonic()
    asyncio.run(leave())
    assert closed.wait(10)
    assert time.monotonic() - started < 10


def test_more_than_the_machine_has_cores_wait_at_the_same_time() -> None:
    together = threading.Barrier(20, timeout=20)

    def make(stop: Stop) -> Iterator[int]:
        yield together.wait()

    async def collect() -> list[int]:
        async def one() -> int:
            return await anext(aside(make))

        return list(await asyncio.gather(*(one() for _ in range(20))))

    assert sorted(asyncio.run(collect())) == list(range(20))
