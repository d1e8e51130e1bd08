"""Markdown with or without YAML front matter; the marks go, the words stay."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from corpus.errors import UnreadableError
from corpus.formats.record import Record, decode, place_of, read_bytes

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_MAX_FRONT = 64 * 1024
_ADDRESS = r"\((?:[^()\n]|\([^()\n]*\))*\)"
# No pattern looks past the next mark of its own kind, so that a file of nothing but marks takes no longer than others.
_MARKS = (
    (re.compile(rf"!\[[^\[\]]*\]{_ADDRESS}"), ""),  # images
    (re.compile(rf"\[([^\[\]]*)\]{_ADDRESS}"), r"\1"),  # links keep their words
    (re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(.*)$", re.MULTILINE), lambda match: _heading(match[1])),
    (re.compile(r"^[ ]{0,3}>[ ]?", re.MULTILINE), ""),
    (re.compile(r"\*\*(?=[^\s*])((?:[^*\n]|\*(?!\*))+)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"__(?=[^\s_])((?:[^_\n]|_(?!_))+)(?<=\S)__"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
)
_TITLE = re.compile(r"\A\s*#[ \t]+(\S[^\n]*)(?:\n|\Z)")
_WRAPPED = re.compile(r"(?<=\S)\n(?=[^\s\-*+>#\d|])")


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """One record; front matter keys become fields (lists joined by commas), a first ``# heading`` the title."""
    text, warning = decode(read_bytes(path), place_of(path))
    text = text.replace("\r\n", "\n")
    fields: dict[str, str] = {}
    if match := _FRONT.match(text):
        fields = front_matter(match[1] or "", place_of(path))
        text = text[match.end() :]
    if match := _TITLE.match(text):
        fields.setdefault("title", _heading(match[1]))
        text = text[match.end() :]
    for pattern, words in _MARKS:
        text = pattern.sub(words, text)
    # A single line end inside a Markdown paragraph is a blank.
    yield Record(place_of(path), _WRAPPED.sub(" ", text), fields, warning=warning)


class _Loader(yaml.SafeLoader):
    """Dates stay as written: 31 February is a matter for whoever reads the date, not a reason to refuse the file."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith(":timestamp")]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _heading(words: str) -> str:
    """A heading without the marks that may close it."""
    return words.rstrip().rstrip("#").rstrip()


def front_matter(block: str, place: str) -> dict[str, str]:
    """Scalars of a YAML block as strings. Raises UnreadableError when it is no mapping or no YAML."""
    try:
        if len(block) > _MAX_FRONT:
            raise ValueError(f"{len(block)} characters")
        loaded = yaml.load(block, _Loader) or {}
        if not isinstance(loaded, dict):
            raise ValueError("no 'key: value' lines")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).split())[:200]
        raise UnreadableError(place, "front_matter", detail=detail) from error
    fields = {}
    for key, value in loaded.items():
        parts = value if isinstance(value, list) else [value]
        # Nested values are dropped: YAML aliases can make a small file explode when printed.
        words = [_scalar(part) for part in parts[:20] if isinstance(part, str | int | float | dt.date)]
        if words:
            fields[str(key).lower()] = ", ".join(words)
    return fields


def _scalar(value: str | int | float | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
