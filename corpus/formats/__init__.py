"""One small reader per format. A reader yields raw records; ``corpus/load.py`` makes articles of them.

``READERS`` maps a file suffix to its reader: ``read(path) -> Iterator[Record | UnreadableError]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats import markdown, plain, records
from corpus.formats.record import Record

Reader = Callable[[Path], Iterator[Record | UnreadableError]]
READERS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".jsonl": records.read,
    ".ndjson": records.read,
}
_COUNTERS: dict[str, Callable[[Path], int]] = {
    ".jsonl": records.count,
    ".ndjson": records.count,
}


def count(path: Path) -> int:
    """About how many records ``path`` will give, found cheaply; 1 when that can't be told. Never raises."""
    try:
        return max(1, _COUNTERS.get(path.suffix.lower(), lambda path: 1)(path))
    except Exception:  # a guess for a progress bar; what is wrong with the file is said when it is read
        return 1


__all__ = ["READERS", "Reader", "Record", "count"]
