"""Unchanged files are not opened again; what has changed, gone or failed is noticed all the same."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import ledger
from rag.index import Index

Make = Callable[..., Index]


def write(path: Path, text: str, age: float = 60.0) -> None:
    """Writes ``path`` as if ``age`` seconds ago; a file written just now is never trusted to be unchanged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    then = time.time() - age
    os.utime(path, (then, then))


def records(*names: str) -> str:
    return "".join(json.dumps({"id": name, "text": f"Der Bericht über {name} steht hier."}) + "\n" for name in names)


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: object) -> object:
        raise AssertionError(f"{file} was opened")

    monkeypatch.setattr(ledger, "read", fail)


def test_unchanged_files_are_not_opened(make_index: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "n" / "a.jsonl", records("eins", "zwei") + "{kaputt\n")
    index = make_index()
    first = index.ingest([tmp_path / "n"], progress=False)
    assert (first.added, len(first.failed)) == (2, 1)
    forbid_reading(monkeypatch)
    again = index.ingest([tmp_path / "n"], language="de", progress=False)
    assert (again.added, again.unchanged) == (0, 2)
    assert [f["path"] for f in again.failed] == [
        f["path"] for f in first.failed
    ]  # told again, in the language asked for
    assert "kein gültiges JSON" in again.failed[0]["reason"]


def test_a_changed_file_is_read_again(make_index: Make, tmp_path: Path) -> None:
    write(tmp_path / "n" / "a.txt", "Der Zoo hat einen Bären. Er heißt Max.")
    index = make_index()
    index.ingest([tmp_path / "n"], progress=False)
    write(tmp_path / "n" / "a.txt", "Der Zoo hat einen Bären. Er heißt Kim.", age=30)  # same size
    assert index.ingest([tmp_path / "n"], progress=False).updated == 1
    assert "Kim" in index.article("n/a.txt").text


def test_a_file_written_just_now_is_not_trusted(make_index: Make, tmp_path: Path) -> None:
    write(tmp_path / "n" / "a.txt", "Der Zoo hat einen Bären. Er heißt Max.", age=0)
    index = make_index()
    index.ingest([tmp_path / "n"], progress=False)
    assert index.store.db.execute("SELECT count(*) FROM files").fetchone() == (0,)
    assert index.ingest([tmp_path / "n"], progress=False).unchanged == 1


def test_a_killed_run_does_not_mark_its_file_as_read(
    make_index: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "n" / "a.jsonl", records(*map(str, range(600))))
    index = make_index()
    embed, calls = Index.embed, []

    def die(self: Index, articles: object) -> object:
        calls.append(articles)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return embed(self, articles)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="killed"):
        patch.setattr(Index, "embed", die)
        index.ingest([tmp_path / "n"], progress=False)
    stored = index.store.counts()[0]
    assert 0 < stored < 600
    report = index.ingest([tmp_path / "n"], progress=False)
    assert (report.added, report.unchanged, report.articles) == (600 - stored, stored, 600)


def test_records_that_left_their_file(make_index: Make, tmp_path: Path) -> None:
    write(tmp_path / "n" / "a.jsonl", records("eins", "zwei"))
    index = make_index()
    index.ingest([tmp_path / "n"], progress=False)
    write(tmp_path / "n" / "a.jsonl", records("zwei"), age=30)
    assert index.ingest([tmp_path / "n"], progress=False).gone == ["eins"]
    assert index.ingest([tmp_path / "n"], progress=False).gone == ["eins"]  # nor forgotten
    assert index.ingest([tmp_path / "n"], progress=False, prune=True).pruned == ["eins"]
    assert index.store.article_ids() == ["zwei"]


def test_a_file_that_fails_now_keeps_its_articles(make_index: Make, tmp_path: Path) -> None:
    write(tmp_path / "n" / "a.jsonl", records("eins", "zwei"))
    write(tmp_path / "n" / "b.jsonl", records("drei"))
    index = make_index()
    index.ingest([tmp_path / "n"], progress=False)
    write(tmp_path / "n" / "a.jsonl", "{kaputt\n" + records("zwei"), age=30)
    report = index.ingest([tmp_path / "n"], progress=False, prune=True)
    assert (report.pruned, len(report.failed)) == ([], 1)
    assert index.store.article_ids() == ["drei", "eins", "zwei"]


def test_prune_keeps_to_the_folders_named(make_index: Make, tmp_path: Path) -> None:
    for name in ("x", "xy", "z"):
        write(tmp_path / name / f"{name}.jsonl", records(name))
    index = make_index()
    index.ingest([tmp_path / "x", tmp_path / "xy", tmp_path / "z"], progress=False)
    (tmp_path / "xy" / "xy.jsonl").unlink()
    write(tmp_path / "x" / "neu.jsonl", records("neu"))
    assert index.ingest([tmp_path / "x"], progress=False, prune=True).pruned == []


def test_an_id_taken_by_a_file_that_was_skipped(make_index: Make, tmp_path: Path) -> None:
    write(tmp_path / "n" / "a.jsonl", records("eins"))
    index = make_index()
    index.ingest([tmp_path / "n"], progress=False)
    write(tmp_path / "n" / "b.jsonl", json.dumps({"id": "eins", "text": "Ganz anderer Text steht hier."}))
    report = index.ingest([tmp_path / "n"], progress=False)
    assert len(report.failed) == 1
    assert index.article("eins").text.startswith("Der Bericht")
    # once the first file is gone, the second has the id to itself
    (tmp_path / "n" / "a.jsonl").unlink()
    assert index.ingest([tmp_path / "n"], progress=False).updated == 1


def test_ten_thousand_unchanged_files_take_seconds(make_index: Make, tmp_path: Path) -> None:
    index = make_index()
    for i in range(10_000):
        write(tmp_path / "n" / f"{i // 100}" / f"{i}.txt", "x")
    from corpus.load import find

    with index.store.transaction():
        for file in find([tmp_path / "n"]):
            stamp = file.stamp
            assert stamp
            ledger.note(index.store, file.key, ledger.Entry(stamp, 1, ()))
    started = time.monotonic()
    assert index.ingest([tmp_path / "n"], progress=False).unchanged == 10_000
    assert time.monotonic() - started < 10
