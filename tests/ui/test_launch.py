"""``belegt chat`` as a person runs it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from rag.answerer import Answerer
from rag.settings import Settings
from ui.app import launch
from ui.errors import PortTakenError
from ui.examples import EXAMPLES
from ui.server import Server


def test_the_command_serves_the_page_and_ends_cleanly_on_ctrl_c(demo_answerer: Answerer) -> None:
    command = [sys.executable, "-m", "rag.cli", "chat", "--index", str(demo_answerer.settings.index)]
    with subprocess.Popen(
        [*command, "--port", "0", "--no-browser", "--language", "en"], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "running at" in line)
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+", said)
        with urllib.request.urlopen(url, timeout=60) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize("question", [question for offered in EXAMPLES.values() for question in offered.values()])
def test_the_examples_offered_are_answered(demo_answerer: Answerer, question: str) -> None:
    assert demo_answerer.ask(question).status != "not_found"


def test_a_taken_port_is_noticed_before_anything_is_loaded() -> None:
    server = Server(port=0)
    try:
        with pytest.raises(PortTakenError):
            launch(Settings(index="no-such-index"), port=server.port, open_browser=False)  # type: ignore[arg-type]
    finally:
        server.close()
