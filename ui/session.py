"""One visitor's conversation, as the server keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.errors import BelegtError
from rag.types import Answer


@dataclass(eq=False, slots=True)
class Turn:
    """A question and what has become of it so far: a stage, text still growing, an answer or an error.

    Changed in place by the one who answers; ``stopped`` tells that one to leave it alone from now on.
    """

    question: str
    stage: str = ""
    text: str = ""
    answer: Answer | None = None
    error: BelegtError | None = None
    stopped: bool = False


@dataclass(eq=False)
class Session:
    """What one open page is about. Compared by identity: gradio hashes it, and answers hold dicts."""

    language: str = "de"
    turns: list[Turn] = field(default_factory=list)
    pending: Turn | None = None  # the question being worked on
    shown: int | None = None  # index of the turn whose sources the panel shows

    def finish(self) -> None:
        """The pending turn joins the conversation; an answer has its sources shown."""
        if self.pending is not None:
            self.turns.append(self.pending)
            self.shown = len(self.turns) - 1 if self.pending.answer else self.shown
        self.pending = None

    def stop(self) -> None:
        """Give up the pending turn; what was written of it stays."""
        if self.pending is not None:
            self.pending.stopped = True
            self.finish()

    def clear(self) -> None:
        """Begin a new conversation in the same language."""
        self.stop()
        self.turns.clear()
        self.shown = None
