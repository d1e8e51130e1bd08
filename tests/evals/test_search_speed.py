"""Search measured on indexes of any size: what they are made of, and what the measures say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evals.errors import DataMissingError
from evals.grown import grow
from evals.search_speed import Measured, measure, questions, recall, sizes, table
from rag.answerer import Answerer
from rag.index import Index
from rag.rows import Filter
from rag.settings import Settings

SIZE = 330


def rows(index: Index) -> list[tuple[object, ...]]:
    """Everything the index holds of chunks, in order."""
    return index.store.db.execute(
        'SELECT chunks.id, articles.id, start, "end", dates, text, key, vector, chunk_fts.title, body, parts FROM chunks'
        " JOIN articles ON row = article JOIN vectors ON chunk = chunks.id JOIN chunk_fts ON chunk_fts.rowid = chunks.id"
        " ORDER BY chunks.id"
    ).fetchall()


@pytest.fixture(scope="module")
def grown(demo_answerer: Answerer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grown") / "index"
    grow(demo_answerer.index.path, folder, SIZE).close()
    return folder


def test_beyond_the_real_chunks_stand_recombined_ones(demo_answerer: Answerer, grown: Path) -> None:
    real = rows(demo_answerer.index)
    with Index.open(Settings.load(index=grown)) as index:
        found = rows(index)
        assert found[: len(real)] == real
        assert len(found) == index.store.counts()[1] == SIZE
        text, words = "\n".join(str(row[5]) for row in real), {word for row in real for word in str(row[9]).split()}
        vectors = np.stack([np.frombuffer(row[7], "<f4") for row in real])  # type: ignore[call-overload]
        for _, article, start, end, _, whole, _, vector, _, body, _ in found[len(real) :]:
            assert str(article).startswith("made-")
            chunk = str(whole)[int(str(start)) : int(str(end))]
            assert chunk.strip() == chunk != ""
            assert chunk[:12] in text and chunk[-12:] in text
            assert set(str(body).split()) <= words
            one = np.frombuffer(vector, "<f4")  # type: ignore[call-overload]
            assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
            assert 0.7 < float((vectors @ one).max()) < 0.9999
        assert index.verify() == ["chroma: no generation serves"]


def test_growing_again_changes_nothing_and_a_stopped_run_goes_on(
    demo_answerer: Answerer, grown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with grow(demo_answerer.index.path, grown, SIZE) as index:
        expected = rows(index)
    monkeypatch.setattr("evals.grown.AT_ONCE", 5)
    with monkeypatch.context() as patch:
        patch.setattr("evals.grown.raise_revision", raise_later(3))
        with pytest.raises(KeyboardInterrupt):
            grow(demo_answerer.index.path, tmp_path / "index", SIZE)
    with grow(demo_answerer.index.path, tmp_path / "index", SIZE) as index:
        again = rows(index)
    assert [row[5:] for row in again] == [row[5:] for row in expected]


def raise_later(times: int) -> Callable[[object], None]:
    """Interrupts the call after so many."""
    calls = iter(range(times))

    def interrupted(db: object) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt

    return interrupted


def test_a_small_index_is_searched_exactly(grown: Path, one_model: None) -> None:
    asked = ["Wie viele nordkoreanische Soldaten wurden getötet?", "Was kostet die Straßenbahn?"]
    found = measure(grown, asked)
    assert (found.chunks, found.articles) == (SIZE, found.articles)
    assert set(found.times) == {
        "embedding", "search", "both", "dense", "lexical", "search, one source", "search, latest tenth",
    }  # fmt: skip
    for kind in (found.times, found.cpu):
        assert all(len(times) == len(asked) and min(times) > 0 for times in kind.values())
    for way in ("", "one source", "latest tenth"):
        assert found.recall[way] == {"10": 1.0, "50": 1.0}
    assert found.store_megabytes > 0.5 and found.chroma_megabytes > 0.5
    text = table([found, found])
    assert "search, ms" in text and "recall@10, one source" in text and "x 1.0" in text


def test_recall_counts_what_is_missing(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.open(Settings.load(index=grown)) as index:
        vector = np.frombuffer(rows(index)[0][7], "<f4")  # type: ignore[call-overload]
        nearest = index.nearest
        # Without the nearest: 9 of the first 10 and 49 of the first 50 are there.
        monkeypatch.setattr(Index, "nearest", lambda self, *asked: nearest(*asked)[1:])
        found = recall(index, vector[None, :], Filter())
    assert found == {"10": pytest.approx(0.9), "50": pytest.approx(0.98)}


def test_questions_are_spread_over_the_set(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError):
        questions(tmp_path, 3)
    (tmp_path / "mlqa_dev").mkdir()
    paragraphs = [{"context": "", "qas": [{"question": f"q{number}"}]} for number in range(10)]
    (tmp_path / "mlqa_dev" / "dev-context-de-question-de.json").write_text(
        json.dumps({"data": [{"paragraphs": paragraphs}]}), "utf-8"
    )
    assert questions(tmp_path, 3) == ["q0", "q3", "q6"]


def test_sizes_and_growth() -> None:
    assert sizes("10k,50K, 1m,7") == [10_000, 50_000, 1_000_000, 7]
    with pytest.raises(ValueError):
        sizes("many")
    small = Measured(
        10, 1, times={"search": [1.0]}, cpu={"search": [1.0]}, private_megabytes=3, model_megabytes=1, store_megabytes=1
    )
    large = Measured(
        40, 4, times={"search": [2.0]}, cpu={"search": [2.0]}, private_megabytes=4, model_megabytes=1, store_megabytes=3
    )
    lines = {line.split("  ")[0]: line.split()[-2:] for line in table([small, large]).splitlines()}
    assert lines["growth of chunks"] == ["x", "4.0"]
    assert lines["growth of memory"] == ["x", "1.5"]
    assert lines["growth of disk"] == ["x", "3.0"]
