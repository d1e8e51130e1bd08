"""Archives: each member is read by the reader of its own format, out of a temporary file of a name of ours.

Names in an archive are shown, never used to write. Links and devices in it are passed over, as are hidden files and
formats without a reader.
"""

from __future__ import annotations

import gzip
import lzma
import os
import re
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from shutil import copyfile
from typing import IO, BinaryIO, TypeVar, cast

from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.budget import MAX_EXPANDED, Budget, Metered
from corpus.formats.docx import MAX_DOCX_BYTES
from corpus.formats.epub import MAX_EPUB_BYTES
from corpus.formats.mail import MAX_MAIL_BYTES
from corpus.formats.mapping import FILE as MAPPING
from corpus.formats.mapping import FieldMap
from corpus.formats.pdf import MAX_PDF_BYTES
from corpus.formats.record import MAX_RECORD_BYTES, Record, open_file, place_of
from corpus.formats.records import MAX_JSON_BYTES

SUFFIXES = (".zip", ".tar", ".tgz", ".gz")
# What a member may have at most, in bytes; for those not named, what one article may have.
LIMITS = {
    ".json": MAX_JSON_BYTES,
    ".pdf": MAX_PDF_BYTES,
    ".docx": MAX_DOCX_BYTES,
    ".epub": MAX_EPUB_BYTES,
    ".eml": MAX_MAIL_BYTES,
} | dict.fromkeys((".jsonl", ".ndjson", ".csv", ".tsv", *SUFFIXES), MAX_EXPANDED)
_CUT = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile)
_BROKEN = (*_CUT, NotImplementedError, RuntimeError, ValueError, OverflowError)
_NOT_ARTICLES = re.compile(r"(?:readme|license|licence|changelog)(?:\.\w+)?$", re.IGNORECASE)
_MAX_NAME = 1000

_Error = TypeVar("_Error", bound=UnreadableError)
Found = Iterator[Record | UnreadableError]
Reader = Callable[[Path], Found]


def read(path: Path) -> Found:
    """The records of all members; places read "news.zip!folder/a.html". An archive may hold archives, one deep."""
    place = place_of(path)
    with open_file(path) as file:
        budget = Budget(place, os.fstat(file.fileno()).st_size)
    FieldMap.beside(path)  # one that is wrong is named once, not for each member
    yield from _Archive(path, place, budget, 0).read(path.name)


def count(path: Path) -> int:
    """The members that have a reader; the lines of a packed file of JSON lines."""
    name = path.name.lower()
    if name.endswith((".tar", ".tgz", ".tar.gz")):
        return 1  # can't be told without unpacking
    with open_file(path) as file:
        if name.endswith(".zip"):
            with zipfile.ZipFile(file) as packed:
                return sum(_wanted(info.filename) and not info.is_dir() for info in packed.infolist())
        if not name.endswith((".jsonl.gz", ".ndjson.gz")):
            return 1
        budget, lines = Budget("", os.fstat(file.fileno()).st_size), 0
        with gzip.open(file) as unpacked:
            while block := unpacked.read(2**20):
                budget.spend(len(block))
                lines += block.count(b"\n")
        return lines


class _Archive:
    """One archive: the file ``path``, called ``place``, ``depth`` archives deep."""

    def __init__(self, path: Path, place: str, budget: Budget, depth: int) -> None:
        self.path, self.place, self.budget, self.depth = path, place, budget, depth
        self.members = 0

    def read(self, name: str) -> Found:
        """Its records. ``name`` tells its kind."""
        name = name.lower()
        try:
            with open_file(self.path) as file:
                if not os.fstat(file.fileno()).st_size:
                    yield UnreadableError(self.place, "empty")
                    return
                if name.endswith(".zip"):
                    yield from self._zip(file)
                elif name.endswith((".tar", ".tgz", ".tar.gz")):
                    yield from self._tar(file, packed=not name.endswith(".tar"))
                else:
                    yield from self._gzip(file, name)
                    return
        except _BROKEN as error:
            yield self._damaged(self.place, error)
            return
        except OSError as error:
            yield UnreadableError(self.place, "io", detail=error.strerror or str(error))
            return
        if not self.members:
            yield UnreadableError(self.place, "no_members")

    def _zip(self, file: BinaryIO) -> Found:
        with zipfile.ZipFile(file) as packed:
            for info in packed.infolist():
                self.budget.member()
                mode = info.external_attr >> 16
                if info.is_dir() or (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG)) or not _wanted(info.filename):
                    continue
                self.members += 1
                name = _shown(info.filename)
                if info.flag_bits & 1:
                    yield UnreadableError(f"{self.place}!{name}", "encrypted")
                    continue
                try:
                    with packed.open(info) as stream:
                        yield from self._member(stream, name)
                except _BROKEN as error:  # this member; the others may be sound
                    yield self._damaged(f"{self.place}!{name}", error)

    def _tar(self, file: BinaryIO, packed: bool) -> Found:
        # tarfile reads through members that nobody wants: those bytes count too, on an account of their own.
        plain = gzip.GzipFile(fileobj=file) if packed else file
        stream = cast(IO[bytes], Metered(plain, Budget(self.budget.place, self.budget.packed)))
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_TarInfo) as members:
            for info in members:
                self.budget.member()
                if not info.isreg() or not _wanted(info.name):
                    continue
                content = members.extractfile(info)
                if content is not None:
                    self.members += 1
                    yield from self._member(content, _shown(info.name))

    def _gzip(self, file: BinaryIO, name: str) -> Found:
        inner = Path(name).stem
        if not _has_reader(inner):
            suffix = Path(inner).suffix or inner
            yield UnreadableError(self.place, "format", suffix=f"{suffix}.gz" if suffix.startswith(".") else ".gz")
            return
        with gzip.open(file) as stream:
            # The file is the article: its place is that of the packed one.
            yield from self._member(stream, inner, own=False)

    def _member(self, stream: IO[bytes] | gzip.GzipFile, name: str, own: bool = True) -> Found:
        from corpus.formats import READERS

        suffix = PurePosixPath(name).suffix.lower()
        place = f"{self.place}!{name}" if own else self.place
        most = LIMITS.get(suffix, MAX_RECORD_BYTES)
        with tempfile.TemporaryDirectory(prefix="belegt-") as folder:
            path = Path(folder) / f"member{suffix}"
            cut: Exception | None = None
            with path.open("wb") as target:
                try:
                    if self.budget.copy(stream, target, most) > most:
                        yield UnreadableError(place, "too_big", megabytes=most // 2**20 + 1, limit=most // 2**20)
                        return
                except _CUT as error:
                    cut = error
            # Of lines, those that came are whole.
            if cut is None or (suffix in (".jsonl", ".ndjson") and path.stat().st_size):
                self._bring_mapping(Path(folder))
                if suffix in SUFFIXES:
                    if self.depth:
                        yield UnreadableError(place, "nested")
                        return
                    found: Found = _Archive(path, place, self.budget, self.depth + 1).read(name)
                    yield from (self._inside(item, "", place, name if own else "") for item in found)
                else:
                    yield from self._renamed(READERS[suffix], path, place, name if own else "")
            if cut is not None:
                yield self._damaged(place, cut)

    def _damaged(self, place: str, error: Exception) -> UnreadableError:
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return UnreadableError(place, "damaged", kind=self.path.suffix[1:].upper(), detail=detail)

    def _renamed(self, reader: Reader, path: Path, place: str, key: str) -> Found:
        """What ``reader`` gives for the temporary file, under the names of the member."""
        try:
            for item in reader(path):
                yield self._inside(item, place_of(path), place, key)
        except UnreadableError as error:
            yield self._inside(error, place_of(path), place, key)

    @staticmethod
    def _inside(item: Record | UnreadableError, temporary: str, place: str, key: str) -> Record | UnreadableError:
        def named(where: str) -> str:
            return place + where.removeprefix(temporary) if temporary else where

        if isinstance(item, Record):
            warning = item.warning
            if isinstance(warning, ReadWarning):
                warning = _moved(warning, named(str(warning.facts["path"])))
            whole = "#".join(part for part in (key, item.key) if part)
            return replace(item, place=named(item.place), key=whole, warning=warning)
        return _moved(item, named(str(item.facts["path"])))

    def _bring_mapping(self, folder: Path) -> None:
        """A mapping beside the archive holds for what is in it."""
        for file in (self.path.with_suffix(".toml"), self.path.with_name(MAPPING)):
            if file.is_file():
                copyfile(file, folder / MAPPING)
                return


class _TarInfo(tarfile.TarInfo):
    """Refuses headers that would fill the memory: long names and extended headers are read as a whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _TarInfo:
        info = super().frombuf(buf, encoding, errors)
        if not info.isreg() and info.size > 2**20:
            raise tarfile.ReadError(f"a header of {info.size} bytes")
        return info


def _moved(error: _Error, place: str) -> _Error:
    facts = {name: value for name, value in error.facts.items() if name != "path"}
    return type(error)(place, error.key, **facts)


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in parts)
    return bool(parts) and not hidden and not _NOT_ARTICLES.match(parts[-1]) and _has_reader(parts[-1])


def _has_reader(name: str) -> bool:
    from corpus.formats import READERS

    return PurePosixPath(name).suffix.lower() in READERS


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "")[-_MAX_NAME:]
