"""Memory that is held but not used, given back to the system: a long ingest must not grow by hundreds of megabytes."""

from __future__ import annotations

import ctypes
import mmap
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

Item = TypeVar("Item")

_MADV_DONTNEED = 4
_M_PERTURB = -6
_PAGE = mmap.PAGESIZE
# Bits of an entry of /proc/self/pagemap (proc_pid_pagemap(5)): the page is in memory, is in swap, is a file's.
_PRESENT, _SWAPPED, _OF_FILE = (np.uint64(1 << bit) for bit in (63, 62, 61))


def release_memory() -> None:
    """Gives back what was freed: glibc keeps what embedding frees in pieces. Elsewhere than on Linux nothing is done."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def release_weights(weights: Iterable[Tensor]) -> None:
    """Gives back the pages of weights that are mapped from a .safetensors file: they are read again when needed.

    A mapped embedding table stays resident page by page as words come by, until all of its 384 MB are, though any one
    batch needs a tenth. The caller holds the weights meanwhile: were their file unmapped, other threads' memory could
    have taken its place by the time it is given back. Pages that this process has changed exist nowhere else and stay, all
    of their mapping. Elsewhere than on Linux nothing is done.
    """
    held = [*weights]
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for start, end in _clean_files({one.data_ptr() for one in held}):
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def releasing_memory(items: Iterable[Item], every: int) -> Iterator[Item]:
    """The same items; after ``every`` so many memory is released."""
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


def _clean_files(addresses: Collection[int]) -> Iterator[tuple[int, int]]:
    """Bounds of each mapping of a .safetensors file that holds one of ``addresses`` and of which not a byte was changed."""
    for line in Path("/proc/self/maps").read_text("utf-8", "replace").splitlines():
        if not line.endswith(".safetensors"):  # of two thousand mappings a few
            continue
        start, end = (int(bound, 16) for bound in line[: line.index(" ")].split("-"))
        if any(start <= address < end for address in addresses) and not _changed(start, end):
            yield start, end


def _changed(start: int, end: int) -> bool:
    """Whether any page between these addresses, of a file mapped privately, is the process's own, or may be."""
    try:
        pages = np.fromfile("/proc/self/pagemap", "<u8", (end - start) // _PAGE, offset=start // _PAGE * 8)
    except OSError:  # hardened systems and some sandboxes do not tell
        return True
    own = (pages & _PRESENT != 0) & (pages & _OF_FILE == 0) | (pages & _SWAPPED != 0)
    return len(pages) < (end - start) // _PAGE or bool(own.any())
