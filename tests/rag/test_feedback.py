from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evals.drafting.feedback import read_feedback
from rag import feedback
from rag.errors import CitedArticleGoneError, FeedbackUnwritableError
from tests.page_samples import BRIDGE, BRIDGE_ANSWER, HOSTILE, HOSTILE_ANSWER, answered, passage


def always(article_id: str) -> bool:
    return True


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / feedback.FILE).read_bytes().splitlines()]


def test_a_verdict_is_one_line_that_can_be_drafted_from(tmp_path: Path) -> None:
    answer = dataclasses.replace(BRIDGE_ANSWER, as_of="2024-02", fingerprint="f1")
    assert feedback.add(tmp_path, "a", answer, "down", "Sie ist von 1971.\nSicher.", held=always) == tmp_path / (
        "feedback.jsonl"
    )
    (line,) = lines(tmp_path)
    assert abs(dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(line.pop("time"))) < dt.timedelta(minutes=1)
    start = BRIDGE.text.index("Sie stammt")
    assert line == {
        "id": "a", "verdict": "down", "comment": "Sie ist von 1971.\nSicher.", "question": "Wie alt ist die Brücke?",
        "language": "de", "as_of": "2024-02-29", "status": "answered", "answer": "Sie stammt aus dem Jahr 1968. [1]",
        "citations": [{"article_id": BRIDGE.id, "start": start, "end": start + 29}], "fingerprint": "f1",
    }  # fmt: skip
    (draft,) = read_feedback(tmp_path / feedback.FILE)
    assert (draft.case.question, draft.case.as_of) == ("Wie alt ist die Brücke?", dt.date(2024, 2, 29))
    assert draft.note == f"Sie stammt aus dem Jahr 1968. [1]\n{BRIDGE.id}\nSie ist von 1971. Sicher."


def test_hostile_text_and_half_characters_stay_one_line(tmp_path: Path) -> None:
    feedback.add(tmp_path, "a", HOSTILE_ANSWER, "down", "halb \ud800 \u2028 \x00\r\n", held=always)
    (line,) = lines(tmp_path)
    assert line["answer"] == HOSTILE_ANSWER.text and line["comment"] == "halb ? \u2028 \x00\r\n"


def test_many_visitors_at_once_lose_no_line(tmp_path: Path) -> None:
    """Of threads and of processes."""
    program = (
        "import sys; from pathlib import Path; from rag import feedback; from tests.page_samples import BRIDGE_ANSWER\n"
        "for n in range(10): feedback.add(Path(sys.argv[1]), f'p{n}', BRIDGE_ANSWER, 'up', 'x' * 5000, held=bool)"
    )
    other = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=Path(__file__).parents[2])
    with ThreadPoolExecutor(8) as pool:
        written = pool.map(
            lambda n: feedback.add(tmp_path, f"t{n}", BRIDGE_ANSWER, "up", "y" * 5000, held=always), range(40)
        )
        assert len(list(written)) == 40
    assert other.wait(60) == 0
    assert {line["id"] for line in lines(tmp_path)} == {f"t{n}" for n in range(40)} | {f"p{n}" for n in range(10)}


def test_a_torn_line_does_not_swallow_the_next(tmp_path: Path) -> None:
    (tmp_path / feedback.FILE).write_bytes(b'{"question": "Wer')
    feedback.add(tmp_path, "a", BRIDGE_ANSWER, "up", held=always)
    feedback.add(tmp_path, "b", BRIDGE_ANSWER, "up", held=always)
    torn, *whole = (tmp_path / feedback.FILE).read_bytes().splitlines()
    assert torn == b'{"question": "Wer' and [json.loads(line)["id"] for line in whole] == ["a", "b"]


def test_what_can_not_be_written_is_an_error_that_names_the_fix(tmp_path: Path) -> None:
    (tmp_path / feedback.FILE).mkdir()
    with pytest.raises(FeedbackUnwritableError) as raised:
        feedback.add(tmp_path, "a", BRIDGE_ANSWER, "up", held=always)
    assert "Let belegt write" in raised.value.text("en") and "Schreiben in dem Ordner" in raised.value.text("de")
    (tmp_path / "other" / "feedback.lock").mkdir(parents=True)
    with pytest.raises(FeedbackUnwritableError):
        feedback.add(tmp_path / "other", "a", BRIDGE_ANSWER, "up", held=always)


def test_a_lock_that_is_never_given_back_is_an_error_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "_PATIENCE", 0.05)
    with feedback.forgetting(tmp_path, ["x"]), pytest.raises(FeedbackUnwritableError), ThreadPoolExecutor(1) as pool:
        pool.submit(feedback.add, tmp_path, "a", BRIDGE_ANSWER, "up", held=always).result()


def test_nothing_is_written_about_an_article_that_is_gone(tmp_path: Path) -> None:
    refusal = answered(text="Nichts.", status="not_found", passages=(passage(HOSTILE),))
    for answer, gone in ((BRIDGE_ANSWER, BRIDGE.id), (refusal, HOSTILE.id)):
        with pytest.raises(CitedArticleGoneError):
            feedback.add(tmp_path, "a", answer, "down", held=lambda id, gone=gone: id != gone)
    assert not (tmp_path / feedback.FILE).exists()


def test_forgetting_takes_what_cites_or_showed_an_article_and_what_can_not_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add: Callable[..., Path] = feedback.add
    add(tmp_path, "bridge", BRIDGE_ANSWER, "down", held=always)
    add(tmp_path, "hostile", HOSTILE_ANSWER, "up", held=always)
    add(tmp_path, "bridge", BRIDGE_ANSWER, "none", held=always)
    add(tmp_path, "refusal", answered(status="not_found", passages=(passage(BRIDGE),)), "down", held=always)
    with (tmp_path / feedback.FILE).open("ab") as file:
        file.write(b'[1]\n{"citations": 3}\n{"citations": [{"id": "a"}]}\n{"question": "Von Hand?"}\n{"torn')
    with caplog.at_level(logging.WARNING), feedback.forgetting(tmp_path, [BRIDGE.id]):
        assert [line.get("id") for line in lines(tmp_path)] == ["hostile", None]
    assert caplog.text.count("can't be read") == 4
    before = (tmp_path / feedback.FILE).read_bytes()
    with feedback.forgetting(tmp_path, ["another"]):
        assert (tmp_path / feedback.FILE).read_bytes() == before
    assert not (tmp_path / "feedback.new").exists()
