"""RSS and Atom as saved: a record an entry, with the full text where the feed gives it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableError
from corpus.formats.fragment import one_line, to_text
from corpus.formats.moments import to_iso
from corpus.formats.record import Record, place_of, read_bytes

MAX_TAGS = 500_000  # each costs feedparser some 20 microseconds


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """A record an entry; an UnreadableError for each without text. Nothing is fetched."""
    place = place_of(path)
    parsed = parse(read_bytes(path), place)
    if not parsed.entries:
        raise UnreadableError(place, "no_entries")
    for number, entry in enumerate(parsed.entries, 1):
        yield _record(entry, parsed.feed, f"{place}:{number}", number)


def parse(data: bytes, place: str) -> Any:
    """What feedparser makes of ``data``. Raises UnreadableError when it is no feed, or declares entities."""
    import feedparser

    refuse_entities(data, place)
    if data.count(b"<") > MAX_TAGS:
        raise UnreadableError(place, "damaged", kind="XML", detail=f"more than {MAX_TAGS} tags")
    try:
        # As a stream: given bytes, feedparser would first try them as the name of a file.
        parsed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # its fallback for broken XML raises whatever comes
        raise UnreadableError(place, "damaged", kind="XML", detail=type(error).__name__) from error
    if not parsed.version and not parsed.entries:
        raise UnreadableError(place, "no_feed")
    return parsed


def refuse_entities(data: bytes, place: str) -> None:
    """Raises UnreadableError when ``data`` declares XML entities: nothing we read needs them, attacks do."""
    if b"<!ENTITY" in data.replace(b"\0", b""):  # in UTF-16 too
        raise UnreadableError(place, "entities")


def count(path: Path) -> int:
    """The entries, by their tags."""
    data = read_bytes(path)
    return data.count(b"<item>") + data.count(b"<item ") + data.count(b"<entry>") + data.count(b"<entry ")


def _record(entry: Any, feed: Any, place: str, number: int) -> Record | UnreadableError:
    texts = [to_text(str(one.get("value") or "")) for one in entry.get("content", [])]
    texts.append(to_text(str(entry.get("summary") or "")))
    text = max(texts, key=len)
    if not text.strip():
        return UnreadableError(place, "record", line=number, detail="the entry has no text")
    tags = [str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags", [])]
    fields = {
        "id": entry.get("id") or entry.get("link"),
        "title": one_line(str(entry.get("title") or "")),
        "source": one_line(str(entry.get("source", {}).get("title") or feed.get("title") or "")),
        "author": one_line(str(entry.get("author") or "")),
        "published": _date(entry, "published"),
        "updated": _date(entry, "updated"),
        "url": entry.get("link"),
        "language": str(feed.get("language") or "")[:2].lower(),
        "category": ", ".join(dict.fromkeys(one_line(tag) for tag in tags if tag.strip())),
    }
    if not fields["published"]:
        fields["published"], fields["updated"] = fields["updated"], ""
    given = {key: str(value).strip() for key, value in fields.items() if value and str(value).strip()}
    return Record(place, text, given, provenance=dict.fromkeys(given, "feed"))


def _date(entry: Any, key: str) -> str:
    """The date in ISO 8601 with the zone it was given with; what can't be read stays as written."""
    written = str(dict.get(entry, key) or "")  # not entry.get, which passes off one date for another
    iso = to_iso(written)
    parsed = dict.get(entry, f"{key}_parsed")
    if iso == written and not written[:4].isdigit() and parsed:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).isoformat()
    return iso
