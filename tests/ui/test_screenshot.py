"""The command that makes the pictures for the documentation."""

from __future__ import annotations

from pathlib import Path

from tests.browser import needs_browser
from ui.screenshot import main

pytestmark = needs_browser


def test_one_picture_and_all_of_a_page(url: str, tmp_path: Path) -> None:
    options = ["--question", "Brücke?", "--width", "800", "--scheme", "dark", "--cite"]
    assert main([url, str(tmp_path / "one.png"), *options]) == 0
    assert main([url, str(tmp_path), "--pages", "chat"]) == 0
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert set(made) == {"one.png", "chat.png", "chat-dark.png", "chat-phone.png", "chat-phone-article.png"}
    assert all(picture.startswith(b"\x89PNG") for picture in made.values())
    assert made["chat.png"] != made["chat-dark.png"]
