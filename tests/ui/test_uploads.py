from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import IndexLockedError
from tests.conftest import until
from ui import jobs as jobs_module
from ui import uploads as uploads_module
from ui.here import from_here
from ui.jobs import Job, Worker
from ui.library_errors import FaultError, StoppedError, UploadError
from ui.uploads import Uploads, file_name, pasted


async def body(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def send(uploads: Uploads, name: str, *parts: bytes, size: int | None = None) -> Path:
    token = asyncio.run(uploads.receive(name, size, body(*parts)))
    [path] = uploads.take([token])
    assert uploads.take([token]) == []  # good for once
    return path


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\news\\CON.txt", "_CON.txt"),
        (".hidden.md", "hidden.md"),
        ("\u202eevil\0.txt", "evil.txt"),
        ("<img src=x>.HTML", "img src_x.html"),
        ("a\u0308 b.json", "ä b.json"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
        ("/", "artikel"),
    ],
)
def test_names(sent: str, kept: str) -> None:
    name = file_name(sent)
    assert name == kept
    assert "/" not in name and "\\" not in name and not name.startswith(".")


def test_a_file_is_kept_once_and_never_in_the_place_of_another(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    first = send(uploads, "a.txt", b"ei", b"ns")
    assert first.read_bytes() == b"eins" and first.parent == tmp_path / "uploads"
    assert send(uploads, "a.txt", b"eins") == first
    assert send(uploads, "a.txt", b"zwei").name == "a-2.txt"
    assert send(uploads, "../a.txt", b"drei").name == "a-3.txt"
    assert sorted(path.name for path in uploads.folder.iterdir()) == ["a-2.txt", "a-3.txt", "a.txt"]
    outside = tmp_path / "b.txt"
    outside.write_text("x")
    assert not uploads.remove(str(outside)) and outside.exists()
    assert not uploads.remove(str(uploads.folder / ".." / "b.txt")) and outside.exists()
    assert uploads.remove(str(first.resolve())) and not first.exists()


@pytest.mark.parametrize(
    ("name", "parts", "size", "reason"),
    [
        ("a.exe", [b"x"], None, "format"),
        ("belegt.toml", [b"x"], None, "format"),  # it would say how to read the files beside it
        ("a", [b"x"], None, "format"),
        ("a.txt", [b"x"], 10**12, "size"),
        ("a.txt", [b"x" * 10, b"x" * 10], None, "size"),  # more than was announced
        ("a.txt", [], None, "empty"),
    ],
)
def test_what_is_refused_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, parts: list[bytes], size: int | None, reason: str
) -> None:
    monkeypatch.setattr(uploads_module, "LONGEST_FILE", 15)
    uploads = Uploads(tmp_path / "uploads")
    with pytest.raises(UploadError) as caught:
        send(uploads, name, *parts, size=size)
    assert caught.value.key == reason
    assert caught.value.text("de").startswith(f"{name}: ") and "{" not in caught.value.text("en")
    assert not uploads.folder.exists() or list(uploads.folder.iterdir()) == []


def test_uploads_under_way_and_the_disk_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(tmp_path / "uploads")
    monkeypatch.setattr(uploads_module, "ROOM", 10**18)
    with pytest.raises(UploadError, match="free on the disk"):
        send(uploads, "a.txt", b"x")
    monkeypatch.setattr(uploads_module, "AT_ONCE", 0)
    with pytest.raises(UploadError, match="on their way"):
        send(uploads, "a.txt", b"x")


def test_a_pasted_text_is_a_record_of_what_was_given() -> None:
    name, data = pasted("Brücke: zu!", "", " 2024-08-22 ", "", 'Text mit "Zitat"\n')
    assert name == "brücke-zu.json"
    assert json.loads(data) == {"title": "Brücke: zu!", "published": "2024-08-22", "text": 'Text mit "Zitat"'}


def test_jobs_come_in_turn_end_with_their_error_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "PATIENCE", 0.01)
    worker, order, hold = Worker("test"), [], threading.Event()

    def first(job: Job) -> None:
        hold.wait(10)
        order.append("first")

    def locked(job: Job) -> None:
        def act() -> None:
            raise IndexLockedError(path="x", writer="process 7")

        job.patiently(act)

    def broken(job: Job) -> None:
        order.append("broken")
        raise ZeroDivisionError("secret")

    one, two, three, four = (worker.submit(Job("files", ["x"], work)) for work in (first, broken, locked, first))
    worker.stop(four.id)
    worker.dismiss(one.id)  # not finished: stays
    assert one in worker.jobs
    hold.set()
    until(lambda: three.busy == "process 7")
    worker.stop(three.id)
    until(lambda: four.finished)
    assert order == ["first", "broken"] and worker.ended == 4
    assert one.error is None and isinstance(two.error, FaultError) and "secret" not in two.error.text("de")
    assert isinstance(three.error, StoppedError) and isinstance(four.error, StoppedError)
    worker.dismiss(one.id)
    assert one not in worker.jobs


@pytest.mark.parametrize(
    ("client", "headers", "here"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:7860"}, True),
        ("::1", {"host": "[::1]:7860"}, True),
        ("127.0.0.1", {"host": "localhost"}, True),
        ("192.168.1.7", {"host": "192.168.1.2:7860"}, False),
        ("127.0.0.1", {"host": "news.example"}, False),  # a proxy on this computer
        ("127.0.0.1", {"host": "127.0.0.1:7860", "x-forwarded-for": "192.168.1.7"}, False),
        ("testclient", {"host": "localhost"}, False),
    ],
)
def test_who_may_change_the_index(client: str, headers: dict[str, str], here: bool) -> None:
    assert from_here(SimpleNamespace(client=SimpleNamespace(host=client), headers=headers)) is here
