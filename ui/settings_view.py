"""The settings as HTML: how answers are made, which models are in use, what the index holds. Nothing secret is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from corpus.dates import display_date
from rag.index import Status
from rag.messages import messages
from rag.safe import safe
from rag.settings import Settings
from ui.header import count
from ui.texts import say

# Where things lie: shown to who sits at this computer alone.
PRIVATE = ("index", "cache", "login_file", "llm_url", "llm_gguf")
MODES = ("extractive", "llm")


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the check: what was looked at (end of a key in the locale), what was found, in words."""

    what: str
    found: str
    well: bool


def modes(settings: Settings, here: bool, language: str) -> str:
    """How answers are made, and the switch between the ways."""
    configured = settings.llm_set
    items = []
    for mode in MODES:
        current = mode == settings.answer_mode
        may = here and (mode == "extractive" or configured)
        told = safe(say(f"mode_{mode}_told", language))
        name = safe(say(f"mode_{mode}", language))
        state = f'<span class="state">{safe(say("mode_current", language))}</span>' if current else ""
        button = ""
        if not current and may:
            button = (
                f'<button type="button" class="quiet" data-event="mode" data-mode="{mode}">'
                f"{safe(say('mode_use', language))}</button>"
            )
        items.append(f'<li><div class="set-line"><h3>{name} {state}</h3>{button}</div><p class="hint">{told}</p></li>')
    model = say("llm_model_is", language, model=settings.llm_model) if configured else say("llm_unset", language)
    key = say("llm_key_set" if settings.llm_api_key else "llm_key_none", language) if configured else ""
    until = f'<p class="hint">{safe(say("mode_until", language))}</p>' if here and configured else ""
    return (
        f'<section class="sets modes"><h2>{safe(say("mode", language))}</h2><ul>{"".join(items)}</ul>'
        f'<p class="hint">{safe(" ".join(filter(None, [model, key])))}</p>{until}</section>'
    )


def models(status: Status, settings: Settings, reader: str | None, loaded: bool, language: str) -> str:
    """The models in use and whether they are in memory, and what the index holds. ``reader``: None for the bundled one."""
    own = messages().say
    none, ours = own("status_none", language), say("bundled", language)
    state = say("model_loaded" if loaded else "model_waiting", language)
    rows = [
        (say("model_embedding", language), f"{status.model} ({state})"),
        (say("model_reader", language), reader or ours),
        (say("model_rerank", language), ours if settings.rerank_model == "bundled" else settings.rerank_model or none),
        (own("status_articles", language), count(status.articles, language)),
        (own("status_chunks", language), count(status.chunks, language)),
        (own("status_newest", language), display_date(status.newest, language) or none),
        (own("status_languages", language), ", ".join(status.languages) or none),
        (own("status_generation", language), str(status.generation or none)),
        (say("fingerprint", language), status.fingerprint),
    ]
    return f"<section><h2>{safe(say('models_and_index', language))}</h2>{_table(rows)}</section>"


def check(findings: Sequence[Finding] | None, working: bool, here: bool, language: str) -> str:
    """What ``belegt doctor`` says, on request."""
    button = ""
    if here and not working:
        button = f'<p><button type="button" class="quiet" data-event="examine">{safe(say("check_now", language))}</button></p>'
    at_work = f'<p class="working" role="status">{safe(say("check_working", language))}</p>' if working else ""
    rows = "".join(
        f'<li class="{state}"><h3><span class="state">{safe(say(state, language))}</span> '
        f"{safe(messages().say(each.what, language))}</h3><p>{safe(each.found)}</p></li>"
        for each in findings or ()
        for state in ["well" if each.well else "ill"]
    )
    hint = "" if here else f'<p class="hint">{safe(say("check_elsewhere", language))}</p>'
    return (
        f'<section class="sets"><h2>{safe(say("check", language))}</h2><p class="hint">{safe(say("check_told", language))}</p>'
        f"{hint}{button}{at_work}<ul>{rows}</ul></section>"
    )


def everything(settings: Settings, versions: Sequence[str], machine: str, here: bool, language: str) -> str:
    """Every setting with its value and meaning, and versions; folded."""
    own = messages().say
    rows = []
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) or name == "llm_api_key":
            shown = say("secret_set" if value else "secret_none", language)
        elif name in PRIVATE and not here:
            shown = say("private", language)
        else:
            shown = "–" if value is None else str(value)
        rows.append((name, shown, own(f"setting_{name}", language)))
    body = "".join(
        f'<tr><th scope="row"><code>{safe(name)}</code></th><td><bdi>{safe(value)}</bdi></td><td class="facts">{safe(meaning)}'
        "</td></tr>"
        for name, value, meaning in rows
    )
    about = _table(
        [(own("doctor_packages", language), ", ".join(versions)), (own("doctor_machine", language), machine)]
    )
    return (
        f'<section><h2>{safe(say("version", language))}</h2>{about}</section><details class="all"><summary>'
        f'{safe(say("all_settings", language))}</summary><p class="hint">{safe(own("doctor_settings", language))}</p>'
        f'<div class="wide" tabindex="0" role="region" aria-label="{safe(say("all_settings", language))}"><table><tbody>{body}'
        "</tbody></table></div></details>"
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{safe(name)}</th><td><bdi>{safe(value)}</bdi></td></tr>' for name, value in rows
    )
    return f'<table class="pairs"><tbody>{body}</tbody></table>'
