"""Questions being answered: each in a thread of its own, which goes on when the page that asked is reloaded or left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from rag.types import Event
from ui.errors import told
from ui.session import Turn


class Answering:
    """At most ``slots`` questions are worked on at once; further ones wait, in the stage "waiting"."""

    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)
        self._running: dict[str, Turn] = {}

    def start(self, turn: Turn, events: Callable[[], Iterable[Event]], settled: Callable[[Turn], None]) -> None:
        """Fills ``turn`` from ``events()`` until it is answered or stopped; then calls ``settled``, unless stopped.

        All of ``events()`` runs in one thread: database connections, for one, insist on that. A stopped turn is left
        alone from the next event on.
        """
        if turn.conversation:
            self._running[turn.conversation] = turn
        threading.Thread(target=self._work, args=(turn, events, settled), name="belegt-answer", daemon=True).start()

    def running(self, conversation: str) -> Turn | None:
        """The turn of a conversation that is being answered."""
        return self._running.get(conversation)

    def _work(self, turn: Turn, events: Callable[[], Iterable[Event]], settled: Callable[[Turn], None]) -> None:
        try:
            if self._wait(turn):
                try:
                    _fill(turn, events())
                except Exception as error:
                    turn.error = told(error)
                finally:
                    self._slots.release()
            if not turn.stopped:
                settled(turn)
        except Exception as error:  # of ``settled``
            turn.error = turn.error or told(error)
        finally:
            if turn.conversation and self._running.get(turn.conversation) is turn:
                del self._running[turn.conversation]
            turn.settled.set()

    def _wait(self, turn: Turn) -> bool:
        """Whether the turn got its place; false when it was stopped before."""
        if self._slots.acquire(blocking=False):
            return True
        turn.stage = "waiting"
        while not turn.stopped:
            if self._slots.acquire(timeout=0.1):
                turn.stage = "searching"
                return True
        return False


def _fill(turn: Turn, events: Iterable[Event]) -> None:
    for event in events:
        if turn.stopped:
            return
        if event.kind == "stage":
            turn.stage = event.text
        elif event.kind == "token":
            turn.text += event.text
        else:
            turn.answer = event.answer


def follow(turn: Turn, wanted: Callable[[], bool], interval: float) -> Iterator[None]:
    """Yields when ``turn`` has changed, at most once in ``interval`` seconds, while ``wanted()``; ends when it is settled."""
    seen = None  # what happened before counts as a change
    while wanted() and not turn.stopped and not turn.settled.wait(interval):
        now = (turn.stage, len(turn.text))
        if now != seen:
            seen = now
            yield
