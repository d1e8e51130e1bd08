from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.page_samples import ScriptedAnswerer
from ui.app import build
from ui.errors import ListenError, PortTakenError
from ui.server import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(port=0)
    server.start(build(ScriptedAnswerer(), "de"))
    yield server
    server.close()


def fetch(server: Server, path: str = "/", method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, headers=headers)
    return connection.getresponse()


def test_it_listens_on_this_computer_only(server: Server) -> None:
    assert server.url == f"http://127.0.0.1:{server.port}"
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_every_response_forbids_other_hosts_and_inline_handlers(server: Server) -> None:
    for path in ("/", "/theme.css", "/no-such-page"):
        policy = fetch(server, path).headers["content-security-policy"]
        assert "default-src 'self'" in policy and "script-src-attr 'none'" in policy and "http" not in policy


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "evil.example:{port}"}, 403),  # a name made to point at this computer
        ({"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"}, 403),
    ],
)
def test_requests_of_other_pages_are_turned_away(server: Server, headers: dict[str, str], status: int) -> None:
    filled = {name: value.format(port=server.port) for name, value in headers.items()}
    assert fetch(server, **filled).status == status


def test_on_other_addresses_any_host_is_served_but_no_other_origin() -> None:
    server = Server(host="0.0.0.0", port=0)
    server.start(build(ScriptedAnswerer(), "de"))
    try:
        assert fetch(server, Host="news.example").status == 200
        assert fetch(server, Host="news.example", Origin="http://evil.example").status == 403
    finally:
        server.close()


def test_no_interface_is_published_and_nothing_can_be_uploaded(server: Server) -> None:
    assert fetch(server, "/openapi.json").status == 404
    assert json.loads(fetch(server, "/gradio_api/info").read()) == {"named_endpoints": {}, "unnamed_endpoints": {}}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'
    connection.request("POST", "/gradio_api/upload", body, {"Content-Type": "multipart/form-data; boundary=x"})
    assert connection.getresponse().status == 413


def test_a_taken_port_is_an_error_that_names_the_option(server: Server) -> None:
    with pytest.raises(PortTakenError) as caught:
        Server(port=server.port)
    for language, words in (("en", "already taken"), ("de", "schon belegt")):
        assert words in caught.value.text(language) and f"--port {server.port + 1}" in caught.value.text(language)


def test_an_impossible_address_is_an_error(server: Server) -> None:
    with pytest.raises(ListenError):
        Server(port=70000)
    with pytest.raises(ListenError):
        Server(host="192.0.2.1", port=0)  # an address no computer has


def test_a_closed_server_frees_its_port() -> None:
    server = Server(port=0)
    server.start(build(ScriptedAnswerer(), "de"))
    server.close()
    with socket.create_server(("127.0.0.1", server.port)):
        pass


def test_rendering_needs_no_gradio_and_the_package_sets_the_switches() -> None:
    program = (
        "import os, sys, ui.panel, ui.render; assert 'gradio' not in sys.modules; "
        "print(os.environ['GRADIO_ANALYTICS_ENABLED'], os.environ['HF_HUB_OFFLINE'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1"]
