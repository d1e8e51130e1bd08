"""Question sets and runs that are kept in an index folder, for the web page: run over the index, listed, read again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import QuestionSet, load_set
from evals.cli import DEMO_SET
from evals.cli_run import about
from evals.errors import RunMissingError
from evals.journal import Journal
from evals.report_page.rows import is_wrong
from evals.results import Mean, Run
from evals.run import AnswerFunction, run
from evals.saved import to_json
from evals.system import System
from rag import saved_runs
from rag.errors import ArticleMissingError

SETS = Path("evaluation") / "sets"
DEMO = "demo"
_ID = re.compile(r"[\w-]{1,120}")


@dataclass(frozen=True, slots=True)
class Head:
    """What a list tells of a run. ``date`` is ISO 8601; ``whole`` is false once a deletion took its answers."""

    id: str
    name: str
    date: str
    questions: int
    wrong: int
    crashed: int
    p50: float | None
    settings: str | None
    models: tuple[str, ...]
    measures: dict[str, Mean]
    whole: bool = True


class Kept:
    """The sets and runs in ``index``, an index folder."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self.folder = index / saved_runs.FOLDER
        self.set_folder = index / SETS

    def sets(self) -> dict[str, Path]:
        """Names of the sets that can be run: the bundled one, then those in the folder."""
        own = sorted(self.set_folder.glob("*.jsonl")) if self.set_folder.is_dir() else []
        return {DEMO: DEMO_SET} | {path.stem: path for path in own if not path.name.startswith(".")}

    def load_set(self, name: str) -> QuestionSet:
        """A set by its name. Raises SetMissingError, SetFormatError, SetEmptyError."""
        return load_set(self.sets().get(name, self.set_folder / "-"))

    def runs(self) -> list[Head]:
        """All runs, the latest first."""
        heads = [_head(path) for path in self.folder.glob(f"*{saved_runs.HEAD}")] if self.folder.is_dir() else []
        found = [
            dataclasses.replace(head, whole=(self.folder / f"{head.id}.json").exists())
            for head in heads
            if head is not None
        ]
        return sorted(found, key=lambda head: head.id, reverse=True)

    def run(
        self, questions: QuestionSet, system: System, progress: Callable[[int, int], None], stop: Callable[[], bool]
    ) -> str:
        """Puts a set to a system and keeps the run; its id. A run that was stopped or killed is gone on with.

        ``progress(done, total)`` is called before every question. Raises KeyboardInterrupt when ``stop()`` is true,
        RunUnderWayError, and OSError when it can't be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        total = len(questions.cases)
        # Where an unfinished run lies is part of the index folder, so that a deletion finds it.
        with Journal(self.folder.parent, questions, about(system)) as journal:
            done = run(
                questions,
                _watched(system, progress, stop, len(journal.finished), total),
                progress=False,
                settings=system.settings,
                models=system.models,
                article=system.article,
                journal=journal,
                configuration=system.configuration,
            )
            run_id = self._save(done)
            journal.remove()
        # What was deleted while the run went on was not in a file yet when the deletion looked for it.
        saved_runs.forget(self._index, _gone(done, system))
        return run_id

    def load(self, run_id: str) -> dict[str, Any]:
        """A run as ``Run.to_json`` gave it. Raises RunMissingError."""
        path = self.folder / f"{run_id}.json"
        try:
            if not _ID.fullmatch(run_id):
                raise FileNotFoundError
            loaded: dict[str, Any] = json.loads(path.read_bytes())
            return loaded
        except (OSError, ValueError) as error:
            raise RunMissingError(path=path.name[:80], detail=type(error).__name__) from error

    def delete(self, run_id: str) -> None:
        if _ID.fullmatch(run_id):
            for end in (".json", saved_runs.HEAD):
                (self.folder / f"{run_id}{end}").unlink(missing_ok=True)

    def _save(self, done: Run) -> str:
        saved = to_json(done)
        now = dt.datetime.now(dt.UTC)
        slug = re.sub(r"\W+", "-", done.questions.name)[:40].strip("-") or "set"
        run_id = f"{now:%Y%m%d-%H%M%S-%f}-{slug}-{secrets.token_hex(2)}"  # in the order of the runs
        head = {
            "id": run_id,
            "name": " ".join(filter(None, [done.questions.name, done.questions.version])),
            "date": now.isoformat(timespec="seconds"),
            "questions": len(done.results),
            "wrong": sum(is_wrong(record) for record in saved["results"]),
            "crashed": done.crashed,
            "p50": done.latency()["p50"],
            "settings": done.fingerprint,
            "models": list(done.models),
            "measures": {name: mean for name, mean in saved["measures"].items() if mean["value"] is not None},
        }
        _write(self.folder / f"{run_id}.json", saved)
        _write(self.folder / f"{run_id}{saved_runs.HEAD}", head)
        return run_id


def _gone(done: Run, system: System) -> list[str]:
    """Ids of quoted articles that the index holds no more."""
    quoted = {passage.article_id for result in done.results for passage in result.passages}
    quoted |= {citation.article_id for result in done.results for citation in result.citations}
    found = []
    for article_id in sorted(quoted):
        try:
            system.article(article_id)
        except ArticleMissingError:
            found.append(article_id)
    return found


def _watched(
    system: System, progress: Callable[[int, int], None], stop: Callable[[], bool], done: int, total: int
) -> AnswerFunction:
    """The system's answers, with a look at ``stop`` before each."""
    asked = done

    def answer(question: str, as_of: dt.date | None, *, within: Any = None) -> Any:
        nonlocal asked
        if stop():
            raise KeyboardInterrupt  # the one thing that ends a run in good order
        progress(asked, total)
        asked += 1
        return system.answer(question, as_of, within=within)  # type: ignore[operator]

    return answer


def _head(path: Path) -> Head | None:
    """The head in a file; None for a file that is none."""
    try:
        given: Mapping[str, Any] = json.loads(path.read_bytes())
        measures = {name: Mean(**mean) for name, mean in given["measures"].items()}
        return Head(**{**given, "measures": measures, "models": tuple(given["models"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _write(path: Path, content: object) -> None:
    """All or nothing."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    part.replace(path)
