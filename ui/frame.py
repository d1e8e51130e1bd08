"""What all pages share: the top, the language, who is asking. ``ui/pages/__init__.py`` tells how a page uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.routing import BaseRoute

from rag.answerer import Answerer
from rag.messages import LANGUAGES
from ui.header import header
from ui.login.gate import USER
from ui.texts import wished
from ui.visitor import visitor

HIDDEN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # of every event

Updates = dict[Any, Any]  # component -> its new value or properties
Handler = Callable[..., Updates | Iterator[Updates]]


class Frame:
    """The frame of one page: builds its top inside the page's ``gr.Blocks`` context."""

    def __init__(
        self,
        blocks: gr.Blocks,
        answerer: Answerer,
        setting: str,
        pages: Sequence[str],
        current: str,
        routes: list[BaseRoute],
    ) -> None:
        """``setting``: "de", "en", or "auto" for the browser's wish. ``pages``: names, in order; ``current`` is one.

        ``routes``: where a page adds what it answers besides itself, such as uploads.
        """
        self.blocks, self.answerer, self.setting = blocks, answerer, setting
        self.pages, self.current, self.routes = pages, current, routes
        self.first = setting if setting in LANGUAGES else "de"  # the language before a browser has asked
        self.top = self.html(
            self._header(self.first), "top", "belegt.top(element, trigger, watch) // 'language' 'nudge'"
        )
        self.top.nudge(lambda: None, [], [], **HIDDEN)  # app.js says what for
        self.on_show(self.redraw, [], [self.top])

    @staticmethod
    def html(value: str, elem_id: str, script: str | None = None) -> gr.HTML:
        """An HTML component without any of gradio's looks. ``script`` runs once it is on the page."""
        return gr.HTML(value, elem_id=elem_id, js_on_load=script, apply_default_css=False, padding=False)

    def on_show(self, handler: Handler, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Calls ``handler`` when the page was loaded and when its language was switched; it takes a ``gr.Request``."""
        self.blocks.load(handler, list(inputs), list(outputs), **HIDDEN)
        self.top.language(handler, list(inputs), list(outputs), **HIDDEN)

    def language(self, request: gr.Request | Request) -> str:
        """The language that the page speaks to who asks."""
        return wished(request, self.setting)

    @staticmethod
    def visitor(request: gr.Request) -> str | None:
        """The random id of the browser; None where it keeps no cookies."""
        return visitor(request.cookies)

    def redraw(self, request: gr.Request) -> Updates:
        """The top as it is now: the holdings change with every article."""
        user = request.headers.get(USER) if self.answerer.settings.login_file else None
        return {self.top: self._header(self.language(request), user)}

    def _header(self, language: str, user: str | None = None) -> str:
        status = self.answerer.status()
        return header(self.pages, self.current, status.articles, status.newest, language, user)
