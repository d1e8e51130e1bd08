"""The optional login: the file of accounts, waits, sessions, and the site behind it over real HTTP and in a browser."""

from __future__ import annotations

import base64
import http.client
import io
import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from rag.cli import main
from rag.settings import Settings
from tests.axe import faults
from tests.browser import PHONE, Open, ask, expect, needs_browser
from tests.page_samples import ScriptedAnswerer
from ui.app import build, launch
from ui.errors import AccountMissingError, AccountNameError, LoginFileError, PasswordLengthError
from ui.login.accounts import Accounts
from ui.login.patience import FREE, Patience, client
from ui.login.sessions import MAX_AGE, Sessions
from ui.server import Server

NAME, PASSWORD = "ada.lund", "vier Wörter: hintereinander"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accounts"
    Accounts(path).add(NAME, PASSWORD)
    return path


@pytest.fixture
def site(tmp_path: Path, file: Path) -> Iterator[str]:
    scripted = ScriptedAnswerer(tmp_path)
    scripted.settings = Settings.load(index=tmp_path, login_file=file)
    server = Server(port=0)
    server.start(build(scripted))
    yield server.url
    server.close()
    scripted.close()


def fetch(url: str, path: str, method: str = "GET", body: str | None = None, **headers: str) -> tuple[int, dict, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=20)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def log_in(url: str, password: str = PASSWORD, name: str = NAME, wanted: str = "") -> tuple[int, dict, bytes]:
    form = urlencode({"name": name, "password": password, "next": wanted})
    return fetch(url, "/login", "POST", form, Content_Type="application/x-www-form-urlencoded", Accept="text/html")


def cookie(headers: dict) -> str:
    return headers["set-cookie"].partition(";")[0]


def test_the_file_holds_no_password_and_is_for_its_owner_alone(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith(f"{NAME}:scrypt$15$8$3$") and "Wörter" not in text and text.count("\n") == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    accounts = Accounts(file)
    before = accounts.checked(NAME, PASSWORD)
    assert before and accounts.checked(NAME, "vier Wo\u0308rter: hintereinander") == before  # composed otherwise
    assert accounts.checked(NAME, PASSWORD + " ") is None and accounts.checked("niemand", PASSWORD) is None
    assert not Accounts(file).add(NAME, "ein anderes Passwort")  # by another process
    after = accounts.checked(NAME, "ein anderes Passwort")
    assert after and after.id == before.id and after.salt != before.salt
    assert accounts.checked(NAME, PASSWORD) is None
    accounts.add("bo", PASSWORD)
    accounts.remove(NAME)
    assert list(accounts.all()) == ["bo"]
    with pytest.raises(AccountMissingError):
        accounts.remove(NAME)
    for name in ("", "a:b", "ä", "-a", "a" * 65, "a\nb"):
        with pytest.raises(AccountNameError):
            accounts.add(name, PASSWORD)
    with pytest.raises(PasswordLengthError):
        accounts.add("kurz", "123456789")


@pytest.mark.parametrize("text", ["", "ada:geheim\n", "a:scrypt$30$8$3$" + "0" * 32 + "$" + "0" * 64 + ":" + "0" * 32])
def test_a_file_that_is_none_shuts_the_site(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts"
    for _ in range(2):  # at first it is missing
        with pytest.raises(LoginFileError):
            Accounts(path).all()
        with pytest.raises(LoginFileError):  # before anything is loaded
            launch(Settings.load(index=tmp_path, login_file=path), port=0, open_browser=False)
        path.write_text(text, "utf-8")


def test_waits_double_count_at_the_start_of_a_try_and_end() -> None:
    now = [0.0]
    patience = Patience(60, lambda: now[0])
    waits = []
    for _ in range(FREE + 8):
        patience.tries("a")
        waits.append(patience.wait("a"))
        now[0] += waits[-1]
    assert waits == [0] * (FREE - 1) + [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert patience.wait("b") == 0
    now[0] += 61
    patience.tries("a")
    assert patience.wait("a") == 0  # begun anew
    assert client("2001:db8::1") == client("2001:db8::ffff:1") != client("2001:db8:0:1::1")
    assert client("::ffff:192.0.2.1") == client("192.0.2.1") == "192.0.2.1" and client("testclient") == "testclient"


def test_a_session_is_signed_ends_and_can_be_ended(file: Path) -> None:
    now, accounts = [1000.0], Accounts(file)
    account, sessions = accounts.all()[NAME], Sessions(lambda: now[0])
    value = sessions.begin(account)
    assert sessions.name(value) == NAME and sessions.holds(value, account)
    name, until, own, signature = value.rsplit(".", 3)
    for forged in (
        f"{name}.{int(until) + 1}.{own}.{signature}",
        f"{name}.{until}.{own}.",
        value[:-1],
        "",
        "...",
        "ä.1.1.1",
    ):
        assert not sessions.holds(forged, account)
    assert not Sessions(lambda: now[0]).holds(value, account)  # another start of the server
    other = sessions.begin(account)
    sessions.end(value, account)
    assert not sessions.holds(value, account) and sessions.holds(other, account)
    now[0] += MAX_AGE
    assert not sessions.holds(other, account)
    now[0] = 1000.0
    accounts.add(NAME, "ein anderes Passwort")
    assert not sessions.holds(other, accounts.all()[NAME])


def test_nothing_is_had_without_a_login(site: str) -> None:
    for path in ("/", "/library?article=x", "/evaluation/report?run=x", "/settings"):
        status, headers, _ = fetch(site, path, Accept="text/html")
        assert status == 303 and headers["location"].startswith("/login?next=%2F")
    for path in (
        "/config",
        "/theme.css",
        "/gradio_api/info",
        "/static/fonts/x",
        "/api/status",
        "/v1/models",
        "/login/x",
    ):
        assert fetch(site, path)[0] == 401
    body = json.dumps({"question": "Brücke?"})
    for path in ("/api/ask", "/v1/chat/completions", "/gradio_api/queue/join", "/library/upload?name=a.txt", "/"):
        status, _, text = fetch(site, path, "POST", body, Content_Type="application/json", x_belegt_user=NAME)
        assert status == 401 and "curl -u" in json.loads(text)["error"]["message"]
    status, headers, page = fetch(site, "/login", Accept_Language="en")
    assert status == 200 and b"Log in" in page and b"script" not in page.lower()
    assert "default-src 'self'" in headers["content-security-policy"] and headers["cache-control"] == "no-store"
    assert fetch(site, "/login", "POST", "name=x", Origin="http://evil.example")[0] == 403


def test_in_and_out(site: str) -> None:
    status, headers, _ = log_in(site, wanted="/library?article=x")
    assert (status, headers["location"]) == (303, "/library?article=x")
    assert all(
        part in headers["set-cookie"].lower() for part in ("httponly", "samesite=lax", "path=/", "max-age=604800")
    )
    own = cookie(headers)
    assert fetch(site, "/", Cookie=own, Accept="text/html")[0] == 200
    assert fetch(site, "/v1/models", Cookie=own)[0] == 200
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nx: y"):
        assert log_in(site, wanted=wanted)[1]["location"] == "/"
    assert (
        fetch(site, "/logout", Cookie=own)[0] == 405 or fetch(site, "/", Cookie=own)[0] == 200
    )  # a link logs nobody out
    status, headers, _ = fetch(site, "/logout", "POST", Cookie=own)
    assert (status, headers["location"]) == (303, "/login") and "max-age=0" in headers["set-cookie"].lower()
    assert fetch(site, "/v1/models", Cookie=own)[0] == 401  # also for who still has the cookie


def test_programs_send_name_and_password_along(site: str) -> None:
    basic = "Basic " + base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
    assert fetch(site, "/v1/models", Authorization=basic)[0] == 200
    assert fetch(site, "/api/articles/a-1", Authorization=f"Bearer {NAME}:falsch")[0] == 401
    assert fetch(site, "/", Authorization=basic)[0] == 401  # pages have sessions
    wrong = "Basic " + base64.b64encode(f"{NAME}:falsch".encode()).decode()
    for sent in (wrong, "Basic ???", "Bearer " + NAME, "Bearer", ""):
        status, headers, _ = fetch(site, "/v1/models", Authorization=sent)
        assert status == 401 and headers["www-authenticate"].startswith("Basic")


def test_wrong_passwords_wait_and_unknown_names_too(site: str) -> None:
    for _ in range(FREE):
        status, _, page = log_in(site, "falsch", "niemand<b>")
        assert status == 401 and b"niemand&lt;b&gt;" in page
    status, headers, page = log_in(site)  # the right one, from the same computer
    assert status == 429 and int(headers["retry-after"]) >= 1 and b"Versuche" in page
    assert "set-cookie" not in headers


def test_a_file_that_breaks_meanwhile_shuts_all_and_is_told_to_the_log_alone(
    site: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = cookie(log_in(site)[1])
    file.write_text("x", "utf-8")
    for path in ("/", "/v1/models", "/login"):
        for accept in ("text/html", "*/*"):
            status, _, said = fetch(site, path, Cookie=own, Accept=accept)
            assert status == 503 and b"accounts" not in said
    assert str(file) in caplog.text


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str, typed: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return main(["login", *words, "--language", "de"])

    assert run("add", NAME, typed=f"{PASSWORD}\n") == 2 and "BELEGT_LOGIN_FILE" in capsys.readouterr().err
    monkeypatch.setenv("BELEGT_LOGIN_FILE", str(tmp_path / "neu" / "accounts"))
    assert run("list") == 2 and "belegt login add" in capsys.readouterr().err
    assert run("add", NAME, typed=f"{PASSWORD}\n") == 0 and "angelegt" in capsys.readouterr().out
    assert run("add", NAME, typed="ein anderes Passwort\n") == 0 and "Neues Passwort" in capsys.readouterr().out
    assert run("add", NAME, typed="kurz\n") == 2 and run("add") == 2
    capsys.readouterr()
    assert run("list") == 0 and capsys.readouterr().out == f"{NAME}\n"
    assert Accounts(tmp_path / "neu" / "accounts").checked(NAME, "ein anderes Passwort")
    assert run("remove", NAME) == 0 and run("remove", NAME) == 2


@pytest.mark.browser
@needs_browser[1]
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person_logs_in_asks_and_finds_it_again_on_another_device(site: str, open_page: Open, scheme: str) -> None:
    page = open_page(f"{site}/?q=Br%C3%BCcke%3F", ready=".login", color_scheme=scheme, viewport=PHONE)
    assert faults(page) == []
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(NAME)
    page.get_by_label("Passwort").fill("falsch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("stimmt nicht")
    expect(page.get_by_label("Passwort")).to_be_focused()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_label("Passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#question textarea")).to_have_value("Brücke?")
    ask(page, "Brücke?")
    expect(page.locator(".logout button")).to_have_accessible_name(f"{NAME} abmelden")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    other = open_page(site, ready=".login")
    other.get_by_label("Name").fill(NAME)
    other.get_by_label("Passwort").fill(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.locator(".kept-list")).to_contain_text("Brücke?")
    page.locator(".logout button").click()
    expect(page.get_by_label("Name")).to_be_visible()
    page.goto(site)
    expect(page.get_by_label("Name")).to_be_visible()
    other.context.clear_cookies(name="belegt_session")  # it has run out
    other.locator("#question textarea").fill("Was?")
    other.keyboard.press("Enter")
    expect(other.get_by_label("Name")).to_be_visible()
