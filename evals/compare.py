"""``belegt eval compare A B``: what changed between two saved runs, what of it is more than chance, who won and lost."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.cli import write_json
from evals.comparison import ALPHA, Change, Comparison, Row, compare
from evals.report import NOTHING, align, messages, number, seconds, shown, slice_name, span
from evals.results import Mean, Result, Run
from evals.saved import load_run
from rag.settings import Settings

SHOWN = 10  # questions won and lost unless all are asked for
LONGEST = 110  # characters of a question in a list
# What is told of a question that was won or lost: one of each kind.
TOLD = ("nDCG@10", "contained", "all parts", "conflict shown", "citation recall", "hallucination", "error")


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``A``, ``B``, ``--common``, ``--all``, ``--alpha`` and ``--json``; help texts in ``language``."""
    say = messages().say
    parser.add_argument("a", type=Path, metavar="A", help=say("compare_a_help", language))
    parser.add_argument("b", type=Path, metavar="B", help=say("compare_b_help", language))
    parser.add_argument("--common", action="store_true", help=say("common_help", language))
    parser.add_argument("--all", action="store_true", help=say("all_help", language))
    parser.add_argument(
        "--alpha", type=alpha_type(language), default=ALPHA, metavar="P", help=say("alpha_help", language)
    )
    parser.add_argument("--json", metavar="FILE", help=say("compare_json_help", language))


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Compares two files and prints it. 0. Raises EvaluationError for files or runs that can't be compared."""
    done = compare(load_run(args.a), load_run(args.b), args.common, args.alpha)
    if args.json != "-":
        print(text(done, str(args.a), str(args.b), language, args.alpha, args.all))
    if args.json:
        write_json(to_json(done, args.alpha), args.json, language)
    return 0


def alpha_type(language: str) -> Callable[[str], float]:
    """An argparse type for levels of significance, above 0 and below 1."""

    def parse(text: str) -> float:
        try:
            alpha = float(text.replace(",", "."))
        except ValueError:
            alpha = 0.0
        if not 0 < alpha < 1:
            raise argparse.ArgumentTypeError(messages().say("bad_alpha", language))
        return alpha

    return parse


def text(done: Comparison, a: str, b: str, language: str, alpha: float = ALPHA, everything: bool = False) -> str:
    """The comparison for a terminal; ``a`` and ``b`` name the runs. ``everything``: no list is cut."""
    say = messages().say
    parts = [
        align([("A", a, about(done.a)), ("B", b, about(done.b))], rule=False, left=3),
        changed(done.changes, language),
        say("compare_counted", language, questions=done.questions),
        measures(done.rows, alpha, language),
        latency(done.a, done.b, language),
    ]
    if done.slices:
        parts.append(say("compare_slices", language) + "\n\n" + slices(done.slices, alpha, language))
    else:
        parts.append(say("compare_no_slices", language))
    most = None if everything else SHOWN
    parts += [questions("compare_won", done.won, language, most), questions("compare_lost", done.lost, language, most)]
    return shown("\n\n".join([*parts, say("compare_note", language, alpha=level(alpha, language))]))


def about(run: Run) -> str:
    """The set, the day and the commit of a run."""
    title = " ".join(filter(None, [run.questions.name, run.questions.version]))
    return ", ".join(filter(None, [title, str(run.origin.get("date") or "")[:10], run.origin.get("commit")]))


def changed(changes: Sequence[Change], language: str) -> str:
    """A line for each change, or that there is none."""
    say = messages().say
    if not changes:
        return say("compare_nothing_changed", language)
    rows = [
        (f"  {say('changed_' + c.kind, language)} {c.name}".rstrip(), f"{_short(c.a)} → {_short(c.b)}") for c in changes
    ]
    return say("compare_changed", language) + "\n" + align(rows, rule=False, left=2)


def measures(rows: Sequence[Row], alpha: float, language: str) -> str:
    """A row for each measure: A, B, B - A with interval, p, and the verdict where it is significant."""
    say = messages().say
    head = (say("measure", language), "A", "B", "B − A", say("interval", language), "p", say("counted", language), "")
    return align([head, *(_cells(row, alpha, language) for row in rows)], left_last=True)


def slices(rows: Sequence[tuple[str, Row]], alpha: float, language: str) -> str:
    say = messages().say
    names = (say(key, language) for key in ("slice", "measure"))
    head = (*names, "A", "B", "B − A", say("interval", language), "p", say("counted", language), "")
    body = [(slice_name(name, language), *_cells(row, alpha, language)) for name, row in rows]
    return align([head, *body], left=2, left_last=True)


def _cells(row: Row, alpha: float, language: str) -> tuple[str, ...]:
    name = messages().say(row.measure, language)
    values = (number(row.measure, row.a.value, language), number(row.measure, row.b.value, language))
    one = row.difference
    if one is None or row.p is None:
        return (name, *values, NOTHING, "", NOTHING, "0", "")
    verdict = messages().say("worse" if row.worse else "better", language) if row.significant(alpha) else ""
    return (
        name, *values, number(row.measure, one.difference, language, signed=True),
        span(row.measure, one.low, one.high, language, signed=True), chance(row.p, language), str(one.pairs), verdict,
    )  # fmt: skip


def level(alpha: float, language: str) -> str:
    """A level of significance, as short as it is."""
    return f"{alpha:g}".replace(".", "," if language == "de" else ".")


def chance(p: float, language: str) -> str:
    """A p-value with three decimals."""
    return ("< 0.001" if p < 0.001 else f"{p:.3f}").replace(".", "," if language == "de" else ".")


def latency(a: Run, b: Run, language: str) -> str:
    """Median and 95th percentile of the seconds a question in both."""
    spent = {f"{name}_{key}": seconds(run.latency()[key], language) for name, run in (("a", a), ("b", b))
             for key in ("p50", "p95")}  # fmt: skip
    return messages().say("compare_latency", language, **spent)


def questions(title: str, pairs: Sequence[tuple[Result, Result]], language: str, most: int | None) -> str:
    """A heading with their number, then id, question and the measures that moved."""
    say = messages().say
    lines = [say(title, language, count=len(pairs))]
    for one, other in pairs[:most]:
        asked = " ".join(one.case.question.split())
        asked = asked if len(asked) <= LONGEST else asked[: LONGEST - 1] + "…"
        lines.append(f"  {one.case.id}  {asked}\n    {moved(one, other, language)}".rstrip())
    if most is not None and len(pairs) > most:
        lines.append("  " + say("compare_more", language, count=len(pairs) - most))
    return "\n".join(lines)


def moved(one: Result, other: Result, language: str) -> str:
    """Those of ``TOLD`` that are not the same in both: "enthalten 100,0 % → 0,0 %"."""
    parts = []
    for name in TOLD:
        first, second = one.values.get(name), other.values.get(name)
        if first != second:
            said = messages().say(name, language)
            parts.append(f"{said} {number(name, first, language)} → {number(name, second, language)}")
    return "; ".join(parts)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    text = NOTHING if value is None else str(value)
    return text[:12] if len(text) == 64 else text  # a hash is told by its beginning


def to_json(done: Comparison, alpha: float = ALPHA) -> dict[str, Any]:
    """The comparison as JSON-ready values; questions won and lost by their ids."""
    return {
        "alpha": alpha,
        "questions": done.questions,
        "changes": [dataclasses.asdict(change) for change in done.changes],
        "measures": [_row(row, alpha) for row in done.rows],
        "slices": [{"slice": name} | _row(row, alpha) for name, row in done.slices],
        "won": [one.case.id for one, _ in done.won],
        "lost": [one.case.id for one, _ in done.lost],
    }


def _row(row: Row, alpha: float) -> dict[str, Any]:
    def plain(mean: Mean) -> dict[str, Any]:
        return dataclasses.asdict(mean)

    return {
        "measure": row.measure,
        "a": plain(row.a),
        "b": plain(row.b),
        "difference": dataclasses.asdict(row.difference) if row.difference else None,
        "p": row.p,
        "significant": row.significant(alpha),
        "worse": row.worse,
    }
