"""An article as the library shows it: text, versions, copies, what cleaning took out. Knows nothing of gradio."""

from __future__ import annotations

from corpus.article import Article
from corpus.dates import display_date
from rag.catalogue import Entry, Opened
from rag.cli_corpus import say_reason
from rag.messages import messages
from rag.safe import Mark, excerpts, safe, shorten
from ui.facts import facts, written_in
from ui.panel import WHOLE_CHARS, link
from ui.texts import say

_FIELDS = ("author", "agency", "category", "language")


def article(opened: Opened, language: str, hit: tuple[int, int] | None, confirming: bool, here: bool) -> str:
    """The article, the place of a search's ``hit`` marked. ``confirming``: whether its deletion was asked for.

    ``here``: whether the visitor may delete at all.
    """
    one = opened.article
    lang = written_in(one.language)
    marks = [Mark(*hit, 1)] if hit else [Mark(0, 0, 0)]  # an empty one: the text from its beginning
    text = "".join(
        f'<div class="passage" dir="auto"{lang}>{part}</div>' for part in excerpts(one.text, marks, WHOLE_CHARS)
    )
    old = "" if opened.current else f'<p class="old">{safe(messages().say("show_superseded", language))}</p>'
    return (
        f'<article class="article" data-row="{opened.row}"><header class="article-top">'
        f'<h2 tabindex="-1" dir="auto"{lang}>{safe(one.title or say("untitled", language))}</h2>'
        f'<button type="button" class="quiet" data-event="shut">{safe(say("close", language))}</button></header>'
        f'<p class="facts">{_facts(one, language)}</p>{old}{_notices(one, language)}'
        f"{_copies(opened.copies, language)}{_versions(opened, language)}{text}{link(one.url, language)}"
        f"{_removed(one, language)}{_about(one, language)}{_deleting(opened, language, confirming) if here else ''}</article>"
    )


def gone(language: str) -> str:
    """In place of an article that is not there any more."""
    return (
        '<article class="article"><header class="article-top">'
        f'<h2 tabindex="-1">{safe(say("article_gone", language))}</h2>'
        f'<button type="button" class="quiet" data-event="shut">{safe(say("close", language))}</button></header></article>'
    )


def _facts(one: Article, language: str) -> str:
    shown = facts(one.source, str(one.published) if one.published else None, language)
    if one.updated:
        shown += " · " + safe(say("updated", language, date=display_date(one.updated.iso, language)))
    return shown


def _notices(one: Article, language: str) -> str:
    notices = {"correction": one.correction, "notice": one.metadata.get("notice")}
    return "".join(
        f'<p class="notice"><span>{safe(say(name, language))}:</span> {safe(text)}</p>'
        for name, text in notices.items()
        if text
    )


def _copies(copies: tuple[Entry, ...], language: str) -> str:
    """The same story in other outlets, each a button that opens it."""
    if not copies:
        return ""
    items = "".join(
        f'<li><button type="button" class="plain" data-event="open" data-id="{safe(copy.id)}">'
        f"<bdi>{safe(copy.source or copy.title or copy.id)}</bdi></button> "
        f'<span class="facts">{safe(display_date(copy.published, language) or say("undated", language))}</span></li>'
        for copy in copies
    )
    return (
        f'<section class="related"><h3>{safe(messages().say("show_also_in", language))}</h3><ul>{items}</ul></section>'
    )


def _versions(opened: Opened, language: str) -> str:
    if len(opened.versions) < 2:
        return ""
    items = "".join(
        f'<li><button type="button" class="plain" data-event="open" data-id="{safe(version.id)}" data-row="{version.row}"'
        f"{' aria-current=true' if version.row == opened.row else ''}>"
        f"{safe(display_date(version.day, language) or say('undated', language))}</button> "
        f'<span class="facts">{safe(say("version_current" if version.current else "version_old", language))}, '
        f"{safe(say('version_added', language, date=display_date(version.added, language)))}</span></li>"
        for version in opened.versions
    )
    return f'<section class="related"><h3>{safe(say("versions", language))}</h3><ul>{items}</ul></section>'


def _removed(one: Article, language: str) -> str:
    """What cleaning took out, folded."""
    if not one.removed:
        return ""
    items = "".join(
        f'<li><p class="facts">{safe(say_reason(removed.reason, language))}</p>'
        f'<div class="passage" dir="auto">{safe(shorten(removed.text, WHOLE_CHARS))}</div></li>'
        for removed in one.removed
    )
    count = len(one.removed)
    told = say("removed_one" if count == 1 else "removed_many", language, count=count)
    return f'<details class="removed"><summary>{safe(told)}</summary><ul>{items}</ul></details>'


def _about(one: Article, language: str) -> str:
    """Where what is known of the article comes from, folded."""
    own = messages().say
    rows = [(own(f"field_{name}", language), getattr(one, name)) for name in _FIELDS]
    rows += [(say("about_origin", language), one.origin), (say("about_id", language), one.id)]
    items = "".join(f"<dt>{safe(name)}</dt><dd><bdi>{safe(value)}</bdi></dd>" for name, value in rows if value)
    return f'<details class="about"><summary>{safe(say("about", language))}</summary><dl>{items}</dl></details>'


def _deleting(opened: Opened, language: str, confirming: bool) -> str:
    ids = f'data-id="{safe(opened.article.id)}"'
    if not confirming:
        return (
            f'<p class="deleting"><button type="button" class="quiet danger" data-event="ask_delete" {ids}>'
            f"{safe(say('article_delete', language))}</button></p>"
        )
    many = len(opened.versions) > 1
    return (
        f'<div class="deleting confirm" role="group" aria-labelledby="delete-question"><p id="delete-question">'
        f"{safe(say('delete_sure_versions' if many else 'delete_sure', language, count=len(opened.versions)))}</p>"
        f'<p><button type="button" class="danger" data-event="erase" {ids}>{safe(say("delete_yes", language))}</button> '
        f'<button type="button" class="quiet" data-event="keep" {ids}>{safe(say("delete_no", language))}</button></p></div>'
    )
