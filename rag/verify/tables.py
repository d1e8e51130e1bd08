"""The tables written by hand: words that stand for one thing, and words that can't both be true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag import german


@dataclass(frozen=True, slots=True)
class Table:
    """Sets of words: stem -> ids of its sets, and the pairs of stems that together stand for one."""

    ids: Mapping[str, frozenset[str]]
    pairs: Mapping[str, tuple[tuple[str, str, str], ...]]  # first stem -> (second stem, second word, id)


def _lines(file: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate((Path(__file__).parent / file).read_text("utf-8").splitlines()):
        if line and not line.startswith("#"):
            yield number, line


@cache
def same(language: str) -> Table:
    sets = []
    for number, line in _lines("same.txt"):
        english = line.startswith("en ")
        if english == (language == "en"):
            sets.append((f"={number}", line.removeprefix("en ").split()))
    return _table(sets, language)


def _table(sets: Iterable[tuple[str, list[str]]], language: str) -> Table:
    ids: dict[str, set[str]] = {}
    pairs: dict[str, list[tuple[str, str, str]]] = {}
    for name, members in sets:
        for member in members:
            first, _, second = german.fold(member).partition("_")
            if second:
                pairs.setdefault(german.stem(first, language), []).append((german.stem(second, language), second, name))
            else:
                ids.setdefault(german.stem(first, language), set()).add(name)
    return Table({k: frozenset(v) for k, v in ids.items()}, {k: tuple(v) for k, v in pairs.items()})


@cache
def opposites(language: str) -> tuple[tuple[Table, tuple[str, ...]], ...]:
    """Each line of ``opposite.txt``: a table of its words, and the ids of its sides."""
    found = []
    for _, line in _lines("opposite.txt"):
        sides = [(str(i), side.split()) for i, side in enumerate(line.split("|"))]
        found.append((_table(sides, language), tuple(name for name, _ in sides)))
    return tuple(found)


@cache
def known(language: str) -> frozenset[str]:
    """Keys of the table of words: what stands there is no name, unless it is a country."""
    return frozenset(key for ids in same(language).ids.values() for key in ids)
