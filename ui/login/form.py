"""The page that asks for name and password, as HTML: no script, nothing loaded. Knows nothing of gradio."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rag.errors import BelegtError
from rag.safe import safe
from ui.texts import say

_STYLES = ("style.css", "login.css")


@cache
def _style() -> str:
    return "".join((Path(__file__).parents[1] / name).read_text("utf-8") for name in _STYLES)


def page(language: str, wanted: str, name: str, error: BelegtError | None) -> str:
    """``wanted``: where to go afterwards. ``name`` and ``error``: what was typed before, and what was wrong with it."""

    def field(key: str, kind: str, value: str, more: str) -> str:
        return (
            f'<label for="{key}">{safe(say(f"login_{key}", language))}</label>'
            f'<input id="{key}" name="{key}" type="{kind}" value="{safe(value)}" required maxlength="1000" {more}>'
        )

    told = f'<p class="told" role="alert">{safe(error.text(language))}</p>' if error else ""
    focus = ("", "autofocus") if name else ("autofocus", "")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>belegt</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_style()}</style></head>'
        f'<body class="gradio-container login-page"><main class="login"><p class="brand">belegt'
        f'<span aria-hidden="true">[1]</span></p><h1>{safe(say("login", language))}</h1>'
        f'<p class="hint">{safe(say("login_text", language))}</p>{told}<form method="post" action="/login">'
        f"{field('name', 'text', name, f'autocomplete=username autocapitalize=none spellcheck=false {focus[0]}')}"
        f"{field('password', 'password', '', f'autocomplete=current-password {focus[1]}')}"
        f'<input type="hidden" name="next" value="{safe(wanted)}">'
        f'<button type="submit">{safe(say("login_go", language))}</button></form></main></body></html>'
    )
