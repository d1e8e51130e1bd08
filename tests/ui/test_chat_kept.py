"""Conversations that outlive the page: kept, listed, found, renamed, deleted; what became of their articles since."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rag.conversations import FILE
from tests.browser import PHONE, Open, ask, begin_slowly, expect, needs_browser, served
from tests.page_samples import BRIDGE, ScriptedAnswerer

pytestmark = needs_browser


def entries(page: Any) -> Any:
    return page.locator(".kept-list li")


def test_a_conversation_is_found_after_a_reload_and_after_a_restart(
    url: str, scripted: ScriptedAnswerer, open_page: Open
) -> None:
    page = open_page(url)
    expect(page.locator(".kept-list .hint")).to_contain_text("bleiben hier auf diesem Server")
    ask(page, "Brücke?")
    ask(page, "Was noch?")
    page.locator("#turn-0 .thumb.up").click()
    expect(page.locator("#turn-0 .kept")).to_contain_text("Danke.")
    expect(page).to_have_url(re.compile(r"\?c=[0-9a-f]{16}$"))
    page.reload()
    expect(page.locator("#history .turn")).to_have_count(2)
    expect(page.locator("#turn-0 .prose")).to_contain_text("Sie stammt aus dem Jahr 1968.")
    expect(page.locator("#turn-0 .thumb.up")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#turn-1 .near-one")).to_have_count(1)
    page.locator("#turn-0 button.chip").click()
    expect(page.locator(".card mark.now:visible")).to_have_text("Sie stammt aus dem Jahr 1968.")
    for again in served(ScriptedAnswerer(scripted.settings.index)):
        page.goto(again)
        page.locator(".welcome").wait_for()
        entries(page).get_by_role("link", name="Brücke?").click()
        expect(page.locator("#history .turn")).to_have_count(2)


def test_they_are_searched_renamed_and_really_deleted(url: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    page.get_by_role("button", name="Neue Unterhaltung").first.click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, "Anderes Thema?")
    expect(entries(page)).to_have_count(2)
    search = page.get_by_role("searchbox")
    search.fill("jahr 1968")
    expect(entries(page)).to_have_count(1)
    expect(entries(page)).to_contain_text("Brücke?")
    search.fill("kommt nirgends vor")
    expect(page.locator(".kept-list .hint")).to_contain_text("Keine Unterhaltung")
    search.fill("")
    expect(entries(page)).to_have_count(2)
    page.get_by_label("„Brücke?“ umbenennen oder löschen").click()
    page.locator(".manage[open]").get_by_label("Name").fill("Zur <b>Brücke</b>")
    page.keyboard.press("Enter")
    expect(entries(page).get_by_role("link", name="Zur <b>Brücke</b>")).to_be_visible()
    entries(page).get_by_role("link", name="Zur").click()
    expect(page.locator("#turn-0 .question")).to_contain_text("Brücke?")
    page.get_by_label("„Zur <b>Brücke</b>“ umbenennen oder löschen").click()
    page.get_by_role("button", name="Endgültig löschen").locator("visible=true").click()
    expect(entries(page)).to_have_count(1)
    expect(page.locator(".welcome")).to_be_visible()
    left = (tmp_path / FILE).read_bytes()
    assert b"aus dem Jahr 1968" not in left and b"Zur <b>" not in left and b"Anderes Thema?" in left
    page.reload()
    expect(entries(page)).to_have_count(1)


def test_two_visitors_at_once_see_their_own(url: str, open_page: Open) -> None:
    one, other = open_page(url), open_page(url)
    begin_slowly(one)
    ask(other, "Brücke?")  # answered while the first still waits
    expect(entries(other)).to_have_count(1)
    expect(entries(other)).to_contain_text("Brücke?")
    address = one.url
    other.goto(address)
    expect(entries(other)).to_have_count(1)
    expect(other.locator(".welcome")).to_be_visible()  # of another browser it is as good as missing


def test_an_answer_goes_on_while_the_page_is_reloaded_or_shows_another(
    url: str, scripted: ScriptedAnswerer, open_page: Open
) -> None:
    page = open_page(url)
    begin_slowly(page)
    page.reload()
    expect(page.locator("#live .growing")).to_contain_text("Ein Anfang")
    expect(page.locator("#stop")).to_be_visible()
    page.get_by_role("button", name="Neue Unterhaltung").first.click()
    expect(page.locator("#live .turn")).to_have_count(0)
    scripted.resume.set()
    entries(page).get_by_role("link", name="Langsam bitte").click()
    expect(page.locator("#history .prose")).to_contain_text("1968")
    expect(page.locator("#ask")).to_be_visible()


def test_what_was_stopped_or_broke_off_says_so_after_a_reload(
    url: str, scripted: ScriptedAnswerer, open_page: Open
) -> None:
    page = open_page(url)
    begin_slowly(page)
    page.get_by_role("button", name="Anhalten").click()
    expect(page.locator("#history")).to_contain_text("Angehalten.")
    ask(page, "Kaputt")
    page.reload()
    expect(page.locator("#turn-0")).to_contain_text("Angehalten.")
    expect(page.locator("#turn-1 .error")).to_contain_text("ohne Antwort")
    scripted.resume.set()
    page.locator("#turn-0 .retry").click()
    expect(page.locator("#turn-2 .prose")).to_contain_text("1968")


def test_an_old_answer_says_when_an_article_it_cites_changed_or_went(
    url: str, scripted: ScriptedAnswerer, open_page: Open
) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    expect(page.locator(".flag")).to_have_count(0)
    for version, told in (("2", "seither geändert"), (None, "nicht mehr im Index")):
        scripted.edition = version
        page.reload()
        expect(page.locator(".references .flag")).to_have_text(told)
        expect(page.locator(".reply > .flag")).to_contain_text("Artikel seither geändert")


def test_where_nothing_can_be_kept_the_chat_works_and_says_why(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    scripted = ScriptedAnswerer(tmp_path)
    for url in served(scripted):
        page = open_page(url)
        ask(page, "Brücke?")
        expect(page.locator("button.chip")).to_have_count(1)
        expect(page.locator(".kept-list .hint")).to_contain_text("Unterhaltungen lassen sich nicht aufbewahren")


def test_on_a_phone_the_list_is_a_drawer(url: str, open_page: Open) -> None:
    page = open_page(url, viewport=PHONE)
    ask(page, "Brücke?")
    expect(entries(page)).to_be_hidden()
    drawer = page.get_by_role("button", name="Unterhaltungen", exact=True)
    drawer.click()
    expect(entries(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(entries(page)).to_be_hidden()
    expect(drawer).to_be_focused()
    drawer.click()
    page.locator("#finder").get_by_role("button", name="Neue Unterhaltung").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(entries(page)).to_be_hidden()


def test_the_title_of_the_article_leads_nowhere_else(url: str, open_page: Open) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    expect(page.locator(".card h3")).to_have_text(BRIDGE.title or "")
    assert page.locator("#sources a").evaluate_all("links => links.map(link => link.target)") == ["_blank"]
