"""A run as text for a terminal, in German or English."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evals.metrics import registry as metrics
from rag.display import visible
from rag.messages import Messages

if TYPE_CHECKING:
    from evals.results import Mean, Result, Run

SLICE_COLUMNS = ("R@5", "RR", "F1", "contained", "citation hit", "hallucination", "error")
SLICE_KINDS = ("language", "source", "year")
SMALLEST_SLICE = 5  # questions from which a source or year is shown; a corpus may have hundreds. JSON has them all
NOTHING = "–"
MINUS = "−"


@cache
def messages() -> Messages:
    """The texts of the evaluation."""
    return Messages(Path(__file__).parent / "locale")


def table(run: Run, language: str) -> str:
    """A headline, every measure with mean, 95 % interval and number of questions, then the slices side by side."""
    say, means = messages().say, run.aggregate()
    rows = [tuple(say(key, language) for key in ("measure", "value", "interval", "counted"))]
    rows += [
        (say(name, language), number(name, mean.value, language), interval(name, mean, language), str(mean.counted))
        for name, mean in means.items()
    ]
    parts = [headline(run, language), align(rows)]
    slices = {name: one for name, one in run.slices().items() if one[0] >= SMALLEST_SLICE or ":" not in name}
    if slices:
        heads = [(say("slice", language), say("counted", language), *(say(n, language) for n in SLICE_COLUMNS))]
        heads += [
            (slice_name(name, language), str(count), *_slice_values(values, language))
            for name, (count, values) in slices.items()
        ]
        parts.append(align(heads))
    parts.append(say("note", language))
    return shown("\n\n".join(parts))


def shown(text: str) -> str:
    """``text`` for a terminal: sets, saved runs and articles are anybody's, and so may be the escape codes in them."""
    return "\n".join(map(visible, text.split("\n")))


def slice_name(name: str, language: str) -> str:
    """ "language:de" as "Sprache de", and likewise for sources and years; tags as they are."""
    kind, _, value = name.partition(":")
    return f"{messages().say(kind, language)} {value}" if kind in SLICE_KINDS and value else name


def _slice_values(means: dict[str, Mean], language: str) -> list[str]:
    return [number(name, means[name].value, language) for name in SLICE_COLUMNS]


def headline(run: Run, language: str) -> str:
    """Set, version, questions asked and crashed, seconds per question."""
    latency = run.latency()
    title = " ".join(filter(None, [run.questions.name, run.questions.version]))
    return messages().say(
        "headline", language, title=title, questions=len(run.results), crashed=run.crashed,
        p50=seconds(latency["p50"], language), p95=seconds(latency["p95"], language),
    )  # fmt: skip


def number(measure: str, value: float | None, language: str, signed: bool = False) -> str:
    """A value as its measure's unit asks: scores with three decimals, percent with one; a dash for None."""
    unit = metrics.ALL[measure].unit
    places, suffix = {"score": (3, ""), "percent": (1, " %"), "seconds": (3, " s"), "count": (0, "")}[unit]
    if value is None:
        return NOTHING
    rounded = round(100 * value if unit == "percent" else value, places) + 0.0  # -0.0 becomes 0.0
    text = f"{rounded:{'+' if signed and rounded else ''}.{places}f}"
    return text.replace(".", "," if language == "de" else ".").replace("-", MINUS) + suffix


def interval(measure: str, mean: Mean, language: str) -> str:
    """The 95 % interval in brackets, without the unit; empty where there is none."""
    return "" if mean.low is None or mean.high is None else span(measure, mean.low, mean.high, language)


def span(measure: str, low: float, high: float, language: str, signed: bool = False) -> str:
    """Two values of a measure as "[0.981–0.995]"; with signs "[−0.012, +0.003]"."""
    ends = (number(measure, end, language, signed).removesuffix(" %").removesuffix(" s") for end in (low, high))
    return f"[{('; ' if language == 'de' else ', ').join(ends) if signed else '–'.join(ends)}]"


def seconds(value: float | None, language: str) -> str:
    """Seconds with two decimals, without the unit; a dash for None."""
    return NOTHING if value is None else f"{value:.2f}".replace(".", "," if language == "de" else ".")


def align(rows: Sequence[Sequence[str]], rule: bool = True, left: int = 1, left_last: bool = False) -> str:
    """Columns of equal width: the first ``left`` (and the last, with ``left_last``) to the left, all others to the right.

    ``rule``: a line under the first row, which heads the others.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    to_left = {*range(left), *([len(widths) - 1] if left_last else [])}
    lines = [
        "  ".join(c.ljust(w) if i in to_left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    if rule:
        lines.insert(1, "─" * len(lines[0]))
    return "\n".join(line.rstrip() for line in lines)


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
    return shown("\n\n".join(blocks))
