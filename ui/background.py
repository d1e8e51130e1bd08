"""A slow iterator read from a thread of its own, so that its reader stays awake meanwhile."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def in_background(
    make: Callable[[], Iterable[Item]], wanted: Callable[[], bool], interval: float
) -> Iterator[Item | None]:
    """The items of ``make()``, and None after every ``interval`` seconds without one.

    Ends when the items do, or within ``interval`` once ``wanted()`` is false; the thread then ends at its next item.
    Raises in the reader what ``make`` or its iteration raised. All of ``make()`` runs in one thread: database
    connections, for one, insist on that.
    """
    channel: queue.SimpleQueue[tuple[Item] | Exception | None] = queue.SimpleQueue()

    def work() -> None:
        try:
            for item in make():
                if not wanted():
                    return
                channel.put((item,))
            channel.put(None)
        except Exception as error:
            channel.put(error)

    threading.Thread(target=work, name="belegt-answer", daemon=True).start()
    while wanted():
        try:
            got = channel.get(timeout=interval)
        except queue.Empty:
            yield None
            continue
        if got is None:
            return
        if isinstance(got, Exception):
            raise got
        yield got[0]
