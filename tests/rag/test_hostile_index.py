"""Hostile and broken files go through a whole ingest: each is stored or reported, and nothing outside the index is written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.load import find, printable
from rag.index import Index
from tests.hostile import write


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links are not on Windows")
def test_hostile_files_end_nothing_and_write_nowhere(make_index: Callable[..., Index], tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    write(folder, 150, seed=2)
    for file in find([folder]):
        if file.path.is_file() and not file.path.is_symlink() and file.path.stat().st_size > 50_000:
            file.path.unlink()  # embedding them takes minutes; that they are read is tested in test_hostile.py
    files = {printable(file.path) for file in find([folder])}
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "index")}
    index = make_index()
    report = index.ingest([folder], progress=False)
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "index")} == before
    assert not report.interrupted
    assert index.verify() == []
    told = {problem["path"] for problem in report.failed} | {article.origin for _, article in index.store.articles()}
    silent = {file for file in files if not any(place and place.startswith(file) for place in told)}
    assert silent == set()
    again = index.ingest([folder], progress=False)
    assert (again.added, again.updated, len(again.failed)) == (0, 0, len(report.failed))
