"""The side bar as HTML: the visitor's conversations, each to be opened, renamed or deleted. Knows nothing of gradio."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.dates import display_date
from rag.conversations import LONGEST_TITLE
from rag.kept import Entry
from rag.safe import safe
from ui.session import Session
from ui.texts import say

MOST = 200  # conversations shown at once; searching finds the others


def finder(language: str) -> str:
    """What stands above the list: a new conversation, the search. Drawn apart, so that no redrawing disturbs typing."""
    label = safe(say("find", language))
    return (
        f'<div class="finder"><button type="button" class="quiet new" data-event="fresh">{safe(say("new", language))}'
        f'</button><button type="button" class="quiet close" data-close>{safe(say("close", language))}</button>'
        f'<input type="search" aria-label="{label}" placeholder="{label}" maxlength="200"></div>'
    )


def listing(entries: Sequence[Entry], session: Session) -> str:
    """The conversations. ``data-conversation`` tells the script which one is shown."""
    language = session.language
    note = ""
    if session.browser is None and session.opened:
        note = say("no_cookies", language)
    elif session.unkept is not None:
        note = session.unkept.text(language)
    elif not entries:
        note = say("none_found" if session.words else "none_kept", language) if session.opened else ""
    elif len(entries) > MOST:
        note = say("more_kept", language, count=len(entries) - MOST)
    items = "".join(_entry(entry, entry.id == session.conversation, language) for entry in entries[:MOST])
    return (
        f'<nav class="kept-list" aria-label="{safe(say("conversations", language))}" '
        f'data-conversation="{safe(session.conversation or "")}"><ul>{items}</ul>'
        f'<p class="hint">{safe(note)}</p></nav>'
    )


def _entry(entry: Entry, current: bool, language: str) -> str:
    title, id = safe(entry.title), safe(entry.id)
    manage = safe(say("manage", language, title=entry.title))
    return (
        f'<li><a href="?c={id}" data-event="open" data-conversation="{id}"{" aria-current=true" if current else ""} '
        f'title="{title}"><bdi>{title}</bdi><span class="facts">{safe(display_date(entry.used[:10], language))}</span></a>'
        f'<details class="manage"><summary aria-label="{manage}" title="{manage}"><span aria-hidden="true">⋯</span></summary>'
        f'<div><label>{safe(say("name", language))}<input type="text" value="{title}" maxlength="{LONGEST_TITLE}" '
        f'dir="auto"></label><button type="button" class="quiet" data-event="rename" data-conversation="{id}">'
        f'{safe(say("rename", language))}</button><button type="button" class="quiet danger" data-event="remove" '
        f'data-conversation="{id}">{safe(say("delete", language))}</button></div></details></li>'
    )
