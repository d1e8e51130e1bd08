"""One small reader per format. A reader yields raw records; ``corpus/load.py`` makes articles of them.

``READERS`` maps a file suffix to its reader: ``read(path) -> Iterator[Record | UnreadableError]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats import html, markdown, plain, records
from corpus.formats.record import Record

Reader = Callable[[Path], Iterator[Record | UnreadableError]]
READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".jsonl": records.read,
    ".ndjson": records.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
}

__all__ = ["READERS", "Reader", "Record"]
