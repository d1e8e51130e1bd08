"""The peak of a process is its own, not its parent's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from evals.memory import peak_megabytes


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")
def test_the_peak_is_that_of_the_process_alone() -> None:
    ours = bytearray(300 << 20)  # the parent is large
    child = "import sys; b = bytearray(int(sys.argv[1]) << 20); b = None; print(flush=True); sys.stdin.read()"
    peaks = []
    for megabytes in ("1", "100"):
        command = [sys.executable, "-S", "-c", child, megabytes]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            peaks.append(peak_megabytes(process.pid))
            process.communicate()
        assert peak_megabytes(process.pid) == 0  # ended
    assert len(ours) > 0
    assert 1 < peaks[0] < 60
    assert 100 < peaks[1] < 160
