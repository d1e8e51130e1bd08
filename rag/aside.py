"""An iterator run in a thread beside an event loop: nothing in the loop waits, however many run."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")
Stop = Future[None]  # ends what waits, when it has its result
MOST = 64  # at once; further ones wait for their turn


class Stopped(Exception):
    """Whoever asked does not want the rest."""


async def aside(make: Callable[[Stop], Iterator[Item]]) -> AsyncGenerator[Item, None]:
    """The items of ``make(stop)``, whose exceptions are raised here.

    When the generator is closed, ``stop`` gets its result, and the iterator is closed after the item in hand.
    """
    loop = asyncio.get_running_loop()
    made: asyncio.Queue[tuple[bool, Item | BaseException | None]] = asyncio.Queue()
    stop: Stop = Future()

    def hand_over(go_on: bool, item: Item | BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nobody waits any more
            loop.call_soon_threadsafe(made.put_nowait, (go_on, item))

    def work() -> None:
        items: Iterator[Item] | None = None
        try:
            if not stop.done():
                items = make(stop)
                for item in items:
                    hand_over(True, item)
                    if stop.done():
                        return
            hand_over(False, None)
        except BaseException as error:
            hand_over(False, error)
        finally:
            if items is not None and hasattr(items, "close"):
                items.close()

    _threads().submit(work)
    try:
        while True:
            go_on, item = await made.get()
            if go_on:
                yield item  # type: ignore[misc]
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        stop.set_result(None)


@cache
def _threads() -> ThreadPoolExecutor:
    """A pool of its own: the loop's has as few threads as the machine has cores, and these mostly wait for a model.

    Threads are kept, for each has its own connection to the store.
    """
    return ThreadPoolExecutor(MOST, "belegt-ask")
