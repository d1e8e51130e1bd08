"""``belegt eval gate SET --baseline FILE``: fails when a measure is significantly worse than in a saved run.

One-sided: a gate asks only whether something got worse. Holm's correction over all gated measures keeps the chance of
a false alarm, anywhere, at alpha. What depends on the machine (seconds, tokens) is not gated.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from evals import metrics
from evals.cli import check_writable, write_json
from evals.compare import SHOWN, about, alpha_type, changed, level, measures, questions
from evals.comparison import ALPHA, Change, Pairs, Row, changes, contrast, paired, shared, won_and_lost
from evals.errors import NoRunError, WhichSetError
from evals.report import align, messages, shown
from evals.results import Run
from evals.saved import load_run
from evals.statistics import Alternative
from rag.settings import Settings

GATED = tuple(name for name, measure in metrics.ALL.items() if measure.gated)
WORSE: dict[str, Alternative] = {name: "greater" if metrics.ALL[name].lower_is_better else "less" for name in GATED}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate found, over the questions both runs asked.

    ``rows``   every gated measure, one-sided and adjusted after Holm
    ``lost``   (result in the baseline, result now) of the questions that only the baseline got right
    ``blind``  measures that count so few questions that no loss on them alone could be told from chance
    """

    baseline: Run
    run: Run
    changes: tuple[Change, ...]
    rows: tuple[Row, ...]
    lost: Pairs
    blind: tuple[str, ...]
    alpha: float

    @property
    def worse(self) -> tuple[Row, ...]:
        """The measures that are significantly worse."""
        return tuple(row for row in self.rows if row.worse and row.significant(self.alpha))

    @property
    def passed(self) -> bool:
        return not self.worse


def check(baseline: Run, run: Run, alpha: float = ALPHA, common: bool = False) -> Verdict:
    """Tests every gated measure of ``run`` for being worse than in ``baseline``.

    Raises QuestionsDifferError, with ``common`` only NothingComparedError, as ``compare`` does.
    """
    changed = tuple(changes(baseline, run))
    baseline, run = paired(baseline, run, common)
    rows = contrast(baseline.results, run.results, GATED, WORSE, alpha)
    tested = [row for row in rows if row.difference is not None]
    # All n questions lost has the chance 2^-n, and Holm asks for alpha / tests of the first.
    blind = [r.measure for r in tested if r.difference and len(tested) * 0.5**r.difference.pairs > alpha]
    _, lost = won_and_lost(baseline.results, run.results)
    return Verdict(baseline, run, changed, tuple(rows), lost, tuple(blind), alpha)


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``SET``, ``--baseline``, ``--run``, ``--alpha``, ``--common`` and ``--json``; help texts in ``language``."""
    say = messages().say
    parser.add_argument("set", nargs="?", type=Path, metavar="SET", help=say("gate_set_help", language))
    parser.add_argument(
        "--baseline", type=Path, required=True, metavar="FILE", help=say("gate_baseline_help", language)
    )
    parser.add_argument("--run", type=Path, metavar="FILE", help=say("gate_run_help", language))
    parser.add_argument(
        "--alpha", type=alpha_type(language), default=ALPHA, metavar="P", help=say("gate_alpha_help", language)
    )
    parser.add_argument("--common", action="store_true", help=say("common_help", language))
    parser.add_argument("--json", metavar="FILE", help=say("gate_json_help", language))


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Runs the set, or takes a saved run, and holds it against the baseline. 0 when nothing is significantly worse, else 1.

    Raises EvaluationError (exit code 2) for a set, a run or a baseline that can't be used, and what answering raises.
    """
    if args.set is None and args.run is None:
        raise NoRunError
    baseline = load_run(args.baseline)  # before minutes of answering
    if args.json and args.json != "-":
        check_writable(args.json)
    run = load_run(args.run) if args.run else _asked(args, baseline, settings, language)
    verdict = check(baseline, run, args.alpha, args.common)
    if args.json != "-":
        print(text(verdict, str(args.baseline), str(args.run or args.set), language))
    return 0 if verdict.passed else 1


def _asked(args: argparse.Namespace, baseline: Run, settings: Settings, language: str) -> Run:
    """The set put to belegt as it is now; to its search alone if the baseline asked for nothing else."""
    from evals.cli_run import asked, planned, ready
    from evals.system import opened

    plan = planned(args.set)
    named = [questions for questions in plan.sets.values() if questions.name == baseline.questions.name]
    chosen = list(plan.sets.values()) if len(plan.sets) == 1 else named
    if len(chosen) != 1:
        raise WhichSetError(path=args.set, name=baseline.questions.name, sets=", ".join(plan.sets))
    (questions,) = chosen
    kept = set(shared(baseline.questions, questions, args.common))  # now, not after minutes of answering
    questions = replace(questions, cases=tuple(case for case in questions.cases if case.id in kept))
    settings, _ = ready(plan, settings, getattr(args, "index", None) is not None, language)
    search_alone = bool(baseline.configuration.get("retrieval only"))
    with (
        opened(settings, retrieval_only=search_alone) as system,
        asked(questions, system, True, language) as run,
    ):
        if args.json:
            write_json(run.to_json(), args.json, language)
        return run


def text(verdict: Verdict, baseline: str, run: str, language: str) -> str:
    """The verdict for a terminal: what is worse, by how much, and which questions were lost; or that all is well."""
    say = messages().say
    parts = [
        align([("A", baseline, about(verdict.baseline)), ("B", run, about(verdict.run))], rule=False, left=3),
        changed(verdict.changes, language),
    ]
    if verdict.worse:
        parts.append(measures(verdict.worse, verdict.alpha, language))
        parts.append(questions("compare_lost", verdict.lost, language, SHOWN))
    if verdict.blind:
        names = ", ".join(say(name, language) for name in verdict.blind)
        parts.append(say("gate_blind", language, names=names))
    facts = {
        "count": len(verdict.worse),
        "tested": sum(row.difference is not None for row in verdict.rows),
        "alpha": level(verdict.alpha, language),
        "questions": len(verdict.run.results),
    }
    key = "gate_passed" if verdict.passed else "gate_failed_one" if len(verdict.worse) == 1 else "gate_failed"
    return shown("\n\n".join([*parts, say(key, language, **facts)]))
