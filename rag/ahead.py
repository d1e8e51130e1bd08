"""Working ahead: the next articles are read and cut while the model embeds the ones before and those embedded are stored."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
TURN = 0.0005  # seconds that a thread may run Python while another waits to


@contextmanager
def short_turns() -> Iterator[None]:
    """In this block threads take turns after half a millisecond instead of Python's five.

    A batch is hundreds of short operations, and after each its thread waits for its turn: beside a thread that reads,
    which is all Python, embedding would else stand still for most of the time.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, TURN))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def read_ahead(items: Iterable[Item], most: int, stop: threading.Event | None = None) -> Generator[Item, None, None]:
    """The same items in the same order, made in another thread at most ``most`` ahead; its exceptions are raised here.

    Closing the generator, or leaving it by an exception, ends the thread after the item in hand; ``stop``, if given, is
    set then, for ``items`` that can end sooner.
    """
    made: queue.Queue[tuple[bool, Item | BaseException | None]] = queue.Queue(most)
    stop = stop or threading.Event()

    def hand_over(go_on: bool, item: Item | BaseException | None) -> None:
        while not stop.is_set():
            try:
                made.put((go_on, item), timeout=0.1)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                hand_over(True, item)
                if stop.is_set():
                    return
            hand_over(False, None)
        except BaseException as error:
            hand_over(False, error)

    thread = threading.Thread(target=work, name="read-ahead", daemon=True)
    thread.start()
    try:
        while True:
            go_on, item = made.get()
            if go_on:
                yield item  # type: ignore[misc]
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        stop.set()
        thread.join()
