"""Books and digital editions: each document of the spine is a record, read as a page."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Xml

from corpus.errors import UnreadableError
from corpus.formats import html
from corpus.formats.budget import check_zip
from corpus.formats.fragment import to_text
from corpus.formats.record import MAX_RECORD_BYTES, Record, decode, place_of, read_raw

MAX_EPUB_BYTES = 256 * 2**20
_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PAGES = ("application/xhtml+xml", "text/html")
_FIELDS = {"author": "creator", "source": "publisher", "published": "date", "language": "language"}


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """A record a document of the spine, in reading order; those without text, such as covers, are passed over."""
    place = place_of(path)
    data = read_raw(path, MAX_EPUB_BYTES)
    found = False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            check_zip(file, place, len(data))
            names, fields = _package(file)
            for name in names:
                record = _document(file, name, f"{place}!{name}", fields)
                if record is not None:
                    found = True
                    yield record
    except (UnreadableError, GeneratorExit):
        raise
    except DefusedXmlException as error:
        raise UnreadableError(place, "entities") from error
    except Exception as error:  # zipfile and the XML parser each have their own for broken files
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UnreadableError(place, "damaged", kind="EPUB", detail=detail) from error
    if not found:
        raise UnreadableError(place, "no_text")


def _package(file: zipfile.ZipFile) -> tuple[list[str], dict[str, str]]:
    """The names of the spine's documents, and the fields that hold for all of them."""
    container = Xml.fromstring(_bytes(file, "META-INF/container.xml"))
    root = container.find(f".//{_CONTAINER}rootfile")
    name = "" if root is None else root.get("full-path", "")
    package = Xml.fromstring(_bytes(file, name))
    items: dict[str, Any] = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    names = []
    for reference in package.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        names.append(posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(item.get("href", "")))))
    fields = {}
    for ours, theirs in _FIELDS.items():
        values = [(element.text or "").strip() for element in package.iter(_DC + theirs)]
        fields[ours] = ", ".join(filter(None, values if ours == "author" else values[:1]))
    if not fields["source"]:
        fields["source"] = next(((e.text or "").strip() for e in package.iter(f"{_DC}title")), "")
    fields["language"] = fields["language"][:2].lower()
    return list(dict.fromkeys(names)), {key: value for key, value in fields.items() if value}


def _document(file: zipfile.ZipFile, name: str, place: str, fields: dict[str, str]) -> Record | UnreadableError | None:
    try:
        data = _bytes(file, name)
    except KeyError:
        return UnreadableError(place, "damaged", kind="EPUB", detail="it is named in the contents, but not there")
    if len(data) > MAX_RECORD_BYTES:
        return UnreadableError(place, "too_big", megabytes=len(data) // 2**20, limit=MAX_RECORD_BYTES // 2**20)
    whole = to_text(decode(data, place)[0])
    if not whole.strip():
        return None
    try:
        record = html.page(data, place)
    except UnreadableError:
        record = Record(place, "")
    # A chapter has nothing around it to be told from: when the page reader finds less, the words themselves are right.
    text = record.text if 2 * len(record.text) > len(whole) else whole
    inherited = {key: value for key, value in fields.items() if key not in record.fields}
    provenance = {**record.provenance, **dict.fromkeys(inherited, "epub")}
    return Record(place, text, {**record.fields, **inherited}, name, record.warning, provenance)


def _bytes(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as member:
        return member.read(MAX_RECORD_BYTES + 1)
