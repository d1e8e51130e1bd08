"""``python -m tests.page_budget INDEX``: how soon the pages can be used, and what an answer of 2,000 words costs the browser.

A page can be used once it speaks the visitor's language (only the server knows it, so all of the page is here and has asked
the server) and the last task of 50 ms or more on its main thread is over. "First": nothing is cached. The long answer is the
scripted one of the tests, written at the speed of a quick model; what it costs is counted from the first of its words to the
end: the processor time of all of the browser's processes, and of the page's main thread alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rag.answerer import Answerer
from tests.browser import OBSERVE, ask, main_thread_seconds, served, sync_api
from tests.page_samples import ScriptedAnswerer
from ui.screenshot import CHROMIUM_ARGS, find_chromium

# Each page, and what is on it once the server has answered. It is drawn in German first: an English visitor's browser tells.
PAGES = {
    "": "#question textarea[placeholder^=Ask]",
    "library": "#tools input",
    "evaluation": "#runs section",
    "settings": "#modes section",
}
QUIET = 1000  # milliseconds without a long task: the last one was the last
WORD = 0.015  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    told: dict[str, Any] = {}
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        with Answerer.open(arguments.index) as answerer, contextmanager(served)(answerer) as url:
            for name in PAGES:
                loaded(browser, url, name)  # imports, the store's pages
                rounds = [loaded(browser, url, name) for _ in range(arguments.rounds)]
                for visit, seconds in zip(("first", "again"), zip(*rounds, strict=True), strict=True):
                    told[f"/{name} {visit}, s: median, worst"] = f"{statistics.median(seconds):.2f} {max(seconds):.2f}"
        with tempfile.TemporaryDirectory() as folder, closing(ScriptedAnswerer(Path(folder))) as scripted:
            scripted.pace = WORD
            with contextmanager(served)(scripted) as url:
                told |= streamed(browser, url)
        browser.close()
    print(json.dumps(told, indent=2))


def loaded(browser: Any, url: str, name: str) -> tuple[float, float]:
    """Seconds from asking for a page until it can be used: of a first visit, and of the next."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.add_init_script(OBSERVE)
    seconds = []
    for _ in range(2):
        page = context.new_page()
        page.add_init_script(f"belegtSeen.until({json.dumps(PAGES[name])})")
        page.goto(f"{url}/{name}")
        page.wait_for_function(f"belegtSeen.drawn && performance.now() > belegtSeen.busy + {QUIET}", timeout=30_000)
        seconds.append(page.evaluate("Math.max(belegtSeen.drawn, belegtSeen.busy)") / 1000)
        page.close()
    context.close()
    return seconds[0], seconds[1]


def streamed(browser: Any, url: str) -> dict[str, str]:
    """What the long answer costs, and how far things jump meanwhile (Cumulative Layout Shift; "good" is below 0.1)."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 800})
    context.add_init_script(OBSERVE)
    page = context.new_page()
    page.goto(url)
    page.locator(".welcome").wait_for()
    ask(page, "Brücke?")
    devtools, processes = context.new_cdp_session(page), browser.new_browser_cdp_session()
    page.evaluate("belegtSeen.shift = 0")
    page.locator("#question textarea").fill("Lang bitte")
    page.keyboard.press("Enter")
    page.locator("#live .growing").wait_for()

    def now() -> tuple[float, float, float]:
        every = processes.send("SystemInfo.getProcessInfo")["processInfo"]
        clock = page.evaluate("performance.now()") / 1000
        return clock, sum(one["cpuTime"] for one in every), main_thread_seconds(devtools)

    before = now()
    page.locator("#history #turn-1").wait_for(timeout=300_000)
    clock, browser_seconds, page_seconds = (after - since for after, since in zip(now(), before, strict=True))
    shift = page.evaluate("belegtSeen.shift")
    context.close()
    return {
        "answer of 2,000 words, s": f"{clock:.1f}",
        "whole browser, % of a core": f"{100 * browser_seconds / clock:.1f}",
        "of it the page's main thread, % of a core": f"{100 * page_seconds / clock:.1f}",
        "layout shift meanwhile": f"{shift:.4f}",
    }


if __name__ == "__main__":
    main()
