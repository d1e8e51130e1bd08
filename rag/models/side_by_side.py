"""Batches side by side on the CPU: each core computes a batch of its own instead of its share of every operation.

A batch is hundreds of short operations. Cores that share each of them wait for each other hundreds of times: two cores
that shared autocast's took nearly as long, on a quiet machine, as one core's work would (docs/measurements.md).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, TypeVar

Job = TypeVar("Job")
MOST = 4  # batches at a time, each with its memory; where there are more cores, several share a batch


def run(jobs: Sequence[Job], work: Callable[[Job], None], entered: Callable[[], AbstractContextManager[Any]]) -> None:
    """``work`` for each of ``jobs``, begun in their order, each thread in an ``entered()`` of its own.

    An error is raised when no job runs any more; jobs that had not begun by then are left out. A job that comes alone
    is done by this thread, with all cores.
    """
    left = deque(jobs)

    def drain() -> None:
        with entered():
            while left:
                try:
                    job = left.popleft()
                except IndexError:  # another thread took the last one
                    return
                try:
                    work(job)
                except BaseException:
                    left.clear()
                    raise

    if len(jobs) < 2 or width() < 2:
        drain()
        return
    running = [_pool().submit(drain) for _ in range(min(width(), len(jobs)))]
    try:
        for one in running:
            one.result()
    finally:
        left.clear()
        wait(running)


@cache
def width() -> int:
    """How many batches run side by side."""
    import torch

    return min(MOST, torch.get_num_threads())


_starting = threading.Lock()


def _pool() -> ThreadPoolExecutor:
    with _starting:
        return _started_pool()


@cache
def _started_pool() -> ThreadPoolExecutor:
    import torch

    threads, workers = torch.get_num_threads(), width()
    all_started = threading.Barrier(workers + 1)

    def start() -> None:
        # The number is the thread's own, but torch gives a thread that never asked for it the one that was set last.
        torch.get_num_threads()
        torch.set_num_threads(max(1, threads // workers))
        all_started.wait()

    pool = ThreadPoolExecutor(workers, "embed", initializer=start)
    for _ in range(workers):
        pool.submit(int)  # a thread that is not idle yet makes the pool start another
    all_started.wait()
    torch.set_num_threads(threads)  # for this thread, and those to come
    return pool
