"""Pictures of the chat with an answer, for the README and for looking at.

    python -m ui.screenshot index chat.png [--question "Wer ...?"] [--width 1280] [--scheme dark] [--cite]
    python -m ui.screenshot http://127.0.0.1:7860 chat.png
    python -m ui.screenshot index docs --all

Needs playwright (an extra: ``pip install 'belegt[dev]'``) and a Chromium or Chrome of the system.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import BelegtError

QUESTION = "Wie viele nordkoreanische Soldaten wurden getötet?"
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


# What --all makes: name, width, height, colour scheme, whether a citation is open.
PICTURES = (
    ("chat.png", 1440, 900, "light", True),
    ("chat-dark.png", 1440, 900, "dark", True),
    ("chat-phone.png", 390, 844, "light", False),
    ("chat-phone-article.png", 390, 844, "dark", True),
)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this computer, if there is one."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


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

    ``cite``: open the first citation before.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=f"{language}-{'DE' if language == 'de' else 'GB'}",
            device_scale_factor=1 if width > 1000 else 2,  # small files; a phone has that many points
        )
        page.goto(url)
        page.wait_for_selector(".welcome")
        if question:
            page.locator("#question textarea").fill(question)
            page.keyboard.press("Enter")
            page.wait_for_selector("#history .turn", timeout=120_000)
        if cite and page.locator("button.chip").count():
            page.locator("button.chip").first.click()
            page.wait_for_timeout(2000)  # the outline fades
        page.wait_for_timeout(500)  # fonts, and the end of the scrolling
        page.screenshot(path=out)
        browser.close()


@contextmanager
def served(target: str) -> Iterator[str]:
    """The address of ``target``: itself if it is one, else that of the chat over the index folder it names."""
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
    parser = argparse.ArgumentParser(prog="python -m ui.screenshot", description="A picture of the chat.")
    parser.add_argument("target", help="address of a running chat, or an index folder to open one over")
    parser.add_argument("out", type=Path, help="a file; with --all a folder")
    parser.add_argument("--all", action="store_true", help="desktop, phone and dark, for the documentation")
    parser.add_argument("--cite", action="store_true", help="open the first citation")
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
            if given.all:
                for name, width, height, scheme, cite in PICTURES:
                    screenshot(url, given.out / name, given.question, width, height, scheme, given.language, cite)
                return 0
            size = given.width, given.height
            screenshot(url, given.out, given.question, *size, given.scheme, given.language, given.cite)
    except BelegtError as error:
        print(error.text(given.language), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
