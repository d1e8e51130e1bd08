"""One visitor's conversation, as the server keeps it."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

from rag import types
from rag.errors import BelegtError
from rag.feedback import Rated
from rag.kept import State
from rag.rows import Filter
from rag.types import Answer


@dataclass(eq=False, slots=True)
class Turn:
    """A question and what has become of it so far: a stage, text still growing, an answer or an error.

    Changed in place by the one who answers; ``stopped`` tells that one to leave it alone from now on. What the visitor
    thinks of the answer comes last.
    """

    question: str
    ignored: str = ""  # the words about time in it that the visitor wants left out of account
    after: int | None = None  # how many turns of the conversation it may lean on, from the first; None: all before it
    only: Filter = field(default_factory=Filter)  # where it is looked for
    stage: str = ""
    text: str = ""
    answer: Answer | None = None
    error: BelegtError | None = None
    stopped: bool = False
    settled: threading.Event = field(default_factory=threading.Event)  # set once nobody works on it any more
    conversation: str | None = None  # that it is kept in
    lost: State | None = None  # why a turn that was kept has no answer
    changed: frozenset[str] = frozenset()  # articles it shows that have another version since
    gone: frozenset[str] = frozenset()  # articles it shows that are not in the index any more
    id: str = field(default_factory=lambda: secrets.token_hex(8))  # of the answer, also in the feedback
    verdict: Rated | None = None  # as it is saved
    comment: str = ""
    commenting: bool = False  # whether the box for a comment is open
    kept: Path | None = None  # the file it is saved in
    unsaved: BelegtError | None = None  # why the last press was not


@dataclass(eq=False)
class Session:
    """What one open page is about. Compared by identity: gradio hashes it, and answers hold dicts."""

    language: str = "de"
    browser: str | None = None  # whose it is; None: nothing can be kept
    opened: bool = False  # whether the page has drawn what its address names
    drawn: bool = False  # whether anything was drawn for this visitor; until then the page is as it was built
    conversation: str | None = None  # that is shown, once it is kept
    words: str = ""  # that listed conversations hold
    unkept: BelegtError | None = None  # why conversations can't be kept
    only: Filter = field(default_factory=Filter)  # where the next question is looked for
    turns: list[Turn] = field(default_factory=list)
    pending: Turn | None = None  # the question being worked on
    shown: int | None = None  # index of the turn whose sources the panel shows

    def history(self, turn: Turn) -> list[types.Turn]:
        """The conversation that ``turn``, not yet part of it, may lean on."""
        return [types.Turn(each.question, each.answer) for each in self.turns[: turn.after]]

    def finish(self) -> None:
        """The pending turn joins the conversation; an answer has its sources shown."""
        turn, self.pending = self.pending, None  # first: it may be stopped just as it ends, and is to join once
        if turn is not None:
            self.turns.append(turn)
            self.shown = len(self.turns) - 1 if turn.answer else self.shown

    def stop(self) -> None:
        """Give up the pending turn; what was written of it stays."""
        turn = self.pending
        if turn is not None:
            turn.stopped = True
            self.finish()

    def leave(self) -> None:
        """Turn to an empty conversation. A turn that is kept is answered all the same, another one given up."""
        turn = self.pending
        if turn is not None and turn.conversation:
            self.pending = None
        self.stop()
        self.conversation, self.shown = None, None
        self.turns.clear()
