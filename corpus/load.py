"""Files -> Articles. What can't be read is yielded too, by name and with the reason, and the run goes on."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.article import Article
from corpus.build import to_article
from corpus.errors import SourceEmptyError, SourceMissingError, UnreadableError
from corpus.formats import READERS, Record, count

VERSION = 2  # raised whenever reading or cleaning changes what comes out, so that unchanged files are read again
MAPPING = "belegt.toml"
SETTLED = 2_000_000_000  # nanoseconds since the last write after which a file's time of change can be trusted
_NOT_ARTICLES = re.compile(r"(?:readme|license|licence|changelog)(?:\.\w+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read. ``path`` is as the user wrote it, ``key`` absolute; ids made from paths count from ``root``."""

    path: Path
    root: Path
    key: str

    @property
    def stamp(self) -> str | None:
        """Changes whenever the file, its field mapping or our way of reading changes; None when it can't be told.

        A file written a moment ago has no stamp: it may be written again within one tick of its clock.
        """
        stamps = [str(VERSION)]
        for path in (self.path, self.path.with_name(MAPPING), self.path.with_suffix(".toml")):
            try:
                found = path.stat()
            except OSError:
                if path == self.path:
                    return None
                continue
            if time.time_ns() - found.st_mtime_ns < SETTLED:
                return None
            stamps.append(f"{found.st_size}:{found.st_mtime_ns}")
        return "|".join(stamps)

    @property
    def records(self) -> int:
        """About how many articles it will give; for progress bars."""
        return count(self.path)


def find(paths: Iterable[Path | str]) -> list[SourceFile]:
    """The files under ``paths``; folders are walked in sorted order, each file counts once.

    In a folder, files of unknown formats, hidden files and READMEs are passed over. Raises SourceMissingError or
    SourceEmptyError.
    """
    found = {file.key: file for path in reversed(list(paths)) for file in reversed(_files(Path(path)))}
    return list(reversed(found.values()))


def read(file: SourceFile) -> Iterator[Article | UnreadableError]:
    """The articles of one file, and an UnreadableError for each that can't be read. A ReadWarning is followed by its article."""
    path, place = file.path, printable(file.path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        yield UnreadableError(place, "format", suffix=path.suffix or path.name)
        return
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError(place, "not_a_file")
        for item in reader(path):
            if isinstance(item, UnreadableError):
                yield item
                continue
            if item.warning:
                yield item.warning
            try:
                yield replace(to_article(item, default_id=_default_id(item, file)), file=file.key)
            except UnreadableError as error:
                yield error
    except UnreadableError as error:
        yield error
    except OSError as error:
        yield UnreadableError(place, "io", detail=error.strerror or str(error))


def load(paths: Iterable[Path | str]) -> Iterator[Article | UnreadableError]:
    """What ``read`` gives for every file that ``find`` finds. Raises as ``find`` does, before anything is yielded."""
    files = find(paths)
    return (item for file in files for item in read(file))


def printable(path: Path) -> str:
    """``path`` as text that any database and terminal takes; bytes that are no UTF-8 are shown as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def folder_key(path: Path) -> str:
    """What the keys of all files in the folder ``path`` begin with."""
    return printable(path.resolve()).rstrip("/\\") + os.sep


def _files(path: Path) -> list[SourceFile]:
    if path.is_file():
        return [_source_file(path, path.parent.resolve().parent)]
    if not path.is_dir():
        raise SourceMissingError(path=path)
    found = []
    root = path.resolve().parent
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not _NOT_ARTICLES.match(name) and Path(name).suffix.lower() in READERS:
                found.append(_source_file(Path(folder) / name, root))
    if not found:
        raise SourceEmptyError(path=path, formats=", ".join(READERS))
    return found


def _source_file(path: Path, root: Path) -> SourceFile:
    # The file's own folder is resolved, the name is not: a link is a file of its own, wherever it points.
    return SourceFile(path, root, printable(path.parent.resolve() / path.name))


def _default_id(record: Record, file: SourceFile) -> str:
    name = printable((file.path.parent.resolve() / file.path.name).relative_to(file.root)).replace(os.sep, "/")
    return f"{name}#{record.key}" if record.key else name
