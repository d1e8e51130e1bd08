"""The web app: puts its pages together and serves them. ``launch(Settings.load(index="index"))`` is all it takes."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from typing import Protocol

import gradio as gr
from starlette.routing import BaseRoute

from rag.answerer import Answerer
from rag.messages import user_language
from rag.settings import Settings
from ui import api
from ui.frame import Frame
from ui.login.accounts import Accounts
from ui.pages.chat import Chat
from ui.pages.evaluation import Evaluation
from ui.pages.library import Library
from ui.pages.settings import SettingsPage
from ui.server import Server, Site
from ui.texts import say


class Page(Protocol):
    """What ``ui/pages/__init__.py`` describes."""

    name: str

    def __init__(self, frame: Frame) -> None: ...


# The first is at the root of the site.
PAGES: tuple[type[Page], ...] = (Chat, Library, Evaluation, SettingsPage)

# Questions answered at once; gradio's own default would make every visitor wait for the one before.
CONCURRENCY = 8


def build(answerer: Answerer, language: str = "auto", pages: Sequence[type[Page]] = PAGES) -> Site:
    """The pages over ``answerer``, not yet served. ``language``: "de", "en", or "auto" for the browser's wish."""
    names = [page.name for page in pages]
    routes: list[BaseRoute] = api.routes(answerer)
    with gr.Blocks(title="belegt", analytics_enabled=False, fill_width=True, fill_height=True) as blocks:
        pages[0](Frame(blocks, answerer, language, names, names[0], routes))
    for page in pages[1:]:
        with blocks.route(page.name, f"/{page.name}", show_in_navbar=False):
            page(Frame(blocks, answerer, language, names, page.name, routes))
    file = answerer.settings.login_file
    accounts = Accounts(file) if file else None
    return Site(blocks.queue(default_concurrency_limit=CONCURRENCY, api_open=False), routes, accounts, language)


def launch(settings: Settings, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = True) -> None:
    """Serve the page over ``settings.index`` until Ctrl-C.

    Raises what ``Answerer.open`` raises, PortTakenError when another program listens on ``port``, ListenError when
    there is no listening at that address, LoginFileError when a login is wanted of which the accounts can't be read.
    """
    if settings.login_file:
        Accounts(settings.login_file).all()
    server = Server(host, port)  # before the seconds that loading the model takes
    try:
        with Answerer.open(settings) as answerer:
            answerer.index.embedder.questions(["?"])  # loads the model, or the first question would wait for that
            print(say("serving", user_language(settings.language), url=server.url), file=sys.stderr, flush=True)
            ready = (lambda: webbrowser.open(server.url)) if open_browser else None
            server.run(build(answerer, settings.language), ready)
    finally:
        server.close()
