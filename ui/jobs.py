"""Work that takes longer than a click: done one after another in a thread, watched from the page."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rag.errors import BelegtError, IndexLockedError
from ui.errors import told
from ui.library_errors import FaultError, StoppedError

Result = TypeVar("Result")
PATIENCE = 2.0  # seconds between two tries while another process writes to the index
KEPT = 5  # finished jobs that are still told about


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one thing: ``outcome`` is the end of a key in the locale. ``name`` is anybody's, ``reason`` in words."""

    outcome: str
    name: str
    reason: str = ""
    article_id: str | None = None


@dataclass(eq=False)
class Job:
    """Something to be done. ``work`` changes the other fields as it goes, and looks at ``stopping`` where it can stop.

    ``done`` of ``total`` steps, 0 where that can't be told; ``count``, where there is one, tells better than ``done``.
    ``busy``: who holds the index up, while somebody does.
    """

    kind: str
    names: Sequence[str]
    work: Callable[[Job], None]
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    stage: str = "waiting"
    done: int = 0
    total: int = 0
    busy: str = ""
    lines: list[Line] = field(default_factory=list)
    error: BelegtError | None = None
    finished: bool = False
    count: Callable[[], int] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raises StoppedError when the job is to stop."""
        if self.stopping.is_set():
            raise StoppedError

    def patiently(self, act: Callable[[], Result]) -> Result:
        """What ``act()`` gives, tried until no other process holds the index. Raises StoppedError."""
        while True:
            try:
                return act()
            except IndexLockedError as error:
                self.busy = str(error.facts["writer"])
                if self.stopping.wait(PATIENCE):
                    raise StoppedError from error


class Worker:
    """Does jobs in their order in one thread, which starts with the first. Safe to share between threads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ended = 0  # jobs, ever: who remembers it can tell that something has happened
        self._jobs: list[Job] = []
        self._waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def jobs(self) -> list[Job]:
        """Those at work or waiting, and the last that ended; in the order they came."""
        with self._lock:
            return list(self._jobs)

    def submit(self, job: Job) -> Job:
        with self._lock:
            ended = [each for each in self._jobs if each.finished]
            self._jobs = [each for each in self._jobs if each not in ended[: 1 - KEPT]] + [job]
            self._waiting.put(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self._thread.start()
        return job

    def stop(self, job_id: object) -> None:
        """Asks a job to stop; one that waits for its turn then does nothing."""
        for job in self.jobs:
            if job.id == job_id:
                job.stopping.set()

    def dismiss(self, job_id: object) -> None:
        """Tells of a finished job no more."""
        with self._lock:
            self._jobs = [job for job in self._jobs if not (job.id == job_id and job.finished)]

    def _run(self) -> None:
        while True:
            job = self._waiting.get()
            try:
                job.check()
                job.work(job)
            except Exception as error:
                job.error = told(error, FaultError)
            self.ended += 1  # first: who sees that the job is finished is to see that something has ended
            job.busy, job.finished = "", True
