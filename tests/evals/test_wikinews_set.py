"""The questions over Wikinews are what their headers say; with the articles at hand, their ids are theirs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from evals import load_set
from evals.cases import Case

QUESTIONS = Path(__file__).resolve().parents[2] / "evals" / "questions"
ARTICLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "wikinews" / "articles.jsonl"
SETS = {
    name: load_set(QUESTIONS / f"{name}.jsonl").cases for name in ("wikinews", *(f"wikinews-{n}" for n in "234567"))
}
LONG_NAMES = re.compile("Institute of Science and Technology Austria|Moritz Schenk Graf von Stauffenberg")
SIZES = {
    "wikinews-3": (80, 60),
    "wikinews-4": (80, 60),
    "wikinews-5": (55, 40),
    "wikinews-6": (64, 48),
    "wikinews-7": (55, 41),
}  # questions, answerable
ON_TIME = ("wikinews-6", "wikinews-7")  # about articles that the questions on time are about too
ANSWERABLE = [case for cases in SETS.values() for case in cases if case.answerable]


@pytest.fixture(scope="module")
def articles() -> dict[str, dict[str, str]]:
    if not ARTICLES.is_file():
        pytest.skip(f"{ARTICLES} is not here; the Wikinews articles lie beside the repository in development only")
    records = (json.loads(line) for line in ARTICLES.read_text("utf-8").splitlines())
    return {record["id"]: record for record in records}


@pytest.mark.parametrize("name", SETS)
def test_the_set_is_what_its_header_says(name: str) -> None:
    cases = SETS[name]
    answerable = [case for case in cases if case.answerable]
    later = name in SIZES
    assert (len(cases), len(answerable)) == SIZES.get(name, (40, 32))
    typed = sum(not case.question.endswith("?") for case in cases)  # as people type into a search
    assert typed == 0 or (name == "wikinews-6" and typed < 5)
    assert sum(case.language == "en" for case in cases) == dict.fromkeys(("wikinews-5", *ON_TIME), 4).get(
        name, 5 if later else 0
    )
    assert len({case.question for case in cases}) == len(cases)
    assert all(case.answers and len(case.articles) == 1 for case in answerable)
    tags = {tag for case in answerable for tag in case.tags}
    common = {"number", "date", "person", "fact", "why", "yes-no", "who-said-it"}
    if name in ON_TIME:
        assert tags == common - {"yes-no"} | {"place", "list", "definition"}
    else:
        own = {"wikinews-3": {"place", "list"}, "wikinews-4": {"place"}, "wikinews-5": {"place"}}
        assert tags == common | own.get(name, set())
    unanswerable = {tag for case in cases if not case.answerable for tag in case.tags}
    absent = {"false-premise"} if later else {"off-topic"}
    assert unanswerable == {"near-miss", *absent, *({"off-topic"} if name in ON_TIME else ())}


def test_no_article_is_in_two_sets() -> None:
    def about(cases: Iterable[Case]) -> set[str]:
        return {article for case in cases for article in case.articles}

    temporal = about(load_set(QUESTIONS / "temporal.jsonl").cases)
    articles = [temporal, *(about(cases) for name, cases in SETS.items() if name not in ON_TIME)]
    assert len(set().union(*articles)) == sum(map(len, articles))
    sixth, seventh = (about(SETS[name]) for name in ON_TIME)
    assert sixth | seventh <= temporal  # whose questions ask for articles, not for what they say
    assert not sixth & seventh
    assert len(about(SETS["wikinews"])) == 32  # there, one question an article


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_the_article_is_there_and_says_so(case: Case, articles: dict[str, dict[str, str]]) -> None:
    text = articles[case.articles[0]]["text"].lower()
    assert any(answer.lower() in text for answer in case.answers)
    for part in case.parts:
        assert any(wording.lower() in text for wording in part), part


def test_the_years_are_spread(articles: dict[str, dict[str, str]]) -> None:
    years = Counter(articles[case.articles[0]]["date"][:4] for case in SETS["wikinews"] if case.answerable)
    assert len(years) >= 15 and max(years.values()) <= 4


def test_no_question_repeats_its_article(articles: dict[str, dict[str, str]]) -> None:
    """No stretch of five words stands in the article as it does in the question, but for a name of so many."""
    for case in ANSWERABLE:
        text, words = articles[case.articles[0]]["text"], LONG_NAMES.sub("|", case.question).rstrip("?").split()
        runs = [" ".join(words[i : i + 5]) for i in range(len(words) - 4)]
        assert not [run for run in runs if run in text], case.id
