"""Where and when was searched, as HTML: the filter over the question box, and chips that take a condition away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.display import display_days
from rag.rows import Filter
from rag.safe import safe
from rag.types import Answer
from ui.header import LANGUAGE_NAMES
from ui.texts import say

MOST_SOURCES = 200  # offered for ticking, the most frequent first
FIELDS = ("since", "until", "sources", "languages")  # of the form
PARTS = ("days", "sources", "languages")  # of a filter that can be taken away one by one


def without(only: Filter, part: str) -> Filter:
    """``only`` less one of PARTS; anything else takes nothing away."""
    if part == "days":
        return replace(only, since=None, until=None)
    return replace(only, **{part: None}) if part in PARTS else only


def read(sent: Mapping[str, Any]) -> Filter:
    """The filter that the browser sent, which may be anything: what is no day or no name counts as not given."""
    since, until = _day(sent.get("since")), _day(sent.get("until"))
    if since and until and since > until:
        since, until = until, since
    return Filter(
        since=since, until=until, sources=_names(sent.get("sources")), languages=_names(sent.get("languages"))
    )


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _names(value: Any) -> tuple[str, ...] | None:
    names = tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
    return names[:MOST_SOURCES] or None


def parts(only: Filter, language: str) -> dict[str, str]:
    """Each part of a filter in words: {"days": "Mai 2024", "sources": "Quelle: taz"}."""
    found = {
        "days": display_days(_iso(only.since), _iso(only.until), language),
        "sources": ", ".join(only.sources or ()),
        "languages": ", ".join(_language(code) for code in only.languages or ()),
    }
    return {part: say(f"only_{part}", language, what=text) for part, text in found.items() if text}


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _language(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


def conditions(answer: Answer, only: Filter, number: int, language: str) -> str:
    """How the question was read and where its answer was looked for; each with a button that asks without it."""
    chips = []
    if answer.understood_as is not None:
        chips.append(("history", say("understood", language, question=answer.understood_as), "understood"))
    if answer.time is not None and answer.time.text:
        days = display_days(answer.time.first, answer.time.last, language)
        words = " ".join(answer.time.text.split())
        # „2021“: 2021 would tell nothing, nor would „im Mai 2021“: Mai 2021.
        kind = "only_days" if days and days in (words, words.partition(" ")[2]) else f"time_{answer.time.kind}"
        chips.append(("time", say(kind, language, words=words, days=days, what=days), "time"))
    chips += [(part, text, "only") for part, text in parts(only, language).items()]
    if not chips:
        return ""
    items = "".join(
        f'<li class="condition"><span title="{safe(say(f"{kind}_title", language))}">{safe(text)}</span>'
        f'<button type="button" class="off" data-event="again" data-turn="{number}" data-without="{part}" '
        f'aria-label="{label}" title="{label}"><span aria-hidden="true">✕</span></button></li>'
        for part, text, kind in chips
        for label in [safe(_off(answer, part, text, language))]
    )
    return f'<ul class="conditions" aria-label="{safe(say("conditions", language))}">{items}</ul>'


def _off(answer: Answer, part: str, text: str, language: str) -> str:
    """What the button that takes a condition away does, in words."""
    if part == "history":
        return say("understood_off", language)
    if part == "time" and answer.time:
        return say("time_off", language, words=" ".join(answer.time.text.split()))
    return say("only_off", language, what=text)


def filters(only: Filter, sources: Sequence[str], languages: Sequence[str], language: str) -> str:
    """The filter for the questions to come. What offers no choice is left out."""
    label = say("filter", language)
    chips = "".join(
        f'<li class="condition"><span>{safe(text)}</span><button type="button" class="off" data-event="unfilter" '
        f'data-part="{part}" aria-label="{off}" title="{off}"><span aria-hidden="true">✕</span></button></li>'
        for part, text in parts(only, language).items()
        for off in [safe(say("filter_off", language, what=text))]
    )
    chosen = f'<ul class="conditions" aria-label="{safe(say("filter_set", language))}">{chips}</ul>' if chips else ""
    return (
        f'<div class="filters">{chosen}<details><summary>{safe(label)}</summary>'
        f'<div class="fields" role="group" aria-label="{safe(label)}"><fieldset><legend>{safe(say("days", language))}</legend>'
        f"{_date('since', only.since, language)}{_date('until', only.until, language)}</fieldset>"
        f"{_ticks('sources', sources[:MOST_SOURCES], only.sources, language)}"
        f"{_ticks('languages', languages, only.languages, language)}"
        f'<button type="button" class="quiet" data-event="filter">{safe(say("filter_apply", language))}</button>'
        f"</div></details></div>"
    )


def _date(name: str, day: dt.date | None, language: str) -> str:
    value = f' value="{day.isoformat()}"' if day else ""
    return f'<label>{safe(say(f"day_{name}", language))}<input type="date" name="{name}"{value}></label>'


def _ticks(name: str, offered: Sequence[str], chosen: Any, language: str) -> str:
    if len(offered) < 2:
        return ""
    legend = say("sources_filter" if name == "sources" else name, language)
    ticks = "".join(
        f'<label><input type="checkbox" name="{name}" value="{safe(one)}"{" checked" if one in (chosen or ()) else ""}>'
        f"<bdi>{safe(_language(one) if name == 'languages' else one)}</bdi></label>"
        for one in offered
    )
    return f'<fieldset class="ticks"><legend>{safe(legend)}</legend><div>{ticks}</div></fieldset>'
