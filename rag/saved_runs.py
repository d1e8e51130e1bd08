"""Evaluation runs kept in an index folder: they quote articles, so what quotes a deleted article goes with it.

``evals.kept`` writes and reads them; this module only knows where they lie.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("evaluation") / "runs"  # in the index folder
HEAD = ".head.json"  # end of the name of a file that states measures alone, and stays


def forget(index: Path, article_ids: Iterable[str]) -> None:
    """Deletes every run, finished or not, in which one of these ids stands; its measures stay. Raises OSError."""
    marks = [
        json.dumps(article_id, ensure_ascii=ascii_).encode() for article_id in article_ids for ascii_ in (True, False)
    ]
    for path in (index / FOLDER).glob("*.json*"):
        if not path.name.endswith(HEAD) and any(mark in path.read_bytes() for mark in marks):
            path.unlink(missing_ok=True)
