"""How much memory a process took."""

from __future__ import annotations

import re
from pathlib import Path


def peak_megabytes(pid: int) -> float:
    """The highest resident set of a running process so far, in MB; 0 where there is no /proc or it has ended.

    Not getrusage's ru_maxrss: Linux counts what the parent had at exec to the child (exec_mmap in fs/exec.c), and a parent
    that holds a model has more than most of its children ever take.
    """
    return _status(pid, "VmHWM")


def private_megabytes(pid: int) -> float:
    """What a running process holds now that is no part of a file, in MB; 0 as above."""
    return _status(pid, "RssAnon")


def _status(pid: int, name: str) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)  # a process that has ended has no such line
    return int(found[1]) / 1024 if found else 0.0
