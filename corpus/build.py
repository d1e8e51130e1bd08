"""Raw record -> Article: tidied, cleaned, dated, with where each fact came from."""

from __future__ import annotations

import datetime as dt
import re

from corpus.article import Article
from corpus.clean import HEADING, Piece, join, sort_out, tidy
from corpus.corrections import correction_notice
from corpus.dates import NewsDate
from corpus.errors import UnreadableError
from corpus.formats import Record
from corpus.language import detect_language
from corpus.metadata import AGENCIES, Found, opening_date, read
from corpus.urls import canonical, day_of, source_of

__all__ = ["AGENCIES", "to_article"]

_ALIASES = {"date": "published", "headline": "title", "lang": "language"}  # common names elsewhere
_FIELDS = ("id", "title", "source", "author", "agency", "published", "updated", "url", "language", "category")
LONGEST = (
    1_000_000  # characters of text; the longest of 10,000 news articles has a fifth, and embedding it takes minutes
)
_AHEAD = dt.timedelta(days=2)  # clocks and time zones differ; an article from further ahead has a wrong date


def to_article(record: Record, default_id: str, today: dt.date | None = None) -> Article:
    """The article of a raw record: tidied, cleaned, dated. Raises UnreadableError when no text is left.

    What the file says comes first; then what the text states, then what the address shows. A date further ahead of
    ``today`` (default: today) than two days is no date; it stays in ``metadata`` as written, as does what can't be read.
    """
    given = {_ALIASES.get(key, key): tidy(value) for key, value in record.fields.items()}
    facts: dict[str, str | None] = {key: given.pop(key, None) or None for key in _FIELDS}
    origins = {_ALIASES.get(key, key): origin for key, origin in record.provenance.items()}
    provenance = {key: origins.get(key, "file") for key, value in facts.items() if value and key != "id"}
    if facts["url"] and (url := canonical(facts["url"])) != facts["url"]:
        if url is None:
            given["url"] = facts["url"]
            del provenance["url"]
        facts["url"] = url

    pieces, found = _pieces(tidy(record.text), facts["title"])
    if facts["title"] is None and (title := _headline(pieces)):
        facts["title"], provenance["title"] = title, "text"
    text, removed = join(pieces)
    if not text:
        raise UnreadableError(record.place, "no_text")
    if len(text) > LONGEST:
        raise UnreadableError(record.place, "too_long", characters=len(text), limit=LONGEST)

    for key, value, origin in _more(facts, found, text):
        if facts[key] is None and value:
            facts[key], provenance[key] = value, origin
    latest = (today or dt.date.today()) + _AHEAD
    dates = {key: _date(key, facts[key], given, provenance, latest) for key in ("published", "updated")}
    correction = correction_notice(text)
    if correction:
        provenance["correction"] = "text"
    return Article(
        id=facts["id"] or default_id,
        text=text,
        title=facts["title"],
        source=facts["source"],
        author=facts["author"],
        agency=facts["agency"],
        published=dates["published"],
        updated=dates["updated"],
        url=facts["url"],
        language=facts["language"],
        category=facts["category"],
        correction=correction,
        origin=record.place,
        removed=removed,
        metadata=given,
        provenance=provenance,
    )


def _pieces(text: str, title: str | None) -> tuple[list[Piece], Found]:
    """The text's pieces with the reason each goes or None, and what lines that are no article state."""
    date, cut, text = opening_date(text)
    pieces, found = read(sort_out(text, title))
    if date:
        found.dates.setdefault("published", date)
        pieces.insert(0, (cut, "date line"))
    return pieces, found


def _headline(pieces: list[Piece]) -> str | None:
    """A short first line that is no sentence becomes the title and leaves ``pieces``; None when there is none."""
    kept = [i for i, (_, reason) in enumerate(pieces) if reason is None]
    if len(kept) < 2:
        return None
    line = pieces[kept[0]][0].lstrip(": ").strip()
    if not 0 < len(line) <= HEADING or re.search(r"[.!;,…][\"“”»«]?$", line):
        return None
    del pieces[kept[0]]
    return line


def _more(facts: dict[str, str | None], found: Found, text: str) -> list[tuple[str, str | None, str]]:
    """Field, value and origin of what the file did not give, the better origin first."""
    url = facts["url"] or ""
    return [
        ("author", found.author, "text"),
        ("agency", found.agency, "text"),
        ("category", found.category, "text"),
        ("published", found.dates.get("published"), "text"),
        ("updated", found.dates.get("updated"), "text"),
        ("published", day_of(url), "url"),
        ("source", source_of(url), "url"),
        ("language", detect_language(text[:2000]), "detected"),
    ]


def _date(
    key: str, written: str | None, given: dict[str, str], provenance: dict[str, str], latest: dt.date
) -> NewsDate | None:
    date = NewsDate.parse(written or "")
    if written and (date is None or date.first > latest):
        given[key] = written  # kept as written rather than guessed
        del provenance[key]
        return None
    return date
