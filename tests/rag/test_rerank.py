"""Passages read again by a cross-encoder: its order, within its time, beside what else counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from rag.answerer import Answerer
from rag.errors import ModelMissingError
from rag.index import Index
from rag.models.bundled import bundled_folder
from rag.models.embed import Embedder
from rag.models.rerank import AT_ONCE, MOST, CrossEncoderReranker, reranked
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.types import Titled
from tests.conftest import DEMO

QUESTION = "Was kostet die Straßenbahn?"


class Longest:
    """Likes long texts, and may take its time."""

    languages: frozenset[str] | None = None

    def __init__(self, pause: float = 0.0, adds: bool = False) -> None:
        self.pause, self.adds = pause, adds
        self.read: list[str] = []

    def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
        time.sleep(self.pause)
        self.read += [text for _, text in texts]
        return np.array([1000.0 * len(text) for _, text in texts])


def untitled(*texts: str) -> list[Titled]:
    return [("", text) for text in texts]


def made_encoder(into: Path, embedder: Embedder, labels: int = 1) -> str:
    """A cross-encoder with the bundled model's tokenizer, one small layer and weights drawn at random."""
    import torch
    from transformers import AutoConfig, AutoTokenizer, BertForSequenceClassification

    folder = bundled_folder(embedder._settings.cache)
    config = AutoConfig.from_pretrained(folder)
    config.update({"num_hidden_layers": 1, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 32})
    config.num_labels = labels
    torch.manual_seed(0)
    BertForSequenceClassification(config).save_pretrained(into)
    AutoTokenizer.from_pretrained(folder).save_pretrained(into)
    return str(into)


def test_what_is_read_keeps_mean_and_spread_and_the_rest_its_score() -> None:
    scores = np.array([5.0, 9.0, 7.0, 1.0])
    texts = untitled("a" * 3, "b", "c" * 2, "d" * 100)
    order = [1, 2, 0, 3]
    new = reranked(scores, order, texts, QUESTION, Longest(), seconds=60)
    assert np.argsort(-new).tolist() == [3, 0, 2, 1]
    assert new.mean() == pytest.approx(scores.mean())
    assert new.std() == pytest.approx(scores.std())
    assert scores.tolist() == [5.0, 9.0, 7.0, 1.0]
    assert reranked(scores, order, untitled(*["e"] * 4), QUESTION, Longest(), seconds=60).tolist() == scores.tolist()
    assert reranked(scores[:0], [], [], QUESTION, Longest(), seconds=60).tolist() == []


def test_time_decides_how_much_is_read() -> None:
    texts = [f"{n:03}" for n in range(5 * AT_ONCE)]
    scores = -np.arange(len(texts), dtype=float)
    order = np.argsort(-scores).tolist()
    slow = Longest(pause=0.05)
    new = reranked(scores, order, untitled(*texts), QUESTION, slow, seconds=0.01)
    assert slow.read == texts[:AT_ONCE]  # once at least, the best of the search
    assert new[AT_ONCE:].tolist() == scores[AT_ONCE:].tolist()
    quick = Longest()
    reranked(scores, order, untitled(*texts), QUESTION, quick, seconds=60)
    assert quick.read == texts[:MOST]
    assert len(texts) > MOST


def test_scores_may_be_added_to_those_of_the_search() -> None:
    scores = np.array([5.0, 9.0, 7.0])
    new = reranked(scores, [1, 2, 0], untitled("aaa", "b", "cc"), QUESTION, Longest(adds=True), seconds=60)
    assert new.tolist() == [3005.0, 1009.0, 2007.0]


def test_a_text_with_nothing_to_read_is_no_better_for_that() -> None:
    class Some(Longest):
        def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
            return np.array([-len(text) if text.isalpha() else np.nan for _, text in texts])

    scores = np.array([5.0, 9.0, 7.0, 6.0])
    new = reranked(scores, [1, 2, 3, 0], untitled("aaa", "b", "--", "cc"), QUESTION, Some(adds=True), seconds=60)
    assert new.tolist() == [2.0, 8.0, 5.0, 4.0]  # -2 in the middle
    assert reranked(scores[:1], [0], untitled("--"), QUESTION, Some(adds=True), seconds=60).tolist() == [5.0]


def test_a_text_is_no_better_for_not_having_been_read() -> None:
    class Unfit(Longest):
        def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
            return np.array([3.0 if text == "it" else -50.0 - len(text) for _, text in texts])

    scores = -np.arange(MOST + AT_ONCE, dtype=float)
    texts = untitled(*["other"] * 3, "it", *["another"] * (len(scores) - 4))
    order = np.argsort(-scores).tolist()
    new = reranked(scores, order, texts, QUESTION, Unfit(adds=True), seconds=60)
    assert np.argsort(-new)[0] == 3
    assert new[MOST:].tolist() == (scores[MOST:] - 57.0).tolist()
    assert new[MOST:].max() < new[:MOST].min()


def test_a_named_model_decides_the_order(
    tmp_path: Path, embedder: Embedder, demo_answerer: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = demo_answerer.index
    settings = Settings.load(rerank_model=made_encoder(tmp_path / "encoder", embedder))
    reranker = CrossEncoderReranker(settings)
    monkeypatch.setattr("rag.models.rerank.MOST", 1000)  # all that is found, so that the order is the model's alone
    monkeypatch.setitem(index.__dict__, "settings", index.settings.model_copy(update={"rerank_seconds": 60}))
    found = Retriever(index, reranker=reranker).passages(QUESTION, top_k=50)
    values = reranker.scores(QUESTION, [passage.titled for passage in found])
    assert len(found) > 10
    assert values.std() > 0
    assert values.tolist() == sorted(values.tolist(), reverse=True)
    assert reranker.scores(QUESTION, untitled(*(p.text for p in found))).tolist() != values.tolist()  # titles are read
    without = Retriever(index).passages(QUESTION, top_k=50)
    assert [p.chunk_id for p in found] != [p.chunk_id for p in without]
    for fusion in ("dense", "lexical"):  # baselines stay what they are
        assert [p.chunk_id for p in Retriever(index, reranker=reranker).passages(QUESTION, fusion=fusion)] == [
            p.chunk_id for p in Retriever(index).passages(QUESTION, fusion=fusion)
        ]


def test_the_settings_name_it(tmp_path: Path, embedder: Embedder, make_index: Callable[..., Index]) -> None:
    index = make_index(rerank_model=made_encoder(tmp_path / "encoder", embedder))
    index.ingest(sorted(DEMO.glob("demo-00*.md")), progress=False)
    with Answerer(index) as answerer:
        assert isinstance(answerer.retriever.reranker, CrossEncoderReranker)
        assert answerer.ask(QUESTION).passages


def test_the_time_asked_for_still_counts(make_index: Callable[..., Index]) -> None:
    index = make_index()
    for day, more in (
        ("2019-05-06", ""),
        ("2021-05-06", " Verletzt wurde niemand, wie die Feuerwehr am Morgen sagte."),
    ):
        text = f"Im Hafen von Sandholm hat es am Abend gebrannt.{more}"
        index.add([Article(id=day, text=text, published=NewsDate.parse(day), language="de")])
    retriever = Retriever(index, reranker=Longest())
    assert retriever.passages("Wo hat es gebrannt?")[0].article_id == "2021-05-06"
    assert retriever.passages("Wo hat es im Mai 2019 gebrannt?")[0].article_id == "2019-05-06"


def test_a_question_in_a_language_that_the_reranker_does_not_know_keeps_the_order_of_the_search(
    make_index: Callable[..., Index],
) -> None:
    index, reranker = make_index(), Longest()
    reranker.languages = frozenset({"de", "en"})
    index.ingest([DEMO], progress=False)
    retriever = Retriever(index, reranker=reranker)
    for question, known in (("Neden köprü kapatıldı ve ne zaman açılacak?", False), ("Warum ist die Brücke zu?", True)):
        found = [p.chunk_id for p in retriever.passages(question)]
        assert bool(reranker.read) is known
        assert (found == [p.chunk_id for p in retriever.passages(question, rerank=False)]) is not known


def test_a_model_that_will_not_do_is_an_error_that_names_the_setting(tmp_path: Path, embedder: Embedder) -> None:
    for wanted in (str(tmp_path), made_encoder(tmp_path / "three", embedder, labels=3)):
        with pytest.raises(ModelMissingError, match="BELEGT_RERANK_MODEL") as raised:
            CrossEncoderReranker(Settings.load(rerank_model=wanted))
        assert "BELEGT_RERANK_MODEL" in raised.value.text("de")
