"""Lets nobody past who has not logged in: not to a page, not to the HTTP interface, not to what the pages load."""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
from collections import OrderedDict
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import BelegtError
from ui import visitor
from ui.api.replies import as_json, failure
from ui.errors import LoginError, LoginNeededError, LoginTriesError, LoginWrongError, told
from ui.login import form
from ui.login.accounts import LONGEST_NAME, Account, Accounts
from ui.login.patience import Patience, client
from ui.login.sessions import COOKIE, MAX_AGE, Sessions
from ui.texts import wished

LOGIN, LOGOUT = "/login", "/logout"
USER = "x-belegt-user"  # the header that tells the pages who asks; what a client sends under that name is dropped
PROGRAMS = ("/api/", "/v1/")  # where name and password may come with each request
LONGEST_BODY = 8 * 1024
AT_ONCE = 2  # passwords checked; each takes 32 MB and a fifth of a second
_CLIENT_WAITS, _NAME_WAITS = 900.0, 60.0  # seconds; a name's wait is short, for anybody can make it wait


class Gate:
    """ASGI middleware round all of the site. ``setting``: the language of the settings."""

    def __init__(self, app: ASGIApp, accounts: Accounts, setting: str = "auto") -> None:
        self.app, self.accounts, self.setting = app, accounts, setting
        self.sessions = Sessions()
        self.clients, self.names = Patience(_CLIENT_WAITS), Patience(_NAME_WAITS)
        self._checking = asyncio.Semaphore(AT_ONCE)
        self._proven: OrderedDict[bytes, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page of ours uses another
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        try:
            answer: Account | Response = await self._answered(request)
        except (LoginWrongError, LoginTriesError) as error:
            answer = self._refused(request, error, 401)
        except LoginError as error:  # of the file: where that lies is for the log
            answer = self._refused(request, told(RuntimeError(str(error))), 503)
        except Exception as error:
            answer = self._refused(request, told(error), 503)
        if isinstance(answer, Account):
            await self.app(_known_as(answer, scope), receive, send)
        else:
            answer.headers["Cache-Control"] = "no-store"
            await answer(scope, receive, send)

    async def _answered(self, request: Request) -> Account | Response:
        """Who asks, or what they are told instead."""
        account = self._session(request)
        if request.url.path == LOGIN:
            if request.method == "POST":
                return await self._login(request)
            return self._on(request) if account else self._form(request)
        if request.url.path == LOGOUT and request.method == "POST":
            return self._logout(request, account)
        if account is None and request.url.path.startswith(PROGRAMS):
            account = await self._program(request)
        return account or self._refused(request, LoginNeededError(), 401)

    def _session(self, request: Request) -> Account | None:
        cookie = request.cookies.get(COOKIE, "")
        account = self.accounts.all().get(self.sessions.name(cookie))
        return account if self.sessions.holds(cookie, account) else None

    async def _login(self, request: Request) -> Response:
        given = await _form_of(request)
        name, password = given.get("name", "").strip(), given.get("password", "")
        try:
            account = await self._checked(request, name, password)
        except (LoginWrongError, LoginTriesError) as error:
            return self._form(request, error, given.get("next", ""), name)
        self.sessions.end(request.cookies.get(COOKIE, ""), self._session(request))
        answer = self._on(request, given.get("next", ""))
        _set(answer, request, COOKIE, self.sessions.begin(account), MAX_AGE)
        return answer

    async def _program(self, request: Request) -> Account | None:
        """Who sends name and password with the request; None where there is neither. Raises as ``_checked``."""
        sent = _credentials(request.headers.get("authorization", ""))
        if sent is None:
            return None
        name, password = sent
        account = self.accounts.all().get(name)
        if account and self.sessions.proof(account, password) in self._proven:
            return account
        account = await self._checked(request, name, password)
        self._proven[self.sessions.proof(account, password)] = None
        while len(self._proven) > 100:
            self._proven.popitem(last=False)
        return account

    async def _checked(self, request: Request, name: str, password: str) -> Account:
        """The account of that name and password. Raises LoginWrongError, LoginTriesError, LoginFileError."""
        asking, name = client(request.client.host if request.client else ""), name[:LONGEST_NAME]
        wait = max(self.clients.wait(asking), self.names.wait(name))
        if wait > 0:
            raise LoginTriesError(seconds=math.ceil(wait))
        self.clients.tries(asking)
        self.names.tries(name)
        async with self._checking:
            account = await run_in_threadpool(self.accounts.checked, name, password)
        if account is None:
            raise LoginWrongError
        self.clients.forgive(asking)
        self.names.forgive(name)
        return account

    def _logout(self, request: Request, account: Account | None) -> Response:
        self.sessions.end(request.cookies.get(COOKIE, ""), account)
        answer = RedirectResponse(LOGIN, 303)
        for cookie in (COOKIE, visitor.COOKIE):
            _set(answer, request, cookie, "", 0)
        return answer

    def _on(self, request: Request, wanted: str = "") -> Response:
        """To the page that was wanted before the login."""
        wanted = wanted or request.query_params.get("next", "")
        inside = wanted.startswith("/") and wanted[1:2] not in ("/", "\\") and wanted.isprintable()
        return RedirectResponse(wanted if inside else "/", 303)

    def _form(self, request: Request, error: BelegtError | None = None, wanted: str = "", name: str = "") -> Response:
        wanted = wanted or request.query_params.get("next", "")
        page = form.page(self._language(request), wanted, name, error)
        return HTMLResponse(page, _status(error) if error else 200, _headers(error))

    def _refused(self, request: Request, error: BelegtError, status: int) -> Response:
        """To a browser that wants a page, the login; to all else the error as JSON."""
        page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if page and isinstance(error, LoginNeededError):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"{LOGIN}?next={quote(request.url.path + query, safe='')}", 303)
        language = self._language(request)
        if page:
            return HTMLResponse(form.page(language, "", "", error), _status(error, status), _headers(error))
        answer = as_json(failure(error, language), _status(error, status))
        answer.headers.update(_headers(error))
        if isinstance(error, LoginNeededError):
            answer.headers["X-Belegt-Login"] = LOGIN  # for the script of the pages
        if answer.status_code == 401 and request.url.path.startswith(PROGRAMS):
            answer.headers["WWW-Authenticate"] = 'Basic realm="belegt", charset="UTF-8"'
        return answer

    def _language(self, request: Request) -> str:
        return wished(request, self.setting)


def _status(error: BelegtError, otherwise: int = 401) -> int:
    return 429 if isinstance(error, LoginTriesError) else 401 if isinstance(error, LoginWrongError) else otherwise


def _headers(error: BelegtError | None) -> dict[str, str]:
    return {"Retry-After": str(error.facts["seconds"])} if isinstance(error, LoginTriesError) else {}


def _known_as(account: Account, scope: Scope) -> Scope:
    """``scope`` as the pages see it: who asks, and conversations kept under that person's id, whatever the browser."""
    headers = MutableHeaders(raw=[(key, value) for key, value in scope["headers"] if key != USER.encode()])
    own = (COOKIE, visitor.COOKIE)
    cookies = [part.strip() for part in headers.get("cookie", "").split(";")]
    kept = [part for part in cookies if part and part.partition("=")[0] not in own]
    headers["cookie"] = "; ".join([*kept, f"{visitor.COOKIE}={account.id}"])
    headers[USER] = account.name
    return {**scope, "headers": headers.raw}


async def _form_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent; nothing of one that is too long or no form."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LONGEST_BODY:
            return {}
    try:
        fields = parse_qs(data.decode("ascii"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _credentials(header: str) -> tuple[str, str] | None:
    """Name and password of ``Basic`` (in base64), or of ``Bearer NAME:PASSWORD``, which is what OpenAI's clients can send."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "basic":
        try:
            value = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif kind.lower() != "bearer":
        return None
    name, colon, password = value.strip().partition(":")
    return (name, password) if colon else None


def _set(answer: Response, request: Request, cookie: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        cookie, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
