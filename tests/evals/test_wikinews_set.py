"""The forty questions over Wikinews are what their header says; with the articles at hand, their ids are theirs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from evals import load_set
from evals.cases import Case

QUESTIONS = Path(__file__).resolve().parents[2] / "evals" / "questions"
ARTICLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "wikinews" / "articles.jsonl"
CASES = load_set(QUESTIONS / "wikinews.jsonl").cases
ANSWERABLE = [case for case in CASES if case.answerable]


@pytest.fixture(scope="module")
def articles() -> dict[str, dict[str, str]]:
    if not ARTICLES.is_file():
        pytest.skip(f"{ARTICLES} is not here; the Wikinews articles lie beside the repository in development only")
    records = (json.loads(line) for line in ARTICLES.read_text("utf-8").splitlines())
    return {record["id"]: record for record in records}


def test_the_set_is_what_its_header_says() -> None:
    assert (len(CASES), len(ANSWERABLE)) == (40, 32)
    assert all(case.language == "de" and case.question.endswith("?") for case in CASES)
    assert len({case.question for case in CASES}) == 40
    assert all(case.answers and len(case.articles) == 1 for case in ANSWERABLE)
    assert len({case.articles for case in ANSWERABLE}) == 32  # one question an article
    tags = Counter(tag for case in CASES for tag in case.tags)
    assert set(tags) == {"number", "date", "person", "fact", "why", "yes-no", "who-said-it", "near-miss", "off-topic"}
    assert {case.tags for case in CASES if not case.answerable} == {("near-miss",), ("off-topic",)}


def test_no_article_is_one_of_the_temporal_set() -> None:
    temporal = {article for case in load_set(QUESTIONS / "temporal.jsonl").cases for article in case.articles}
    assert temporal.isdisjoint(article for case in CASES for article in case.articles)


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_the_article_is_there_and_says_so(case: Case, articles: dict[str, dict[str, str]]) -> None:
    text = articles[case.articles[0]]["text"].lower()
    assert any(answer.lower() in text for answer in case.answers)
    for part in case.parts:
        assert any(wording.lower() in text for wording in part), part


def test_the_years_are_spread(articles: dict[str, dict[str, str]]) -> None:
    years = Counter(articles[case.articles[0]]["date"][:4] for case in ANSWERABLE)
    assert len(years) >= 15 and max(years.values()) <= 4


def test_no_question_repeats_its_article(articles: dict[str, dict[str, str]]) -> None:
    """No stretch of five words stands in the article as it does in the question."""
    for case in ANSWERABLE:
        text, words = articles[case.articles[0]]["text"], case.question.rstrip("?").split()
        runs = [" ".join(words[i : i + 5]) for i in range(len(words) - 4)]
        assert not [run for run in runs if run in text], case.id
