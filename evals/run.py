"""A question set x an answer function -> Run."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence

from tqdm import tqdm

from evals.cases import Case, QuestionSet
from evals.measure import crash_measures, measures
from evals.results import Result, Run
from rag.settings import Settings
from rag.types import Answer

log = logging.getLogger(__name__)
AnswerFunction = Callable[[str, dt.date | None], Answer]


def run(
    questions: QuestionSet,
    answer: AnswerFunction,
    progress: bool = True,
    settings: Settings | None = None,
    models: Sequence[str] = (),
) -> Run:
    """Asks every question of the set and measures the answers. A question that crashes is logged and counts.

    ``progress`` shows a bar on stderr where that is a terminal; ``settings`` and ``models`` are only noted.
    Raises nothing of its own; Ctrl-C ends it.
    """
    bar = tqdm(questions.cases, unit="question", desc=questions.name, disable=None if progress else True)
    results = tuple(_ask(case, answer) for case in bar)
    return Run(questions, results, settings.fingerprint() if settings else None, tuple(models))


def _ask(case: Case, answer: AnswerFunction) -> Result:
    started = time.perf_counter()
    try:
        given = answer(case.question, case.as_of)
    except Exception as error:  # whatever it is, the other questions still count
        log.exception("question %s crashed", case.id)
        seconds = time.perf_counter() - started
        reason = f"{type(error).__name__}: {error}"
        return Result(case, None, None, None, None, (), (), seconds, crash_measures(case), reason)
    seconds = time.perf_counter() - started
    articles = tuple(dict.fromkeys(passage.article_id for passage in given.passages))
    values = measures(case, given)
    return Result(
        case, given.text, given.short, given.status, given.confidence, given.citations, articles, seconds, values
    )
