"""The chat page drawn: which component shows what of a session."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from corpus.article import Article
from ui import conditions, listing, near, panel, render
from ui.examples import EXAMPLES
from ui.frame import Frame, Updates
from ui.keeping import Keeper
from ui.session import Session
from ui.texts import say

_SCRIPTS = {  # gradio wants the name of each event in its component's script
    "finder": "belegt.finder(element, trigger) // 'fresh' 'find'",
    "list": "belegt.list(element, trigger, watch) // 'open' 'rename' 'remove'",
    "bar": "belegt.bar(element, trigger) // 'fresh' 'export'",
    "history": "belegt.history(element, trigger, watch) // 'ask' 'show' 'again' 'retry' 'rate' 'comment'",
    "stream": "belegt.stream(element, watch)",
    "filters": "belegt.filters(element, trigger, watch) // 'filter' 'unfilter'",
    "panel": "belegt.panel(element, watch)",
    "courier": "belegt.courier(element, watch)",
}


class Drawing:
    """The components of the page, and what each shows. Build it inside the page's ``gr.Blocks`` context."""

    def __init__(self, frame: Frame, keeper: Keeper, article: Callable[[str], Article | None]) -> None:
        self.answerer, self.keeper, self.article = frame.answerer, keeper, article
        first = Session(frame.first)
        self.session = gr.State(first)

        def html(name: str, value: str = "") -> gr.HTML:
            return frame.html(value, name, _SCRIPTS.get(name))

        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="side"):
                self.finder, self.list = html("finder", listing.finder(frame.first)), html("list", self._list(first))
            with gr.Column(elem_id="talk"):
                self.bar = html("bar", render.bar(frame.first))
                with gr.Column(elem_id="scroll"):
                    self.history, self.live = html("history", self._history(first)), html("live")
                    self.stream = html("stream")
                self.filters = html("filters", self._filters(first))
                with gr.Row(elem_id="composer"):
                    self.box = gr.Textbox(
                        elem_id="question", lines=1, max_lines=6, autofocus=True, container=False, scale=1,
                        label=say("question_label", frame.first), placeholder=say("placeholder", frame.first),
                    )  # fmt: skip
                    self.ask = gr.Button(say("ask", frame.first), elem_id="ask", variant="primary", scale=0)
                    self.stop = gr.Button(say("stop", frame.first), elem_id="stop", visible=False, scale=0)
            with gr.Column(elem_id="sources"):
                self.panel = html("panel", self.sources(first))
        self.announcer = html("announcer", render.announcement(None, frame.first))
        self.courier = html("courier")
        self.all = [
            self.session, self.finder, self.list, self.bar, self.history, self.live, self.stream, self.filters, self.box,
            self.ask, self.stop, self.panel, self.announcer, self.courier,
        ]  # fmt: skip
        self._built = self.translated(first)

    def conversation(self, session: Session) -> Updates:
        """The conversation and its sources as they are now."""
        pending = session.pending
        live = render.live(pending, len(session.turns), session.language) if pending else ""
        return {
            self.session: session,
            self.list: self._list(session),
            self.history: self._history(session),
            self.live: live,
            self.panel: self.sources(session),
            self.ask: gr.update(visible=pending is None),
            self.stop: gr.update(visible=pending is not None),
            **self.progress(session, 0),
        }

    def progress(self, session: Session, begin: int) -> Updates:
        """Only what changes while an answer grows: the stage, and its text from character ``begin`` on."""
        pending = session.pending
        latest = pending or (session.turns[-1] if session.turns else None)
        quotes = self.answerer.settings.answer_mode == "extractive"
        grown = render.stream(pending, begin, quotes, session.language) if pending else ""
        return {self.stream: grown, self.announcer: render.announcement(latest, session.language)}

    def opened(self, session: Session) -> Updates:
        """What is other than on the page as it was built: a question may be sent, and be drawn, while this is on its way."""
        page = self.translated(session)
        return {part: value for part, value in page.items() if part is self.session or value != self._built[part]}

    def translated(self, session: Session) -> Updates:
        """Everything, in the session's language."""
        language, pending = session.language, session.pending
        return self.conversation(session) | {
            self.finder: listing.finder(language),
            self.bar: render.bar(language),
            self.filters: self._filters(session),
            self.box: gr.update(label=say("question_label", language), placeholder=say("placeholder", language)),
            self.ask: gr.update(value=say("ask", language), visible=pending is None),
            self.stop: gr.update(value=say("stop", language), visible=pending is not None),
        }

    def listed(self, session: Session) -> Updates:
        """The side bar."""
        return {self.session: session, self.list: self._list(session)}

    def filtered(self, session: Session) -> Updates:
        """Where the next question is looked for."""
        return {self.session: session, self.filters: self._filters(session)}

    def rated(self, session: Session, told: str) -> Updates:
        """The conversation after a press on a thumb."""
        return {self.session: session, self.history: self._history(session), self.announcer: render.status(told)}

    def sources(self, session: Session) -> str:
        """The articles of the answer whose sources are shown."""
        answer = session.turns[session.shown].answer if session.shown is not None else None
        found = {c.article_id: self.article(c.article_id) for c in (near.shown(answer) if answer else ())}
        articles = {article_id: article for article_id, article in found.items() if article}
        latest = session.shown == len(session.turns) - 1 and session.pending is None
        return panel.panel(answer, session.shown, articles, session.language, latest)

    def _list(self, session: Session) -> str:
        return listing.listing(self.keeper.listed(session), session)

    def _history(self, session: Session) -> str:
        if session.turns or session.pending:
            return render.conversation(session.turns, session.language)
        offered = [question for id, question in EXAMPLES[session.language].items() if self.article(id)]
        return render.welcome(offered, session.language)

    def _filters(self, session: Session) -> str:
        store = self.answerer.index.store
        return conditions.filters(session.only, store.names("source"), store.languages(), session.language)
