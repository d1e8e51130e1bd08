"""A new generation of Chroma: a copy of the one that serves with what has changed, or built anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.article import Article
from rag import vectors
from rag.index import Index
from rag.store import Store
from rag.vectors import Vectors, generation_folder

Make = Callable[..., Index]


def notices(*numbers: int) -> list[Article]:
    return [Article(id=f"n{n}", text=f"Meldung {n}: Im Haus {n * 7} brennt Licht.", language="de") for n in numbers]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The numbers of the generations that were built anew."""
    numbers: list[int] = []
    anew = vectors._built

    def noted(folder: Path, store: Store) -> Vectors:
        made = anew(folder, store)
        numbers.append(made.pointer.generation)
        return made

    monkeypatch.setattr(vectors, "_built", noted)
    yield numbers


def held(index: Index) -> set[int]:
    return set(map(int, index.vectors._collection.get(include=[])["ids"]))


def same(index: Index) -> bool:
    """Whether Chroma holds what the store holds, and finds each of it."""
    found = {index.vectors.query(vector, 1)[0][0] for _, vector in index.store.distinct_vectors()}
    return held(index) == index.store.vector_keys() == found and index.verify() == []


def test_what_is_new_is_added_to_a_copy(make_index: Make, built: list[int]) -> None:
    index = make_index()
    index.add(notices(*range(20)))
    first = index.vectors.pointer
    index.add(notices(*range(20, 60)))
    second = index.vectors.pointer
    assert built == [first.generation]
    assert (second.generation, second.count, second.gone) == (first.generation + 1, 60, 0)
    assert same(index)
    with Index.open(index.settings) as again:  # also when it is opened from the disk
        assert same(again)
    # What served before is untouched, for readers that still hold it.
    older = Vectors(index.chroma_folder, first)
    assert older.damage() is None
    older.close()


def test_what_has_gone_is_taken_out_and_counted(make_index: Make, built: list[int]) -> None:
    index = make_index()
    index.add(notices(*range(40)))
    for change in range(3):
        changed = Article(
            id=f"n{change}", text=f"Meldung {change}: Es ist nun dunkel, seit {change} Uhr.", language="de"
        )
        index.add([changed])
        assert same(index)
        assert index.vectors.pointer.gone == change + 1
    assert len(built) == 1


def test_it_is_built_anew_when_a_tenth_has_gone(make_index: Make, built: list[int]) -> None:
    index = make_index()
    index.add(notices(*range(20)))
    index.add([Article(id=f"n{n}", text=f"Meldung {n}: Alles dunkel.", language="de") for n in range(3)])
    assert len(built) == 2
    assert index.vectors.pointer.gone == 0
    assert len(list(index.chroma_folder.glob("gen-*"))) == 2  # no half-made copy is left
    assert same(index)


def test_after_a_deletion_it_is_built_anew(make_index: Make, built: list[int]) -> None:
    index = make_index()
    index.add(notices(*range(20)))
    index.delete(["n3"])
    assert len(built) == 2
    assert [folder.name for folder in index.chroma_folder.glob("gen-*")] == [f"gen-{built[-1]}"]
    assert same(index)


def test_a_damaged_generation_is_not_copied(make_index: Make, built: list[int]) -> None:
    index = make_index()
    index.add(notices(*range(20)))
    pointer = index.vectors.pointer
    index.close()
    (generation_folder(index.chroma_folder, pointer.generation) / "chroma.sqlite3").write_bytes(b"no database")
    index = make_index()
    index.add(notices(20))
    assert len(built) == 2
    assert same(index)


def test_a_copy_that_can_not_be_changed_is_built_anew_and_said(
    make_index: Make, built: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index = make_index()
    index.add(notices(*range(20)))

    def failing(*_: Any) -> None:
        raise RuntimeError("full")

    monkeypatch.setattr(vectors, "_changed", failing)
    index.add(notices(20))
    assert len(built) == 2
    assert "building it anew" in caplog.text
    assert "full" in caplog.text
    assert same(index)


def test_a_copy_that_lost_something_is_built_anew_and_said(
    make_index: Make, built: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index = make_index()
    index.add(notices(*range(20)))
    fill = vectors._fill

    def forgetful(client: Any, into: Any, rows: Any, total: int) -> int:
        return fill(client, into, rows, total) if total > 1 else into.count() + total  # which it says, and adds nothing

    monkeypatch.setattr(vectors, "_fill", forgetful)
    index.add(notices(20))
    assert len(built) == 2
    assert "not sound" in caplog.text
    assert same(index)
