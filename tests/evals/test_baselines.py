"""The baselines answer as belegt does, and the quick start is the quick start as it comes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core import MockEmbedding
from llama_index.core.constants import DEFAULT_SIMILARITY_TOP_K

from corpus.article import Article
from evals import quickstart
from evals.baselines import BASELINES, WITHOUT
from evals.cases import load_set
from evals.cli import DEMO_SET
from evals.errors import BaselineMissingError
from evals.quickstart import AS_IT_COMES, PACKAGES, Quickstart
from rag.answerer import Answerer
from rag.models.embed import Embedder
from rag.settings import Settings

QUESTION = "Was kostet der Neubau der Brücke?"
CONSTRAINTS = Path(__file__).resolve().parents[2] / "constraints.txt"


@pytest.fixture(scope="module")
def hugging_face() -> Any:
    return quickstart.embedding(Settings.load())


@pytest.fixture(scope="module")
def articles(demo_answerer: Answerer) -> list[Article]:
    """Ten demo articles."""
    return [article for _, article in demo_answerer.index.store.articles()][:10]


@pytest.fixture(scope="module")
def opened(
    articles: list[Article], hugging_face: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Quickstart]:
    with closing(Quickstart.build(articles, tmp_path_factory.mktemp("quickstart"), hugging_face)) as built:
        yield built


def test_the_quick_start_drops_the_models_prompts(hugging_face: Any, embedder: Embedder) -> None:
    theirs = np.array(hugging_face.get_query_embedding(QUESTION))
    bare = embedder._encode([QUESTION], "")[0]
    assert theirs @ bare == pytest.approx(1, abs=1e-5)
    assert theirs @ embedder.questions([QUESTION])[0] < 0.9999  # "query: " before it moves the vector


def test_the_quick_start_quotes_its_first_passage(opened: Quickstart, articles: list[Article]) -> None:
    wanted = articles[3]
    answer = opened.ask(wanted.title or wanted.text[:80])
    assert answer.status == "answered"
    [citation] = answer.citations
    assert citation.article_id == wanted.id
    assert wanted.text[citation.start : citation.end] == citation.quote
    assert answer.text == f"{citation.quote} [1]"
    assert answer.confidence == max(passage.score for passage in answer.passages)


def test_the_quick_start_never_refuses(opened: Quickstart) -> None:
    assert opened.ask("Wie viele Monde hat der Jupiter?").status == "answered"


def test_the_quick_start_searches_within_the_articles_asked_for(opened: Quickstart, articles: list[Article]) -> None:
    ids = [articles[7].id, articles[2].id]
    assert {p.article_id for p in opened.passages(QUESTION, 10, within=ids)} == set(ids)
    assert opened.ask(QUESTION, within=["nobody"]).status == "not_found"


def test_the_quick_start_may_be_given_the_reader(opened: Quickstart, articles: list[Article]) -> None:
    line = next(article for article in articles if "Linie 7" in (article.title or ""))
    reader = quickstart.reader(Settings.load())
    answer = opened.read("Mit welcher Mehrheit hat der Elmstädter Stadtrat für die Linie 7 gestimmt?", reader=reader)
    assert answer.status == "answered"
    [citation] = answer.citations
    assert len(answer.passages) == AS_IT_COMES == DEFAULT_SIMILARITY_TOP_K
    assert citation.article_id == line.id
    assert line.text[citation.start : citation.end] == citation.quote
    assert answer.short == "31 gegen 22 Stimmen"
    assert answer.short in citation.quote
    refused = opened.read("Wie viele Monde hat der Jupiter?", reader=reader)
    assert (refused.status, refused.citations, refused.short) == ("not_found", (), None)
    assert opened.read(QUESTION, within=["nobody"], reader=reader).passages == ()


def test_the_quick_start_takes_more_than_chroma_takes_at_once(tmp_path: Path) -> None:
    many = [Article(id=f"a{n}", text=f"Meldung {n}.", language="de") for n in range(5_600)]
    with closing(Quickstart.build(many, tmp_path, MockEmbedding(embed_dim=2))) as built:
        assert built.count == len(many)  # Chroma's limit is 5,461


def test_each_baseline_answers_over_an_index(
    demo_answerer: Answerer, embedder: Embedder, hugging_face: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.Embedder", lambda settings: embedder)
    monkeypatch.setattr("evals.baselines.embedding", lambda settings: hugging_face)
    settings = demo_answerer.settings
    title = next(article for _, article in demo_answerer.index.store.articles())
    for name, baseline in BASELINES.items():
        with baseline(settings) as ask:
            answer = ask(title.title or "", None, within=[title.id])
            assert {p.article_id for p in answer.passages} == {title.id}, name
    with BASELINES["bm25"](settings) as words, BASELINES["dense"](settings) as meaning:
        unknown = "Xyzzy plugh"  # no word of it is in the articles
        assert words(unknown).passages == ()
        assert len(meaning(unknown).passages) == settings.top_k


def test_fused_is_the_search_before_anything_reads(demo_answerer: Answerer) -> None:
    read = demo_answerer.retriever
    without = demo_answerer.settings.model_copy(update=WITHOUT["fused"])
    with Answerer.open(without) as fused:
        orders = [
            [[p.chunk_id for p in search(case.question, case.as_of)] for case in load_set(DEMO_SET).first(12).cases]
            for search in (fused.retriever.passages, partial(read.passages, rerank=False), read.passages)
        ]
    assert orders[0] == orders[1] != orders[2]


def test_without_its_packages_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_index.vector_stores.chroma", None)
    with pytest.raises(BaselineMissingError) as caught:
        quickstart.embedding(Settings.load())
    for language in ("de", "en"):
        assert f"pip install {' '.join(PACKAGES)}" in caught.value.text(language)
    assert set(PACKAGES) <= set(CONSTRAINTS.read_text("utf-8").splitlines())
