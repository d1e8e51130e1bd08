"""The chat page: its parts, and what happens on a question, a click on a citation, a change of language."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from functools import partial

import gradio as gr

from corpus.article import Article
from rag.errors import ArticleMissingError, BelegtError
from rag.feedback import Rated
from ui import panel, rating, render
from ui.background import in_background
from ui.errors import UnexpectedError
from ui.examples import EXAMPLES
from ui.frame import HIDDEN, Frame, Updates
from ui.session import Session, Turn
from ui.texts import say

logger = logging.getLogger(__name__)

# A growing text is redrawn at most this often (seconds): each redraw costs the browser the whole text again.
REDRAW_INTERVAL = 0.1


class Chat:
    """The page over one Answerer; each visitor has a Session of their own."""

    name = "chat"

    def __init__(self, frame: Frame) -> None:
        self.frame, self.answerer = frame, frame.answerer
        first = frame.first
        self.session = gr.State(Session(first))
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk"):
                self.bar = self.frame.html(render.bar(first), "bar", "belegt.forward(element, trigger) // 'fresh'")
                with gr.Column(elem_id="scroll"):
                    script = "belegt.history(element, trigger, watch) // 'ask' 'show' 'again' 'rate' 'comment'"
                    self.history = self.frame.html(self._history(Session(first)), "history", script)
                    self.live = self.frame.html("", "live")
                with gr.Row(elem_id="composer"):
                    self.box = gr.Textbox(
                        elem_id="question", lines=1, max_lines=6, autofocus=True, container=False, scale=1,
                        label=say("question_label", first), placeholder=say("placeholder", first),
                    )  # fmt: skip
                    self.ask_button = gr.Button(say("ask", first), elem_id="ask", variant="primary", scale=0)
                    self.stop_button = gr.Button(say("stop", first), elem_id="stop", visible=False, scale=0)
            with gr.Column(elem_id="sources"):
                self.panel = self.frame.html(
                    panel.panel(None, None, {}, first), "panel", "belegt.panel(element, watch)"
                )
        self.announcer = self.frame.html(render.announcement(None, first), "announcer")
        self._wire()

    def _wire(self) -> None:
        page = [self.session, self.bar, self.history, self.live, self.panel, self.announcer]
        page += [self.box, self.ask_button, self.stop_button]
        inputs = [self.box, self.session]
        # "multiple": a question may follow at once on one that was stopped; ``ask`` sees to there being one at a time.
        gr.on([self.box.submit, self.ask_button.click], self.ask, inputs, page, trigger_mode="multiple", **HIDDEN)
        self.history.ask(self.ask_example, self.session, page, **HIDDEN)
        # No ``cancels``: gradio would wait for the answerer's next word. ``stop`` ends _follow within REDRAW_INTERVAL.
        self.stop_button.click(self.stop, self.session, page, **HIDDEN)
        self.bar.fresh(self.fresh, self.session, page, **HIDDEN)
        self.history.show(self.show, self.session, page, **HIDDEN)
        self.history.again(self.ask_again, self.session, page, **HIDDEN)
        self.history.rate(self.rate, self.session, page, **HIDDEN)
        self.history.comment(self.comment, self.session, page, **HIDDEN)
        self.frame.on_show(self.open, [self.session], page)

    # What happens

    def open(self, session: Session, request: gr.Request) -> Updates:
        """The page was loaded, or its language switched."""
        session.language = self.frame.language(request)
        return self._translated(session)

    def ask_example(self, session: Session, event: gr.EventData) -> Iterator[Updates]:
        """An example question was pressed."""
        yield from self.ask(str(getattr(event, "question", "")), session)

    def ask_again(self, session: Session, event: gr.EventData) -> Iterator[Updates]:
        """The question of an earlier turn without what was made of it: its time, or what it took from the conversation."""
        turn = _turn(session, event)
        if turn is None or turn.answer is None or session.pending is not None:
            return
        if getattr(event, "without", "") == "history" and turn.answer.understood_as:
            yield from self._answer(Turn(turn.question, after=0, stage="searching"), session)
        elif turn.answer.time:
            before = session.turns.index(turn) if turn.after is None else turn.after
            yield from self._answer(Turn(turn.question, turn.answer.time.text, before, stage="searching"), session)

    def ask(self, question: str, session: Session) -> Iterator[Updates]:
        """The question in the box was sent."""
        if question.strip() and session.pending is None:
            yield {self.box: ""}
            yield from self._answer(Turn(question.strip(), stage="searching"), session)

    def _answer(self, turn: Turn, session: Session) -> Iterator[Updates]:
        """Answer ``turn``, showing each stage and the growing text on the way."""
        session.pending = turn
        yield self._redraw(session)
        try:
            yield from self._follow(turn, session)
        except GeneratorExit:  # the visitor has left
            session.stop()
            raise
        except Exception as error:
            turn.error = _told(error)
        if not turn.stopped:
            session.finish()
        # Also when stopped: what _follow sent last may reach the page after what ``stop`` sent.
        yield self._redraw(session)

    def _follow(self, turn: Turn, session: Session) -> Iterator[Updates]:
        """Fill ``turn`` from the answerer's events until the answer or until it is stopped, showing its growth."""
        drawn, seen, history = 0.0, (turn.stage, ""), session.history(turn)
        events = in_background(
            lambda: self.answerer.stream(turn.question, time=False if turn.ignored else None, history=history),
            lambda: not turn.stopped,
            interval=REDRAW_INTERVAL,
        )
        for event in events:
            if event is not None and event.kind == "stage":
                turn.stage = event.text
            elif event is not None and event.kind == "token":
                turn.text += event.text
            elif event is not None:
                turn.answer = event.answer
                return
            if (turn.stage, turn.text) != seen and time.monotonic() - drawn >= REDRAW_INTERVAL:
                drawn, seen = time.monotonic(), (turn.stage, turn.text)
                yield self._progress(session)

    def stop(self, session: Session) -> Updates:
        """Give up the question being answered."""
        session.stop()
        return self._redraw(session)

    def fresh(self, session: Session) -> Updates:
        """A new conversation."""
        session.clear()
        return {self.box: "", **self._redraw(session)}

    def show(self, session: Session, event: gr.EventData) -> Updates:
        """Show the sources of an earlier answer."""
        turn = _turn(session, event)
        if turn and turn.answer:
            session.shown = session.turns.index(turn)
        return {self.panel: self._panel(session)}

    def rate(self, session: Session, event: gr.EventData) -> Updates:
        """A thumb was pressed; one that was pressed before is taken back."""
        turn, pressed = _turn(session, event), getattr(event, "verdict", None)
        if turn is None or pressed not in ("up", "down"):
            return {self.session: session}
        return self._keep(turn, "none" if pressed == turn.verdict else pressed, turn.comment, session)

    def comment(self, session: Session, event: gr.EventData) -> Updates:
        """The comment on a thumb down was sent."""
        turn = _turn(session, event)
        if turn is None or turn.verdict != "down":
            return {self.session: session}
        text = str(getattr(event, "text", "")).strip()[: rating.LONGEST_COMMENT]
        return self._keep(turn, "down", text, session, sent=True)

    def _keep(self, turn: Turn, verdict: Rated, comment: str, session: Session, sent: bool = False) -> Updates:
        """Save what the visitor thinks of ``turn``, and say so; the box for a comment closes when one was ``sent``."""
        try:
            rating.keep(turn, verdict, comment, self.answerer.settings.index, self._article)
            turn.commenting = verdict == "down" and not sent
        except Exception as error:
            turn.unsaved = _told(error)
        told = render.status(rating.told(turn, session.language))
        return {self.session: session, self.history: self._history(session), self.announcer: told}

    # How it looks

    def _redraw(self, session: Session) -> Updates:
        """The conversation and its sources as they are now."""
        return {
            self.session: session,
            self.history: self._history(session),
            self.panel: self._panel(session),
            self.ask_button: gr.update(visible=session.pending is None),
            self.stop_button: gr.update(visible=session.pending is not None),
            **self._progress(session),
        }

    def _progress(self, session: Session) -> Updates:
        """Only what changes while an answer grows."""
        latest = session.pending or (session.turns[-1] if session.turns else None)
        live = render.turn(session.pending, len(session.turns), session.language) if session.pending else ""
        return {self.live: live, self.announcer: render.announcement(latest, session.language)}

    def _translated(self, session: Session) -> Updates:
        """Everything, in the session's language."""
        translated = partial(say, language=session.language)
        return self._redraw(session) | {
            self.bar: render.bar(session.language),
            self.box: gr.update(label=translated("question_label"), placeholder=translated("placeholder")),
            self.ask_button: gr.update(value=translated("ask"), visible=session.pending is None),
            self.stop_button: gr.update(value=translated("stop"), visible=session.pending is not None),
        }

    def _history(self, session: Session) -> str:
        if not session.turns and session.pending is None:
            return render.welcome(self._examples(session.language), session.language)
        return render.conversation(session.turns, session.language)

    def _examples(self, language: str) -> list[str]:
        return [question for article_id, question in EXAMPLES[language].items() if self._article(article_id)]

    def _article(self, article_id: str) -> Article | None:
        try:
            return self.answerer.article(article_id)
        except ArticleMissingError:
            return None

    def _panel(self, session: Session) -> str:
        answer = session.turns[session.shown].answer if session.shown is not None else None
        found = {c.article_id: self._article(c.article_id) for c in (answer.citations if answer else ())}
        articles = {article_id: article for article_id, article in found.items() if article}
        latest = session.shown == len(session.turns) - 1 and session.pending is None
        return panel.panel(answer, session.shown, articles, session.language, latest)


def _turn(session: Session, event: gr.EventData) -> Turn | None:
    """The turn a button belongs to. Its number comes from the browser, so it may be anything."""
    number = str(getattr(event, "turn", ""))
    return next((turn for place, turn in enumerate(session.turns) if str(place) == number), None)


def _told(error: Exception) -> BelegtError:
    """``error`` as the visitor is told it; one that is a fault of ours is logged in full."""
    if isinstance(error, BelegtError):
        return error
    reference = secrets.token_hex(3)
    logger.error("unexpected (reference %s)", reference, exc_info=error)
    return UnexpectedError(reference=reference)
