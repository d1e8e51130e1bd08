"""Files -> Articles. What can't be read is yielded too, by name and with the reason, and the run goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.article import Article
from corpus.build import to_article
from corpus.errors import SourceEmptyError, SourceMissingError, UnreadableError
from corpus.formats import READERS, Record

_NOT_ARTICLES = re.compile(r"(?:readme|license|licence|changelog)(?:\.\w+)?$", re.IGNORECASE)


def load(paths: Iterable[Path | str]) -> Iterator[Article | UnreadableError]:
    """Articles of files and folders (walked in sorted order), and an UnreadableError for each that can't be read.

    A ReadWarning is followed by its article. In a folder, files of unknown formats, hidden files and READMEs are
    passed over. Raises SourceMissingError or SourceEmptyError before anything is yielded.
    """
    places = [(file, root) for path in paths for file, root in _files(Path(path))]
    return _articles(places)


def count_files(paths: Iterable[Path | str]) -> int:
    """How many files ``load`` will open; for progress bars. Raises as ``load`` does."""
    return sum(1 for path in paths for _ in _files(Path(path)))


def _files(path: Path) -> list[tuple[Path, Path]]:
    """Files to read and the folder their ids count from."""
    if path.is_file():
        return [(path, path.resolve().parent.parent)]
    if not path.is_dir():
        raise SourceMissingError(path=path)
    found = []
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not _NOT_ARTICLES.match(name) and Path(name).suffix.lower() in READERS:
                found.append((Path(folder) / name, path.resolve().parent))
    if not found:
        raise SourceEmptyError(path=path, formats=", ".join(READERS))
    return found


def _articles(places: list[tuple[Path, Path]]) -> Iterator[Article | UnreadableError]:
    for path, root in places:
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            yield UnreadableError(str(path), "format", suffix=path.suffix or path.name)
            continue
        try:
            for item in reader(path):
                if isinstance(item, UnreadableError):
                    yield item
                    continue
                if item.warning:
                    yield item.warning
                yield to_article(item, default_id=_default_id(item, path, root))
        except UnreadableError as error:
            yield error


def _default_id(record: Record, path: Path, root: Path) -> str:
    name = path.resolve().relative_to(root).as_posix()
    return f"{name}#{record.key}" if record.key else name
