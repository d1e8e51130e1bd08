"""JSON: one article a line, or a file with one article or a list of them; field names as in ``mapping.py``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.mapping import FieldMap, objects
from corpus.formats.record import MAX_RECORD_BYTES, Record, decode, is_binary, open_file, place_of, read_bytes

MAX_JSON_BYTES = 128 * 2**20  # parsed as a whole; larger collections come as JSON lines


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """A record a line; a broken line is yielded as an UnreadableError naming it, and reading goes on."""
    fields, name = FieldMap.beside(path), place_of(path)
    try:
        with open_file(path) as file:
            if is_binary(file.read(8192)):
                raise UnreadableError(name, "binary")
            file.seek(0)
            number, empty = 0, True
            while line := file.readline(MAX_RECORD_BYTES + 1):
                number += 1
                if len(line) > MAX_RECORD_BYTES:
                    size = len(line)
                    while not line.endswith(b"\n") and (line := file.readline(MAX_RECORD_BYTES)):
                        size += len(line)
                    yield UnreadableError(
                        f"{name}:{number}", "too_big", megabytes=size // 2**20, limit=MAX_RECORD_BYTES // 2**20
                    )
                elif line.strip():
                    yield _line(line, f"{name}:{number}", number, fields)
                else:
                    continue
                empty = False
    except OSError as error:
        raise UnreadableError(name, "io", detail=error.strerror or str(error)) from error
    if empty:
        raise UnreadableError(name, "empty")


def read_json(path: Path) -> Iterator[Record | UnreadableError]:
    """The records of a ``.json`` file: an object, a list, or an object with a list. JSON lines in it are read as such."""
    name = place_of(path)
    text, warning = decode(read_bytes(path, MAX_JSON_BYTES), name)
    try:
        loaded = _parse(text)
    except _BrokenError as error:
        if error.more and error.line > 1:
            yield from read(path)
            return
        raise UnreadableError(name, "json", line=error.line, detail=error.detail) from error
    fields, number = FieldMap.beside(path), 0
    for number, item in enumerate(objects(loaded, fields), 1):
        yield _record(item, f"{name}:{number}", number, fields, warning)
        warning = None
    if not number:
        raise UnreadableError(name, "empty")


def count(path: Path) -> int:
    """The lines of the file."""
    with open_file(path) as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(2**20), b""))


class _BrokenError(ValueError):
    """What is wrong with a JSON text, in which line, and whether there is ``more`` after a sound value."""

    def __init__(self, detail: str, line: int, more: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.line, self.more = detail, line, more


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise _BrokenError("nested too deeply", 1) from error
    except json.JSONDecodeError as error:
        raise _BrokenError(error.msg, error.lineno, more=error.msg == "Extra data") from error
    except ValueError as error:  # a number of more digits than Python takes
        raise _BrokenError(str(error).split(";")[0], 1) from error


def _line(line: bytes, place: str, number: int, fields: FieldMap) -> Record | UnreadableError:
    text, warning = decode(line, place)
    try:
        return _record(_parse(text), place, number, fields, warning)
    except _BrokenError as error:
        return UnreadableError(place, "json", line=number, detail=error.detail)


def _record(
    loaded: Any, place: str, number: int, fields: FieldMap, warning: ReadWarning | None
) -> Record | UnreadableError:
    if not isinstance(loaded, dict):
        return UnreadableError(place, "record", line=number, detail=f"a {type(loaded).__name__}, not an object")
    return fields.record(loaded, place, number, warning)
