"""Pictures of the pages, for the README and for looking at.

    python -m ui.screenshot index chat.png [--question "Wer ...?"] [--width 1280] [--scheme dark] [--cite]
    python -m ui.screenshot http://127.0.0.1:7860 chat.png
    python -m ui.screenshot index docs --pages chat library settings evaluation

Needs playwright (an extra: ``pip install 'belegt[dev]'``) and a Chromium or Chrome of the system.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from rag.errors import BelegtError

QUESTION = "Wie viele nordkoreanische Soldaten wurden getötet?"
# Conversations over Wikinews; the last is shown.
CONVERSATIONS = (
    ("Wie viele Menschen starben bei der Massenkarambolage auf der A6?",),
    ("Wie hat der Internationale Gerichtshof über das Massaker von Srebrenica entschieden?",),
    ("Wer wurde Nachfolger von Kofi Annan?",),
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without these Chromium calls home, or does not start in a container.
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
# What --pages makes of each page: end of the name, width, height, colour scheme.
LOOKS = (("", 1440, 900, "light"), ("-dark", 1440, 900, "dark"), ("-phone", 390, 844, "light"))
COLOURS = 128  # a third of the bytes, and nobody sees it
PATIENCE = 600_000  # milliseconds for the run of a question set


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this computer, if there is one."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@contextmanager
def browsing() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


def _opened(browser: Any, width: int, height: int, scheme: str, language: str, visitor: Any = None) -> Any:
    """An empty page, of a new visitor or of one whose cookies are known."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=f"{language}-{'DE' if language == 'de' else 'GB'}",
        device_scale_factor=1 if width > 1000 else 2,  # small files; a phone has that many points
        storage_state=visitor,
    )
    return context.new_page()


def _ask(page: Any, question: str) -> None:
    turns = page.locator("#history .turn")
    before = turns.count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turns.nth(before).wait_for(timeout=120_000)


def _take(page: Any, out: Path, cite: bool = False) -> None:
    if cite and page.locator("button.chip").count():
        page.locator("button.chip").last.click()
        page.wait_for_timeout(2000)  # the outline fades
    page.wait_for_timeout(500)  # fonts, and the end of the scrolling
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)


def screenshot(
    url: str,
    out: Path,
    question: str = "",
    width: int = 1280,
    height: int = 800,
    scheme: str = "light",
    language: str = "de",
    cite: bool = False,
) -> None:
    """Open ``url``, ask ``question`` if there is one, wait for its answer, write a PNG to ``out``.

    ``cite``: open the last citation before.
    """
    with browsing() as browser:
        page = _opened(browser, width, height, scheme, language)
        page.goto(url)
        page.wait_for_selector(".welcome")
        if question:
            _ask(page, question)
        _take(page, out, cite)


def pictures(url: str, out: Path, names: Sequence[str], language: str = "de") -> None:
    """Every page of ``names`` in all LOOKS, as PNGs in the folder ``out``, seen by one visitor who uses them."""
    visitor, talk = None, ""
    with browsing() as browser:
        for end, width, height, scheme in LOOKS:
            page = _opened(browser, width, height, scheme, language, visitor)
            phone = width < 1000
            for name in names:
                if name == "chat":
                    talk = talk or _talked(page, url)
                    page.goto(talk)
                    page.locator("#history .turn").last.wait_for()
                    _take(page, out / f"chat{end}.png", cite=not phone)
                    if phone:
                        _take(page, out / f"chat{end}-article.png", cite=True)
                else:
                    page.goto(f"{url}/{name}")
                    _PREPARED[name](page, phone)
                    _take(page, out / f"{name}{end}.png")
            visitor = page.context.storage_state()
            page.context.close()


def _talked(page: Any, url: str) -> str:
    """The address of the last of CONVERSATIONS, once they are held."""
    for questions in CONVERSATIONS:
        page.goto(url)
        page.locator(".welcome").wait_for()
        for question in questions:
            _ask(page, question)
    page.locator("[aria-current=true]").wait_for()
    return str(page.url)


def _library(page: Any, phone: bool) -> None:
    """The list; where there is room, an article beside it."""
    page.locator(".checks").wait_for()
    if not phone:
        page.locator(".articles .title .plain").first.click()
        page.locator(".article h2").wait_for()


def _evaluation(page: Any, phone: bool) -> None:
    """The run of the bundled set, made if there is none."""
    page.locator(".sets li").first.wait_for()
    if not page.locator("#runs tbody tr").count():
        page.locator("[data-set=demo]").click()
    page.locator("#runs tbody tr").first.wait_for(timeout=PATIENCE)
    page.locator("#runs .plain").first.click()
    page.locator(".run .measures").wait_for()
    page.locator("#evaluation").evaluate("element => element.scrollTo(0, 0)")


def _settings(page: Any, phone: bool) -> None:
    """After the check."""
    page.locator("[data-event=examine]").click()
    page.locator("#check .well").first.wait_for(timeout=120_000)


_PREPARED = {"library": _library, "evaluation": _evaluation, "settings": _settings}


@contextmanager
def served(target: str) -> Iterator[str]:
    """The address of ``target``: itself if it is one, else that of the pages over the index folder it names."""
    if target.startswith(("http://", "https://")):
        yield target
        return
    from rag.answerer import Answerer
    from ui.app import build
    from ui.server import Server

    with Answerer.open(target) as answerer:
        server = Server(port=0)
        server.start(build(answerer))
        try:
            yield server.url
        finally:
            server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(prog="python -m ui.screenshot", description="Pictures of the pages.")
    parser.add_argument("target", help="address of a running chat, or an index folder to open one over")
    parser.add_argument("out", type=Path, help="a file; with --pages a folder")
    parser.add_argument(
        "--pages", nargs="+", choices=("chat", *_PREPARED), help="these, on desktop, dark and on a phone"
    )
    parser.add_argument("--cite", action="store_true", help="open the last citation")
    parser.add_argument("--question", default=QUESTION, help="asked before the picture is taken; '' for none")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--language", choices=("de", "en"), default="de", help="what the browser asks for")
    given = parser.parse_args(arguments)
    if find_chromium() is None:
        print(f"No Chromium found (looked for {', '.join(CHROMIUM_NAMES)}). Install one first.", file=sys.stderr)
        return 2
    try:
        with served(given.target) as url:
            if given.pages:
                pictures(url, given.out, given.pages, given.language)
                return 0
            size = given.width, given.height
            screenshot(url, given.out, given.question, *size, given.scheme, given.language, given.cite)
    except BelegtError as error:
        print(error.text(given.language), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
