"""A run that was killed goes on after its last finished question, and only the same run does."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.mentions import DateMention
from evals import Case, QuestionSet, load_set, run
from evals.cli import DEMO_SET
from evals.errors import RunUnderWayError
from evals.journal import FOLDER, KEPT, Journal, code_stamp, index_stamp
from evals.results import Result
from rag.answerer import Answerer
from rag.index import Index
from rag.types import Answer, Citation, Passage, Sentence
from tests.conftest import PATIENT

ROOT = Path(__file__).resolve().parents[2]
DAY = dt.date(2024, 10, 11)
MENTION = DateMention(0, 10, "Am Freitag", DAY, DAY)
PASSAGE = Passage(
    7, "a", "Titel", None, "2024-10-12", None, "de", "Am Freitag kam er.", 0, 18, 3.25, 0.9, 1.5, (MENTION,), ("nwd",)
)
ANSWER = Answer(
    question="?",
    language="de",
    text="„Am Freitag kam er.“ [1]",
    status="answered",
    sentences=(Sentence("„Am Freitag kam er.“ [1]", (1,), "verbatim"),),
    citations=(Citation(1, "a", "Titel", None, "2024-10-12", None, "Am Freitag kam er.", 0, 18, (MENTION,)),),
    passages=(PASSAGE,),
    confidence=1 / 3,
    timings={"search": 0.1, "total": 0.1},
)
CASES = tuple(Case(f"q{number}", f"Frage {number}?", ("Freitag",), ("a",), language="de") for number in range(5))
QUESTIONS = QuestionSet("s", None, None, CASES)
ABOUT = {"settings": "x", "code": "y"}


class Asked:
    """Answers every question alike, keeps what it was asked, and dies where it is told to."""

    def __init__(self, dies_at: str | None = None) -> None:
        self.questions: list[str] = []
        self._dies_at = dies_at

    def __call__(self, question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> Answer:
        if question == self._dies_at:
            raise KeyboardInterrupt
        self.questions.append(question)
        return replace(ANSWER, question=question)


def begin(cache: Path, count: int = 3) -> Path:
    """The journal of a run that ended after ``count`` questions."""
    with Journal(cache, QUESTIONS, ABOUT) as journal, pytest.raises(KeyboardInterrupt):
        run(QUESTIONS, Asked(dies_at=f"Frage {count}?"), progress=False, journal=journal)
    return journal.path


def test_a_run_goes_on_after_its_last_question_with_the_same_results(tmp_path: Path) -> None:
    whole = run(QUESTIONS, Asked(), progress=False)
    begin(tmp_path)
    rest = Asked()
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        assert list(journal.finished) == ["q0", "q1", "q2"]
        resumed = run(QUESTIONS, rest, progress=False, journal=journal)
    assert rest.questions == ["Frage 3?", "Frage 4?"]
    plain = [replace(result, seconds=0.0) for result in whole.results]
    assert [replace(result, seconds=0.0) for result in resumed.results] == plain  # dates, offsets, verdicts and all


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_shows_rate_and_time_left_and_starts_where_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tmp_path)
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        run(QUESTIONS, Asked(), journal=journal, unit="Fragen")
    first, *_, last = (line for line in terminal.getvalue().split("\r") if line.strip())
    assert re.search(r"s:  60%.* 3/5 \[00:00<", first)  # what is left of the time follows "<"
    assert re.search(r"s: 100%.* 5/5 \[00:00<00:00, +[\d.]+ Fragen/s\]", last)


def test_a_finished_run_leaves_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        run(QUESTIONS, Asked(), progress=False, journal=journal)
        assert journal.path.exists()
        journal.remove()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_crashed_question_is_finished_too(tmp_path: Path) -> None:
    crash = Result.crash(CASES[0], OSError("disk full"), 0.5)
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        journal.note(crash)
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        assert journal.finished == {"q0": crash}


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_line_cut_by_a_kill_is_asked_again(tmp_path: Path, cut: int) -> None:
    path = begin(tmp_path)
    os.truncate(path, path.stat().st_size - cut)
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        assert list(journal.finished) == ["q0", "q1"]
        run(QUESTIONS, Asked(), progress=False, journal=journal)
    lines = path.read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines[1:]] == ["q0", "q1", "q2", "q3", "q4"]


def test_nothing_is_believed_after_a_damaged_line(tmp_path: Path) -> None:
    path = begin(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (b"{}\n", b"\0\0\0\n", lines[2].replace(b'"q1"', b'"zz"'), b'{"id": "q1"}\n'):
        path.write_bytes(b"".join([*lines[:2], damaged, lines[3]]))
        with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
            assert list(journal.finished) == ["q0"]
    path.write_bytes(b"other\n" + b"".join(lines[1:]))
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        assert journal.finished == {}


def test_another_set_other_settings_or_the_wish_begin_anew(tmp_path: Path) -> None:
    begin(tmp_path)
    regold = QuestionSet("s", None, None, (replace(CASES[0], answers=("Samstag",)), *CASES[1:]))
    for questions, about in ((QUESTIONS.first(4), ABOUT), (regold, ABOUT), (QUESTIONS, {**ABOUT, "settings": "z"})):
        with Journal(tmp_path, questions, about) as journal:
            assert journal.finished == {}
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        assert len(journal.finished) == 3  # the others did not disturb it
    with Journal(tmp_path, QUESTIONS, ABOUT, resume=False) as journal:
        assert journal.finished == {}
    with Journal(tmp_path, QUESTIONS, ABOUT) as journal:
        assert journal.finished == {}


def test_a_run_in_another_process_is_not_disturbed(tmp_path: Path) -> None:
    with Journal(tmp_path, QUESTIONS, ABOUT):
        with pytest.raises(RunUnderWayError, match="'s' is going on"):
            Journal(tmp_path, QUESTIONS, ABOUT)
        with Journal(tmp_path, QUESTIONS.first(2), ABOUT) as other:
            assert other.finished == {}


def test_journals_that_nobody_went_on_with_are_removed(tmp_path: Path) -> None:
    path = begin(tmp_path)
    old = time.time() - KEPT - 60
    os.utime(path, (old, old))
    with Journal(tmp_path, QUESTIONS.first(1), ABOUT):
        assert not path.exists()


def test_the_stamp_of_an_index_changes_with_its_articles(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add([Article(id="a", text="Der Rat tagt in Elmstadt.", language="de")])
    first = index_stamp(index.store)
    index.add([Article(id="a", text="Der Rat tagt in Elmstadt.", language="de")])
    assert index_stamp(index.store) == first
    index.add([Article(id="a", text="Der Rat tagt in Mühlrode.", language="de")])
    second = index_stamp(index.store)
    index.delete(["a"])
    assert len({first, second, index_stamp(index.store)}) == 3


def test_the_stamp_of_the_code_changes_with_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.journal._ROOT", tmp_path)
    for name in ("rag/compose.py", "rag/__pycache__/compose.pyc", "evals/questions/demo.jsonl", "ui/app.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", "utf-8")

    def stamp() -> str:
        code_stamp.cache_clear()
        return code_stamp()

    first = stamp()
    for name in ("rag/__pycache__/compose.pyc", "evals/questions/demo.jsonl", "ui/app.py"):
        (tmp_path / name).write_text("2", "utf-8")
    assert stamp() == first
    (tmp_path / "rag/compose.py").write_text("2", "utf-8")
    assert stamp() != first
    code_stamp.cache_clear()


@pytest.mark.timeout(300)
def test_a_killed_command_goes_on(tmp_path: Path, demo_answerer: Answerer) -> None:
    """SIGKILL in the middle of a real ``belegt eval run``, then the same command again."""
    code, cache = tmp_path / "code", tmp_path / "cache"
    for package in ("corpus", "rag", "evals", "ui"):  # a copy, so that nobody edits the code between the two commands
        shutil.copytree(ROOT / package, code / package, ignore=shutil.ignore_patterns("__pycache__"))
    cache.mkdir()
    for entry in demo_answerer.settings.cache.iterdir():
        if entry.name != FOLDER:
            (cache / entry.name).symlink_to(entry)
    out, asked = tmp_path / "out.json", 24
    command = [sys.executable, "-m", "rag.cli", "eval", "run", str(DEMO_SET), "--limit", str(asked), "--json", str(out)]
    command += ["--index", str(demo_answerer.settings.index), "--language", "en"]
    patient = {f"BELEGT_{name.upper()}": str(value) for name, value in PATIENT.items()}
    env = {**os.environ, **patient, "BELEGT_CACHE": str(cache), "PYTHONPATH": str(code)}

    process = subprocess.Popen(command, cwd=code, env=env, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 200
    while not (finished := journalled(cache)) or len(finished) < asked // 4:
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finished = journalled(cache)
    assert asked // 4 <= len(finished) < asked
    assert not out.exists() or out.stat().st_size == 0

    again = subprocess.run(command, cwd=code, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert again.returncode == 0, again.stderr
    assert f"{len(finished)} of {asked} questions are answered already" in again.stderr
    results = json.loads(out.read_text("utf-8"))["results"]
    # A question asked twice would not have taken the same time to the tenth of a millisecond.
    assert [result["seconds"] for result in results[: len(finished)]] == [result["seconds"] for result in finished]
    assert list((cache / FOLDER).glob("*.jsonl")) == []

    # A reader that remembers nothing: what it read for another test, beside other passages, may differ in its last bits.
    fresh = Answerer(demo_answerer.index)
    whole = run(load_set(DEMO_SET).first(asked), fresh.ask, progress=False).to_json()["results"]
    for one, other in zip(results, whole, strict=True):
        for key in ("id", "answer", "status", "short", "retrieved", "measures", "error"):
            assert one[key] == other[key], one["id"]
        assert one["confidence"] == pytest.approx(other["confidence"], abs=0.01)


def journalled(cache: Path) -> list[dict[str, object]]:
    """The whole lines of the one journal there is, without its head."""
    paths = list((cache / FOLDER).glob("*.jsonl"))
    lines = paths[0].read_bytes().split(b"\n")[1:-1] if paths else []
    return [json.loads(line) for line in lines]
