from __future__ import annotations

from pathlib import Path

import pytest

from evals.errors import RunMissingError, SetMissingError
from evals.kept import DEMO, Kept
from evals.results import Run
from evals.slices import Facts, Known
from evals.system import System
from rag import saved_runs
from rag.errors import ArticleMissingError
from rag.settings import Settings
from tests.eval_runs import question_set, system

COUNT = 12


def made(folder: Path, right: float = 0.7, gone: str = "") -> System:
    def article(article_id: str) -> Known:
        if article_id == gone:
            raise ArticleMissingError(id=article_id)
        return Facts("Bote", "2024")

    return System(system(1, right), Settings.load(index=folder), ("model",), article)


def go_on(done: int, total: int) -> None:
    pass


def test_a_run_is_listed_and_read_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert kept.runs() == []
    seen: list[tuple[int, int]] = []
    run_id = kept.run(question_set(COUNT), made(tmp_path), lambda *step: seen.append(step), lambda: False)
    assert seen == [(done, COUNT) for done in range(COUNT)]
    [head] = kept.runs()
    assert (head.id, head.name, head.questions, head.whole) == (run_id, "made-up 1", COUNT, True)
    run = Run.from_json(kept.load(run_id))
    assert len(run.results) == COUNT
    assert head.wrong == sum(result.wrong for result in run.results)
    assert head.measures["contained"].value == run.aggregate()["contained"].value
    kept.delete(run_id)
    assert kept.runs() == [] and not any(kept.folder.glob("*.json*"))


def test_a_stopped_run_is_gone_on_with(tmp_path: Path) -> None:
    kept, asked = Kept(tmp_path), 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with pytest.raises(KeyboardInterrupt):
        kept.run(question_set(COUNT), made(tmp_path), go_on, stop)
    assert kept.runs() == []
    seen: list[int] = []
    kept.run(question_set(COUNT), made(tmp_path), lambda done, total: seen.append(done), lambda: False)
    assert seen == list(range(5, COUNT)) and len(kept.runs()) == 1
    assert list(kept.folder.glob("*.jsonl")) == []


def test_what_quotes_a_deleted_article_goes_and_the_measures_stay(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    run_id = kept.run(question_set(COUNT), made(tmp_path), go_on, lambda: False)
    measures = kept.runs()[0].measures
    saved_runs.forget(tmp_path, ["a999", "nobody"])
    assert kept.runs()[0].whole
    with pytest.raises(KeyboardInterrupt):  # an unfinished run quotes it too
        kept.run(question_set(COUNT), made(tmp_path, 0.1), go_on, iter([*[False] * 6, True]).__next__)
    saved_runs.forget(tmp_path, ["a2"])
    [head] = kept.runs()
    assert not head.whole and head.measures == measures
    with pytest.raises(RunMissingError):
        kept.load(run_id)
    assert [path.name for path in kept.folder.glob("*.json*")] == [f"{run_id}.head.json"]


def test_what_was_deleted_while_a_run_went_on_is_not_kept(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.run(question_set(COUNT), made(tmp_path, gone="a3"), go_on, lambda: False)
    assert [head.whole for head in kept.runs()] == [False]


def test_sets_are_the_bundled_one_and_those_in_the_folder(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert list(kept.sets()) == [DEMO]
    assert len(kept.load_set(DEMO).cases) > 50
    kept.set_folder.mkdir(parents=True)
    question_set(3).save(kept.set_folder / "mine.jsonl")
    assert list(kept.sets()) == [DEMO, "mine"] and len(kept.load_set("mine").cases) == 3
    for name in ("../mine", "nobody", ""):
        with pytest.raises(SetMissingError):
            kept.load_set(name)


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", ".", "x" * 200, "nobody"])
def test_an_id_from_a_browser_leads_nowhere_else(tmp_path: Path, run_id: str) -> None:
    kept = Kept(tmp_path)
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "x.json").write_text("{}")
    with pytest.raises(RunMissingError):
        kept.load(run_id)
    kept.delete(run_id)
    assert (tmp_path / "evaluation" / "x.json").exists()
