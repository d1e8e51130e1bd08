"""Small pieces of HTML and text about an article that several views share."""

from __future__ import annotations

import re

from corpus.dates import display_date
from rag.safe import safe
from rag.types import Citation
from ui.texts import say

_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")


def facts(source: str | None, published: str | None, language: str) -> str:
    """Source and date of an article as HTML, each isolated so that neither can reorder the other."""
    date = display_date(published, language) or say("undated", language)
    return "&nbsp;· ".join(f"<bdi>{safe(part)}</bdi>" for part in (source, date) if part)


def written_in(language: str | None) -> str:
    """The attribute that says what an article is written in, with a blank before it; "" for what is no code of a language."""
    return f' lang="{language}"' if language and _CODE.fullmatch(language) else ""


def what(citation: Citation, language: str) -> str:
    """Title, source and date in one line. Not escaped."""
    parts = (
        citation.title or say("untitled", language),
        citation.source,
        display_date(citation.published, language),
    )
    return ", ".join(part for part in parts if part)


def chip(cited: int, number: int, label: str, language: str) -> str:
    """The button [n] of answer ``number`` that opens a citation; ``label`` says which article it is of."""
    words = safe(say("cite_label", language, number=cited, what=label))
    return (
        f'<button type="button" class="chip" data-event="show" data-turn="{number}" data-cite="{cited}" '
        f'aria-label="{words}" title="{words}">[{cited}]</button>'
    )
