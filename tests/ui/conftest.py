from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser import Open
    from tests.page_samples import ScriptedAnswerer


@pytest.fixture
def scripted(tmp_path: Path) -> ScriptedAnswerer:
    """What answers behind ``url``."""
    from tests.page_samples import ScriptedAnswerer

    return ScriptedAnswerer(tmp_path)


@pytest.fixture
def url(scripted: ScriptedAnswerer) -> Iterator[str]:
    """The pages over ``scripted``."""
    from tests.browser import served

    yield from served(scripted)
    scripted.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Opens pages that fail the test, at its end, if they asked another host for anything or ran into an error."""
    faults: list[str] = []
    contexts = []

    def open_page(url: str, ready: str = ".welcome", **options: Any) -> Any:
        context = browser.new_context(**{"locale": "de-DE", "viewport": {"width": 1280, "height": 800}} | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda r: re.match(r"http://127\.0\.0\.1:|data:|blob:", r.url) or faults.append(r.url))
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda m: "Content Security Policy" in m.text and faults.append(m.text))
        page.goto(url)
        page.locator(ready).first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
