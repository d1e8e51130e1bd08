"""Word documents: paragraphs, headings and tables in their order, and what the document says about itself."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableError
from corpus.formats.budget import check_zip
from corpus.formats.feed import refuse_entities
from corpus.formats.record import Record, place_of, read_raw

MAX_DOCX_BYTES = 64 * 2**20
_TITLE_STYLES = ("title", "titel", "heading 1", "überschrift 1")


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """One record: a line a paragraph, a table row a line. Headers, footers and notes are left out."""
    place = place_of(path)
    data = read_raw(path, MAX_DOCX_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            check_zip(file, place, len(data))
            for name in file.namelist():
                if name.endswith((".xml", ".rels")):
                    refuse_entities(file.read(name), place)
        import docx

        document = docx.Document(io.BytesIO(data))
        lines, title = _lines(document)
        about = document.core_properties
        fields = _fields(about)
    except UnreadableError:
        raise
    except Exception as error:  # zipfile, lxml and python-docx each have their own for broken files
        encrypted = data.startswith(b"\xd0\xcf\x11\xe0")  # a protected document is no zip but an OLE file
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UnreadableError(place, "encrypted" if encrypted else "damaged", kind="DOCX", detail=detail) from error
    text = "\n".join(lines)
    if not text.strip():
        raise UnreadableError(place, "no_text")
    fields.setdefault("title", title)
    given = {key: value.strip() for key, value in fields.items() if value.strip()}
    yield Record(place, text, given, provenance=dict.fromkeys(given, "docx"))


def _lines(document: Any) -> tuple[list[str], str]:
    """The lines, and the text of the first heading."""
    lines, title = [], ""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                cells = list(dict.fromkeys(" ".join(cell.text.split()) for cell in row.cells))  # merged ones come twice
                lines.append(" | ".join(cell for cell in cells if cell))
            continue
        style = (block.style.name or "").lower() if block.style is not None else ""
        text = block.text.strip()
        if text and not title and not lines and style.startswith(_TITLE_STYLES):
            title = text
        lines.append(text)
    return [line for line in lines if line], title


def _fields(about: Any) -> dict[str, str]:
    """The core properties. Those of python-docx's own templates were never written by anybody."""
    template = "python-docx" in (about.author, about.last_modified_by)
    fields = {
        "title": "" if template and about.title == "Word Document" else about.title,
        "author": "" if template else about.author,
        "published": "" if template or not about.created else _iso(about.created),
        "language": about.language[:2].lower(),
        "category": about.category,
        "keywords": about.keywords,
    }
    return {key: value for key, value in fields.items() if value}


def _iso(moment: dt.datetime) -> str:
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).isoformat()
