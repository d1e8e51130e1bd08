"""What a reader hands over, and how a file is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.encoding import decode, is_binary

__all__ = ["MAX_RECORD_BYTES", "Record", "decode", "is_binary", "open_file", "place_of", "read_bytes", "read_raw"]

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


def place_of(path: Path) -> str:
    """``path`` as text that any database and terminal takes; bytes that are no UTF-8 become \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def open_file(path: Path) -> BinaryIO:
    """``path`` opened for reading. Raises UnreadableError for what is no regular file, and never waits for a pipe."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError(place_of(path), "not_a_file")
        # It may have become a pipe since; opening one without O_NONBLOCK would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise UnreadableError(place_of(path), "not_a_file")
    except OSError as error:
        raise UnreadableError(place_of(path), "io", detail=error.strerror or str(error)) from error
    return os.fdopen(descriptor, "rb")


def read_raw(path: Path, limit: int = MAX_RECORD_BYTES) -> bytes:
    """The file's bytes, whatever they are. Raises UnreadableError when empty, too big or not to be opened."""
    with open_file(path) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            if size > limit:
                raise UnreadableError(place_of(path), "too_big", megabytes=size // 2**20, limit=limit // 2**20)
            data = file.read(limit + 1)
        except OSError as error:
            raise UnreadableError(place_of(path), "io", detail=error.strerror or str(error)) from error
    if len(data) > limit:  # it grew while it was read
        raise UnreadableError(place_of(path), "too_big", megabytes=len(data) // 2**20, limit=limit // 2**20)
    if not data.strip():
        raise UnreadableError(place_of(path), "empty")
    return data


def read_bytes(path: Path, limit: int = MAX_RECORD_BYTES) -> bytes:
    """The bytes of a text file. Raises UnreadableError when empty, binary, too big or not to be opened."""
    data = read_raw(path, limit)
    if is_binary(data):
        raise UnreadableError(place_of(path), "binary")
    return data
