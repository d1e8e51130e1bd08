"""Reading ahead: the next articles are read and cut while the model embeds the ones before."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item], most: int) -> Generator[Item, None, None]:
    """The same items in the same order, made in another thread at most ``most`` ahead; its exceptions are raised here.

    Closing the generator, or leaving it by an exception, ends the thread after the item in hand.
    """
    made: queue.Queue[tuple[bool, Item | BaseException | None]] = queue.Queue(most)
    stop = threading.Event()

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
