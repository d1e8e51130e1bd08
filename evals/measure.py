"""One question and its answer -> a value for every measure that applies to it."""

from __future__ import annotations

from evals import metrics
from evals.cases import Case
from rag.sentences import sentence_spans
from rag.types import Answer

CONFLICTING = "conflicting"  # the tag of questions on which sources differ


def measures(case: Case, answer: Answer) -> dict[str, float | None]:
    """A value for each of ``metrics.MEASURES``; None where the case lacks the gold data the measure needs.

    A refusal of an answerable question has no answer and no citation, so it scores 0 wherever they are measured; only
    citation precision asks nothing of it, for it claims nothing.
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
        if case.speaker:
            values["attribution"] = metrics.attribution(
                _sentences(answer) if answered else [], case.answers, case.speaker, language
            )
    if case.parts:
        values["all parts"] = metrics.all_parts(text, case.parts, language)
    if CONFLICTING in case.tags:
        values["conflict shown"] = metrics.conflict_shown(answer.status, text, case.parts, language)
    if case.evidence:
        cited = [(citation.article_id, citation.quote) for citation in answer.citations]
        values["citation precision"] = metrics.citation_precision(cited, case.evidence) if answered else None
        values["citation recall"] = metrics.citation_recall(cited, case.evidence)
    values |= metrics.writing(answer)
    values["hallucination"] = metrics.hallucination(case.answerable, answered)
    values["error"] = metrics.error(case.answerable, answered)
    return values


def crash_measures(case: Case) -> dict[str, float | None]:
    """The worst value of every measure the case has gold data for: 0, and 1 where lower is better."""
    needs: dict[str, bool] = {
        **dict.fromkeys((*metrics.RETRIEVAL, "citation hit"), bool(case.articles)),
        **dict.fromkeys(("EM", "F1", "contained"), bool(case.answers)),
        "attribution": bool(case.answers and case.speaker),
        "all parts": bool(case.parts),
        "conflict shown": CONFLICTING in case.tags,
        **dict.fromkeys(("citation precision", "citation recall"), bool(case.evidence)),
        "hallucination": case.answerable is False,
        "error": case.answerable is True,
        **dict.fromkeys(metrics.WRITING, False),  # nothing was written
    }
    return {name: measure.worst if needs[name] else None for name, measure in metrics.MEASURES.items()}


def loss(values: dict[str, float | None]) -> float | None:
    """1 when an answer to a question with these values is wrong, else 0: the loss of the coverage-risk curve.

    Any answer to an unanswerable question is wrong, so it is 1 there whether one was given or not: the curve asks what
    would happen if all questions down to a confidence were answered. A refusal gave no gold answer, so it counts 1 too.
    None where the question states no gold answer, or was not asked for one.
    """
    if values["hallucination"] is not None:
        return 1.0
    right = values["all parts"] if values["all parts"] is not None else values["contained"]
    return None if right is None else 1.0 - right


def _sentences(answer: Answer) -> list[str]:
    """The sentences of the answer as a reader sees them; quotes that run over several are cut at their bounds."""
    return [
        metrics.spoken(line[start:end])
        for line in [sentence.text for sentence in answer.sentences] or [answer.text]
        for start, end in sentence_spans(line)
    ]
