"""The lexical search: FTS5's own ranking where it can afford it, the rarest words first where it can not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from rag import frequencies, lexical, lexicon
from rag.answerer import Answerer
from rag.index import Index
from rag.lexical import PART_BM25, Matches
from rag.retrieve import Retriever
from rag.rows import Filter, NewArticle
from rag.store import PART_WEIGHT, Store

QUESTIONS = (
    "Wie viele nordkoreanische Soldaten wurden getötet?",
    "Was kostet die Straßenbahn in Mühlrode?",
    "Welche Brücke wird im Herbst gesperrt?",
)


def by_fts5(store: Store, match: str) -> dict[int, float]:
    rows = store.db.execute(
        f"SELECT rowid, -bm25(chunk_fts, 1.0, 1.0, {PART_WEIGHT}) FROM chunk_fts WHERE chunk_fts MATCH ?", (match,)
    )
    return dict(rows.fetchall())


def either(tokens: list[str]) -> str:
    return " OR ".join(f'"{token}"' for token in tokens)


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_fts5(demo_answerer: Answerer, question: str) -> None:
    store = demo_answerer.index.store
    query = demo_answerer.retriever.analysed(question, np.zeros(0, np.float32))
    tokens = sorted({token for group in query.groups for token in group})
    expected = by_fts5(store, either(tokens))
    assert len(expected) > 5
    scores = Matches(store, tokens).scores(expected)
    assert scores == pytest.approx(expected, rel=1e-9)
    best = sorted(expected, key=lambda chunk: (-expected[chunk], chunk))[:5]
    assert Matches(store, tokens).best(5, Filter()) == best


def test_parts_of_compounds_count_a_quarter(demo_answerer: Answerer) -> None:
    store = demo_answerer.index.store
    [(word, parts)] = store.db.execute("SELECT word, parts FROM compounds ORDER BY word LIMIT 1")
    whole, part = by_fts5(store, f'"{word}"'), by_fts5(store, either(parts.split()))
    scores = Matches(store, [word], parts.split()).scores([*whole, *part])
    expected = {chunk: whole.get(chunk, 0) + PART_BM25 * part.get(chunk, 0) for chunk in scores}
    assert scores == pytest.approx(expected, rel=1e-9)


@pytest.fixture
def crowded(make_index: Callable[..., Index]) -> Store:
    """Sixty reports of the police, three of which name a place; the years go up with the rows."""
    store = make_index().store
    for number in range(60):
        text = "Die Polizei sucht Zeugen." if number % 20 else f"Die Polizei sucht Zeugen in Krellbach, Fall {number}."
        published = NewsDate.parse(f"{1950 + number}-05-01")
        article = Article(id=f"a{number:02}", text=text, published=published, language="de")
        index_article(store, article)
    lexicon.learn(store)
    return store


def index_article(store: Store, article: Article) -> None:
    """Stores an article as one chunk, without a model."""
    from rag import german
    from rag.rows import NewChunk
    from rag.types import Chunk

    tokens = " ".join(german.analyse(article.text, "de"))
    chunk = Chunk(0, 0, len(article.text), article.text, len(tokens.split()))
    vector = np.zeros(4, np.float32)
    store.put(NewArticle(article, article.id), [NewChunk(chunk, hash(article.id), vector, "", tokens)], "none")


def found(store: Store, words: list[str], only: Filter | None = None, limit: int = 3) -> list[str]:
    ids = Matches(store, words).best(limit, only or Filter())
    chunks = store.chunks(ids)
    return [chunks[chunk].article_id for chunk in ids]


def test_the_rarest_words_find_the_candidates_and_all_words_score_them(
    crowded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["polizei", "sucht", "krellbach"]
    everything = found(crowded, words)
    monkeypatch.setattr(lexical, "MOST_ROWS", 10)
    assert found(crowded, words) == everything
    scores = Matches(crowded, words).scores(range(1, 61))
    assert scores == pytest.approx(by_fts5(crowded, either(words)), rel=1e-9)


def test_where_rare_words_find_too_little_the_latest_with_common_ones_follow(
    crowded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "MOST_ROWS", 10)
    several = found(crowded, ["polizei", "zeug", "krellbach"], limit=5)
    assert set(several[:3]) == {"a00", "a20", "a40"}
    assert len(several) == 5 and set(several[3:]) <= {f"a{number}" for number in range(50, 60)}
    assert set(found(crowded, ["polizei"], limit=4)) <= {f"a{number}" for number in range(50, 60)}


def test_a_filter_holds_for_common_words_too(crowded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "MOST_ROWS", 10)
    early = Filter(as_of=dt.date(1960, 12, 31))
    expected = {f"a{number:02}" for number in range(11)}
    assert set(found(crowded, ["polizei", "zeug"], early, 20)) == expected
    monkeypatch.setattr(lexical, "FEW", 5)  # more than that: FTS5 has to filter
    assert set(found(crowded, ["polizei", "zeug"], early, 20)) <= expected
    assert found(crowded, ["polizei", "zeug"], early, 20)
    assert found(crowded, ["polizei"], Filter(within=["a07", "nobody"])) == ["a07"]
    assert found(crowded, ["polizei"], Filter(within=[])) == []


def test_counts_of_common_words_are_written_down_and_forgotten_with_the_store(
    crowded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crowded.document_frequency("polizei") == 60
    monkeypatch.setattr(frequencies, "COMMON", 50)
    index_article(crowded, Article(id="later", text="Die Polizei geht.", language="de"))
    assert crowded.document_frequency("polizei") == 61
    lexicon.learn(crowded)
    with monkeypatch.context() as patch:
        patch.setattr(frequencies, "count", lambda store, token: (0, 0))
        again = Store(crowded.path)
        assert again.frequencies.of("polizei") == (61, 61)
        assert again.frequencies.of("krellbach") == (0, 0)  # not common: it would be counted
        again.close()
    crowded.delete(["later"])
    assert crowded.document_frequency("polizei") == 60


def test_questions_without_a_known_word_find_nothing(demo_answerer: Answerer) -> None:
    retriever = Retriever(demo_answerer.index)
    query = retriever.analysed("Quittenxylophon?", np.zeros(0, np.float32))
    assert retriever.passages(query, fusion="lexical") == []
