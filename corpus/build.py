"""Raw record -> Article: tidied, cleaned, dated, with where each fact came from."""

from __future__ import annotations

import re

from corpus.article import Article
from corpus.clean import HEADING, clean, tidy
from corpus.dates import NewsDate
from corpus.errors import UnreadableError
from corpus.formats import Record
from corpus.language import detect_language

_DATE_HINT = re.compile(
    r"\A\W{0,3}(?:date|datum|published|veröffentlicht|stand)(?: am)?[:\s]+"
    r"(\d{4}(?:-\d{2}){0,2}|\d{1,2}\. ?(?:\d{1,2}\.|[A-Za-zä]+) ?\d{4})\W\s*",
    re.IGNORECASE,
)
AGENCIES = frozenset(
    "afp ap apa ansa belga dapd ddp dpa dts efe epd idw kna ots pa pap reuters rtr sda sid tass upi".split()
)
_SIGN_OFF = re.compile(r"\((\w{2,8}(?:\s?[/,-]\s?\w{2,8}){0,3})\)\s*$", re.MULTILINE)
_ALIASES = {"date": "published", "headline": "title", "lang": "language"}  # common names elsewhere
_FIELDS = ("id", "title", "source", "author", "agency", "published", "updated", "url", "language", "category")


def to_article(record: Record, default_id: str) -> Article:
    """The article of a raw record: tidied, cleaned, dated. Raises UnreadableError when no text is left."""
    given = {_ALIASES.get(key, key): tidy(value) for key, value in record.fields.items()}
    fields = {key: given.pop(key, None) or None for key in _FIELDS}
    text = tidy(record.text)
    if match := _DATE_HINT.match(text):
        fields["published"] = fields["published"] or match[1]
        text = text[match.end() :]
    title, text = _headline(fields["title"], text)
    text, removed = clean(text)
    if not text:
        raise UnreadableError(record.place, "no_text")
    dates = {}
    for key in ("published", "updated"):
        dates[key] = NewsDate.parse(fields[key] or "")
        if fields[key] and dates[key] is None:
            given[key] = fields[key] or ""  # kept as written rather than guessed
    return Article(
        id=fields["id"] or default_id,
        text=text,
        title=title,
        source=fields["source"],
        author=fields["author"],
        agency=fields["agency"] or _agency(text),
        published=dates["published"],
        updated=dates["updated"],
        url=fields["url"],
        language=fields["language"] or detect_language(text[:2000]),
        category=fields["category"],
        origin=record.place,
        removed=removed,
        metadata=given,
    )


def _headline(title: str | None, text: str) -> tuple[str | None, str]:
    """The title, and the text without it: given, or a short first line that is no sentence."""
    first, _, rest = text.partition("\n")
    line = first.lstrip(": ").strip()
    if title is not None:
        return title, rest.lstrip() if line == title and rest.strip() else text
    if rest.strip() and 0 < len(line) <= HEADING and not re.search(r"[.!;,…][\"“”»«]?$", line):
        return line, rest.lstrip()
    return None, text


def _agency(text: str) -> str | None:
    """The agencies of a sign-off such as "(afp)" or "(dpa/rtr)" at a paragraph's end; None when there is none."""
    for match in reversed(list(_SIGN_OFF.finditer(text))):
        names = re.split(r"\s?[/,-]\s?", match[1].lower())
        if any(name in AGENCIES for name in names):
            return "/".join(name for name in names if name in AGENCIES)
    return None
