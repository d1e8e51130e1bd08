"""A question set x an answer function -> Run."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tqdm import tqdm

from evals import metrics
from evals.cases import Case, QuestionSet
from evals.journal import Journal
from evals.results import Result, Run
from evals.slices import Known, gold_facts
from rag.settings import Settings
from rag.types import Answer, Passage

log = logging.getLogger(__name__)
BATCH = 32  # questions prepared together


class AnswerFunction(Protocol):
    """How every system is asked; ``within`` holds the ids of the only articles to be searched, None means all."""

    def __call__(self, question: str, as_of: dt.date | None, *, within: Collection[str] | None) -> Answer: ...


class SearchFunction(Protocol):
    """The search of a system alone: its passages, best first, for a question or what ``prepare`` made of it."""

    def __call__(
        self, question: Any, as_of: dt.date | None, *, within: Collection[str] | None
    ) -> Sequence[Passage]: ...


@dataclass(frozen=True, slots=True)
class SearchOnly:
    """Asks for passages instead of answers: a fraction of the time, and only the measures of retrieval have values.

    ``prepare``  what can be done for ``BATCH`` questions at once: embedding them one by one costs three times as much.
                 A question's seconds include its share of that
    """

    search: SearchFunction
    prepare: Callable[[Sequence[str]], Sequence[Any]] | None = None


def run(
    questions: QuestionSet,
    answer: AnswerFunction | SearchOnly,
    progress: bool = True,
    settings: Settings | None = None,
    models: Sequence[str] = (),
    article: Callable[[str], Known] | None = None,
    *,
    journal: Journal | None = None,
    configuration: Mapping[str, Any] | None = None,
    unit: str = "questions",
) -> Run:
    """Asks every question of the set and measures the answers. A question that crashes is logged and counts.

    ``progress`` shows a bar on stderr where that is a terminal, which counts in ``unit``; ``settings``, ``models`` and
    ``configuration``, what the settings do not tell, are only noted. ``article`` looks a gold article up by its id, so
    that slices by source and year know it even where nothing retrieved it. Questions that ``journal`` holds are not
    asked again; the others are noted in it. Raises nothing of its own; Ctrl-C ends it.
    """
    done = dict(journal.finished) if journal else {}
    waiting = [case for case in questions.cases if case.id not in done]
    with tqdm(
        total=len(questions.cases),
        initial=len(questions.cases) - len(waiting),
        unit=f" {unit}",
        desc=questions.name,
        disable=None if progress else True,
    ) as bar:
        for result in _results(waiting, answer):
            done[result.case.id] = result
            if journal:
                journal.note(result)
            bar.update()
    return Run(
        questions,
        results=tuple(done[case.id] for case in questions.cases),
        fingerprint=settings.fingerprint() if settings else None,
        models=tuple(models),
        configuration={**(settings.relevant() if settings else {}), **(configuration or {})},
        facts=gold_facts(questions, article) if article else {},
    )


def _results(cases: Sequence[Case], answer: AnswerFunction | SearchOnly) -> Iterator[Result]:
    """The results in the order of the cases, each as it is there."""
    if not isinstance(answer, SearchOnly):
        yield from (_ask(case, answer) for case in cases)
        return
    for at in range(0, len(cases), BATCH):
        batch = cases[at : at + BATCH]
        started = time.perf_counter()
        prepared: Sequence[Any] = [case.question for case in batch]
        try:
            prepared = answer.prepare(prepared) if answer.prepare else prepared
        except Exception:  # one of them is at fault, and will crash alone
            log.debug("%d questions are searched one by one", len(batch), exc_info=True)
        share = (time.perf_counter() - started) / len(batch)
        yield from (_search(case, question, answer, share) for case, question in zip(batch, prepared, strict=True))


def _ask(case: Case, answer: AnswerFunction) -> Result:
    started = time.perf_counter()
    try:
        given = answer(case.question, case.as_of, within=case.within or None)
    except Exception as error:  # whatever it is, the other questions still count
        log.exception("question %s crashed", case.id)
        return Result.crash(case, error, time.perf_counter() - started)
    return Result.of(case, given, time.perf_counter() - started)


def _search(case: Case, question: Any, only: SearchOnly, prepared_in: float) -> Result:
    started = time.perf_counter() - prepared_in
    try:
        passages = only.search(question, case.as_of, within=case.within or None)
    except Exception as error:  # as above
        log.exception("question %s crashed", case.id)
        return _retrieval_alone(Result.crash(case, error, time.perf_counter() - started))
    return _searched(case, passages, time.perf_counter() - started)


def _searched(case: Case, passages: Sequence[Passage], seconds: float) -> Result:
    """The result of a search: no answer, and a value for the measures of retrieval alone."""
    ranking = tuple(dict.fromkeys(passage.article_id for passage in passages))
    values: dict[str, float | None] = dict.fromkeys(metrics.MEASURES)
    if case.articles:
        values |= metrics.retrieval(ranking, case.articles)
    return Result(
        case=case,
        answer=None,
        short=None,
        status=None,
        confidence=None,
        citations=(),
        articles=ranking,
        seconds=seconds,
        values=values,
        passages=tuple(passages),
        timings={"search": round(seconds, 4), "total": round(seconds, 4)},
    )


def _retrieval_alone(result: Result) -> Result:
    kept = {name: value if name in metrics.RETRIEVAL else None for name, value in result.values.items()}
    return replace(result, values=kept)
