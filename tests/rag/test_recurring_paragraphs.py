"""What a source prints under story after story leaves the text, of later articles and of those stored before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from rag.index import Index

APPEAL = "Alle Nachrichten aus dem Lindtal gibt es auch in unserer App, die Sie hier kostenlos herunterladen können."
TOPICS = ("Haushalt", "Schwimmbad", "Bürgermeisterwahl", "Radweg", "Feuerwehrhaus", "Wochenmarkt", "Stadtbücherei")


def article(i: int, source: str = "Lindtaler Bote", appeal: str = APPEAL) -> Article:
    text = f"Beim Thema {TOPICS[i]} ist der Rat von Lindtal uneins. Entschieden wird im Sommer {2001 + i}."
    return Article(
        id=f"{source}-{i}",
        text=f"{text}\n\n{appeal}" if appeal else text,
        source=source,
        published=NewsDate.parse(f"2024-05-{i + 1:02}"),
        language="de",
    )


def texts(index: Index) -> list[str]:
    return [stored.text for _, stored in index.store.articles()]


@pytest.mark.parametrize("together", [True, False])
def test_an_appeal_goes_from_all_articles_of_its_source(make_index: Callable[..., Index], together: bool) -> None:
    index = make_index()
    articles = [article(i) for i in range(6)]
    for batch in [articles] if together else [[a] for a in articles]:
        index.add(batch)
    assert not any(APPEAL in text for text in texts(index))
    stored = index.article("Lindtaler Bote-0")
    assert [(r.text, r.reason) for r in stored.removed] == [(APPEAL, "recurring")]
    assert index.verify() == []
    assert all(APPEAL not in chunk.text for chunk in index.store.chunks(range(1, 100)).values())
    report = index.add(articles)  # the articles as loaded have not changed
    assert (report.updated, report.unchanged) == (0, 6)


def test_other_sources_and_rare_paragraphs_keep_theirs(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add([article(0), article(1), *[article(i, source="Südblick", appeal="") for i in range(5)]])
    assert sum(APPEAL in text for text in texts(index)) == 2
    index.add([article(5, source="Südblick")])
    assert APPEAL in index.article("Südblick-5").text


def test_what_an_ingest_left_undone_is_done_by_the_next(
    make_index: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    with monkeypatch.context() as patch:
        patch.setattr("rag.ingest.Ingest._mend_recurring", lambda self: None)  # killed before that
        index.add([article(i) for i in range(6)])
    assert any(APPEAL in text for text in texts(index))
    index.add([])
    assert not any(APPEAL in text for text in texts(index))
