"""``belegt eval``: which command is meant, what ``run`` and ``import`` write, and what they refuse before any answering."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from evals import baselines, cli, cli_import, cli_run
from evals.baselines import BASELINES
from evals.cli import COMMANDS, DEMO_SET, complete, write_json
from evals.errors import (
    BaselineUnknownError,
    DataFormatError,
    FileCountError,
    FileMissingError,
    FolderFullError,
    NoSetError,
    OutputError,
    SetMissingError,
)
from evals.journal import FOLDER
from evals.report import messages
from evals.system import OURS, opened, prepare_index
from rag import cli as belegt
from rag.errors import IndexFormatError
from rag.index import STORE, Index
from rag.models.arithmetic import FLOAT32
from rag.models.embed import Embedder
from rag.settings import Settings
from rag.types import Answer, Passage

ARTICLES = (
    {
        "id": "wall",
        "text": "In Altwiesen wird eine Hochwassermauer gebaut. Die Mauer wird 2,10 Meter hoch.",
        "published": "2024-05-01",
    },
    {"id": "team", "text": "Der SV Mühlrode steigt auf. Trainer ist Dario Klemm.", "published": "2024-06-01"},
)
QUESTIONS = (
    {
        "id": "height",
        "question": "Wie hoch wird die Mauer in Altwiesen?",
        "answers": ["2,10 Meter"],
        "articles": ["wall"],
    },
    {"id": "weather", "question": "Wer gewann 1974 die Weltmeisterschaft im Schach?", "answerable": False},
)


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def parsed(*given: str, command: str = "run", language: str = "de") -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser, language)
    return parser.parse_args([command, *given])


@pytest.fixture
def settings(tmp_path: Path, make_index: Callable[..., Index]) -> Settings:
    """Of an index over ``ARTICLES``, with a cache for journals alone."""
    with make_index() as index:
        index.ingest([lines(tmp_path / "articles" / "a.jsonl", *ARTICLES)], progress=False)
        return index.settings


@pytest.fixture
def one_model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> None:
    """Every index opened takes the model that is loaded already."""
    monkeypatch.setattr("rag.index.Embedder", lambda settings: embedder)


def journals(settings: Settings) -> list[Path]:
    return list((settings.cache / FOLDER).glob("*.jsonl"))


# which command


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["run"]),
        (["mine.jsonl"], ["run", "mine.jsonl"]),
        (["--limit", "5"], ["run", "--limit", "5"]),
        (["--index", "run", "mine.jsonl"], ["run", "--index", "run", "mine.jsonl"]),
        (["--index=x", "compare", "a", "b"], ["--index=x", "compare", "a", "b"]),
        (["--language", "de", "gate", "s"], ["--language", "de", "gate", "s"]),
        (["import", "squad", "f"], ["import", "squad", "f"]),
        (["--help"], ["--help"]),
    ],
)
def test_a_set_alone_means_run(given: list[str], meant: list[str]) -> None:
    assert complete(given) == meant


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_command_has_help_in_both_languages(
    command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        belegt.main(["eval", command, "--language", language, "--help"])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert f"belegt eval {command}" in printed
    assert messages().say(f"{command}_command", language)[:30] in " ".join(printed.split())


def test_common_options_count_before_and_behind_the_command() -> None:
    before = belegt._parser("en").parse_args(["eval", "--index", "x", "run", "s.jsonl"])
    behind = belegt._parser("en").parse_args(["eval", "run", "s.jsonl", "--index", "x"])
    assert before == behind
    assert (before.index, before.evaluation) == (Path("x"), "run")


def test_defaults_are_the_demo_set_and_no_files() -> None:
    args = parsed()
    assert (args.set, args.json, args.html, args.limit, args.verbose) == (DEMO_SET, None, None, None, False)
    assert (args.baseline, args.retrieval_only, args.resume) == (OURS, False, True)
    assert parsed("mine.jsonl", "--limit", "5", "--no-resume").limit == 5


def test_a_limit_is_a_whole_number_from_one(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("0", "-1", "x", "1.5"):
        with pytest.raises(SystemExit):
            parsed("--limit", wrong)
        assert "eine ganze Zahl ab 1" in capsys.readouterr().err


def test_the_help_names_the_baselines_there_are() -> None:
    for language in ("de", "en"):
        assert all(name in messages().say("run_baseline_help", language) for name in (OURS, *BASELINES))


# refused before any answering


def test_a_missing_set_is_told_before_any_model_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(SetMissingError):
        cli.main(parsed(str(tmp_path / "none.jsonl")), Settings(index=tmp_path), "de")
    with pytest.raises(NoSetError, match="belegt eval import"):
        cli.main(parsed(str(tmp_path)), Settings(index=tmp_path), "de")


def test_a_file_that_can_not_be_written_is_told_before_any_answering(tmp_path: Path) -> None:
    for option in ("--json", "--html"):
        with pytest.raises(OutputError, match=option):
            cli.main(parsed(option, str(tmp_path / "no" / "folder.x")), Settings(index=tmp_path), "de")


def test_an_unknown_baseline_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BaselineUnknownError, match="hybrid, bm25, dense, fused, quickstart"):
        cli.main(parsed("--baseline", "bm52"), Settings(index=tmp_path), "de")


# run


def test_json_goes_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"Maß": 1}, str(tmp_path / "out.json"), "de")
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == {"Maß": 1}
    assert "Geschrieben" in capsys.readouterr().err
    write_json({"Maß": 1}, "-", "de")
    assert json.loads(capsys.readouterr().out) == {"Maß": 1}


@pytest.mark.usefixtures("one_model")
def test_a_set_is_asked_over_an_index(tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    questions, page = lines(tmp_path / "two.jsonl", *QUESTIONS), tmp_path / "out.html"
    assert cli.main(parsed(str(questions), "--json", "-", "--verbose", "--html", str(page)), settings, "de") == 0
    printed = capsys.readouterr()
    written = json.loads(printed.out)
    assert "two: 2 Fragen, davon 0 abgestürzt" in printed.err
    assert written["results"][0]["retrieved"][0] == "wall"
    assert written["measures"]["R@5"] == {"value": 1.0, "counted": 1, "low": 1.0, "high": 1.0}
    assert written["settings"] == settings.fingerprint()
    assert len(written["configuration"]["index"]) == 12
    assert written["models"][0].startswith("multilingual-e5-small")
    assert "Wie hoch wird die Mauer in Altwiesen?" in page.read_text("utf-8")
    assert cli.main(parsed(str(questions), "--limit", "1"), settings, "en") == 0
    assert "two: 1 questions" in capsys.readouterr().out
    assert journals(settings) == []


@pytest.mark.usefixtures("one_model")
def test_a_search_alone_finds_what_the_whole_finds(
    tmp_path: Path, settings: Settings, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert embedder.__pydantic_private__ is not None
    monkeypatch.setitem(embedder.__pydantic_private__, "_arithmetic", FLOAT32)  # bfloat16 has few digits to compare
    questions = lines(tmp_path / "two.jsonl", *QUESTIONS)
    saved = []
    for name, options in (("whole", []), ("search", ["--retrieval-only"]), ("bm25", ["--baseline", "bm25"])):
        out = tmp_path / f"{name}.json"
        assert cli.main(parsed(str(questions), "--json", str(out), *options), settings, "de") == 0
        saved.append(json.loads(out.read_text("utf-8")))
    whole, search, bm25 = saved
    for one, other in zip(search["results"], whole["results"], strict=True):
        assert [p["text"] for p in one["passages"]] == [p["text"] for p in other["passages"]]
        # Questions embedded together have the same vectors but for the last digits.
        assert [p["score"] for p in one["passages"]] == pytest.approx([p["score"] for p in other["passages"]], abs=1e-3)
    assert [r["status"] for r in search["results"]] == [None, None]
    assert search["configuration"] == {**whole["configuration"], "retrieval only": True}
    assert (bm25["configuration"]["baseline"], bm25["configuration"]["fusion"]) == ("bm25", "lexical")
    assert bm25["settings"] != whole["settings"]


@contextmanager
def _parrot(settings: Settings) -> Iterator[Callable[..., Answer]]:
    """A baseline that answers everything with the same passage."""
    passage = Passage(1, "wall", None, None, None, None, "de", "Die Mauer", 0, 9, 1.0, 0.9, 0.0)

    def ask(question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> Answer:
        return Answer(question, "de", "Die Mauer", "answered", (), (), (passage,), 0.5)

    yield ask


@pytest.mark.usefixtures("one_model")
def test_a_baseline_that_only_answers_can_be_searched_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(baselines.BASELINES, "parrot", _parrot)
    with opened(settings, "parrot", retrieval_only=True) as system:
        assert system.models[1] == "parrot"
        assert system.configuration["baseline"] == "parrot"
        [found] = system.answer.search("Wie?", None, within=None)  # type: ignore[union-attr]
        assert found.article_id == system.article("wall").id  # type: ignore[attr-defined]


@pytest.mark.usefixtures("one_model")
def test_an_interrupted_run_goes_on_unless_told_otherwise(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    @contextmanager
    def impatient(settings: Settings) -> Iterator[Callable[..., Answer]]:
        def ask(question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> Answer:
            if len(asked) == 1:
                asked.append("interrupted")
                raise KeyboardInterrupt
            asked.append(question)
            return Answer(question, "de", "Ja.", "answered", (), (), (), 0.5)

        yield ask

    monkeypatch.setitem(baselines.BASELINES, "impatient", impatient)
    questions = lines(tmp_path / "two.jsonl", *QUESTIONS)
    args = parsed(str(questions), "--baseline", "impatient")
    with pytest.raises(KeyboardInterrupt):
        cli.main(args, settings, "de")
    assert "Derselbe Befehl macht" in capsys.readouterr().err
    assert len(journals(settings)) == 1
    assert cli.main(args, settings, "de") == 0
    assert "1 von 2 Fragen sind schon beantwortet" in capsys.readouterr().err
    assert asked == [QUESTIONS[0]["question"], "interrupted", QUESTIONS[1]["question"]]
    assert cli.main(args, settings, "de") == 0  # a run that ended is not gone on with
    assert len(asked) == 5


# import, then run over the folder


@pytest.mark.usefixtures("one_model")
def test_an_import_is_indexed_and_run_with_two_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    contexts = ("In Altwiesen wird eine Mauer gebaut. Sie wird 2,10 Meter hoch.", "Der SV Mühlrode steigt auf.")
    for name, asked in (
        ("de", ("Wie hoch wird die Mauer?", "Wer ist in dieser Saison aufgestiegen?")),
        ("en", ("How high will the wall be in the end?", "Which team was promoted this year?")),
    ):
        answers = ("2,10 Meter", "Der SV Mühlrode")
        paragraphs = [
            {"context": c, "qas": [{"id": str(n), "question": q, "answers": [{"text": a, "answer_start": c.find(a)}]}]}
            for n, (c, q, a) in enumerate(zip(contexts, asked, answers, strict=True))
        ]
        (tmp_path / f"x.{name}.json").write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), "utf-8")
    given = ["eval", "import", "squad", "x.de.json", "x.en.json", "--out", "set", "--name", "x", "--licence", "CC0"]
    assert belegt.main([*given, "--language", "de"]) == 0
    assert "Weiter mit: belegt eval run set" in capsys.readouterr().out
    assert belegt.main([*given, "--language", "de"]) == 2  # the folder is not empty now
    capsys.readouterr()

    assert belegt.main(["eval", "run", "set", "--json", "out.json", "--language", "de"]) == 0
    assert "Aufgenommen: 2 Artikel in set/index" in capsys.readouterr().err
    german, english = (json.loads(Path(f"out-questions-{name}.json").read_text("utf-8")) for name in ("de", "en"))
    assert (german["set"]["name"], english["set"]["name"]) == ("x de-de", "x en-de")
    assert german["measures"]["R@5"]["value"] == 1.0

    assert belegt.main(["eval", "set", "--retrieval-only", "--json", "-", "--language", "de"]) == 0
    printed = capsys.readouterr()
    assert "Aufgenommen" not in printed.err  # nothing was new
    assert [run["set"]["name"] for run in json.loads(printed.out)] == ["x de-de", "x en-de"]
    assert belegt.main(["eval", "set/questions-de.jsonl", "--retrieval-only", "--language", "de"]) == 0
    assert belegt.main(["eval", "run", "set", "--index", "elsewhere", "--language", "en"]) == 2
    assert "There is no index at 'elsewhere'" in capsys.readouterr().err  # and none was made of the set's articles


@pytest.mark.usefixtures("one_model")
def test_the_index_of_a_folder_follows_its_articles_and_the_settings(tmp_path: Path) -> None:
    settings = Settings.load(index=tmp_path / "index")
    articles = lines(tmp_path / "articles.jsonl", *ARTICLES)

    def found(settings: Settings) -> tuple[list[str], int]:
        report = prepare_index(articles, settings, "de", progress=False)
        with Index.open(settings) as index:
            return index.store.article_ids(), report.chunks

    assert found(settings) == (["team", "wall"], 2)
    long = " ".join(f"Satz Nummer {number} handelt von der Mauer in Altwiesen." for number in range(12))
    lines(articles, ARTICLES[0], {"id": "long", "text": long})
    names, chunks = found(settings)
    assert names == ["long", "wall"]  # "team" is gone from the file
    with_smaller = found(settings.model_copy(update={"chunk_tokens": 32}))
    assert with_smaller[0] == names and with_smaller[1] > chunks
    assert found(settings.model_copy(update={"chunk_tokens": 32})) == with_smaller


@pytest.mark.usefixtures("one_model")
def test_an_index_of_another_format_is_made_anew_where_a_run_made_it(tmp_path: Path) -> None:
    settings = Settings.load(index=tmp_path / "index")
    articles = lines(tmp_path / "articles.jsonl", *ARTICLES)
    prepare_index(articles, settings, "de", progress=False)

    def age() -> None:
        with closing(sqlite3.connect(settings.index / STORE)) as db:
            db.execute("PRAGMA user_version = 1")

    age()
    assert prepare_index(articles, settings, "de", progress=False).added == 2
    with closing(sqlite3.connect(settings.index / STORE)) as db:
        db.execute("DELETE FROM meta WHERE key = 'eval_shape'")  # as if a person had made it
        db.commit()
    age()
    with pytest.raises(IndexFormatError):
        prepare_index(articles, settings, "de", progress=False)
    assert (settings.index / STORE).exists()


def test_an_article_that_can_not_be_read_is_named_and_the_exit_code_says_so(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "q.csv"
    table.write_text("question\nWer?\n", "utf-8")
    news = tmp_path / "news"
    lines(news / "a.jsonl", *ARTICLES)
    (news / "empty.txt").write_text("", "utf-8")
    given = ("csv", str(table), "--articles", str(news), "--out", str(tmp_path / "out"))
    assert cli.main(parsed(*given, command="import"), settings, "de") == 1
    printed = capsys.readouterr()
    assert "empty.txt" in printed.err
    assert "2 Artikel" in printed.out
    alone = ("csv", str(table), "--out", str(tmp_path / "alone"))
    assert cli.main(parsed(*alone, command="import"), settings, "de") == 0
    assert "--index DIR" in capsys.readouterr().out


def test_what_an_import_refuses(tmp_path: Path) -> None:
    file = lines(tmp_path / "f.jsonl", {"a": 1})
    out = str(tmp_path / "out")

    def given(*arguments: str) -> int:
        return cli.main(parsed(*arguments, "--out", out, command="import"), Settings(), "de")

    with pytest.raises(FileMissingError, match="none"):
        given("squad", str(tmp_path / "none.json"))
    with pytest.raises(FileCountError, match="takes 2 FILE"):
        given("pairs", str(file))
    with pytest.raises(FileCountError, match="takes 1 FILE"):
        given("beir", str(file), str(file))
    with pytest.raises(DataFormatError, match="line 1"):
        given("nomiracl", str(file))
    with pytest.raises(FileMissingError, match=r"queries\.jsonl"):
        given("beir", str(tmp_path))
    assert not Path(out).exists()
    Path(out).mkdir()
    (Path(out) / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(FolderFullError, match="not empty"):
        given("squad", str(file))


def test_the_modules_of_all_commands_are_there() -> None:
    for name in COMMANDS:
        module = cli._module(name)
        assert callable(module.add_arguments) and callable(module.main), name
    assert cli._module("run") is cli_run and cli._module("import") is cli_import
