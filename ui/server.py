"""The web server round the page: where it listens, whom it answers, what it lets the browser do."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.errors import ListenError, PortTakenError
from ui.login.accounts import Accounts
from ui.login.gate import Gate
from ui.visitor import Visitors

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# gradio needs inline and evaluated script; inline event handlers (onerror=...) and every other host stay forbidden.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; script-src-attr 'none'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with less, browsers call the origin of a form "null"
    "X-Content-Type-Options": "nosniff",
}
_HERE = Path(__file__).parent
_ICON = quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0d5b6c"/>'
    '<path d="M12 8H8v16h4M20 8h4v16h-4M16 12v12M13 14l3-2" fill="none" stroke="#fff" stroke-width="2.5"/></svg>'
)


def _head() -> str:
    """The icon, then all styles and scripts beside this file; those of the frame before those of the pages."""

    def all_of(pattern: str, first: str) -> list[str]:
        paths = sorted(_HERE.glob(pattern), key=lambda path: (path.name != first, path.name))
        return [path.read_text("utf-8") for path in paths]

    return (
        f'<link rel="icon" href="data:image/svg+xml,{_ICON}">'
        + "".join(f"<style>{text}</style>" for text in all_of("*.css", "style.css"))
        + "".join(f"<script>{text}</script>" for text in all_of("*.js", "app.js"))
    )


@dataclass(frozen=True, slots=True)
class Site:
    """The pages, and what else is answered: ``routes`` come before the pages, behind the same guard.

    ``accounts``: who may log in; None asks nobody to. ``language``: that of the settings.
    """

    blocks: gr.Blocks
    routes: Sequence[BaseRoute] = ()
    accounts: Accounts | None = None
    language: str = "auto"


class Guard:
    """Adds HEADERS to every response and turns away what other web pages send.

    A page on another site can make the browser talk to a server on this computer: directly (then ``Origin`` names
    that site) or by a name that was made to point here (then ``Host`` is that name). ``hosts`` None allows any Host.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        foreign = self.hosts is not None and urlsplit(f"//{host}").hostname not in self.hosts
        if foreign or (origin is not None and urlsplit(origin).netloc != host):
            await PlainTextResponse("This page answers requests of its own only.", 403)(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, guarded)


def web_app(site: Site, host: str, port: int) -> FastAPI:
    """``site`` as an ASGI app, guarded. gradio takes no uploads, and describes no interface to programs."""
    app = FastAPI(openapi_url=None, routes=list(site.routes))
    app.add_middleware(Visitors)
    if site.accounts:
        app.add_middleware(Gate, accounts=site.accounts, setting=site.language)
    app.add_middleware(Guard, hosts=frozenset(LOOPBACK) if host in LOOPBACK else None)
    theme = gr.themes.Base(
        font=[gr.themes.Font("IBM Plex Sans"), "system-ui", "sans-serif"],
        font_mono=[gr.themes.Font("monospace")],
    )
    return gr.mount_gradio_app(
        app, site.blocks, "/", server_name=host, server_port=port, footer_links=[], run_history=False, show_error=False,
        ssr_mode=False, enable_monitoring=False, mcp_server=False, pwa=False, theme=theme, head=_head(),
        max_file_size=1, app_kwargs={"openapi_url": None},
    )  # fmt: skip


class Server:
    """A web server that holds its port from construction on, before there is a page to serve.

    ``run`` serves a page in this thread, ``start`` and ``close`` beside it.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 7860) -> None:
        """Port 0 takes any free one. Raises PortTakenError or ListenError."""
        self.host = host
        self.socket = _listen(host, port)
        self.port: int = self.socket.getsockname()[1]
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.url = f"http://[{shown}]:{self.port}" if ":" in shown else f"http://{shown}:{self.port}"
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    def run(self, site: Site, ready: Callable[[], object] | None = None) -> None:
        """Serve ``site`` until Ctrl-C. ``ready`` is called, in a thread of its own, once the page answers."""
        app = web_app(site, self.host, self.port)
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        if ready:
            threading.Thread(target=self._when_ready, args=(ready,), daemon=True).start()
        with self.socket, contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is the wished-for end
            self._server.run(sockets=[self.socket])

    def start(self, site: Site) -> None:
        """Serve ``site`` in a thread; returns once the page answers."""
        answers = threading.Event()
        self._thread = threading.Thread(target=self.run, args=(site, answers.set), daemon=True)
        self._thread.start()
        while self._thread.is_alive() and not answers.wait(0.1):
            pass

    def close(self) -> None:
        """End what ``start`` began, or give the port back unused."""
        if self._server:
            self._server.should_exit = True
        if self._thread:
            self._thread.join(timeout=10)
        self.socket.close()

    def _when_ready(self, ready: Callable[[], object]) -> None:
        pause = threading.Event()
        while self._server and not self._server.started:
            if self._server.should_exit:
                return
            pause.wait(0.02)
        ready()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise PortTakenError(host=host, port=port, next_port=port + 1) from error
        detail = getattr(error, "strerror", None) or str(error)
        raise ListenError(host=host, port=port, detail=detail) from error
