"""Files -> Articles. What can't be read is yielded too, by name and with the reason, and the run goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.article import Article
from corpus.clean import HEADING, clean, tidy
from corpus.dates import NewsDate
from corpus.errors import SourceEmptyError, SourceMissingError, UnreadableError
from corpus.formats import READERS, Record
from corpus.language import detect_language

_NOT_ARTICLES = re.compile(r"(?:readme|license|licence|changelog)(?:\.\w+)?$", re.IGNORECASE)
_DATE_HINT = re.compile(
    r"\A\W{0,3}(?:date|datum|published|veröffentlicht|stand)(?: am)?[:\s]+"
    r"(\d{4}(?:-\d{2}){0,2}|\d{1,2}\. ?(?:\d{1,2}\.|[A-Za-zä]+) ?\d{4})\W\s*",
    re.IGNORECASE,
)
AGENCIES = frozenset(
    "afp ap apa ansa belga dapd ddp dpa dts efe epd idw kna ots pa pap reuters rtr sda sid tass upi".split()
)
_SIGN_OFF = re.compile(r"\((\w{2,8}(?:\s?[/,-]\s?\w{2,8}){0,3})\)\s*$", re.MULTILINE)
_ALIASES = {"date": "published", "headline": "title", "lang": "language"}  # common names elsewhere
_FIELDS = ("id", "title", "source", "author", "agency", "published", "updated", "url", "language")


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


def to_article(record: Record, default_id: str) -> Article:
    """The article of a raw record: tidied, cleaned, dated. Raises UnreadableError when no text is left."""
    given = {_ALIASES.get(key, key): tidy(value) for key, value in record.fields.items()}
    fields = {key: given.pop(key, None) or None for key in _FIELDS}
    text = tidy(record.text)
    if match := _DATE_HINT.match(text):
        fields["published"] = fields["published"] or match[1]
        text = text[match.end() :]
    title, text = _headline(fields["title"], text)
    text, removed = clean(text)
    if not text:
        raise UnreadableError(record.place, "no_text")
    dates = {}
    for key in ("published", "updated"):
        dates[key] = NewsDate.parse(fields[key] or "")
        if fields[key] and dates[key] is None:
            given[key] = fields[key] or ""  # kept as written rather than guessed
    return Article(
        id=fields["id"] or default_id,
        text=text,
        title=title,
        source=fields["source"],
        author=fields["author"],
        agency=fields["agency"] or _agency(text),
        published=dates["published"],
        updated=dates["updated"],
        url=fields["url"],
        language=fields["language"] or detect_language(text[:2000]),
        origin=record.place,
        removed=removed,
        metadata=given,
    )


def _headline(title: str | None, text: str) -> tuple[str | None, str]:
    """The title, and the text without it: given, or a short first line that is no sentence."""
    first, _, rest = text.partition("\n")
    line = first.lstrip(": ").strip()
    if title is not None:
        return title, rest.lstrip() if line == title and rest.strip() else text
    if rest.strip() and 0 < len(line) <= HEADING and not re.search(r"[.!;,…][\"“”»«]?$", line):
        return line, rest.lstrip()
    return None, text


def _agency(text: str) -> str | None:
    """The agencies of a sign-off such as "(afp)" or "(dpa/rtr)" at a paragraph's end; None when there is none."""
    for match in reversed(list(_SIGN_OFF.finditer(text))):
        names = re.split(r"\s?[/,-]\s?", match[1].lower())
        if any(name in AGENCIES for name in names):
            return "/".join(name for name in names if name in AGENCIES)
    return None
