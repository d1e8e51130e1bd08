"""How much an archive may expand to before it is taken for a bomb."""

from __future__ import annotations

import zipfile
from gzip import GzipFile
from typing import IO, BinaryIO

from corpus.errors import UnreadableError

MAX_EXPANDED = 4 * 2**30  # bytes, over all members
MAX_RATIO = 200  # of expanded to packed; articles pack to a tenth, at times to a fiftieth
FREE = 32 * 2**20  # bytes up to which the ratio does not count: small files of blanks are harmless
MAX_MEMBERS = 100_000
_BLOCK = 2**18


class Budget:
    """What may still be expanded of an archive of ``packed`` bytes. Archives inside it spend from the same budget."""

    def __init__(self, place: str, packed: int) -> None:
        self.place, self.packed = place, packed
        self.limit = min(MAX_EXPANDED, max(FREE, packed * MAX_RATIO))
        self.spent, self.members = 0, 0

    def spend(self, size: int) -> None:
        """Raises UnreadableError when ``size`` more bytes are too many."""
        self.spent += size
        if self.spent > self.limit:
            raise UnreadableError(self.place, "bomb", megabytes=self.spent // 2**20, limit=self.limit // 2**20)

    def member(self) -> None:
        """Raises UnreadableError when one more member is too many."""
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise UnreadableError(self.place, "members", limit=MAX_MEMBERS)

    def copy(self, source: IO[bytes] | GzipFile, target: BinaryIO, most: int) -> int:
        """Copies up to ``most`` + 1 bytes, and says how many. What comes is counted, not what was announced."""
        size = 0
        # What was unpacked before a stream breaks off comes with read1; read would lose its last block.
        read = getattr(source, "read1", source.read)
        while size <= most and (block := read(min(_BLOCK, most + 1 - size))):
            self.spend(len(block))
            target.write(block)
            size += len(block)
        return size


class Metered:
    """A stream whose every byte is spent from a budget, those too that are only passed over."""

    def __init__(self, stream: BinaryIO | GzipFile, budget: Budget) -> None:
        self.stream, self.budget = stream, budget

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.budget.spend(len(block))
        return block


def check_zip(file: zipfile.ZipFile, place: str, packed: int) -> None:
    """Raises UnreadableError when what a zip of ``packed`` bytes announces is too much. It can't give more than that."""
    budget = Budget(place, packed)
    for info in file.infolist():
        budget.member()
        budget.spend(info.file_size)
        if info.flag_bits & 1:
            raise UnreadableError(place, "encrypted")
