"""Retrieval: each search does its part, and fusion does not let one spoil the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.language import question_language
from rag.answerer import Answerer
from rag.index import Index
from rag.retrieve import Retriever


@pytest.fixture
def retriever(demo_answerer: Answerer) -> Retriever:
    return demo_answerer.retriever


def test_passages_are_cut_from_their_articles(retriever: Retriever) -> None:
    passages = retriever.passages("Wie viele nordkoreanische Soldaten wurden getötet?")
    assert len(passages) == retriever.index.settings.top_k
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    for p in passages:
        assert retriever.index.article(p.article_id).text[p.start : p.end] == p.text


def test_all_three_ways_agree_on_an_easy_question(retriever: Retriever) -> None:
    question = "Wie viele nordkoreanische Soldaten wurden getötet?"
    for fusion in ("hybrid", "dense", "lexical"):
        assert "Soldaten" in retriever.passages(question, fusion=fusion)[0].text, fusion


def test_spelling_does_not_matter_to_the_lexical_side(retriever: Retriever) -> None:
    one = retriever.passages("Bürgermeisterin Brücke", fusion="lexical")
    other = retriever.passages("BUERGERMEISTERIN Bruecke", fusion="lexical")
    assert [p.chunk_id for p in one] == [p.chunk_id for p in other] != []


def test_an_english_question_finds_german_articles(retriever: Retriever) -> None:
    found = retriever.passages("How high will the flood wall in Altwiesen be?")
    assert "demo-002" in [p.article_id for p in found[:3]]
    assert retriever.index.article("demo-002").language == "de"


def test_words_nobody_knows_leave_the_dense_order(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retriever, "reranker", None)  # it reads what the search found, and has its own view of that
    question = "kuzey kore askerleri öldürüldü mü"
    assert [p.chunk_id for p in retriever.passages(question)][:3] == [
        p.chunk_id for p in retriever.passages(question, fusion="dense")
    ][:3]


@pytest.mark.parametrize("question", ["???", "💥", "и", '"; DROP TABLE chunks; --', "AND OR NOT NEAR(", "a* OR b^2"])
def test_odd_questions_find_something_or_nothing_but_never_fail(retriever: Retriever, question: str) -> None:
    assert len(retriever.passages(question)) <= retriever.index.settings.top_k


def test_as_of_leaves_out_what_came_later(retriever: Retriever) -> None:
    day = dt.date(2024, 3, 1)
    for fusion in ("hybrid", "dense", "lexical"):
        found = retriever.passages("Was kostet die Straßenbahn?", as_of=day, fusion=fusion)
        assert found
        assert all(p.published is None or p.published[:10] <= "2024-03-01" for p in found)


def test_only_the_articles_named_are_searched(retriever: Retriever) -> None:
    question = "Wie viele nordkoreanische Soldaten wurden getötet?"
    for fusion in ("hybrid", "dense", "lexical"):
        found = retriever.passages(question, fusion=fusion, within=["demo-001", "demo-018", "no such article"])
        assert {p.article_id for p in found} <= {"demo-001", "demo-018"}
        assert found[0].article_id == "demo-018", fusion
    # Both conditions hold together: demo-018 is of October 2024.
    assert retriever.passages(question, as_of=dt.date(2024, 10, 1), within=["demo-018"]) == []
    assert retriever.passages(question, within=["no such article"]) == []
    assert retriever.passages(question, within=[]) == []


def test_an_answer_rests_on_the_articles_named_alone(demo_answerer: Answerer) -> None:
    question = "Wo trafen sich Putin und Peseschkian im Oktober?"
    copies = ["demo-023", "demo-024", "demo-025"]
    cited: set[str] = set()
    for copy in copies:
        answer = demo_answerer.ask(question, within=["demo-001", copy])
        assert {c.article_id for c in answer.citations} <= {copy}
        assert {p.article_id for p in answer.passages} == {"demo-001", copy}
        cited |= {c.article_id for c in answer.citations}
    assert cited == {*copies}


def test_many_articles_can_be_named_and_equal_texts_are_told_apart(make_index: Callable[..., Index]) -> None:
    index = make_index()
    text = "Die Fähre nach Sandholm fährt zweimal am Tag."
    index.add([Article(id=name, text=text, language="de") for name in ("one", "other")])
    index.add([Article(id="third", text="In Sandholm steht ein Leuchtturm.", language="de")])
    retriever = Retriever(index)
    crowd = [f"absent-{number}" for number in range(40_000)]  # more than SQLite takes as parameters
    for name in ("one", "other"):
        found = retriever.passages("Wie oft fährt die Fähre?", within=[*crowd, name])
        assert [p.article_id for p in found] == [name]


def test_as_a_llama_index_retriever(retriever: Retriever) -> None:
    nodes = retriever.retrieve("Wie viele Soldaten wurden getötet?")
    article = retriever.index.article(nodes[0].metadata["article_id"])
    node = nodes[0].node
    assert article.text[node.start_char_idx : node.end_char_idx] == node.get_content()  # type: ignore[attr-defined]
    assert nodes[0].metadata["published"]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wer ist Maren Ohlsen?", "de"),
        ("Who is Maren Ohlsen?", "en"),
        ("was kostet die tram", "de"),
        ("What was the cost?", "en"),
        ("Kasan", "de"),
        ("¿Cuántos soldados murieron en la guerra?", "es"),
        ("¿Quién es Maren Ohlsen?", "es"),  # "es" is a German word too
        ("A qué hora empieza la reunión de la ciudad", "es"),
        ("Es brennt", "de"),
        ("Wer schrieb «¿Quién sabe?»", "de"),
    ],
)
def test_language_of_short_questions(question: str, language: str) -> None:
    assert question_language(question, default="de") == language


def test_a_date_in_the_question_finds_what_means_that_day(make_index: Callable[..., Index]) -> None:
    index = make_index()
    for day in ("2024-09-14", "2024-10-12", "2024-11-09"):  # Saturdays
        text = "Am Freitag haben sich die Präsidenten in Aschgabat getroffen. Über Ergebnisse wurde nichts bekannt."
        index.add([Article(id=day, text=text, published=NewsDate.parse(day), language="de")])
    retriever = Retriever(index)
    for question, expected in (
        ("Wer traf sich am 11. Oktober 2024 in Aschgabat?", "2024-10-12"),
        ("Wer traf sich im November 2024 in Aschgabat?", "2024-11-09"),
        ("Who met in Aschgabat on 13 September 2024?", "2024-09-14"),
    ):
        best = retriever.passages(question, fusion="hybrid")[0]
        assert best.article_id == expected, question
        [mention] = best.dates
        assert (best.text[mention.start : mention.end], mention.first) == (
            "Am Freitag",
            dt.date.fromisoformat(expected) - dt.timedelta(days=1),
        )
