"""``belegt watch``: a change in the folder is in the index without another command."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from rag.index import Index
from rag.ingest import Report
from rag.watch import follow


def test_changes_are_followed(make_index: Callable[..., Index], tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    (folder / "a.txt").write_text("Der Zoo hat einen Bären.", "utf-8")
    index = make_index()
    changes: list[Callable[[], object]] = [
        lambda: (folder / "b.txt").write_text("Der Zirkus hat einen Löwen.", "utf-8"),
        lambda: (folder / "a.txt").unlink(),
    ]
    reports: list[Report] = []
    for report in follow(index, [folder], "de", prune=True, progress=False):
        reports.append(report)
        if not changes:
            break
        threading.Timer(0.5, changes.pop(0)).start()  # once the watcher watches
    assert [(r.added, r.pruned) for r in reports] == [(1, []), (1, []), (0, ["n/a.txt"])]
    assert index.store.article_ids() == ["n/b.txt"]
