"""What a button's event tells: it comes from the browser, so it may be anything."""

from __future__ import annotations

import gradio as gr


def sent(event: gr.EventData, name: str) -> str:
    """The text that the browser sent under ``name``; "" for anything else."""
    value = getattr(event, name, "")
    return value if isinstance(value, str) else ""


def sent_number(event: gr.EventData, name: str) -> int | None:
    """The whole number that the browser sent under ``name``."""
    text = sent(event, name)
    return int(text) if text.isdecimal() and len(text) < 15 else None
