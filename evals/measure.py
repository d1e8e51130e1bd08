"""One question and its answer -> a value for every measure that applies to it."""

from __future__ import annotations

from evals import metrics
from evals.cases import Case
from rag.types import Answer


def measures(case: Case, answer: Answer) -> dict[str, float | None]:
    """A value for each of ``metrics.MEASURES``; None where the case lacks the gold data the measure needs.

    A refusal of an answerable question has no answer and no citation, so it scores 0 wherever they are measured.
    """
    values: dict[str, float | None] = dict.fromkeys(metrics.MEASURES)
    language = case.language or answer.language
    answered = answer.status != "not_found"
    if case.articles:
        ranking = list(dict.fromkeys(passage.article_id for passage in answer.passages))
        values |= metrics.retrieval(ranking, case.articles)
        values["citation hit"] = metrics.citation_hit([c.article_id for c in answer.citations], case.articles)
    text = metrics.spoken(answer.text) if answered else ""
    if case.answers:
        exact = text if answer.short is None or not answered else answer.short
        values["EM"] = metrics.exact_match(exact, case.answers, language) if answered else 0.0
        values["F1"] = metrics.token_f1(exact, case.answers, language)
        values["contained"] = metrics.contained(text, case.answers, language)
    if case.parts:
        values["all parts"] = metrics.all_parts(text, case.parts, language)
    if case.evidence:
        cited = [(citation.article_id, citation.quote) for citation in answer.citations]
        values["citation precision"] = metrics.citation_precision(cited, case.evidence)
        values["citation recall"] = metrics.citation_recall(cited, case.evidence)
    values["hallucination"] = metrics.hallucination(case.answerable, answered)
    values["error"] = metrics.error(case.answerable, answered)
    return values


def crash_measures(case: Case) -> dict[str, float | None]:
    """The worst value of every measure the case has gold data for: 0, and 1 where lower is better."""
    needs: dict[str, bool] = {
        **dict.fromkeys((*metrics.RETRIEVAL, "citation hit"), bool(case.articles)),
        **dict.fromkeys(("EM", "F1", "contained"), bool(case.answers)),
        "all parts": bool(case.parts),
        **dict.fromkeys(("citation precision", "citation recall"), bool(case.evidence)),
        "hallucination": case.answerable is False,
        "error": case.answerable is True,
    }
    return {name: float(name in metrics.ABSTENTION) if needs[name] else None for name in metrics.MEASURES}
