"""The source panel as HTML: the articles an answer cites, each quote marked in its context. Knows nothing of gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.article import Article
from corpus.dates import display_date
from rag.display import explained
from rag.safe import Mark, excerpts, safe, shorten, web_host
from rag.types import Answer, Citation
from ui.facts import facts, written_in
from ui.near import shown
from ui.texts import say

CONTEXT_CHARS = 400
# "The whole article" ends this far from the quote, so that a text of many megabytes can't freeze the page.
WHOLE_CHARS = 100_000


def panel(
    answer: Answer | None, number: int | None, articles: Mapping[str, Article], language: str, latest: bool = True
) -> str:
    """The cards of ``answer``, one an article, in the order of their first citation.

    ``number`` is the answer's turn, ``articles`` those still in the index, by id. When a later question has been
    asked (not ``latest``) the panel says which one it belongs to.
    """
    belongs, body = "", ""
    if answer is None or number is None:
        body = f'<p class="hint">{safe(say("sources_empty", language))}</p>'
    elif not (citations := shown(answer)):
        body = f'<p class="hint">{safe(say("sources_none", language))}</p>'
    else:
        groups: dict[str, list[Citation]] = {}
        for citation in citations:
            groups.setdefault(citation.article_id, []).append(citation)
        body = "".join(_card(cited, articles.get(id_), language) for id_, cited in groups.items())
    refused = answer is not None and answer.status == "not_found"
    if refused:
        belongs = f'<p class="hint">{safe(say("near_note", language))}</p>'
    if answer is not None and not latest:
        belongs += f'<p class="hint">{safe(say("sources_for", language, question=shorten(answer.question, 80)))}</p>'
    turn = "" if number is None else f' data-turn="{number}"'
    # Another answer, another tag: gradio then draws it anew instead of turning the old cards, unfolded ones and all, into it.
    tag = "section" if number is not None and number % 2 else "div"
    return (
        f'<{tag} class="panel{" refused" if refused else ""}"{turn}><div class="panel-top">'
        f"<div><h2>{safe(say('near' if refused else 'sources', language))}</h2>{belongs}</div>"
        f'<button type="button" class="quiet close" data-close>{safe(say("close", language))}</button>'
        f"</div>{body}</{tag}>"
    )


def _card(cited: Sequence[Citation], article: Article | None, language: str) -> str:
    first = cited[0]
    numbers = "".join(f"<span>[{citation.number}]</span>" for citation in cited)
    dates = facts(first.source, first.published, language)
    if article is not None and article.updated:
        dates += " · " + safe(say("updated", language, date=display_date(article.updated.iso, language)))
    notices = {} if article is None else {"correction": article.correction, "notice": article.metadata.get("notice")}
    return (
        f'<article class="card" tabindex="-1" data-cites="{" ".join(str(citation.number) for citation in cited)}">'
        f'<header><p class="numbers">{numbers}</p>'
        f'<h3><bdi>{safe(first.title or say("untitled", language))}</bdi></h3><p class="facts">{dates}</p></header>'
        f"{_also_in(first, language)}{_passages(cited, article, language)}{_dates(cited, language)}{link(first.url, language)}"
        + "".join(
            f'<p class="notice"><span>{safe(say(name, language))}:</span> {safe(text)}</p>'
            for name, text in notices.items()
            if text
        )
        + "</article>"
    )


def _also_in(citation: Citation, language: str) -> str:
    """The other outlets that printed the same wire story."""
    if not citation.also_in:
        return ""
    outlets = ", ".join(f"<bdi>{safe(outlet)}</bdi>" for outlet in citation.also_in)
    count = len(citation.also_in)
    told = say("also_in_one" if count == 1 else "also_in_many", language, count=count)
    return f'<p class="also-in">{safe(told)} {outlets}</p>'


def _dates(cited: Sequence[Citation], language: str) -> str:
    """What "am Freitag" in the quotes means."""
    lines = dict.fromkeys(line for citation in cited for line in explained(citation.dates, language))
    if not lines:
        return ""
    items = "".join(f"<li><q>{safe(words)}</q> {safe(meant)}</li>" for words, meant in lines)
    return f'<ul class="dates" aria-label="{safe(say("dates", language))}">{items}</ul>'


def _passages(cited: Sequence[Citation], article: Article | None, language: str) -> str:
    """The quotes in their context. One the article no longer holds stands alone, with the reason."""
    fit = [c for c in cited if article is not None and article.text[c.start : c.end] == c.quote]
    lost = "".join(
        f'<blockquote class="passage" dir="auto"><mark data-cite="{c.number}">{safe(c.quote)}</mark></blockquote>'
        f'<p class="hint">{safe(say("gone" if article is None else "changed", language))}</p>'
        for c in cited
        if c not in fit
    )
    if article is None or not fit:
        return lost
    marks = [Mark(c.start, c.end, c.number) for c in fit]
    written = written_in(article.language)
    blocks = "".join(
        f'<blockquote class="passage" dir="auto"{written}>{excerpt}</blockquote>'
        for excerpt in excerpts(article.text, marks, CONTEXT_CHARS)
    )
    whole = "".join(
        f'<div class="passage" dir="auto"{written}>{text}</div>' for text in excerpts(article.text, marks, WHOLE_CHARS)
    )
    excerpt_block = f'{lost}<div class="excerpt">{blocks}</div>'
    if not _more(article.text, marks):
        return excerpt_block
    return (
        f'{excerpt_block}<details class="whole"><summary><span class="closed">{safe(say("whole", language))}</span>'
        f'<span class="opened">{safe(say("whole_hide", language))}</span></summary>{whole}</details>'
    )


def _more(text: str, marks: Sequence[Mark]) -> bool:
    """Whether the article holds more than its excerpts show."""
    return min(m.start for m in marks) > CONTEXT_CHARS or max(m.end for m in marks) + CONTEXT_CHARS < len(text)


def link(url: str | None, language: str) -> str:
    """The way to the original: a link for web addresses, mere text for anything else."""
    if not url:
        return ""
    host = web_host(url)
    if host is None:
        return f'<p class="original"><bdi>{safe(url)}</bdi></p>'
    return (
        f'<p class="original"><a href="{safe(url)}" target="_blank" rel="noopener noreferrer nofollow">'
        f'{safe(say("original", language, host=host))}<span aria-hidden="true"> ↗</span></a></p>'
    )
