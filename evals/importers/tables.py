"""A table of questions (CSV or TSV), as a spreadsheet saves it, and the folder of articles they are about."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from corpus.article import Article
from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.encoding import decode
from corpus.load import load
from evals.cases import KEYS, Case, read_case
from evals.errors import DataFormatError, SetEmptyError, SetFormatError
from evals.importers.folder import ARTICLES, Imported, write_articles, write_set

_LISTS = ("answers", "articles", "tags", "within", "speaker")
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "1", "wahr", "ja", "x"), True),
    **dict.fromkeys(("false", "no", "0", "falsch", "nein"), False),
}
_FIELDS = ("title", "source", "author", "agency", "url", "language", "category")


def import_table(
    name: str, table: Path, folder: Path, articles: Path | None = None, licence: str = ""
) -> tuple[Imported, list[UnreadableError]]:
    """A question a row; columns are named as the keys of a question set, only ``question`` is required.

    Lists are separated by ";" or written as JSON, ``parts`` as "63; 41 | forty-one", ``evidence`` as JSON. A question
    without an id gets one made from its text. ``articles``, a file or folder, becomes the corpus, each article under
    the id it would have in an index; what of it can't be read is returned. Raises SetFormatError naming the line,
    SetEmptyError, DataFormatError, SourceError.
    """
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for line, record in _rows(table):
        case = read_case(record, table, line)
        if case.id in lines:
            raise SetFormatError(table, line, "duplicate", id=case.id, other=lines[case.id])
        lines[case.id] = line
        cases.append(case)
    if not cases:
        raise SetEmptyError(path=table)
    folder.mkdir(parents=True, exist_ok=True)
    unread: list[UnreadableError] = []
    if articles is not None:
        write_articles(_records(load([articles]), unread), folder)
    return Imported(folder / ARTICLES, {table.stem: write_set(name, cases, folder, table.stem, licence)}), unread


def _records(found: Iterable[Article | UnreadableError], unread: list[UnreadableError]) -> Iterator[dict[str, Any]]:
    """Articles as records that are read back to the same articles; what is not one goes to ``unread``."""
    for item in found:
        if isinstance(item, Article):
            dates = {"published": str(item.published or ""), "updated": str(item.updated or "")}
            known = {key: getattr(item, key) for key in _FIELDS}
            yield {**item.metadata, **known, **dates, "id": item.id, "text": item.text}
        elif not isinstance(item, ReadWarning):
            unread.append(item)


def _rows(table: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers, from 1, and the record of each row that is not blank."""
    try:
        text, _ = decode(table.read_bytes(), str(table))
    except OSError as error:
        raise DataFormatError(path=table, detail=error.strerror or error) from error
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif not header:
                header = [cell.strip().lower() for cell in cells]
                _check_header(header, table, line)
            elif len(cells) > len(header):
                wanted = f"{len(header)} cells, as many as the header names"
                wanted_de = f"{len(header)} Zellen haben, so viele wie die Kopfzeile nennt"
                raise SetFormatError(table, line, "value", key=cells[0], wanted_en=wanted, wanted_de=wanted_de)
            else:
                yield line, _record(dict(zip(header, cells, strict=False)), table, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataFormatError(path=table, detail=f"line {line}, {error}") from error


def _delimiter(text: str) -> str:
    """The character that cuts the first line into the most keys of a question set."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=lambda mark: sum(cell.strip(' "').lower() in KEYS for cell in header.split(mark)))


def _check_header(header: list[str], table: Path, line: int) -> None:
    if "question" not in header:
        raise SetFormatError(table, line, "missing", key="question")
    for name in header:
        if name and name not in KEYS:
            raise SetFormatError(table, line, "unknown", key=name, known=", ".join(KEYS))


def _record(cells: dict[str, str], table: Path, line: int) -> dict[str, Any]:
    """A row as the object that a line of a question set would hold."""
    record: dict[str, Any] = {}
    for key, cell in cells.items():
        cell = cell.strip()
        if not key or not cell:
            continue
        try:
            record[key] = _value(key, cell)
        except (ValueError, RecursionError) as error:
            raise SetFormatError(table, line, "json", detail=f"{key}: {str(error).split(':')[0]}") from error
    if "id" not in record and "question" in record:
        record["id"] = "q-" + hashlib.sha256(record["question"].encode()).hexdigest()[:10]
    return record


def _value(key: str, cell: str) -> Any:
    """What a cell says. A truth that is none of the known words stays text, for ``read_case`` to refuse. Raises ValueError."""
    if key == "answerable":
        return _TRUTHS.get(cell.lower(), cell)
    if key == "evidence" or (cell.startswith("[") and key in (*_LISTS, "parts")):
        return json.loads(cell)
    if key in _LISTS:
        return _listed(cell, ";")
    if key == "parts":
        return [_listed(part, "|") for part in _listed(cell, ";")]
    return cell


def _listed(cell: str, mark: str) -> list[str]:
    return [item.strip() for item in cell.split(mark) if item.strip()]
