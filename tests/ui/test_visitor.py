from __future__ import annotations

import http.client
import re
from collections.abc import Iterator

import pytest

from tests.page_samples import ScriptedAnswerer
from ui.app import build
from ui.server import Server
from ui.visitor import visitor

ID = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(port=0)
    server.start(build(ScriptedAnswerer(), "de"))
    yield server
    server.close()


def opened(server: Server, **headers: str) -> tuple[str, str]:
    """The cookie that a request for the page brings, and the page."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/", headers={"Accept": "text/html,*/*", **headers})
    response = connection.getresponse()
    return response.headers.get("set-cookie", ""), response.read().decode()


def test_a_new_browser_gets_an_id_that_scripts_and_other_sites_do_not(server: Server) -> None:
    cookie, page = opened(server)
    assert re.match(r"belegt_browser=[0-9a-f]{32}; ", cookie) and "gradio" in page
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie and "Secure" not in cookie
    assert opened(server)[0].split(";")[0] != cookie.split(";")[0]


def test_a_known_browser_keeps_its_id(server: Server) -> None:
    cookie, _ = opened(server, Cookie=f"other=1; belegt_browser={ID}")
    assert cookie.startswith(f"belegt_browser={ID}; ")


def test_a_link_on_another_site_does_not_make_a_known_browser_new(server: Server) -> None:
    cookie, page = opened(server, **{"Sec-Fetch-Site": "cross-site"})  # the browser leaves out a strict cookie
    assert cookie == "" and 'http-equiv="refresh"' in page
    assert opened(server, **{"Sec-Fetch-Site": "same-origin"})[0]  # what the page then does by itself


def test_what_is_no_page_gets_no_cookie(server: Server) -> None:
    assert opened(server, Accept="*/*")[0] == ""


@pytest.mark.parametrize(
    "sent", [{}, {"belegt_browser": "short"}, {"belegt_browser": ID.upper()}, {"belegt_browser": ID + "0"}]
)
def test_an_id_not_of_our_making_is_none(sent: dict[str, str]) -> None:
    assert visitor(sent) is None
    assert visitor({"belegt_browser": ID}) == ID
