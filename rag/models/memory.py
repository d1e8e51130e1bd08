"""Memory that is held but not used, given back to the system: a long ingest must not grow by hundreds of megabytes."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")

_MADV_DONTNEED = 4
_M_PERTURB = -6
# Ends of the lines in /proc/self/smaps that say where a file of weights, or SQLite's, is mapped.
_FILES = re.compile(r"\.(?:safetensors|sqlite)\n")
_OWN = re.compile(r"^(?:Private_Dirty|Shared_Dirty|Anonymous|Swap): *(\d+)", re.MULTILINE)


def release_memory() -> None:
    """Gives back what was freed, and pages of weights and databases that are mapped from a file: they are read again
    when needed.

    glibc keeps what embedding frees in pieces. A mapped embedding table stays resident page by page as words come by,
    until all of its 384 MB are, though any one batch needs a tenth; a database does as articles come in. Elsewhere than
    on Linux nothing is done.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if trim := getattr(libc, "malloc_trim", None):
        trim(0)
    for start, size in _clean_files():
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_DONTNEED)


def releasing_memory(items: Iterable[Item], every: int) -> Iterator[Item]:
    """The same items; after ``every`` so many, for instance of a database that is read to its end, memory is released."""
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0:
            release_memory()


@contextmanager
def overwritten_when_freed() -> Iterator[None]:
    """In this block no memory that is given out still holds what was freed before, or is freed in it.

    For files that a library writes whole, unused bytes included. The whole process is a little slower meanwhile. Only
    where the C library can do it: glibc (mallopt(3), M_PERTURB; blocks of 1,032 bytes and less are left as they are).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(_M_PERTURB, 0xA5)
    try:
        yield
    finally:
        if mallopt:
            mallopt(_M_PERTURB, 0)


def _clean_files() -> Iterator[tuple[int, int]]:
    """Address and size in bytes of each such file of which this process has not changed a byte in memory.

    Only such pages may be dropped: what the kernel calls anonymous or dirty exists nowhere else.
    """
    text = Path("/proc/self/smaps").read_text("utf-8", "replace")
    for found in _FILES.finditer(text):  # of two thousand mappings a few: no other line is looked at
        at = found.start()
        start, end = (
            int(address, 16) for address in text[text.rfind("\n", 0, at) + 1 : at].split(" ", 1)[0].split("-")
        )
        own = [int(kilobytes) for kilobytes in _OWN.findall(text[at : text.index("VmFlags:", at)])]
        if own and not any(own):
            yield start, end - start
