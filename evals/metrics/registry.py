"""Every measure by name: what it is about, which way is better, how it is written and tested.

Names are values and read the same in Python, in JSON and on the command line; ``locale/`` says them to people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["score", "percent", "seconds", "count"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    ``unit``             how a value is written: "score" 0..1 with three decimals, "percent" of 0..1, "seconds", "count"
    ``binary``           every question gives 0 or 1, so two runs are compared by McNemar's test
    ``lower_is_better``  also says what a crashed question counts with: the worst value, 1 here and 0 elsewhere
    ``gated``            whether ``belegt eval gate`` looks at it; times depend on what else the machine does
    """

    name: str
    unit: Unit = "percent"
    binary: bool = False
    lower_is_better: bool = False
    gated: bool = True

    @property
    def worst(self) -> float:
        """What a question counts with when answering it crashed."""
        return float(self.lower_is_better)


def _by_name(*measures: Measure) -> dict[str, Measure]:
    return {measure.name: measure for measure in measures}


_RETRIEVAL = _by_name(
    Measure("Success@1", "score", binary=True),
    Measure("Success@5", "score", binary=True),
    Measure("R@5", "score"),
    Measure("R@10", "score"),
    Measure("RR", "score"),
    Measure("nDCG@10", "score"),
)
_ANSWER = _by_name(
    Measure("EM", binary=True),
    Measure("F1"),
    Measure("contained", binary=True),
    Measure("all parts", binary=True),
    Measure("conflict shown", binary=True),
)
_CITATION = _by_name(
    Measure("citation hit", binary=True),
    Measure("citation precision"),
    Measure("citation recall"),
    Measure("attribution", binary=True),
)
_ABSTENTION = _by_name(
    Measure("hallucination", binary=True, lower_is_better=True),
    Measure("error", binary=True, lower_is_better=True),
)
# What became of the text of a language model. All but the last judge the model rather than the answer that was shown.
_WRITING = _by_name(
    Measure("invented citations", "score", lower_is_better=True, gated=False),
    Measure("recited", lower_is_better=True, gated=False),
    Measure("unsupported written", lower_is_better=True, gated=False),
    Measure("unsupported shown", lower_is_better=True),
)
RETRIEVAL, ANSWER, CITATION, ABSTENTION, WRITING = map(tuple, (_RETRIEVAL, _ANSWER, _CITATION, _ABSTENTION, _WRITING))

# A value for each question; a run's is their mean.
MEASURES: dict[str, Measure] = _RETRIEVAL | _ANSWER | _CITATION | _ABSTENTION | _WRITING
# A value for a whole run alone.
CURVES: dict[str, Measure] = _by_name(Measure("AUROC", "score"), Measure("AURC", "score", lower_is_better=True))
# What an answer costs; crashed questions are left out, for they were cut short.
COSTS: dict[str, Measure] = _by_name(
    Measure("seconds", "seconds", lower_is_better=True, gated=False),
    Measure("tokens", "count", lower_is_better=True, gated=False),
)
ALL: dict[str, Measure] = MEASURES | CURVES | COSTS
