"""Evaluation and settings in a real browser, over a small real index."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from evals.cases import Case, QuestionSet
from evals.kept import Kept
from evals.system import over
from rag import feedback
from rag.answerer import Answerer
from rag.index import Index
from rag.models.embed import Embedder
from rag.settings import Settings
from tests.axe import faults
from tests.browser import PHONE, Open, expect, needs_browser, served
from tests.page_samples import ATTACKS, BRIDGE_ANSWER

pytestmark = needs_browser
HOSTILE = f"Wie hoch ist der Deich? {ATTACKS[0]} {ATTACKS[1]}"
ARTICLES = [
    {
        "id": "deich",
        "title": "Deich",
        "source": "Bote",
        "text": "Der Deich in Norderau ist 8 Meter hoch, sagte Ada Lund.",
    },
    {"id": "brand", "title": "Brand", "source": "Bote", "text": "In Süderau brannte am Montag eine Scheune ab."},
]
QUESTIONS = QuestionSet(
    "klein", "1", None,
    (
        Case("q1", "Wie hoch ist der Deich in Norderau?", ("8 Meter",), ("deich",), (), True, "de"),
        Case("q2", HOSTILE, ("9 Meter",), ("deich",), (), True, "de"),
        Case("q3", "Was brannte in Süderau ab?", ("eine Scheune", "Scheune"), ("brand",), (), True, "de"),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Answerer]:
    folder = tmp_path_factory.mktemp("small")
    (folder / "news.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)), "utf-8")
    settings = Settings.load(
        index=folder / "index", llm_url="http://127.0.0.1:9/v1", llm_model="klein", llm_api_key="geheim"
    )
    with Index.open(settings, create=True) as index:
        index.__dict__["embedder"] = embedder
        index.ingest([folder / "news.jsonl"], progress=False)
        yield Answerer(index)


@pytest.fixture(scope="module")
def url(small: Answerer) -> Iterator[str]:
    yield from served(small)


@pytest.fixture
def ran(small: Answerer) -> Iterator[None]:
    """A run to look at, no longer there afterwards."""
    kept = Kept(small.settings.index)
    run_id = kept.run(QUESTIONS, over(small), lambda *_: None, lambda: False)
    yield
    kept.delete(run_id)


def test_a_set_is_run_compared_and_leads_into_the_chat(
    url: str, small: Answerer, open_page: Open, tmp_path: Path
) -> None:
    disliked = replace(BRIDGE_ANSWER, question=HOSTILE, citations=())
    feedback.add(small.settings.index, "1", disliked, "down", ATTACKS[1], held=lambda _: True)
    QUESTIONS.save(tmp_path / "klein.jsonl")
    (tmp_path / "kaputt.jsonl").write_text("{nope", "utf-8")
    page = open_page(f"{url}/evaluation", ready=".sets li")
    expect(page.locator(".sets .warning")).to_contain_text("fehlen in diesem Index")  # the demo's articles
    page.locator("input[type=file]").set_input_files(tmp_path / "kaputt.jsonl")
    expect(page.locator(".job .failed")).to_contain_text("kaputt.jsonl")
    page.locator("input[type=file]").set_input_files(tmp_path / "klein.jsonl")
    start = page.locator('[data-set="klein"]')
    for runs in (1, 2):
        start.click()
        expect(page.locator("#runs tbody tr")).to_have_count(runs, timeout=60_000)
    expect(page.locator("#runs tbody tr").first).to_contain_text("klein 1")
    misses = page.locator(".misses li")
    expect(misses.filter(has_text=ATTACKS[0])).to_have_count(1)
    expect(page.locator(".drafts summary")).to_contain_text("(1)")
    assert page.locator("#evaluation").locator("script, iframe, img").count() == 0

    page.locator("#against").select_option(index=1)
    expect(page.locator(".run")).to_contain_text("Verglichen über 3 gleiche Fragen")
    expect(page.locator(".run")).to_contain_text("Gewonnen: 0")
    report = page.locator(".run-links a").get_attribute("href")
    page.goto(f"{url}{report}")
    expect(page.locator("#app")).to_contain_text("Wie hoch ist der Deich in Norderau?")

    page.goto(f"{url}/evaluation")
    page.locator("#runs .plain").first.click()
    page.locator(".misses li", has_text=ATTACKS[0]).get_by_role("link").click()
    expect(page.locator("#question textarea")).to_have_value(HOSTILE)
    page.goto(f"{url}/evaluation")
    page.locator("#runs .plain").first.click()
    page.get_by_role("button", name="Lauf löschen").click()
    expect(page.locator("#runs tbody tr")).to_have_count(1)


def test_reports_are_told_apart_by_ids_alone(url: str) -> None:
    for wanted in ("", "../../store", "%2e%2e%2fx"):
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=10)
        connection.request("GET", f"/evaluation/report?run={wanted}")
        assert connection.getresponse().status == 404


def test_settings_in_words_without_secrets(url: str, small: Answerer, open_page: Open) -> None:
    page = open_page(f"{url}/settings", ready=".modes li")
    expect(page.locator(".modes")).to_contain_text("Ein Schlüssel ist hinterlegt.")
    page.locator(".all summary").click()
    expect(page.locator(".all")).to_contain_text("http://127.0.0.1:9/v1")
    assert "geheim" not in page.content()
    page.get_by_role("button", name="Einstellen").click()
    expect(page.locator(".modes li", has_text="Sprachmodell").locator(".state").last).to_have_text("eingestellt")
    assert small.settings.answer_mode == "llm"
    page.get_by_role("button", name="Einstellen").click()
    expect(page.locator(".modes li").first.locator(".state")).to_have_count(1)
    assert small.settings.answer_mode == "extractive"
    page.get_by_role("button", name="Jetzt prüfen").click()
    expect(page.locator("#check .well")).to_have_count(2, timeout=60_000)  # model and index
    expect(page.locator("#check .ill")).to_have_count(1)  # nothing listens at that address
    page.locator("[data-language=en]").click()
    expect(page.locator(".modes h2")).to_have_text("How answers are made")


def test_from_elsewhere_nothing_is_run_and_no_address_shown(url: str, open_page: Open) -> None:
    headers = {"X-Forwarded-For": "192.0.2.7"}
    page = open_page(f"{url}/evaluation", ready=".elsewhere", extra_http_headers=headers)
    expect(page.locator(".sets, .drafts")).to_have_count(0)
    page = open_page(f"{url}/settings", ready=".modes li", extra_http_headers=headers)
    assert "127.0.0.1:9" not in page.content()
    expect(page.locator("#settings [data-event]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("ran")
def test_nobody_is_shut_out(url: str, open_page: Open, scheme: str) -> None:
    page = open_page(f"{url}/evaluation", ready="#runs .plain", color_scheme=scheme)
    page.locator("#runs .plain").first.click()
    expect(page.locator(".run .measures")).to_be_visible()
    assert faults(page) == []
    page = open_page(f"{url}/settings", ready=".modes li", color_scheme=scheme)
    page.locator(".all summary").click()
    assert faults(page) == []


@pytest.mark.parametrize("name", ["evaluation", "settings"])
def test_on_a_phone_nothing_is_wider_than_the_screen(url: str, open_page: Open, name: str) -> None:
    page = open_page(f"{url}/{name}", ready=f"#{name} h2", viewport=PHONE)
    if name == "settings":
        page.locator(".all summary").click()
    widths = f"[...document.querySelectorAll('html, body, #{name}')].map(e => e.scrollWidth)"
    assert max(page.evaluate(widths)) == PHONE["width"]
