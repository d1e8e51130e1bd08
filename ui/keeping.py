"""What a page does with kept conversations. Where they can't be kept, the page goes on and says why. Knows no gradio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from corpus.article import Article
from rag.conversations import Conversations, Version
from rag.errors import ConversationsError
from rag.feedback import Rated
from rag.kept import Entry, KeptTurn, State, with_passages
from ui.answering import Answering
from ui.session import Session, Turn


class Keeper:
    """The conversations of all visitors. ``version`` and ``article`` tell of articles in the index, None of others."""

    def __init__(
        self,
        conversations: Conversations,
        answering: Answering,
        version: Version,
        article: Callable[[str], Article | None],
    ) -> None:
        self.conversations, self.answering = conversations, answering
        self.version, self.article = version, article

    def listed(self, session: Session) -> list[Entry]:
        """The visitor's conversations in which the words looked for occur, last used first."""
        with _told(session):
            return self.conversations.listed(session.browser, session.words) if session.browser else []
        return []

    def title(self, session: Session) -> str | None:
        """The name of the conversation shown."""
        with _told(session):
            if session.browser and session.conversation:
                return self.conversations.title(session.browser, session.conversation)
        return None

    def open(self, session: Session, conversation: str) -> None:
        """Turns to a kept conversation, and to the question in it that is being answered; to an empty one if there is none."""
        session.leave()
        if session.browser is None:
            return
        running = self.answering.running(conversation)  # first: what ends in between is then kept, or still followed
        with _told(session):
            kept = self.conversations.turns(session.browser, conversation, self.version)
            if kept is None:
                return
            session.conversation = conversation
            session.turns = [
                self._turn(each, conversation) for each in kept if running is None or each.id != running.id
            ]
            session.pending = running
            answered = [place for place, turn in enumerate(session.turns) if turn.answer]
            session.shown = answered[-1] if answered else None

    def asked(self, session: Session, turn: Turn) -> None:
        """Keeps a question before it is answered, in the conversation shown or a new one."""
        if session.browser is None:
            return
        with _told(session):
            if session.conversation is None:
                session.conversation = self.conversations.begin(session.browser, turn.question)
            kept = self.conversations.ask(
                session.browser, session.conversation, turn.id, turn.question, turn.ignored, turn.only
            )
            if not kept:  # deleted meanwhile, on another open page
                session.conversation = self.conversations.begin(session.browser, turn.question)
                self.conversations.ask(
                    session.browser, session.conversation, turn.id, turn.question, turn.ignored, turn.only
                )
            turn.conversation = session.conversation

    def settled(self, turn: Turn) -> None:
        """Keeps what became of a question."""
        if turn.conversation:
            # An answer that came just as it was stopped is shown, and so kept.
            state: State = "answered" if turn.answer else "stopped" if turn.stopped else "failed"
            self.conversations.settle(turn.id, state, turn.answer, self.version)

    def rated(self, session: Session, turn: Turn) -> None:
        """Keeps which thumb is pressed."""
        if turn.conversation:
            with _told(session):
                self.conversations.rate(turn.id, turn.verdict, turn.comment)

    def stopped(self, session: Session) -> None:
        """Gives up the pending question."""
        turn = session.pending
        session.stop()
        if turn is not None:
            with _told(session):
                self.settled(turn)

    def renamed(self, session: Session, conversation: str, title: str) -> None:
        """Another name for a conversation."""
        if session.browser:
            with _told(session):
                self.conversations.rename(session.browser, conversation, title)

    def deleted(self, session: Session, conversation: str) -> None:
        """Deletes a conversation; the page turns to an empty one where it showed that."""
        if session.browser is None:
            return
        with _told(session):
            if self.conversations.title(session.browser, conversation) is None:
                return
            running = self.answering.running(conversation)
            if running is not None:
                running.stopped = True
            self.conversations.delete(session.browser, conversation)
        if session.conversation == conversation:
            session.leave()

    def _turn(self, kept: KeptTurn, conversation: str) -> Turn:
        return Turn(
            kept.question,
            kept.ignored,
            only=kept.only,
            answer=with_passages(kept, self.article),
            stopped=kept.state == "stopped",
            lost=None if kept.answer or kept.state == "stopped" else kept.state,
            conversation=conversation,
            changed=kept.changed,
            gone=kept.gone,
            id=kept.id,
            verdict=cast("Rated | None", kept.verdict),
            comment=kept.comment,
        )


@contextmanager
def _told(session: Session) -> Iterator[None]:
    """What goes wrong with the file is told on the page."""
    try:
        yield
        session.unkept = None
    except ConversationsError as error:
        session.unkept = error
