"""CSV and its kin: a header row that names the fields, then an article a row, in whatever dialect."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.encoding import guess_file
from corpus.formats.mapping import FieldMap
from corpus.formats.record import MAX_RECORD_BYTES, Record, is_binary, open_file, place_of

MAX_COLUMNS = 1000
_DELIMITERS = ",;\t|"
_UNCLOSED = 100  # rows with a quote that is never closed; each is looked for its end up to the end of the file


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """A record a row; a broken row is yielded as an UnreadableError naming its line, and reading goes on."""
    place = place_of(path)
    try:
        with open_file(path) as file:
            head = file.read(8192)
            if not head.strip():
                raise UnreadableError(place, "empty")
            if is_binary(head):
                raise UnreadableError(place, "binary")
            file.seek(0)
            codec, name = guess_file(file)
            warning = ReadWarning(place, "encoding", encoding=name) if name else None
            with io.TextIOWrapper(file, codec, "replace", newline="") as text:
                yield from _records(text, place, FieldMap.beside(path), warning)
    except OSError as error:
        raise UnreadableError(place, "io", detail=error.strerror or str(error)) from error


def count(path: Path) -> int:
    """The rows: lines that do not end inside quotes, less the header."""
    with open_file(path) as file:
        return _count(file) - 1


def _count(file: BinaryIO) -> int:
    rows, quotes = 0, 0
    while line := file.readline(MAX_RECORD_BYTES):
        quotes += line.count(b'"')
        rows += quotes % 2 == 0
    return rows


def _records(
    text: TextIO, place: str, fields: FieldMap, warning: ReadWarning | None
) -> Iterator[Record | UnreadableError]:
    csv.field_size_limit(MAX_RECORD_BYTES)  # the module's own limit of 128 KiB is less than a long report
    lines = _Lines(text, place)
    first = next((line for line in lines if line.strip()), "")
    header, delimiter = _header(first, fields)
    if not any(fields.has_text({name: "x"}) for name in header):
        raise UnreadableError(place, "columns", columns=", ".join(name[:40] for name in header[:12]))
    empty = True
    for number, row in _rows(lines, delimiter):
        empty = False
        if isinstance(row, str):
            yield UnreadableError(f"{place}:{number}", "csv", line=number, detail=row)
        elif any(cell.strip() for cell in row):
            given = {name: cell for name, cell in zip(header, row, strict=False) if name}
            yield fields.record(given, f"{place}:{number}", number, warning)
            warning = None
    if empty:
        raise UnreadableError(place, "empty")


def _header(line: str, fields: FieldMap) -> tuple[list[str], str]:
    """The names of the columns and what separates them: whatever gives most names that we know, then most names."""
    best: tuple[tuple[int, int], list[str], str] = ((-1, 0), [], ",")
    for delimiter in _DELIMITERS:
        try:
            names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])][:MAX_COLUMNS]
        except csv.Error:
            continue
        rank = (sum(fields.knows(name) for name in names), len(names))
        if rank > best[0]:
            best = (rank, names, delimiter)
    return best[1], best[2]


def _rows(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line it starts in; for a row that can't be read what is wrong with it."""
    unclosed = 0
    while True:
        start = lines.number + 1
        lines.taken.clear()
        try:
            # A reader a row keeps nothing behind when one of them breaks off.
            row = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
        except csv.Error:
            if len(lines.taken) == 1 and lines.taken[0].count('"') % 2 == 0:
                yield start, next(csv.reader(lines.taken, delimiter=delimiter))  # "so" written: no harm done
                continue
            # A quote that is not closed runs on into other rows: give them back.
            unclosed += 1
            if unclosed > _UNCLOSED:
                yield start, f"over {_UNCLOSED} quotes are never closed; nothing below is read"
                return
            yield start, "a quote is never closed"
            lines.give_back(len(lines.taken) - 1)
            continue
        if row is None:
            return
        yield start, row


class _Lines:
    """The lines of a file, counted. Raises UnreadableError for one that is over the limit."""

    def __init__(self, text: TextIO, place: str) -> None:
        self.text, self.place, self.number = text, place, 0
        self.taken: list[str] = []
        self._waiting: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        # NULs, which csv refuses, mean nothing in a text.
        line = self._waiting.popleft() if self._waiting else self.text.readline(MAX_RECORD_BYTES).replace("\0", "")
        if not line:
            raise StopIteration
        if len(line) >= MAX_RECORD_BYTES:
            limit = MAX_RECORD_BYTES // 2**20
            raise UnreadableError(f"{self.place}:{self.number + 1}", "too_big", megabytes=limit, limit=limit)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self, count: int) -> None:
        """The last ``count`` lines taken come again."""
        if count > 0:
            self._waiting.extendleft(reversed(self.taken[-count:]))
            self.number -= count
