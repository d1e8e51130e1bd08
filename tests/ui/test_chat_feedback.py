"""Thumbs, comments and the time in a question, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.drafting.feedback import read_feedback
from rag.answerer import Answerer
from tests.browser import PHONE, Open, ask, expect, needs_browser, served, width_of_content
from tests.page_samples import ATTACKS, BRIDGE, BRIDGE_ANSWER, ScriptedAnswerer

pytestmark = needs_browser


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "feedback.jsonl").read_text("utf-8").splitlines()]


def drafted(folder: Path) -> list[tuple[str, str]]:
    return [(draft.case.question, draft.note or "") for draft in read_feedback(folder / "feedback.jsonl")]


def test_thumbs_are_pressed_and_taken_back_with_the_keyboard(url: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    up, down = page.get_by_role("button", name="Gute Antwort", exact=True), page.locator(".thumb.down")
    expect(up).to_have_attribute("aria-pressed", "false")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(up).to_be_focused()
    expect(page.locator(".kept")).to_contain_text("Gespeichert im Indexordner (feedback.jsonl), sonst nirgends.")
    expect(page.locator("#announcer [role=status]")).to_contain_text("Gespeichert")
    expect(page.locator(".comment")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(down).to_be_focused()
    page.keyboard.press("Space")
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    expect(page.locator(".kept")).to_contain_text("Zurückgenommen.")
    expect(down).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".comment")).to_have_count(0)
    assert [line["verdict"] for line in lines(tmp_path)] == ["up", "down", "none"]
    assert len({line["id"] for line in lines(tmp_path)}) == 1 and drafted(tmp_path) == []


def test_a_comment_on_a_thumb_down_becomes_a_draft_question_until_the_mind_changes(
    url: str, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    page.locator(".thumb.down").click()
    expect(page.locator(".comment code")).to_have_text(
        f"belegt eval draft --review --index {tmp_path} --feedback {tmp_path}/feedback.jsonl"
    )
    box = page.get_by_label("Was stimmt nicht? (freiwillig)")
    page.locator(".thumb.down").focus()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    page.keyboard.type("Sie ist von 1971,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("sagt <b>das</b> Amt.")
    assert drafted(tmp_path) == [(BRIDGE_ANSWER.question, f"{BRIDGE_ANSWER.text}\n{BRIDGE.id}")]  # without it, too
    page.keyboard.press("Enter")
    expect(page.locator(".kept")).to_contain_text("Mit Kommentar gespeichert")
    expect(page.locator(".comment")).to_have_count(0)
    expect(page.locator(".thumb.down")).to_be_focused()
    assert lines(tmp_path)[-1]["comment"] == "Sie ist von 1971,\nsagt <b>das</b> Amt."
    ((_, note),) = drafted(tmp_path)
    assert note.endswith("Sie ist von 1971, sagt <b>das</b> Amt.")
    page.locator(".thumb.up").click()
    expect(page.locator(".kept")).to_contain_text("Danke.")
    assert drafted(tmp_path) == []
    page.locator(".thumb.down").click()
    expect(page.locator(".comment textarea")).to_have_value("Sie ist von 1971,\nsagt <b>das</b> Amt.")


def test_what_is_typed_and_what_is_unfolded_outlives_the_next_answer(url: str, open_page: Open) -> None:
    page = open_page(url)
    ask(page, "Was?")
    page.locator(".near summary").click()
    page.locator(".thumb.down").click()
    page.locator(".comment textarea").fill("Noch nicht fert")
    expect(page.locator(".near")).to_have_attribute("open", "")
    ask(page, "Brücke?")
    expect(page.locator("#turn-0 .comment textarea")).to_have_value("Noch nicht fert")
    expect(page.locator(".near")).to_have_attribute("open", "")
    page.locator(".near summary").click()
    page.locator("#turn-1 .thumb.up").click()
    expect(page.locator("#turn-1 .kept")).to_contain_text("Danke.")
    assert page.locator(".near").get_attribute("open") is None


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}])
def test_a_press_moves_nothing_and_fingers_find_the_buttons(size: dict[str, int], url: str, open_page: Open) -> None:
    page = open_page(url, viewport=size)
    ask(page, "Wann im März 2024?")
    ask(page, "Was?")
    if size == PHONE:
        for button in page.locator("#turn-0 :is(.thumb, .off, .actions button)").all():
            box = button.bounding_box()
            assert box["width"] >= 44 and box["height"] >= 44
    page.locator("#turn-0 .thumb.up").scroll_into_view_if_needed()
    before = page.locator("#turn-1").bounding_box()
    page.locator("#turn-0 .thumb.up").click()
    expect(page.locator("#turn-0 .kept")).to_contain_text("Danke.")
    assert page.locator("#turn-1").bounding_box() == before
    page.locator("#turn-1 .thumb.down").click()
    expect(page.locator(".comment .hint")).to_be_in_viewport()
    assert width_of_content(page) == size["width"] if size == PHONE else width_of_content(page) <= size["width"]


def test_what_can_not_be_saved_is_told_with_the_fix_and_works_once_mended(
    url: str, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    (tmp_path / "feedback.jsonl").mkdir()
    up = page.locator(".thumb.up")
    up.click()
    expect(page.locator(".kept.failed")).to_contain_text("Nichts gespeichert")
    expect(page.locator(".kept.failed")).to_contain_text("Schreiben in dem Ordner erlauben")
    expect(page.locator("#announcer [role=status]")).to_contain_text("Nichts gespeichert")
    expect(up).to_have_attribute("aria-pressed", "false")
    (tmp_path / "feedback.jsonl").rmdir()
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".kept.failed")).to_have_count(0)


def test_an_answer_over_an_article_that_was_deleted_meanwhile_is_not_kept(
    url: str, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scripted: ScriptedAnswerer
) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    gone = scripted.article
    monkeypatch.setattr(scripted, "article", lambda article_id: gone("no such article"))
    page.locator(".thumb.down").click()
    expect(page.locator(".kept.failed")).to_contain_text("nicht mehr im Index")
    assert not (tmp_path / "feedback.jsonl").exists()


def test_a_fault_of_ours_is_told_and_logged(
    url: str, open_page: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = open_page(url)
    ask(page, "Brücke?")
    monkeypatch.setattr("ui.rating.feedback.add", lambda *_, **__: {}["secret detail"])
    page.locator(".thumb.up").click()
    expect(page.locator(".kept.failed")).to_contain_text("Kennung")
    assert "secret detail" in caplog.text and "secret detail" not in page.locator(".kept").inner_text()


def test_thumbs_speak_the_language_of_the_page_and_visitors_are_told_apart(
    url: str, open_page: Open, tmp_path: Path
) -> None:
    one, other = open_page(url), open_page(url, locale="en-GB")
    for page in (one, other):
        ask(page, "Brücke?")
    one.locator(".thumb.down").click()
    other.get_by_role("button", name="Not a good answer").click()
    expect(other.get_by_label("What is wrong? (optional)")).to_be_visible()
    expect(one.locator(".comment")).to_be_visible()
    assert len({line["id"] for line in lines(tmp_path)}) == 2
    one.get_by_role("button", name="English").click()
    expect(one.locator(".kept")).to_contain_text("nowhere else")
    expect(one.get_by_role("button", name="Not a good answer")).to_have_attribute("aria-pressed", "true")


def test_a_chip_shows_the_time_and_asks_again_without_it(url: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(url)
    question = f"Wann im März 2024 {ATTACKS[1]}"
    ask(page, question)
    expect(page.locator(".condition")).to_contain_text(f"„im März 2024 {ATTACKS[1]}“: März 2024")
    page.locator("#question textarea").fill("Halb getippt")
    off = page.get_by_role("button", name="nicht beachten und noch einmal fragen")
    off.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#history .turn")).to_have_count(2)
    expect(page.locator("#turn-1 .question")).to_contain_text(question)
    expect(page.locator("#turn-1 .notes")).to_contain_text(f"„im März 2024 {ATTACKS[1]}“ nicht beachtet")
    expect(page.locator("#turn-1")).to_contain_text("Dazu steht hier nichts.")
    expect(page.locator("#turn-1 .off")).to_have_count(0)
    expect(page.locator("#question textarea")).to_have_value("Halb getippt")
    page.locator("#turn-1 .thumb.down").click()
    expect(page.locator("#turn-1 .kept")).to_contain_text("Gespeichert")
    assert lines(tmp_path)[-1]["time_ignored"] is True


def test_the_real_answerer_reads_the_time_and_leaves_it_out(demo_answerer: Answerer, open_page: Open) -> None:
    for url in served(demo_answerer):
        page = open_page(url)
        ask(page, "Was kostet die Linie 7 nach dem Stand im Mai 2024?")
        expect(page.locator(".condition")).to_contain_text("Zeitraum: Mai 2024")
        page.locator(".off").click()
        expect(page.locator("#history .turn")).to_have_count(2, timeout=120_000)
        expect(page.locator("#turn-1 .notes")).to_contain_text("„im Mai 2024“ nicht beachtet")
