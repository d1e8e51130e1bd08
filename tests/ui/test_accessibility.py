"""axe-core over the chat in every state, light and dark: no violation that it calls serious or critical."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.axe import faults
from tests.browser import PHONE, Open, ask, expect, needs_browser, served
from tests.page_samples import ScriptedAnswerer

pytestmark = needs_browser


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    scripted = ScriptedAnswerer(tmp_path_factory.mktemp("axe"))
    yield from served(scripted)
    scripted.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1440, "height": 900}])
def test_nobody_is_shut_out(scheme: str, size: dict[str, int], url: str, open_page: Open) -> None:
    page = open_page(url, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    assert faults(page) == []
    ask(page, "Wann im März 2024?")
    ask(page, "Was?")
    page.locator(".near summary").click()
    page.locator("#turn-0 .thumb.down").click()
    expect(page.locator(".comment")).to_be_visible()
    assert faults(page) == []
    page.locator("#turn-0 button.chip").click()
    expect(page.locator("mark.now:visible")).to_be_in_viewport()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#filters summary").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    if size == PHONE:
        page.get_by_role("button", name="Unterhaltungen", exact=True).click()
    page.locator(".manage summary").first.click()
    assert faults(page) == []
