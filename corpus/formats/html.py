"""Web pages as saved: the article's text, and what the page says about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats import json_ld
from corpus.formats.fetched import url_of
from corpus.formats.html_tree import decode_page, parse
from corpus.formats.page_metadata import canonical_link, metadata
from corpus.formats.page_text import article_text
from corpus.formats.record import MAX_RECORD_BYTES, Record, place_of, read_bytes


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """One record: the article of the page."""
    data = read_bytes(path)
    yield page(data, place_of(path), url_of(data))


def page(data: bytes, place: str, url: str | None = None) -> Record:
    """The article of an HTML page fetched from ``url``: a paragraph a line, and the fields that the page states.

    Fields are title, source, author, published, updated, url, language, category; ``provenance`` names where each stood.
    Raises UnreadableError when the page is too big or holds no article.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise UnreadableError(place, "too_big", megabytes=len(data) // 2**20, limit=MAX_RECORD_BYTES // 2**20)
    text, warning = decode_page(data, place)
    tree, scripts = parse(text, place)
    node = json_ld.article(scripts, canonical_link(tree) or url)
    about = metadata(tree, node, url)
    body = article_text(tree, about.titles, about.description, json_ld.body(node))
    if not body:
        raise UnreadableError(place, "no_text")
    return Record(place, body, about.fields, warning=warning, provenance=about.provenance)
