"""Reading an answer: citations by keyboard, filters, what can be taken away, text that grows without a jolt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answerer import Answerer
from tests.browser import (
    OBSERVE,
    PHONE,
    Open,
    ask,
    expect,
    main_thread_seconds,
    needs_browser,
    served,
    width_of_content,
)
from tests.page_samples import LONG_ANSWER, ScriptedAnswerer

pytestmark = needs_browser
ACCOUNTS = "In wie vielen Fällen waren beim Datenleck der Stadtwerke auch Bankverbindungen betroffen?"


@pytest.fixture(scope="module")
def demo_url(demo_answerer: Answerer) -> Iterator[str]:
    yield from served(demo_answerer)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    scripted = ScriptedAnswerer(tmp_path)
    yield from served(scripted)
    scripted.close()


@pytest.mark.parametrize("size", [PHONE, {"width": 1440, "height": 900}])
def test_with_the_keyboard_alone_from_the_question_to_the_quote_and_back(
    size: dict[str, int], demo_url: str, open_page: Open
) -> None:
    page = open_page(demo_url, viewport=size)
    expect(page.locator("#question textarea")).to_be_focused()  # by itself, a moment after the page is there
    page.keyboard.type(ACCOUNTS)
    expect(page.locator("#question textarea")).to_have_value(ACCOUNTS)
    page.keyboard.press("Enter")
    expect(page.locator("#history .turn")).to_have_count(1, timeout=120_000)
    page.locator("#turn-0 .copy").focus()  # anywhere but in the question box, where j is a letter
    page.keyboard.press("j")
    chip = page.locator("button.chip").first
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    marked = page.locator("mark.now:visible")
    expect(marked).to_be_in_viewport()
    short, quote = (" ".join(said.split()) for said in page.locator(".reply .prose p").all_inner_texts()[:2])
    sentence = " ".join(marked.inner_text().split())
    assert sentence in quote  # the very sentence, the one that bears out the short answer above it
    assert short.removesuffix("[1]").strip() == "6.200 Fällen" and "6.200 Fällen" in sentence
    for shown in ("h3", ".facts"):
        expect(page.locator(f".card:has(mark.now) header {shown}")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()
    if size == PHONE:
        expect(marked).to_be_hidden()
    page.locator("#question textarea").focus()
    page.keyboard.press("j")
    expect(page.locator("#question textarea")).to_have_value("j")


def test_a_filter_by_date_narrows_the_search_is_shown_and_can_be_taken_away(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    page.get_by_text("Zeitraum und Quellen").click()
    page.get_by_label("von", exact=True).fill("1990-01-01")
    page.get_by_label("bis", exact=True).fill("1990-12-31")
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator("#filters .condition")).to_have_text("Zeitraum: 1990✕")
    ask(page, ACCOUNTS)
    expect(page.locator("#turn-0.turn .not-found")).to_be_visible()
    expect(page.locator("#turn-0 .condition")).to_contain_text("Zeitraum: 1990")
    page.locator("#turn-0 .condition .off").click()  # asks again without it
    expect(page.locator("#history #turn-1 .prose")).to_contain_text("6.200", timeout=120_000)
    expect(page.locator("#turn-1 .condition")).to_have_count(0)
    page.locator("#filters .off").click()
    expect(page.locator("#filters .condition")).to_have_count(0)
    page.get_by_text("Zeitraum und Quellen").click()
    expect(page.get_by_label("von", exact=True)).to_have_value("")
    source = page.locator("input[name=sources]").first
    source.check()
    page.keyboard.press("Enter")
    expect(page.locator("#filters .condition")).to_contain_text(f"Quelle: {source.get_attribute('value')}")


def test_a_refusal_says_what_is_missing_and_opens_the_nearest_article(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    ask(page, "Wie hoch ist der Eiffelturm?")
    expect(page.locator(".near-why > p")).to_contain_text("„Eiffelturm“")
    page.locator(".near summary").click()
    assert 1 <= page.locator(".near .reason").count() <= 3
    page.locator(".near-one").first.click()
    expect(page.locator(".panel-top h2")).to_have_text("Nächstliegende Stellen")
    expect(page.locator("mark.now:visible").first).to_be_in_viewport()


def test_what_else_was_found_can_be_asked_about(demo_url: str, open_page: Open) -> None:
    page = open_page(demo_url)
    ask(page, ACCOUNTS)
    expect(page.locator(".further")).to_have_count(0)  # no other article is about it
    ask(page, "Wer errichtet das Werk für Wärmepumpen in Mühlrode?")
    offered = page.locator(".further button").first
    expect(offered).to_contain_text("Kelvora")  # in the headline of every article about that factory
    question = offered.inner_text()
    offered.click()
    expect(page.locator("#turn-2 .question")).to_contain_text(question, timeout=120_000)


def test_an_answer_is_copied_with_footnotes_and_a_question_changed(url: str, open_page: Open) -> None:
    page = open_page(url, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "Brücke?")
    page.get_by_role("button", name="Mit Fußnoten kopieren").click()
    expect(page.locator("#announcer [role=status]")).to_have_text("Kopiert.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "Sie stammt aus dem Jahr 1968. [1]\n\n[1] Brücke gesperrt, Hafenkurier, 22. August 2024: „Sie"
    )
    page.get_by_role("button", name="Frage ändern").click()
    box = page.locator("#question textarea")
    expect(box).to_have_value("Brücke?")
    expect(box).to_be_focused()
    page.keyboard.type(" Wirklich?")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1 .question")).to_contain_text("Brücke? Wirklich?")


def test_the_conversation_is_saved_as_markdown_and_printed_without_the_page_around_it(
    url: str, open_page: Open
) -> None:
    page = open_page(url)
    ask(page, "Böse Frage")
    ask(page, "Brücke?")
    for _ in range(2):  # also a second time
        with page.expect_download() as download:
            page.get_by_role("button", name="Als Markdown").click()
    assert download.value.suggested_filename == "Böse-Frage.md"
    text = Path(download.value.path()).read_text("utf-8")
    assert text.startswith("# Böse Frage\n\n## Böse Frage\n\n") and "](<https://www.hafenkurier.example/bruecke" in text
    assert "<script>" not in text and not re.search(r"(?<!\\)\]\(javascript", text)
    page.emulate_media(media="print")
    for hidden in ("header.top", "#side", "#composer", "#sources", ".actions", ".rating"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#turn-1 .address")).to_have_text("https://www.hafenkurier.example/bruecke?x=1&y=2")
    assert page.pdf().startswith(b"%PDF")


def measure(page: Any) -> None:
    page.evaluate(OBSERVE)
    page.evaluate("""() => {
        belegtSeen.removed = 0;
        new MutationObserver((changes) => {
            for (const change of changes) {
                if (change.target.closest?.('.growing')) belegtSeen.removed += change.removedNodes.length;
            }
        }).observe(document.getElementById('live'), {childList: true, subtree: true});
    }""")


def test_a_long_answer_grows_by_appending_and_nothing_jumps(url: str, open_page: Open) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    measure(page)
    page.locator("#question textarea").fill("Lang bitte")
    page.keyboard.press("Enter")
    expect(page.locator("#live .growing")).to_contain_text("Satz 150 hat")
    grown = page.locator("#live .growing").inner_text()
    expect(page.locator("#history #turn-1 .prose")).to_contain_text("Satz 200 hat")
    final = page.locator("#history #turn-1 .prose").inner_text()
    assert " ".join(final.split()).startswith(" ".join(grown.split()))
    assert len(LONG_ANSWER.text.split()) >= 2000
    seen = page.evaluate("belegtSeen")
    assert seen["removed"] == 0
    assert seen["shift"] < 0.02  # "good" is below 0.1; this is the stage giving way to how the answer came about


def test_while_an_answer_grows_the_browser_stays_calm(tmp_path: Path, open_page: Open) -> None:
    scripted = ScriptedAnswerer(tmp_path)
    scripted.pace = 0.015  # 2,000 words in half a minute, as from a quick model
    for url in served(scripted):
        page = open_page(url)
        page.locator("#question textarea").fill("Lang bitte")
        page.keyboard.press("Enter")
        expect(page.locator("#live .growing")).to_contain_text("Satz 10 hat")
        devtools = page.context.new_cdp_session(page)
        before = main_thread_seconds(devtools)
        page.wait_for_timeout(4000)
        assert (main_thread_seconds(devtools) - before) / 4 < 0.3  # of a core, on the page's main thread
        page.get_by_role("button", name="Anhalten").click()
        expect(page.locator("#history .turn")).to_have_count(1)


def test_a_phone_has_room_for_all_of_it(url: str, open_page: Open) -> None:
    page = open_page(url, viewport=PHONE)
    ask(page, "Wann im März 2024?")
    ask(page, "Was?")
    page.locator("#turn-1 .near summary").click()
    page.locator("#filters summary").click()
    assert width_of_content(page) == PHONE["width"]
    fields = page.locator(".fields").bounding_box()
    assert fields["x"] >= 0 and fields["x"] + fields["width"] <= PHONE["width"] and fields["y"] >= 0
