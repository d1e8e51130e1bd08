"""JSON lines: one article a line, ``{"id","title","text","source","author","published","url","language"}``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats.record import MAX_RECORD_BYTES, Record, decode, is_binary, open_file


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """A record a line; a broken line is yielded as an UnreadableError naming it, and reading goes on."""
    try:
        with path.open("rb") as file:
            if is_binary(file.read(8192)):
                raise UnreadableError(str(path), "binary")
            file.seek(0)
            number, empty = 0, True
            while line := file.readline(MAX_RECORD_BYTES + 1):
                number += 1
                if len(line) > MAX_RECORD_BYTES:
                    size = len(line)
                    while not line.endswith(b"\n") and (line := file.readline(MAX_RECORD_BYTES)):
                        size += len(line)
                    yield UnreadableError(
                        f"{path}:{number}", "too_big", megabytes=size // 2**20, limit=MAX_RECORD_BYTES // 2**20
                    )
                elif line.strip():
                    yield _record(line, path, number)
                else:
                    continue
                empty = False
    except OSError as error:
        raise UnreadableError(str(path), "io", detail=error.strerror or str(error)) from error
    if empty:
        raise UnreadableError(str(path), "empty")


def _record(line: bytes, path: Path, number: int) -> Record | UnreadableError:
    place = f"{path}:{number}"
    text, warning = decode(line, place)
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = "nested too deeply" if isinstance(error, RecursionError) else str(error).split(":")[0]
        return UnreadableError(place, "json", line=number, detail=detail)
    if not isinstance(loaded, dict):
        return UnreadableError(place, "record", line=number, detail=f"a {type(loaded).__name__}, not an object")
    body = loaded.pop("text", None)
    if not isinstance(body, str) or not body.strip():
        return UnreadableError(place, "record", line=number, detail="'text' is missing or empty")
    fields = {str(k).lower(): str(v) for k, v in loaded.items() if isinstance(v, str | int | float) and str(v).strip()}
    # Without an id the text itself tells records apart: line numbers shift when a line is added above.
    key = hashlib.sha256(f"{fields.get('title', '')}\n{body}".encode("utf-8", "replace")).hexdigest()[:12]
    return Record(place, body, fields, key, warning)


def count(path: Path) -> int:
    """The lines of the file."""
    with open_file(path) as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))
