"""The measures: pure functions with their sources in ``text``, ``ranking``, ``citations``, ``abstention`` and ``writing``, and by
name in ``registry``.

Unless said otherwise values are 0..1 and higher is better. ``evals.measure`` decides which question counts for which.
"""

from evals.metrics.abstention import aurc, auroc, coverage_risk, error, hallucination
from evals.metrics.citations import attribution, citation_hit, citation_precision, citation_recall, conflict_shown
from evals.metrics.ranking import retrieval
from evals.metrics.registry import (
    ABSTENTION,
    ALL,
    ANSWER,
    CITATION,
    COSTS,
    CURVES,
    MEASURES,
    RETRIEVAL,
    WRITING,
    Measure,
)
from evals.metrics.text import (
    all_parts,
    contained,
    exact_match,
    normalise,
    same_part,
    spoken,
    token_f1,
)
from evals.metrics.writing import writing
from evals.statistics import bootstrap

__all__ = [
    "ABSTENTION",
    "ALL",
    "ANSWER",
    "CITATION",
    "COSTS",
    "CURVES",
    "MEASURES",
    "RETRIEVAL",
    "WRITING",
    "Measure",
    "all_parts",
    "attribution",
    "aurc",
    "auroc",
    "bootstrap",
    "citation_hit",
    "citation_precision",
    "citation_recall",
    "conflict_shown",
    "contained",
    "coverage_risk",
    "error",
    "exact_match",
    "hallucination",
    "normalise",
    "retrieval",
    "same_part",
    "spoken",
    "token_f1",
    "writing",
]
