"""A run as text for a terminal, in German or English."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evals import metrics
from rag.messages import Messages

if TYPE_CHECKING:
    from evals.results import Mean, Result, Run

SLICE_COLUMNS = ("R@5", "RR", "F1", "contained", "citation hit", "hallucination", "error")
NOTHING = "–"


@cache
def messages() -> Messages:
    """The texts of the evaluation."""
    return Messages(Path(__file__).parent / "locale")


def table(run: Run, language: str) -> str:
    """A headline, every measure with its mean and the number of questions it counts, then the slices side by side."""
    say, means = messages().say, run.aggregate()
    rows = [(say("measure", language), say("value", language), say("counted", language))]
    rows += [
        (say(name, language), number(name, mean.value, language), str(mean.counted)) for name, mean in means.items()
    ]
    parts = [headline(run, language), align(rows)]
    slices = run.slices()
    if slices:
        heads = [(say("slice", language), say("counted", language), *(say(n, language) for n in SLICE_COLUMNS))]
        heads += [
            (_slice_name(name, language), str(count), *_slice_values(values, language))
            for name, (count, values) in slices.items()
        ]
        parts.append(align(heads))
    parts.append(say("note", language))
    return "\n\n".join(parts)


def _slice_name(name: str, language: str) -> str:
    kind, _, code = name.partition(":")
    return f"{messages().say('language', language)} {code}" if kind == "language" and code else name


def _slice_values(means: dict[str, Mean], language: str) -> list[str]:
    return [number(name, means[name].value, language) for name in SLICE_COLUMNS]


def headline(run: Run, language: str) -> str:
    """Set, version, questions asked and crashed, seconds per question."""
    latency = run.latency()
    title = " ".join(filter(None, [run.questions.name, run.questions.version]))
    return messages().say(
        "headline", language, title=title, questions=len(run.results), crashed=run.crashed,
        p50=_decimal(latency["p50"], 2, language), p95=_decimal(latency["p95"], 2, language),
    )  # fmt: skip


def number(measure: str, value: float | None, language: str) -> str:
    """Measures of rankings with three decimals, all others in percent; a dash for None."""
    if measure in metrics.RETRIEVAL:
        return _decimal(value, 3, language)
    return NOTHING if value is None else f"{_decimal(100 * value, 1, language)} %"


def _decimal(value: float | None, places: int, language: str) -> str:
    if value is None:
        return NOTHING
    return f"{value:.{places}f}".replace(".", "," if language == "de" else ".")


def align(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width: the first to the left, all others to the right; a rule under the first row."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])


def wrong_answers(results: Sequence[Result], language: str) -> str:
    """Every wrong result as question, gold and answer; empty text when there is none."""
    say = messages().say
    blocks = []
    for result in results:
        if not result.wrong:
            continue
        case = result.case
        gold = " | ".join(case.answers) or say("unanswerable" if case.answerable is False else "unstated", language)
        given = say("crash", language, error=result.error) if result.error else result.answer
        blocks.append(say("wrong", language, id=case.id, question=case.question, gold=gold, answer=given))
    return "\n\n".join(blocks)
