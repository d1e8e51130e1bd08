"""The command line as a user meets it: exit codes, sentences that name the fix, JSON, kills.

Most commands run in this process, with the model that all tests share. ``alone=True`` starts one as a shell would, which
takes ten seconds to import torch and load the model.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag import cli
from tests.conftest import DEMO
from tests.kill_ingest import run as run_with_kills

pytestmark = pytest.mark.usefixtures("one_model")


def belegt(
    *words: object, environ: dict[str, str] | None = None, alone: bool = False
) -> subprocess.CompletedProcess[str]:
    said = list(map(str, words))
    if alone:
        command = [sys.executable, "-m", "rag.cli", *said]
        return subprocess.run(command, capture_output=True, text=True, env=os.environ | (environ or {}), timeout=120)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        for name, value in (environ or {}).items():
            patch.setenv(name, value)
        code = cli.main(said)
    return subprocess.CompletedProcess(said, code, out.getvalue(), err.getvalue())


def sentence(run: subprocess.CompletedProcess[str]) -> str:
    """The one line an error may take."""
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    assert "Traceback" not in run.stderr
    return lines[0]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "index"
    run = belegt("ingest", DEMO, "--index", folder, "--json")
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert {"added", "updated", "unchanged", "failed", "articles", "chunks"} <= report.keys()
    assert report["added"] == len(list(DEMO.glob("demo-*.md")))
    assert report["articles"] == report["added"] - 1  # demo-028 corrects demo-027, which answers no more
    assert report["failed"] == []
    return folder


def test_ask_as_json(index: Path) -> None:
    run = belegt("ask", "Wie viele nordkoreanische Soldaten wurden getötet?", "--index", index, "--json", alone=True)
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    assert {"text", "status", "citations", "sentences", "as_of", "passages", "timings", "fingerprint"} <= answer.keys()
    for citation in answer["citations"]:
        assert {
            "number",
            "article_id",
            "title",
            "source",
            "published",
            "url",
            "quote",
            "start",
            "end",
            "also_in",
            "dates",
        } == citation.keys()


def test_ask_status_doctor_as_text(index: Path) -> None:
    run = belegt("ask", "Wer gewann die Fußball-WM 2022?", "--index", index, "--language", "de")
    assert run.returncode == 0
    assert "Eine sichere Antwort war in den Artikeln nicht zu finden." in run.stdout
    status = belegt("status", "--index", index, "--language", "de", "--articles")
    assert "Artikel: 33" in status.stdout
    assert "demo-001" in status.stdout
    doctor = belegt("doctor", "--index", index, "--language", "en")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "Chroma agrees" in doctor.stdout
    assert "top_k = " in doctor.stdout
    assert re.search(r"passages in (bfloat16|float32).*, [1-4] batches side by side", doctor.stdout)


@pytest.mark.parametrize("damage", ["sqlite", "vectors"])
def test_damaged_chroma_is_healed_at_start(index: Path, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "index"
    shutil.copytree(index, copy)
    for path in (copy / "chroma").rglob("chroma.sqlite3" if damage == "sqlite" else "*.bin"):
        path.write_bytes(b"garbage")
    run = belegt("ask", "Was kostet die Straßenbahn?", "--index", copy, "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["passages"]
    assert belegt("doctor", "--index", copy).returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["ask", "Wer?"], 2, "belegt ingest"),
        (["status"], 2, "belegt ingest"),
        (["ingest", "nirgends"], 2, "nirgends"),
        (["ask", ""], 2, "belegt ask"),
        (["ask", "x" * 100_000], 2, "100000"),
        (["ask", "Wer?", "--config", "nirgends.toml"], 2, "nirgends.toml"),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(tmp_path: Path, words: list[str], code: int, says: str) -> None:
    run = belegt(*words, "--index", tmp_path / "none", "--language", "de")
    assert run.returncode == code
    assert says in sentence(run)
    assert not (tmp_path / "none").exists()


def test_settings_from_the_environment_are_checked(tmp_path: Path) -> None:
    run = belegt("status", "--index", tmp_path / "none", environ={"BELEGT_TOP_KK": "3"}, alone=True)
    assert run.returncode == 2
    assert "top_kk" in sentence(run)


def test_bad_files_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "gut.txt").write_text("Die Brücke in Altdorf ist gesperrt.")
    (source / "leer.txt").write_text("")
    (source / "binaer.txt").write_bytes(b"\0\1\2")
    (source / "alt.txt").write_bytes("Größe über alles, sagt sie.".encode("cp1252"))
    (source / "zeilen.jsonl").write_text('{"text": "Ein Satz."}\n{kaputt\n')
    run = belegt("ingest", source, "--index", tmp_path / "index", "--json", "--language", "de")
    assert run.returncode == 1
    report = json.loads(run.stdout)
    assert report["articles"] == 3
    assert [Path(f["path"]).name for f in report["failed"]] == ["binaer.txt", "leer.txt", "zeilen.jsonl:2"]
    assert [Path(f["path"]).name for f in report["warnings"]] == ["alt.txt"]
    assert all(f["reason"].endswith(".") for f in report["failed"])


def test_another_model_and_a_folder_that_is_no_index(index: Path, tmp_path: Path) -> None:
    run = belegt("ask", "Wer?", "--index", index, environ={"BELEGT_EMBED_MODEL": str(tmp_path)})
    assert run.returncode == 2
    assert "BELEGT_EMBED_MODEL" in sentence(run) or "belegt rebuild" in sentence(run)
    (tmp_path / "brief.txt").write_text("Lieber Leser")
    assert "--index" in sentence(belegt("ingest", DEMO, "--index", tmp_path))


def test_the_language_of_messages(tmp_path: Path) -> None:
    for language, words in (("de", "gibt es keinen Index"), ("en", "There is no index")):
        run = belegt("status", "--index", tmp_path / "none", environ={"LANG": f"{language}.UTF-8", "LANGUAGE": ""})
        assert words in sentence(run)


def test_delete_and_rebuild(index: Path, tmp_path: Path) -> None:
    copy = tmp_path / "index"
    shutil.copytree(index, copy)
    assert belegt("delete", "demo-001", "--index", copy).returncode == 0
    assert belegt("delete", "demo-001", "--index", copy).returncode == 2
    assert belegt("rebuild", "--index", copy, environ={"BELEGT_CHUNK_TOKENS": "64"}).returncode == 0
    before, after = (json.loads(belegt("status", "--index", i, "--json").stdout) for i in (index, copy))
    assert after["articles"] == before["articles"] - 1
    assert after["chunks"] > before["chunks"]


def test_help_needs_no_model(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for command in cli._COMMANDS:
        assert command in shown


def test_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    result = run_with_kills(DEMO, tmp_path, kills=3, seed=1)
    assert result.faults == []
    assert result.kills >= 2  # one may end before its kill: the demo is small


def test_the_life_of_an_article(tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    body = "Der Rat von Altdorf hat am Freitag den Haushalt beschlossen."
    (folder / "a.md").write_text(
        f"---\nid: haushalt\ntitle: Haushalt steht\nsource: Bote\npublished: 2024-05-06\n---\n{body}\n\n"
        "Lesen Sie auch: Neuer Radweg\n",
        "utf-8",
    )
    (folder / "b.md").write_text("---\nid: zoo\n---\nDer Zoo hat einen neuen Bären bekommen.", "utf-8")
    index = ("--index", tmp_path / "index", "--language", "de")
    assert belegt("ingest", folder, *index).returncode == 0
    shown = belegt("show", "haushalt", *index).stdout
    assert "Quelle: Bote  (" in shown  # and where it came from
    assert "Autor: unbekannt" in shown
    assert body in shown
    assert "Radweg" not in shown
    assert "[Anreißer] Lesen Sie auch: Neuer Radweg" in belegt("show", "haushalt", "--removed", *index).stdout
    assert json.loads(belegt("show", "haushalt", "--json", *index).stdout)["removed"][0]["reason"] == "teaser"
    report = belegt("corpus", *index).stdout
    assert "2 Artikel" in report
    assert "1 ohne Datum" in report
    assert json.loads(belegt("corpus", "--json", *index).stdout)["months"] == {"": 1, "2024-05": 1}
    answer = belegt("ask", "Wer hat den Haushalt beschlossen?", *index).stdout
    assert "„am Freitag“: 3. Mai 2024" in answer or "nichts" in answer
    (folder / "b.md").unlink()
    assert "--prune" in belegt("ingest", folder, *index).stdout
    assert "1 Artikel gelöscht" in belegt("ingest", folder, "--prune", *index).stdout
    deleted = belegt("delete", "haushalt", *index)
    assert deleted.returncode == 0
    assert str(folder / "a.md") in deleted.stdout  # the file stays
    missing = belegt("show", "haushalt", *index)
    assert (missing.returncode, "belegt status --articles" in missing.stderr) == (2, True)
