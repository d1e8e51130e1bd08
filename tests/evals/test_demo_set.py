"""The demo questions against the demo articles as they are after cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus import Article, load
from evals import QuestionSet, load_set
from evals.cli import DEMO_SET
from evals.metrics import all_parts

DEMO = Path(__file__).resolve().parents[2] / "corpus" / "demo"


@pytest.fixture(scope="module")
def articles() -> Mapping[str, Article]:
    loaded = list(load([DEMO]))
    assert all(isinstance(item, Article) for item in loaded)
    return {item.id: item for item in loaded if isinstance(item, Article)}


@pytest.fixture(scope="module")
def demo() -> QuestionSet:
    return load_set(DEMO_SET)


def test_every_evidence_quote_is_verbatim_in_its_article(demo: QuestionSet, articles: Mapping[str, Article]) -> None:
    lost = [(c.id, a, quote) for c in demo.cases for a, quote in c.evidence if quote not in articles[a].text]
    assert lost == []


def test_gold_articles_exist_and_were_published_by_the_day_asked(
    demo: QuestionSet, articles: Mapping[str, Article]
) -> None:
    for case in demo.cases:
        for article in case.articles:
            published = articles[article].published
            assert published is not None, article
            if case.as_of:
                assert str(published)[:10] <= case.as_of.isoformat(), (case.id, article)


def test_ids_are_unique(demo: QuestionSet) -> None:
    assert len({case.id for case in demo.cases}) == len(demo.cases)


def test_every_answerable_question_has_answers_articles_and_evidence(demo: QuestionSet) -> None:
    assert [c.id for c in demo.cases if c.answerable and not (c.answers and c.articles and c.evidence)] == []


def test_at_least_a_quarter_can_not_be_answered(demo: QuestionSet) -> None:
    assert sum(case.answerable is False for case in demo.cases) >= len(demo.cases) / 4


def test_parts_are_wordings_that_gold_sentences_or_answers_have(demo: QuestionSet) -> None:
    """Each part can be met by quoting: at least one of its wordings stands in the evidence, or is a gold answer."""
    for case in demo.cases:
        for part in case.parts:
            quotes = " ".join(quote for _, quote in case.evidence)
            assert any(wording in quotes or wording in case.answers for wording in part), (case.id, part)


def test_an_answer_that_quotes_all_evidence_has_all_parts(demo: QuestionSet) -> None:
    for name in ("demo-q055", "demo-q060", "demo-q061", "demo-q100"):
        [case] = [case for case in demo.cases if case.id == name]
        quotes = [quote for _, quote in case.evidence]
        assert all_parts(" ".join(quotes), case.parts, case.language or "de") == 1, name
        if len(case.parts) > 1:
            assert all_parts(quotes[0], case.parts, case.language or "de") == 0, name


def test_speakers_are_named_in_the_gold_articles(demo: QuestionSet, articles: Mapping[str, Article]) -> None:
    asked = [case for case in demo.cases if case.speaker]
    assert asked
    for case in asked:
        assert all(name in articles[article].text for article in case.articles for name in case.speaker), case.id
