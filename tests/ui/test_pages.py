"""More than one page: each at its address, under one top, in one language."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr
import pytest

from rag.safe import safe
from tests.browser import Open, expect, needs_browser
from tests.page_samples import ScriptedAnswerer
from ui.app import PAGES, build
from ui.frame import HIDDEN, Frame, Updates
from ui.server import Server

pytestmark = needs_browser


class Other:
    """Tells the language and the visitor, and what was pressed."""

    name = "other"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.told = frame.html("", "told", "belegt.forward(element, trigger) // 'press'")
        frame.on_show(self.show, [], [self.told])
        self.told.press(self.press, [], [self.told], **HIDDEN)

    def show(self, request: gr.Request) -> Updates:
        told = f"{self.frame.language(request)} {self.frame.visitor(request)}"
        return {self.told: f'<p>{safe(told)}</p><button data-event="press" data-what="it">x</button>'}

    def press(self, event: gr.EventData) -> Updates:
        return {self.told: f"<p>pressed {safe(event.what)}</p>"}


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("ui.header._nav", lambda name, language: f"{name} {language}")
    server = Server(port=0)
    server.start(build(ScriptedAnswerer(), pages=(*PAGES, Other)))
    yield server.url
    server.close()


def test_pages_share_the_top_the_language_and_the_visitor(url: str, open_page: Open) -> None:
    page = open_page(url)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="other en").click()
    expect(page.locator("#told p")).to_contain_text("en ")
    expect(page.locator(".pages [aria-current=page]")).to_have_text("other en")
    known = page.locator("#told p").inner_text()
    assert len(known.split()[1]) == 32
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("#told p")).to_have_text(known.replace("en", "de", 1))
    page.get_by_role("button", name="x").click()
    expect(page.locator("#told p")).to_have_text("pressed it")
    assert "belegt_browser" not in page.evaluate("document.cookie")
    other = open_page(f"{url}/other", ready="#told p")
    assert other.locator("#told p").inner_text() != known
