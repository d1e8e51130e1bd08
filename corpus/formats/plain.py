"""Plain text: one file, one article, perhaps with a headline and a date hint at its top."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats.record import Record, decode, place_of, read_bytes


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """One record: the whole text, no fields."""
    text, warning = decode(read_bytes(path), place_of(path))
    yield Record(place_of(path), text, warning=warning)
