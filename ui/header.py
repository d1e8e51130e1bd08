"""The top of every page as HTML: name, navigation, holdings, language switch. Knows nothing of gradio."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.dates import display_date
from rag.messages import LANGUAGES
from rag.safe import safe
from ui.texts import say

LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}


def count(number: int, language: str) -> str:
    """``number`` with its thousands apart: "12.345", "12,345"."""
    return f"{number:,}".replace(",", "." if language == "de" else ",")


def holdings(articles: int, newest: str | None, language: str) -> str:
    """How much there is to ask: "34 Artikel, Stand: 12. Juni 2025"."""
    if not articles:
        return say("no_articles", language)
    text = say("articles_one" if articles == 1 else "articles_many", language, count=count(articles, language))
    if newest:
        text += ", " + say("as_of", language, date=display_date(newest, language))
    return text


def header(
    pages: Sequence[str], current: str, articles: int, newest: str | None, language: str, user: str | None = None
) -> str:
    """The top of the page ``current``, with links to the other ``pages`` (names); tells the script the language.

    ``user``: who is logged in, where there is a login.
    """
    switch = "".join(
        f'<button type="button" data-event="language" data-language="{code}" lang="{code}" '
        f'aria-pressed="{str(code == language).lower()}">{either(LANGUAGE_NAMES[code], code.upper())}</button>'
        for code in LANGUAGES
    )
    return (
        f'<header class="top" data-page-language="{language}">'
        '<p class="brand">belegt<span aria-hidden="true">[1]</span></p>'
        f"{_navigation(pages, current, language)}"
        f'<p class="holdings">{safe(holdings(articles, newest, language))}</p>'
        f'<div class="switch" role="group" aria-label="{safe(say("language", language))}">{switch}</div>'
        f"{_logout(user, language)}</header>"
    )


def _navigation(pages: Sequence[str], current: str, language: str) -> str:
    """Links to all pages, the first of which is at the root; nothing where there is no other page to go to."""
    if len(pages) < 2:
        return f'<p class="tagline">{safe(say("tagline", language))}</p>'
    links = "".join(
        f'<li><a href="/{"" if name == pages[0] else name}"{" aria-current=page" if name == current else ""}>'
        f"{safe(_nav(name, language))}</a></li>"
        for name in pages
    )
    return f'<nav class="pages" aria-label="{safe(say("nav", language))}"><ul>{links}</ul></nav>'


def _logout(user: str | None, language: str) -> str:
    if user is None:
        return ""
    title = safe(say("logout_of", language, name=user))
    return (
        f'<form class="logout" method="post" action="/logout"><button class="quiet" title="{title}" aria-label="{title}">'
        f"{safe(say('logout', language))}</button></form>"
    )


def _nav(name: str, language: str) -> str:
    return say(f"nav_{name}", language)


def either(long: str, short: str) -> str:
    """Two wordings: the style shows the short one on a phone, where screen readers still read the long one."""
    return f'<span class="long">{safe(long)}</span><span class="short" aria-hidden="true">{safe(short)}</span>'
