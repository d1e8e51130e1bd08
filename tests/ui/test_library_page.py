"""The library in a real browser, over a real index that the tests change."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from corpus.article import Article
from corpus.fetch import fetch
from rag.answerer import Answerer
from rag.index import Index
from rag.models.embed import Embedder
from rag.settings import Settings
from tests.axe import faults
from tests.browser import PHONE, Open, ask, expect, needs_browser, served
from tests.conftest import DEMO
from tests.page_samples import ATTACKS
from ui import library_work

pytestmark = needs_browser
READY = "#articles .articles"
TOWER = (
    "Zuckerturm in Nirgendheim eröffnet\n\nIn Nirgendheim ist am Montag der 77 Meter hohe Zuckerturm eröffnet worden. "
    "Der Zuckerturm kostete 12 Millionen Euro, sagte Bürgermeisterin Elke Beispiel.\n"
)
WEB_PAGE = (
    "<html lang=de><head><title>Storchennest auf dem Kran</title></head><body><article><h1>Storchennest auf dem Kran</h1>"
    "<p>Auf einem Hafenkran in Teichdorf brüten seit April Störche. Der Kran steht deshalb bis August still, teilte die "
    "Hafenverwaltung mit.</p><p>Im Nest sitzen drei Jungstörche. Der Kran wird erst bewegt, wenn sie flügge sind, sagte "
    "Hafenmeisterin Jule Sand.</p></article></body></html>"
).encode()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("library")
    text = f"Schlimm sind die Zeichen {' '.join(ATTACKS)} in diesem Satz. \u202eDanach kommt nichts mehr."
    hostile = Article("böse", text, "".join(ATTACKS), ATTACKS[0], url="javascript:alert(9)", origin=ATTACKS[1])
    with Index.open(Settings.load(index=folder / "index"), create=True) as index:
        index.__dict__["embedder"] = embedder
        index.ingest([DEMO], progress=False)
        index.add([hostile])
        yield Answerer(index)


@pytest.fixture(scope="module")
def url(library: Answerer) -> Iterator[str]:
    yield from served(library)


def opened(open_page: Open, url: str, **options: Any) -> Any:
    return open_page(f"{url}/library", ready=READY, **options)


def done(page: Any, words: str) -> None:
    """Wait until the latest job is done and a line of it tells ``words``."""
    expect(page.locator(".job").first.locator("li", has_text=words)).to_have_count(1, timeout=60_000)


def test_an_uploaded_article_answers_and_a_deleted_one_does_not(
    url: str, library: Answerer, open_page: Open, tmp_path: Path
) -> None:
    good, empty, program = tmp_path / "Turm <b>.txt", tmp_path / "leer.txt", tmp_path / "x.exe"
    good.write_text(TOWER, "utf-8")
    empty.write_text(" \n", "utf-8")
    program.write_text("MZ", "utf-8")
    page = opened(open_page, url)
    before = library.status().articles
    page.locator(".adding summary").click()
    page.locator("input[type=file]").set_input_files([good, empty, program])
    done(page, "Zuckerturm in Nirgendheim eröffnet")
    expect(page.locator(".job .added")).to_have_count(1)
    expect(page.locator(".job .failed")).to_contain_text("leer.txt")
    expect(page.locator(".refused")).to_contain_text("x.exe: Dateien dieser Art")
    page.locator("#search-words").fill("Zuckerturm")
    expect(page.locator(".articles .title .plain")).to_have_count(1)
    assert library.status().articles == before + 1
    expect(page.locator(".holdings")).to_contain_text(f"{before + 1} Artikel")
    good.unlink()  # nothing depends on it
    kept = [path.name for path in (library.settings.index / "uploads").iterdir()]
    assert kept == ["Turm _b.txt"]

    chat = open_page(url)
    ask(chat, "Wie hoch ist der Zuckerturm in Nirgendheim?")
    expect(chat.locator(".turn").last).to_contain_text("77 Meter")

    page.locator(".articles .plain", has_text="Zuckerturm").click()
    expect(page.locator(".article h2")).to_be_focused()
    page.get_by_role("button", name="Artikel löschen").click()
    expect(page.get_by_role("button", name="Behalten")).to_be_focused()
    page.get_by_role("button", name="Endgültig löschen").click()
    done(page, "gelöscht")
    expect(page.locator(".article")).to_have_count(0)
    expect(page.locator(".none-found")).to_be_visible()
    assert library.status().articles == before
    assert list((library.settings.index / "uploads").iterdir()) == []
    chat.get_by_role("button", name="Neue Unterhaltung").first.click()
    expect(chat.locator(".welcome")).to_be_visible()  # before that, the old turns are still counted
    ask(chat, "Wie hoch ist der Zuckerturm in Nirgendheim?")
    expect(chat.locator(".turn").last).not_to_contain_text("77 Meter")
    expect(chat.locator(".not-found")).to_have_count(1)


def test_a_pasted_text_and_a_page_from_the_web(
    url: str, library: Answerer, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = opened(open_page, url)
    page.locator(".adding summary").click()
    form = page.locator(".paste")
    form.get_by_label("Überschrift").fill("Kaulquappen im Rathaus")
    form.get_by_label("Quelle").fill("Teichblatt")
    form.get_by_label("Datum").fill("2024-05-03")
    form.get_by_label("Text", exact=True).fill("Im Rathaus von Teichdorf sind drei Kaulquappen gefunden worden.")
    form.get_by_role("button").click()
    done(page, "Kaulquappen im Rathaus")
    page.locator(".job .plain").first.click()
    expect(page.locator(".article > .facts")).to_contain_text("Teichblatt")
    expect(page.locator(".article > .facts")).to_contain_text("3. Mai 2024")
    library.index.delete(ids(library, "Kaulquappen"))

    page.locator("#add-url").fill("http://127.0.0.1:1/geheim")
    page.locator(".url button").click()
    done(page, "privaten Netz")  # what the server can reach and the reader can't is not fetched
    monkeypatch.setattr(library_work, "fetch", partial(fetch, allow_private=True, delay=0.0))
    with site(WEB_PAGE) as address:
        page.locator("#add-url").fill(f"{address}/artikel")
        page.locator(".url button").click()
        done(page, "Storchennest auf dem Kran")
    page.locator(".job").first.locator(".plain").click()
    expect(page.locator(".article")).to_contain_text("drei Jungstörche")
    library.index.delete(ids(library, "Storchennest"))


@contextmanager
def site(page: bytes) -> Iterator[str]:
    """A web site on this computer with one page at every address but robots.txt."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path != "/robots.txt"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def ids(library: Answerer, word: str) -> list[str]:
    rows = library.index.store.db.execute("SELECT id FROM articles WHERE title LIKE ?", (f"%{word}%",))
    return [row[0] for row in rows]


def test_search_time_source_and_order(url: str, open_page: Open) -> None:
    page = opened(open_page, url)
    titles = page.locator(".articles .title .plain")
    page.locator("#search-words").fill("Nitrat")
    expect(titles).not_to_have_count(25)
    expect(page.locator(".snippet mark").first).to_contain_text("Nitrat")
    page.locator("#search-words").fill("xyzzyx")
    expect(page.locator(".none-found")).to_be_visible()
    page.locator("#search-words").fill("")
    page.locator("#search-source").select_option("Hafenkurier")
    expect(titles).to_have_count(4)
    page.locator(".timeline [data-period]").first.click()
    expect(page.locator(".chosen")).to_be_visible()
    expect(titles).to_have_count(1)
    page.locator(".chosen").click()
    expect(titles).to_have_count(4)
    dates = page.locator(".articles td.date").all_inner_texts()
    page.get_by_role("button", name="Datum").click()
    expect(page.locator("th.date")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(".articles td.date").first).to_have_text(dates[-1])
    page.locator("#search-source").select_option("")
    page.get_by_role("button", name="Weiter").click()
    expect(page.locator(".paging")).to_contain_text("26–34 von 34")


def test_a_hostile_article_is_inert(url: str, open_page: Open) -> None:
    page = opened(open_page, url)
    page.locator("#search-words").fill("Schlimm Zeichen")
    row = page.locator(".articles .title .plain")
    expect(row).to_have_count(1)
    for attack in ATTACKS:
        expect(row).to_contain_text(attack)
    row.click()
    for attack in ATTACKS:
        expect(page.locator(".article h2")).to_contain_text(attack)
        expect(page.locator(".article > .passage")).to_contain_text(attack)
    assert page.locator("#library").locator("script, iframe, img, svg, a").count() == 0
    assert "\u202e" not in page.locator("#library").inner_text()
    page.goto(f"{url}/library?article=%3Cscript%3Ealert(1)%3C/script%3E")
    expect(page.locator(".article h2")).to_contain_text("gibt es nicht mehr")


def test_on_a_phone_and_with_the_keyboard(url: str, open_page: Open) -> None:
    page = opened(open_page, url, viewport=PHONE, locale="en-GB")
    widest = "Math.max(...[...document.querySelectorAll('html, body, #shelf, #reading')].map(e => e.scrollWidth))"
    assert page.evaluate(widest) == PHONE["width"]
    page.locator(".adding summary").press("Enter")
    expect(page.locator("#add-url")).to_be_visible()
    assert page.evaluate(widest) == PHONE["width"]
    page.locator(".articles .title .plain").first.press("Enter")
    expect(page.locator(".article h2")).to_be_focused()
    assert page.evaluate(widest) == PHONE["width"]
    page.keyboard.press("Escape")
    expect(page.locator(".articles .title .plain").first).to_be_focused()
    page.locator("[data-language=de]").click()
    expect(page.locator(".adding summary")).to_have_text("Artikel hinzufügen")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(url: str, open_page: Open, scheme: str) -> None:
    page = opened(open_page, url, color_scheme=scheme, viewport={"width": 1440, "height": 900})
    page.locator(".adding summary").click()
    page.locator(".checks summary").click()
    page.locator("#search-words").fill("Brücke")
    expect(page.locator(".snippet mark").first).to_be_visible()
    assert faults(page) == []
    page.locator(".articles .title .plain").first.click()
    page.locator(".about summary").click()
    page.get_by_role("button", name="Artikel löschen").click()
    expect(page.locator(".confirm")).to_be_visible()
    assert faults(page) == []


def test_from_elsewhere_nothing_can_be_changed(url: str, library: Answerer, open_page: Open) -> None:
    """A reverse proxy that says for whom it asks stands for another computer."""
    page = opened(open_page, url, extra_http_headers={"X-Forwarded-For": "192.0.2.7"})
    expect(page.locator(".elsewhere")).to_contain_text("nur an dem Rechner")
    page.locator(".articles .title .plain").first.click()
    expect(page.locator(".article h2")).to_be_visible()
    expect(page.locator(".deleting")).to_have_count(0)
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=10)
    connection.request("POST", "/library/upload?name=a.txt", b"x", {"X-Forwarded-For": "192.0.2.7"})
    answer = connection.getresponse()
    assert answer.status == 400 and "nur an dem Rechner" in json.loads(answer.read())["error"]
    assert not (library.settings.index / "uploads" / "a.txt").exists()
