"""The article: what the rest of the house calls text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.dates import NewsDate


@dataclass(frozen=True, slots=True)
class Removed:
    """A stretch that cleaning took out of the raw text, and why (a key such as "teaser" or "donation")."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Article:
    """One news article, cleaned. Everything but ``id`` and ``text`` may be unknown, and then is None.

    ``id``          the id the file gave; else made from the path, so that the same file has the same id again
    ``text``        cleaned text, paragraphs separated by blank lines; all offsets in the project count in it
    ``url``         canonical: no fragment, no tracking parameters
    ``correction``  the notice in the text that says an earlier version was wrong
    ``origin``      where it was read: a path, path:line for records, archive!member for what an archive holds
    ``file``        absolute path of the file on disk that holds it; None for articles in hand
    ``removed``     what cleaning took out, in order
    ``metadata``    further keys the file gave, as strings
    ``provenance``  where each known field came from, such as "file", "json-ld" or "text"
    """

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    author: str | None = None
    agency: str | None = None
    published: NewsDate | None = None
    updated: NewsDate | None = None
    url: str | None = None
    language: str | None = None
    category: str | None = None
    correction: str | None = None
    origin: str | None = None
    file: str | None = None
    removed: tuple[Removed, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """SHA-256 over what the article says (not ``id``, where it was read, ``removed``, ``provenance``): equal means
        nothing to do again."""
        parts = [
            self.text, self.title, self.source, self.author, self.agency, str(self.published or ""),
            str(self.updated or ""), self.url, self.language, self.category, sorted(self.metadata.items()),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
