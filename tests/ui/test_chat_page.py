"""The page in a real browser: over the demo corpus, and over scripted answers where no model is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from rag.answerer import Answerer
from tests.browser import PHONE, Open, ask, begin_slowly, expect, needs_browser, served, width_of_content
from tests.page_samples import ATTACKS, BRIDGE, ScriptedAnswerer

pytestmark = needs_browser
ACCOUNTS = "In wie vielen Fällen waren beim Datenleck der Stadtwerke auch Bankverbindungen betroffen?"
UNANSWERABLE = "Wie hoch ist der Eiffelturm?"


@pytest.fixture(scope="module")
def demo_url(demo_answerer: Answerer) -> Iterator[str]:
    yield from served(demo_answerer)


@pytest.fixture(scope="module")
def scripted() -> ScriptedAnswerer:
    return ScriptedAnswerer()


@pytest.fixture(scope="module")
def scripted_url(scripted: ScriptedAnswerer) -> Iterator[str]:
    yield from served(scripted)
    scripted.close()


def test_from_a_question_to_the_marked_quote(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    expect(page.locator(".holdings")).to_contain_text("33 Artikel, Stand: ")
    ask(page, ACCOUNTS)
    expect(page.locator(".reply .prose")).to_contain_text("6.200")
    expect(page.locator(".notes")).to_contain_text("ohne Sprachmodell")
    chip = page.locator("button.chip").first
    chip.click()
    number = chip.get_attribute("data-cite")
    expect(page.locator(f'.card[data-cites~="{number}"]')).to_be_focused()
    expect(page.locator(f'mark.now[data-cite="{number}"]:visible')).to_be_in_viewport()


def test_an_unanswerable_question_is_refused_with_near_passages_folded(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    ask(page, UNANSWERABLE)
    expect(page.locator(".not-found")).to_be_visible()
    expect(page.locator("button.chip")).to_have_count(0)
    near = page.locator(".near li").first
    expect(near).to_be_hidden()
    page.locator(".near summary").click()
    expect(near).to_be_visible()


def test_an_example_can_be_asked_with_the_keyboard(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    example = page.locator(".example").first
    question = example.inner_text()
    example.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#history .turn")).to_have_count(1, timeout=120_000)
    expect(page.locator(".question")).to_contain_text(question)


def test_other_corpora_get_no_examples(scripted_url: str, open_page: Open) -> None:
    expect(open_page(scripted_url).locator(".example")).to_have_count(0)


def test_the_whole_article_opens_at_the_quote(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    ask(page, ACCOUNTS)
    page.locator(".whole summary").first.click()
    expect(page.locator(".whole[open] mark").first).to_be_in_viewport()
    expect(page.locator(".card:has(.whole[open]) .excerpt")).to_be_hidden()


def test_on_a_phone_nothing_is_wider_than_the_screen(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url, viewport=PHONE)
    assert width_of_content(page) == PHONE["width"]
    ask(page, ACCOUNTS)
    assert width_of_content(page) == PHONE["width"]
    expect(page.locator(".card").first).to_be_hidden()
    page.locator("button.chip").first.click()
    expect(page.locator("mark.now:visible")).to_be_in_viewport()
    assert width_of_content(page) == PHONE["width"]
    page.keyboard.press("Escape")
    expect(page.locator(".card").first).to_be_hidden()
    expect(page.locator("button.chip").first).to_be_focused()


def test_the_language_follows_the_browser_then_the_switch_and_is_remembered(scripted_url: str, open_page: Open) -> None:
    page = open_page(scripted_url, locale="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#ask")).to_have_text("Ask")
    ask(page, "Brücke?")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#ask")).to_have_text("Fragen")
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", "Eine Frage an die Artikel …")
    expect(page.locator(".notes")).to_contain_text("Wörtliche Auszüge")
    expect(page.locator(".card .facts")).to_contain_text("22. August 2024")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_hostile_articles_do_nothing_in_the_browser(scripted_url: str, open_page: Open) -> None:
    page = open_page(scripted_url)
    ask(page, "Böse Frage")
    for attack in ATTACKS:
        expect(page.locator(".excerpt")).to_contain_text(attack)
    assert page.locator("#talk, #sources").locator("script, iframe, img, svg, a").count() == 0
    ask(page, f"Weiter {ATTACKS[1]}")
    page.locator(".near summary").click()
    expect(page.locator(".near")).to_contain_text(ATTACKS[1])


def test_the_question_box_has_the_focus_enter_sends_and_shift_enter_does_not(
    scripted_url: str, open_page: Open
) -> None:
    page = open_page(scripted_url)
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type("Brücke?")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Wirklich?")
    expect(page.locator("#question textarea")).to_have_value("Brücke?\nWirklich?")
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_contain_text("Brücke?\nWirklich?")
    expect(page.locator("#question textarea")).to_have_value("")


def test_text_is_shown_while_it_grows_and_can_be_stopped(
    scripted_url: str, scripted: ScriptedAnswerer, open_page: Open
) -> None:
    page = open_page(scripted_url)
    begin_slowly(page)
    expect(page.locator("#live .steps [aria-current=step]")).to_have_text("Suche")
    page.get_by_role("button", name="Anhalten").click()
    expect(page.locator("#history .turn")).to_contain_text("Angehalten.")
    expect(page.locator("#history .turn")).to_contain_text("Ein Anfang")
    expect(page.locator("#question textarea")).to_be_focused()
    scripted.resume.set()  # what is left of the stopped answer must not appear
    ask(page, "Brücke?")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator("#ask")).to_be_visible()


def test_an_unexpected_error_is_told_in_words_and_logged_in_full(
    scripted_url: str, open_page: Open, caplog: pytest.LogCaptureFixture
) -> None:
    page = open_page(scripted_url)
    ask(page, "Kaputt")
    shown = page.locator(".error").inner_text()
    assert "Kennung" in shown and "Protokoll" in shown and "secret detail" not in shown
    (reference,) = re.findall(r"Kennung ([0-9a-f]{6})", shown)
    assert reference in caplog.text and "secret detail" in caplog.text
    ask(page, "Brücke?")  # the page still works
    expect(page.locator("button.chip")).to_have_count(1)


def test_a_citation_of_an_earlier_answer_brings_its_sources_back(scripted_url: str, open_page: Open) -> None:
    page = open_page(scripted_url)
    ask(page, "Brücke?")
    ask(page, "Böse Frage")
    expect(page.locator(".card h3")).not_to_have_text(BRIDGE.title or "")
    page.locator("#turn-0 button.chip").click()
    expect(page.locator(".card h3")).to_have_text(BRIDGE.title or "")
    expect(page.locator(".card")).to_be_focused()
    expect(page.locator(".panel-top")).to_contain_text("Zur Frage")


def test_a_new_conversation_begins_empty(scripted_url: str, open_page: Open) -> None:
    page = open_page(scripted_url)
    ask(page, "Brücke?")
    page.get_by_role("button", name="Neue Unterhaltung").first.click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)


def test_two_visitors_do_not_share_a_conversation(scripted_url: str, open_page: Open) -> None:
    first, second = open_page(scripted_url), open_page(scripted_url)
    ask(first, "Brücke?")
    expect(second.locator(".turn")).to_have_count(0)


def test_answers_are_announced(scripted_url: str, open_page: Open) -> None:
    page = open_page(scripted_url)
    ask(page, "Brücke?")
    status = page.locator("#announcer [role=status]")
    expect(status).to_have_attribute("aria-live", "polite")
    expect(status).to_contain_text("Sie stammt aus dem Jahr 1968.")


def test_an_answer_whose_stream_was_just_closed_is_shown_all_the_same(url: str, open_page: Open) -> None:
    page = open_page(url)
    page.wait_for_timeout(1500)  # what opening the page asked for is through, and its stream closed
    closed = []

    def close(route: Any) -> None:
        """The first stream ends at once, as one does that gradio closes while a question is on its way."""
        if closed:
            route.continue_()
            return
        closed.append(route.request.url)
        route.fulfill(content_type="text/event-stream", body='data: {"msg": "close_stream"}\n\n')

    page.route("**/queue/data*", close)
    ask(page, "Wie lang ist die Brücke?")
    assert closed
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.wait_for_timeout(4000)
    assert sent == []  # a page that shows all asks for nothing


def test_an_idle_page_asks_for_nothing(url: str, open_page: Open) -> None:
    page = open_page(url)
    ask(page, "Wie lang ist die Brücke?")
    page.wait_for_timeout(1500)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.wait_for_timeout(4000)
    assert sent == []
