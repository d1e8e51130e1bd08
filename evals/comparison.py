"""Two runs over the same questions: what changed between them, which measures differ by more than chance, and where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals import curves, metrics
from evals.cases import QuestionSet
from evals.errors import NothingComparedError, QuestionsDifferError
from evals.report import SLICE_COLUMNS, SMALLEST_SLICE
from evals.results import Mean, Result, Run, columns, summary
from evals.slices import facts_of, slice_names, slice_order
from evals.statistics import PERMUTATIONS, Alternative, Difference, compare_means, holm

ALPHA = 0.05
Pairs = tuple[tuple[Result, Result], ...]  # (in A, in B)
BINARY = frozenset(name for name, measure in metrics.ALL.items() if measure.binary)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not the same in both runs. ``kind``: set, setting, models, commit, python or package."""

    kind: str
    name: str
    a: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Row:
    """A measure in both runs, without their own intervals.

    ``difference`` is None where no question counts in both; ``p`` is adjusted after Holm.
    """

    measure: str
    a: Mean
    b: Mean
    difference: Difference | None
    p: float | None

    def significant(self, alpha: float) -> bool:
        return self.p is not None and self.p <= alpha

    @property
    def worse(self) -> bool:
        """Whether B's difference points the wrong way."""
        if self.difference is None:
            return False
        lower = metrics.ALL[self.measure].lower_is_better
        return self.difference.difference > 0 if lower else self.difference.difference < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A over the questions they share.

    ``rows``    every measure; p-values are adjusted over quality and costs apart
    ``slices``  (slice, row) of what is significant of ``SLICE_COLUMNS``, adjusted over all slices and columns together
    ``won``     (result in A, result in B) of the questions that B got right and A did not; ``lost`` the other way round
    """

    a: Run
    b: Run
    changes: tuple[Change, ...]
    rows: tuple[Row, ...]
    slices: tuple[tuple[str, Row], ...]
    won: Pairs
    lost: Pairs

    @property
    def questions(self) -> int:
        return len(self.a.results)


def compare(a: Run, b: Run, common: bool = False, alpha: float = ALPHA) -> Comparison:
    """Compares two runs; two-sided tests.

    ``common`` leaves out questions that only one of them asked, or asked with another text or gold; without it they
    raise QuestionsDifferError. Raises NothingComparedError when none is left.
    """
    changed = changes(a, b)
    a, b = paired(a, b, common)
    rows = (
        *contrast(a.results, b.results, [*metrics.MEASURES, *metrics.CURVES], alpha=alpha),
        *contrast(a.results, b.results, [*metrics.COSTS], alpha=alpha),
    )
    won, lost = won_and_lost(a.results, b.results)
    return Comparison(a, b, tuple(changed), rows, tuple(_slices(a, b, alpha)), won, lost)


def paired(a: Run, b: Run, common: bool = False) -> tuple[Run, Run]:
    """Both runs cut to the questions they share, in A's order. Raises as ``compare`` does."""
    ids = shared(a.questions, b.questions, common)
    return a.only(ids), b.only(ids)


def shared(a: QuestionSet, b: QuestionSet, common: bool = False) -> list[str]:
    """The ids of the questions that are the same in both sets, gold included, in A's order.

    Raises QuestionsDifferError when there are others, unless ``common``; NothingComparedError when there are none.
    """
    in_a, in_b = ({case.id: case for case in questions.cases} for questions in (a, b))
    same = [i for i, case in in_a.items() if in_b.get(i) == case]
    changed = [i for i, case in in_a.items() if i in in_b and in_b[i] != case]
    only_a, only_b = [i for i in in_a if i not in in_b], [i for i in in_b if i not in in_a]
    odd = [*changed, *only_a, *only_b]
    if odd and not common:
        counts = {"only_a": len(only_a), "only_b": len(only_b), "changed": len(changed), "common": len(same)}
        raise QuestionsDifferError(**counts, example=odd[0])
    if not same:
        raise NothingComparedError
    return same


def contrast(
    a: Sequence[Result],
    b: Sequence[Result],
    names: Sequence[str],
    alternative: Mapping[str, Alternative] | None = None,
    alpha: float = ALPHA,
) -> list[Row]:
    """A row for each named measure, results in the same order of questions; p-values adjusted over all of them."""
    asked = alternative or {}
    tries = enough(len(names), alpha)
    means = [name for name in names if name not in metrics.CURVES]
    found = compare_means(columns(a, means), columns(b, means), BINARY, asked, max(PERMUTATIONS, tries))
    drawn = [name for name in names if name in metrics.CURVES]
    if drawn:
        in_a, in_b, tries = curves.curves(a), curves.curves(b), max(curves.PERMUTATIONS, tries)
        for name in drawn:
            tested = curves.compare_curves(in_a[name], in_b[name], asked.get(name, "two-sided"), tries)
            found |= {name: tested} if tested else {}
    adjusted = holm({name: one.p for name, one in found.items()})
    of_a, of_b = summary(a, ranges=False), summary(b, ranges=False)
    return [Row(name, of_a[name], of_b[name], found.get(name), adjusted.get(name)) for name in names]


def enough(tests: int, alpha: float) -> int:
    """Random exchanges, so many that the smallest p-value they can give is half of what Holm asks of the first of
    ``tests``."""
    return math.ceil(2 * tests / alpha)


def score(result: Result) -> float | None:
    """By what a question is won or lost: right or wrong as ``Result.wrong`` has it; where nothing but the retrieval was
    measured, nDCG@10. None where nothing was."""
    values = result.values
    if result.error is not None or any(values[name] is not None for name in ("contained", "hallucination", "error")):
        return float(not result.wrong)
    return values["nDCG@10"]


def won_and_lost(a: Sequence[Result], b: Sequence[Result]) -> tuple[Pairs, Pairs]:
    """The questions that scored higher in B than in A, and those that scored lower; results in the same order."""
    scored = [(score(one), score(other), (one, other)) for one, other in zip(a, b, strict=True)]
    known = [(first, second, pair) for first, second, pair in scored if first is not None and second is not None]
    won = tuple(pair for first, second, pair in known if second > first)
    return won, tuple(pair for first, second, pair in known if second < first)


def changes(a: Run, b: Run) -> list[Change]:
    """What is not the same: the set, each setting, the models, the commit, Python, each package."""
    found = [
        Change("set", "name", a.questions.name, b.questions.name),
        Change("set", "version", a.questions.version, b.questions.version),
        Change("set", "sha256", a.questions.sha256, b.questions.sha256),
    ]
    if not a.configuration or not b.configuration:
        found.append(Change("setting", "fingerprint", a.fingerprint, b.fingerprint))
    for key in dict.fromkeys([*a.configuration, *b.configuration]):
        found.append(Change("setting", key, a.configuration.get(key), b.configuration.get(key)))
    found.append(Change("models", "", list(a.models), list(b.models)))
    found += [Change(key, "", a.origin.get(key), b.origin.get(key)) for key in ("commit", "python")]
    packages_a, packages_b = (run.origin.get("packages") or {} for run in (a, b))
    for key in dict.fromkeys([*packages_a, *packages_b]):
        found.append(Change("package", key, packages_a.get(key), packages_b.get(key)))
    return [change for change in found if change.a != change.b]


def _slices(a: Run, b: Run, alpha: float) -> list[tuple[str, Row]]:
    facts = facts_of((*a.results, *b.results)) | a.facts | b.facts
    members: dict[str, list[int]] = {}
    for position, result in enumerate(a.results):
        for name in slice_names(result.case, facts):
            members.setdefault(name, []).append(position)
    # A slice of all questions would only say again what the measures of the whole say.
    sizes = range(SMALLEST_SLICE, len(a.results))
    kept = {name: members[name] for name in sorted(members, key=slice_order) if len(members[name]) in sizes}
    tries = max(PERMUTATIONS, enough(len(kept) * len(SLICE_COLUMNS), alpha))
    found: dict[tuple[str, str], Difference] = {}
    for name, places in kept.items():
        in_a, in_b = (columns([run.results[i] for i in places], SLICE_COLUMNS) for run in (a, b))
        found |= {(name, m): one for m, one in compare_means(in_a, in_b, BINARY, permutations=tries).items()}
    adjusted = holm({key: one.p for key, one in found.items()})
    rows = []
    for (name, measure), one in found.items():
        p = adjusted[name, measure]
        if p <= alpha:
            of_a, of_b = (summary([run.results[i] for i in kept[name]], ranges=False)[measure] for run in (a, b))
            rows.append((name, Row(measure, of_a, of_b, one, p)))
    return rows
