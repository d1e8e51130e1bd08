"""The door for readers: passages -> evidence, whoever reads. The bundled one is ``rag/models/reader/evidence.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rag.types import Evidence, Passage

if TYPE_CHECKING:
    from rag.retrieve import Query


class Reader(Protocol):
    """Anything that finds answers in passages."""

    threshold: float  # below this confidence an answer should not be given

    def read(self, query: Query, passages: Sequence[Passage]) -> list[Evidence]:
        """Stretches that may answer, best first, with calibrated confidence; empty when there is nothing to read."""
        ...
