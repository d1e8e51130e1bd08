"""The chat page: what happens on a question, a click on a citation, a change of language."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Iterator

import gradio as gr

from corpus.article import Article
from rag.conversations import Conversations
from rag.errors import ArticleMissingError, ConversationsError
from rag.feedback import Rated
from rag.safe import safe
from rag.when import Given
from ui import conditions, export, rating
from ui.answering import Answering, follow
from ui.drawing import Drawing
from ui.errors import told
from ui.frame import HIDDEN, Frame, Updates
from ui.keeping import Keeper
from ui.sent import sent
from ui.session import Session, Turn
from ui.texts import say

REDRAW_INTERVAL = 0.1  # seconds; a growing text is added to at most this often
OVERLAP = 20  # updates whose text is sent again, in case the browser skipped them
AT_ONCE = 8  # questions worked on; each takes a thread


class Chat:
    """The page over one Answerer; each visitor has a Session of their own."""

    name = "chat"

    def __init__(self, frame: Frame) -> None:
        self.frame, self.answerer = frame, frame.answerer
        self.answering, self._arriving = Answering(AT_ONCE), threading.Lock()
        kept = Conversations(frame.answerer.settings.index)
        self.keeper = Keeper(kept, self.answering, frame.answerer.index.version, self._article)
        self.drawing = Drawing(frame, self.keeper, self._article)
        self._wire()

    def _wire(self) -> None:
        part, page = self.drawing, self.drawing.all
        # "multiple": a question may follow at once on one that was stopped; ``ask`` sees to there being one at a time.
        asking = [part.box.submit, part.ask.click]
        gr.on(asking, self.ask, [part.box, part.session], page, trigger_mode="multiple", **HIDDEN)
        # No ``cancels``: gradio would wait for the answerer's next word. ``stop`` ends ``_watch`` within REDRAW_INTERVAL.
        for trigger, handler in (
            (part.stop.click, self.stop),
            (part.history.ask, self.ask_offered),
            (part.history.again, self.ask_without),
            (part.history.retry, self.ask_again),
            (part.history.show, self.show),
            (part.history.rate, self.rate),
            (part.history.comment, self.comment),
            (part.bar.fresh, self.fresh),
            (part.finder.fresh, self.fresh),
            (part.bar.export, self.export),
            (part.list.open, self.open_kept),
            (part.list.rename, self.rename),
            (part.list.remove, self.remove),
            (part.filters.filter, self.filter),
            (part.filters.unfilter, self.unfilter),
        ):
            trigger(handler, part.session, page, **HIDDEN)
        part.finder.find(self.find, part.session, page, trigger_mode="always_last", **HIDDEN)
        self.frame.on_show(self.open, [part.session], page)

    # Which conversation

    def open(self, session: Session, request: gr.Request) -> Iterator[Updates]:
        """The page was loaded, or its language switched."""
        first = self._arrive(session, request)
        session.language = self.frame.language(request)
        drawn = session.pending, len(session.turns)
        page = self.drawing.translated(session) if session.drawn else self.drawing.opened(session)
        session.drawn = True
        yield page
        # A question sent meanwhile may have been drawn before this was, and this over it.
        if (session.pending, len(session.turns)) != drawn:
            yield self.drawing.conversation(session)
        if not first:
            return
        if asked := str(request.query_params.get("q", ""))[:2000]:  # a link from another page
            yield {self.drawing.box: asked}
        yield from self._watch(session)

    def _arrive(self, session: Session, request: gr.Request) -> bool:
        """Turns a page to the conversation that its address names, once; whether that was now.

        A question may be sent before the server hears that the page was loaded: it must not be lost when it does.
        """
        with self._arriving:
            if session.opened:
                return False
            session.language, session.browser = self.frame.language(request), self.frame.visitor(request)
            self.keeper.open(session, str(request.query_params.get("c", "")))
            session.opened = True
            return True

    def open_kept(self, session: Session, event: gr.EventData) -> Iterator[Updates]:
        """A conversation of the list was pressed."""
        self.keeper.open(session, sent(event, "conversation"))
        yield self.drawing.conversation(session)
        yield from self._watch(session)

    def fresh(self, session: Session) -> Updates:
        """A new conversation."""
        session.leave()
        return {self.drawing.box: "", **self.drawing.conversation(session)}

    def find(self, session: Session, event: gr.EventData) -> Updates:
        """Something was typed into the search over the list."""
        session.words = sent(event, "words")[:200]
        return self.drawing.listed(session)

    def rename(self, session: Session, event: gr.EventData) -> Updates:
        """A conversation got another name."""
        self.keeper.renamed(session, sent(event, "conversation"), sent(event, "title"))
        return self.drawing.listed(session)

    def remove(self, session: Session, event: gr.EventData) -> Updates:
        """A conversation is to be deleted."""
        self.keeper.deleted(session, sent(event, "conversation"))
        return self.drawing.conversation(session)

    def export(self, session: Session) -> Updates:
        """The conversation is to be saved as Markdown."""
        title = self.keeper.title(session) or say("conversation", session.language)
        text = export.markdown(title, session.turns, session.language)
        name = safe(export.file_name(title))
        # The random part makes two exports of the same text differ, or the second would not reach the browser.
        file = f'<pre hidden data-file="{name}" data-once="{secrets.token_hex(4)}">{safe(text)}</pre>'
        return {self.drawing.courier: file}

    # Questions

    def ask(self, question: str, session: Session, request: gr.Request) -> Iterator[Updates]:
        """The question in the box was sent."""
        self._arrive(session, request)
        if question.strip() and session.pending is None:
            yield from self._answer(Turn(question.strip(), only=session.only), session, {self.drawing.box: ""})

    def ask_offered(self, session: Session, request: gr.Request, event: gr.EventData) -> Iterator[Updates]:
        """An example or a suggested question was pressed."""
        yield from self.ask(sent(event, "question"), session, request)

    def ask_again(self, session: Session, event: gr.EventData) -> Iterator[Updates]:
        """The question of an earlier turn, as it was asked."""
        turn = _turn(session, event)
        if turn is not None and session.pending is None:
            yield from self._answer(
                Turn(turn.question, turn.ignored, after=_before(session, turn), only=turn.only), session
            )

    def ask_without(self, session: Session, event: gr.EventData) -> Iterator[Updates]:
        """The question of an earlier turn less a condition: its time, its filter, or what it took from the conversation."""
        turn, part = _turn(session, event), sent(event, "without")
        if turn is None or turn.answer is None or session.pending is not None:
            return
        ignored, after, only = turn.ignored, _before(session, turn), turn.only
        if part == "history":
            after = 0
        elif part == "time" and turn.answer.time:
            ignored = turn.answer.time.text
        else:
            only = conditions.without(only, part)
        yield from self._answer(Turn(turn.question, ignored, after=after, only=only), session)

    def _answer(self, turn: Turn, session: Session, first: Updates | None = None) -> Iterator[Updates]:
        """Answer ``turn``, showing each stage and the growing text on the way; with the first of it goes ``first``.

        Nothing is sent before the turn is pending and at work: a second press would ask again, a reload find it lost.
        """
        history = session.history(turn)
        time: Given = False if turn.ignored else None
        turn.stage, session.pending = "searching", turn
        self.keeper.asked(session, turn)
        self.answering.start(
            turn,
            lambda: self.answerer.stream(turn.question, only=turn.only, time=time, history=history),
            self.keeper.settled,
        )
        yield {**(first or {}), **self.drawing.conversation(session)}
        yield from self._watch(session)

    def _watch(self, session: Session) -> Iterator[Updates]:
        """Shows how the pending turn grows until it is settled, stopped, or another conversation is turned to."""
        turn = session.pending
        if turn is None:
            return
        lengths = deque([0], maxlen=OVERLAP)
        for _ in follow(turn, lambda: session.pending is turn, REDRAW_INTERVAL):
            yield self.drawing.progress(session, lengths[0])
            lengths.append(len(turn.text))
        if session.pending is turn:
            session.finish()
            if turn.answer and isinstance(turn.error, ConversationsError):
                session.unkept = turn.error
        # Also when stopped: what was sent last may reach the page after what ``stop`` sent.
        if turn in session.turns:
            yield self.drawing.conversation(session)

    def stop(self, session: Session) -> Updates:
        """Give up the question being answered."""
        self.keeper.stopped(session)
        return self.drawing.conversation(session)

    def filter(self, session: Session, event: gr.EventData) -> Updates:
        """Where the next questions are looked for was set."""
        session.only = conditions.read({name: getattr(event, name, None) for name in conditions.FIELDS})
        return self.drawing.filtered(session)

    def unfilter(self, session: Session, event: gr.EventData) -> Updates:
        """A part of the filter was taken away."""
        session.only = conditions.without(session.only, sent(event, "part"))
        return self.drawing.filtered(session)

    # Answers

    def show(self, session: Session, event: gr.EventData) -> Updates:
        """Show the sources of an earlier answer."""
        turn = _turn(session, event)
        if turn and turn.answer:
            session.shown = session.turns.index(turn)
        return {self.drawing.panel: self.drawing.sources(session)}

    def rate(self, session: Session, event: gr.EventData) -> Updates:
        """A thumb was pressed; one that was pressed before is taken back."""
        turn, pressed = _turn(session, event), sent(event, "verdict")
        if turn is None or pressed not in ("up", "down"):
            return {self.drawing.session: session}
        verdict: Rated = "none" if pressed == turn.verdict else "up" if pressed == "up" else "down"
        return self._keep(turn, verdict, turn.comment, session)

    def comment(self, session: Session, event: gr.EventData) -> Updates:
        """The comment on a thumb down was sent."""
        turn = _turn(session, event)
        if turn is None or turn.verdict != "down":
            return {self.drawing.session: session}
        return self._keep(turn, "down", sent(event, "text").strip()[: rating.LONGEST_COMMENT], session, sent=True)

    def _keep(self, turn: Turn, verdict: Rated, comment: str, session: Session, sent: bool = False) -> Updates:
        """Save what the visitor thinks of ``turn``, and say so; the box for a comment closes when one was ``sent``."""
        try:
            rating.keep(turn, verdict, comment, self.answerer.settings.index, self._article)
            turn.commenting = verdict == "down" and not sent
            self.keeper.rated(session, turn)
        except Exception as error:
            turn.unsaved = told(error)
        return self.drawing.rated(session, rating.told(turn, session.language))

    def _article(self, article_id: str) -> Article | None:
        try:
            return self.answerer.article(article_id)
        except ArticleMissingError:
            return None


def _turn(session: Session, event: gr.EventData) -> Turn | None:
    """The turn a button belongs to. Its number comes from the browser, so it may be anything."""
    return next((turn for place, turn in enumerate(session.turns) if str(place) == sent(event, "turn")), None)


def _before(session: Session, turn: Turn) -> int:
    """How many turns a question that is asked again may lean on: those that it could lean on the first time."""
    return session.turns.index(turn) if turn.after is None else turn.after
