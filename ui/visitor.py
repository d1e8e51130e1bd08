"""Telling browsers apart without a login: each keeps a random id in a cookie that no script can read.

The cookie is SameSite=Strict: the browser leaves it out when another site's link leads here. A page asked for that way
can't tell a new browser from a known one, so it is answered by one that asks again by itself, this time with the cookie.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "belegt_browser"
MAX_AGE = 400 * 24 * 3600  # seconds; browsers keep no cookie longer, and every visit starts it anew
_ID = re.compile(r"[0-9a-f]{32}")


def visitor(cookies: Mapping[str, str]) -> str | None:
    """The id of the browser that sent these cookies; None where it sent none of ours."""
    found = cookies.get(COOKIE, "")
    return found if _ID.fullmatch(found) else None


class Visitors:
    """Gives every browser that opens a page its id, and renews it at every visit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope.get("method") != "GET" or "text/html" not in headers.get("accept", ""):
            await self.app(scope, receive, send)
            return
        known = visitor(_cookies(headers.get("cookie", "")))
        if known is None and headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            again = HTMLResponse('<!doctype html><meta http-equiv="refresh" content="0"><title>belegt</title>')
            await again(scope, receive, send)
            return
        parts = [f"{COOKIE}={known or secrets.token_hex(16)}", f"Max-Age={MAX_AGE}", "Path=/", "HttpOnly"]
        parts += ["SameSite=Strict"] + ["Secure"] * (scope["scheme"] == "https")

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", "; ".join(parts))
            await send(message)

        await self.app(scope, receive, with_cookie)


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}  # somebody else's on this host; the browser then counts as new
