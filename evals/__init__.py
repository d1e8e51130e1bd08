"""Evaluation without a judge model: a question set x an answer function -> a report."""

from evals.cases import Case, QuestionSet, load_set
from evals.errors import EvaluationError
from evals.results import Mean, Result, Run
from evals.run import run

__all__ = ["Case", "EvaluationError", "Mean", "QuestionSet", "Result", "Run", "load_set", "run"]
