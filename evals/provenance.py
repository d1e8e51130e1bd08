"""Where numbers come from: the commit, the packages, the day. Written beside every result."""

from __future__ import annotations

import datetime as dt
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("belegt", "chromadb", "sentence-transformers", "torch", "llama-index-core", "ir-measures", "numpy")
_ROOT = Path(__file__).resolve().parent.parent


def provenance() -> dict[str, Any]:
    """``{"commit", "date", "python", "packages"}``; the commit is None outside a checkout of the repository."""
    return {
        "commit": commit(),
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def commit() -> str | None:
    """The checked-out commit, with "-dirty" when tracked files differ from it; None when there is no checkout."""
    if not (_ROOT / ".git").exists():
        return None
    try:
        command = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]
        found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
