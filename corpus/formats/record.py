"""What a reader hands over, and how bytes become text."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from corpus.errors import ReadWarning, UnreadableError

MAX_RECORD_BYTES = 16 * 2**20  # one article; a novel is 1 MB


@dataclass(frozen=True, slots=True)
class Record:
    """Raw text and the fields the file gave, all strings.

    ``place`` is path, path:line or archive!member; ``key`` tells records of a file apart. ``provenance`` says for each
    field where in the file it stood ("json-ld", "meta", "feed"); a field without an entry was given by the file itself.
    """

    place: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    warning: ReadWarning | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises UnreadableError when empty, binary, too big or not to be opened."""
    try:
        size = path.stat().st_size
        if size > MAX_RECORD_BYTES:
            raise UnreadableError(str(path), "too_big", megabytes=size // 2**20, limit=MAX_RECORD_BYTES // 2**20)
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(str(path), "io", detail=error.strerror or str(error)) from error
    if not data.strip():
        raise UnreadableError(str(path), "empty")
    if is_binary(data):
        raise UnreadableError(str(path), "binary")
    return data


def is_binary(data: bytes) -> bool:
    """NUL bytes without a UTF-16 mark, or one byte in ten a control character: nobody's article."""
    head = data[:8192]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return b"\0" in head or control * 10 > len(head)


def decode(data: bytes, place: str) -> tuple[str, ReadWarning | None]:
    """Text of ``data``: UTF-8, UTF-16 with a mark, else Windows-1252 (what older newsroom systems write), with a warning."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), ReadWarning(place, "encoding", encoding="UTF-16")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        # A mostly valid UTF-8 text with a few broken bytes must not become mojibake as a whole.
        lenient = data.decode("utf-8-sig", "replace")
        broken = lenient.count("\ufffd")
        valid = sum(ord(c) > 127 for c in lenient) - broken
        if valid > broken:
            return lenient, ReadWarning(place, "encoding", encoding="UTF-8 (with broken characters)")
        return data.decode("cp1252", "replace"), ReadWarning(place, "encoding", encoding="Windows-1252")
