"""What tests of the page in a real browser share; the fixtures are in ``tests/ui/conftest.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rag.answerer import Answerer
from ui.app import build
from ui.screenshot import CHROMIUM_NAMES, find_chromium
from ui.server import Server

Open = Callable[..., Any]
PHONE = {"width": 360, "height": 740}
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install 'belegt[dev]')")
expect = sync_api.expect
needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason=f"no browser found: {', '.join(CHROMIUM_NAMES)}"),
]


def served(answerer: Answerer) -> Iterator[str]:
    """The address of the page over ``answerer``, as a fixture yields it."""
    server = Server(port=0)
    server.start(build(answerer))
    yield server.url
    server.close()


def begin_slowly(page: Any) -> None:
    """Ask what ``ScriptedAnswerer`` answers in part, then waits; until that part is shown."""
    page.locator("#question textarea").fill("Langsam bitte")
    page.keyboard.press("Enter")
    expect(page.locator("#live .growing")).to_contain_text("Ein Anfang")


def ask(page: Any, question: str) -> None:
    """Type and send ``question``, wait until it is dealt with."""
    before = page.locator("#history .turn").count()
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("#history .turn")).to_have_count(before + 1, timeout=120_000)


def width_of_content(page: Any) -> int:
    return page.evaluate("Math.max(...[...document.querySelectorAll('html, body, #scroll')].map(e => e.scrollWidth))")


# Put into a page before it loads: when its last long task ended, when something was drawn, how far things have jumped.
OBSERVE = """
window.belegtSeen = {busy: 0, drawn: 0, shift: 0, until(selector) {
    new MutationObserver((_, observer) => {
        if (!document.querySelector(selector) || document.documentElement.lang !== "en") return;
        this.drawn = performance.now();
        observer.disconnect();
    }).observe(document, {childList: true, subtree: true, attributes: true, attributeFilter: ["lang", "placeholder"]});
}};
new PerformanceObserver((list) => {
    for (const task of list.getEntries()) belegtSeen.busy = task.startTime + task.duration;
}).observe({type: "longtask"});
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) belegtSeen.shift += entry.value;
}).observe({type: "layout-shift"});
"""


def main_thread_seconds(devtools: Any) -> float:
    """Processor time that a page's main thread has taken, however busy the machine is. ``devtools``: its CDP session."""
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
