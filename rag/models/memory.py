"""Memory that is held but not used, given back to the system: a long ingest must not grow by hundreds of megabytes."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MADV_DONTNEED = 4
_M_PERTURB = -6
_WEIGHTS = ".safetensors\n"  # the end of the line in /proc/self/smaps that says where such a file is mapped
_OWN = re.compile(r"^(?:Private_Dirty|Shared_Dirty|Anonymous|Swap): *(\d+)", re.MULTILINE)


def release_memory() -> None:
    """Gives back what was freed, and the pages of weights that are mapped from a file: they are read again when needed.

    glibc keeps what embedding frees in pieces. A mapped embedding table stays resident page by page as words come by,
    until all of its 384 MB are, though any one batch needs a tenth. Elsewhere than on Linux nothing is done.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if trim := getattr(libc, "malloc_trim", None):
        trim(0)
    for start, size in _clean_weights():
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_DONTNEED)


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


def _clean_weights() -> Iterator[tuple[int, int]]:
    """Address and size in bytes of each mapped weights file of which this process has not changed a byte.

    Only such pages may be dropped: what the kernel calls anonymous or dirty exists nowhere else.
    """
    text = Path("/proc/self/smaps").read_text("utf-8", "replace")
    at = -1
    while (at := text.find(_WEIGHTS, at + 1)) >= 0:  # of two thousand mappings one or two: no other line is looked at
        start, end = (
            int(address, 16) for address in text[text.rfind("\n", 0, at) + 1 : at].split(" ", 1)[0].split("-")
        )
        own = [int(kilobytes) for kilobytes in _OWN.findall(text[at : text.index("VmFlags:", at)])]
        if own and not any(own):
            yield start, end - start
