"""Five hundred files that are broken or mean harm: each becomes an article or an error that names it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from corpus.formats import READERS
from corpus.formats.record import place_of
from tests.hostile import broken, write

SECONDS = 200
MEGABYTES = 900  # the process with all its modules takes 150, one article of 16 MB being cleaned some 300 more
# In a process of its own: what it may use is bounded, and a hang ends the process, not the tests.
LOAD = """
import json, re, resource, sys
from pathlib import Path
from corpus import load
from corpus.errors import ReadWarning, UnreadableError
found = []
for item in load([sys.argv[1]]):
    if isinstance(item, UnreadableError):
        found.append([str(item.facts["path"]), None if isinstance(item, ReadWarning) else item.key, item.text("de")])
    else:
        found.append([item.origin, "article", item.text[:10]])
# Not ru_maxrss of this process: Linux hands it on from the parent through exec, and the parent is pytest with a model.
status = Path("/proc/self/status")
own = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) if status.exists() else 0
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024
json.dump({"found": found, "megabytes": peak}, sys.stdout)
"""


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """Each path under ``folder`` with its size and time of change; links are not followed."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(parent) / name
            status = path.lstat()
            found[place_of(path)] = (status.st_size, status.st_mtime_ns if name in files else 0)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and the resource module are not on Windows")
@pytest.mark.timeout(SECONDS + 100)
def test_five_hundred_hostile_files(tmp_path: Path) -> None:
    folder, temporary = tmp_path / "inside" / "hostile", tmp_path / "temporary"
    temporary.mkdir()
    assert write(folder, 500, seed=1) == 500
    before = everything(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder)],
        capture_output=True,
        timeout=SECONDS,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    result = json.loads(done.stdout)
    assert result["megabytes"] < MEGABYTES
    assert everything(tmp_path) == before  # nothing written, nothing left behind
    assert not any(Path(name).exists() for name in ("/tmp/belegt-away.txt", "/tmp/belegt-root.txt"))

    named = [place for place, what, _ in result["found"] if what]
    missing = []
    for parent, _, files in os.walk(folder):
        for name in files:
            place = place_of(Path(parent) / name)
            known = Path(name).suffix.lower() in READERS and not name.startswith(".")
            if known and not any(one == place or one.startswith((f"{place}:", f"{place}!")) for one in named):
                missing.append(place)
    assert not missing
    reasons = {what for _, what, _ in result["found"]}
    assert {"article", "bomb", "entities", "not_a_file", "binary", "damaged", "too_big", "json", "io"} <= reasons


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    def some(seed: int) -> list[tuple[str, bytes]]:
        files = broken(Random(seed))
        return [next(files) for _ in range(20)]

    assert some(1) == some(1)
    assert some(1) != some(2)
