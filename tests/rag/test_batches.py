"""Reading, embedding and storing go on side by side, and what comes of it is the same as one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from corpus.article import Article
from rag import ingest
from rag.index import Index
from rag.rows import NewArticle
from rag.store import Store

Make = Callable[..., Index]


def articles(count: int, same: int = 0) -> list[Article]:
    """Of one chunk each; the texts of the first ``same`` and the last ``same`` are equal."""
    return [
        Article(id=f"a{i:02}", text=f"Die Brücke Nummer {i % (count - same)} ist gesperrt.", language="de")
        for i in range(count)
    ]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_CHUNKS", 2)


@pytest.mark.usefixtures("small_batches")
def test_a_text_that_is_not_stored_yet_is_embedded_once(make_index: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    index = make_index()
    asked: list[str] = []
    second = threading.Event()

    def passages(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        if len(asked) > 2:
            second.set()
        return np.stack([np.eye(1, index.embedder.dimension, i, dtype=np.float32)[0] for i in range(len(texts))])

    def put(self: Store, *given: object) -> None:
        assert second.wait(10)  # the second batch is embedded before the first is stored
        stored(self, *given)  # type: ignore[arg-type]

    stored = Store.put
    monkeypatch.setattr(type(index.embedder), "passages", lambda self, texts: passages(texts))
    monkeypatch.setattr(Store, "put", put)
    report = index.add(articles(5, same=2))
    assert report.added == 5
    assert sorted(asked) == sorted({f"Die Brücke Nummer {i} ist gesperrt." for i in range(3)})


@pytest.mark.usefixtures("small_batches")
def test_what_was_stored_before_an_interrupt_stays_and_the_rest_comes_with_the_next_run(
    make_index: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    stored = Store.put

    def put(self: Store, new: NewArticle, *given: object) -> None:
        if new.article.id == "a03":
            raise KeyboardInterrupt
        stored(self, new, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", put)
        report = index.add(articles(9))
    assert report.interrupted and report.added == 2
    assert index.store.article_ids() == ["a00", "a01"]  # a02 is of the batch that was being stored
    assert not [thread for thread in threading.enumerate() if thread.name == "read-ahead"]
    assert index.verify() == []
    report = index.add(articles(9))
    assert (report.added, report.unchanged) == (7, 2)


@pytest.mark.usefixtures("small_batches")
def test_a_fault_of_the_model_arrives_after_what_was_embedded_is_stored(
    make_index: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    embed = Index.embed
    batches: Iterator[int] = iter(range(9))

    def failing(self: Index, *given: object) -> object:
        if next(batches) == 2:
            raise RuntimeError("no memory")
        return embed(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Index, "embed", failing)
        with pytest.raises(RuntimeError, match="no memory"):
            index.add(articles(9))
    assert index.store.article_ids() == ["a00", "a01", "a02", "a03"]
