"""One small reader per format. A reader yields raw records; ``corpus/load.py`` makes articles of them.

``READERS`` maps a file suffix to its reader: ``read(path) -> Iterator[Record | UnreadableError]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats import archive, docx, epub, feed, html, mail, markdown, pdf, plain, records, table
from corpus.formats.mapping import FieldMap
from corpus.formats.record import Record

Reader = Callable[[Path], Iterator[Record | UnreadableError]]
_FORMATS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".epub": epub.read,
    ".eml": mail.read,
    ".json": records.read_json,
    ".jsonl": records.read,
    ".ndjson": records.read,
    ".csv": table.read,
    ".tsv": table.read,
    ".rss": feed.read,
    ".atom": feed.read,
    ".xml": feed.read,
    **dict.fromkeys(archive.SUFFIXES, archive.read),
}
_COUNTERS: dict[str, Callable[[Path], int]] = {
    ".jsonl": records.count,
    ".ndjson": records.count,
    ".csv": table.count,
    ".tsv": table.count,
    ".rss": feed.count,
    ".atom": feed.count,
    ".xml": feed.count,
    **dict.fromkeys(archive.SUFFIXES, archive.count),
}


def _with_defaults(reader: Reader) -> Reader:
    """``reader``, and what a mapping file says of records that do not say it themselves; see ``mapping.py``."""

    def read(path: Path) -> Iterator[Record | UnreadableError]:
        defaults = FieldMap.beside(path).defaults
        for item in reader(path):
            if defaults and isinstance(item, Record):
                item = replace(item, fields={**defaults, **item.fields})
            yield item

    return read


READERS = {suffix: _with_defaults(reader) for suffix, reader in _FORMATS.items()}


def count(path: Path) -> int:
    """About how many records ``path`` will give, found cheaply; 1 when that can't be told. Never raises."""
    try:
        return max(1, _COUNTERS.get(path.suffix.lower(), lambda path: 1)(path))
    except Exception:  # a guess for a progress bar; what is wrong with the file is said when it is read
        return 1


__all__ = ["READERS", "Reader", "Record", "count"]
