from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui import server

CSS = (Path(server.__file__).parent / "style.css").read_text("utf-8")
# text on ground
PAIRS = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "tint"), ("ink", "warn-tint"), ("soft", "paper"), ("soft", "sheet"),
    ("accent", "paper"), ("accent", "sheet"), ("accent", "tint"), ("accent-ink", "accent"), ("mark-ink", "mark"),
    ("warn", "warn-tint"), ("warn", "paper"), ("warn", "sheet"), ("soft", "tint"),
]  # fmt: skip


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it: of "#ffffff" 1, of "#000000" 0."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(scheme: str, text: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[text], found[ground]) >= 4.5  # WCAG AA


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_the_question_box_can_be_seen(scheme: str) -> None:
    found = colours(scheme)
    assert min(contrast(found["edge"], found[ground]) for ground in ("paper", "sheet")) >= 3  # WCAG AA


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert set(re.findall(r'url\("(.*?)"\)', CSS)) and "//" not in "".join(re.findall(r"url\(.*?\)", CSS))
    assert "@import" not in CSS


def test_the_fonts_are_where_gradio_has_them() -> None:
    import gradio

    folder = Path(gradio.__file__).parent / "templates" / "frontend"
    assert all((folder / path).is_file() for path in re.findall(r'url\("(.*?)"\)', CSS))
