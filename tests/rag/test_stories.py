"""Wire copies: one story counts once, whoever prints it."""

from __future__ import annotations

from collections.abc import Callable

from corpus.article import Article
from corpus.dates import NewsDate
from rag.answerer import Answerer
from rag.index import Index

WIRE = (
    "Nach dem Brand in der Lagerhalle am Altdorfer Hafen sucht die Polizei nach Zeugen. Das Feuer war in der Nacht zu "
    "Dienstag gegen zwei Uhr ausgebrochen und griff auf zwei Nachbargebäude über. Verletzt wurde niemand. Den Schaden "
    "schätzt die Feuerwehr auf drei Millionen Euro. Rund 120 Einsatzkräfte waren bis zum Mittag im Einsatz. In der Halle "
    "lagerten Kaffee und Kakao aus Übersee. Warum das Feuer ausbrach, ist noch offen; ein Gutachter soll die Ruine in den "
    "kommenden Tagen untersuchen, teilte ein Sprecher der Stadt mit. Anwohner waren in der Nacht aufgerufen worden, Fenster "
    "und Türen geschlossen zu halten."
)


def told(name: str, text: str, source: str, day: str = "2024-05-07") -> Article:
    return Article(id=name, text=text, source=source, published=NewsDate.parse(day), language="de", title=name)


def test_a_story_is_retrieved_once_and_names_its_other_outlets(make_index: Callable[..., Index]) -> None:
    index = make_index(min_confidence=0.0)  # this is about who tells, not about how sure the reader is
    index.add(
        [
            told("a", WIRE, "Hafenkurier"),
            told("b", f"{WIRE}\n\nDer Hafen bleibt bis Freitag gesperrt.", "Südblick"),
            told("c", WIRE, "Marschland-Echo", "2024-05-08"),
            told(
                "d", "In Altdorf wurde das neue Feuerwehrhaus eingeweiht. Es kostete drei Millionen Euro.", "Südblick"
            ),
        ]
    )
    answerer = Answerer(index)
    passages = answerer.retriever.passages("Wie hoch ist der Schaden nach dem Brand am Hafen?")
    tellers = {p.article_id for p in passages} - {"d"}
    assert len(tellers) == 1
    outlets = {"a": "Hafenkurier", "b": "Südblick", "c": "Marschland-Echo"}
    assert set(passages[0].also_in) == set(outlets.values()) - {outlets[passages[0].article_id]}
    [d] = [p for p in passages if p.article_id == "d"]
    assert d.also_in == ()
    # what only one copy has is still found
    assert answerer.retriever.passages("Bis wann bleibt der Hafen gesperrt?")[0].article_id == "b"
    answer = answerer.ask("Wie hoch ist der Schaden nach dem Brand am Hafen?")
    assert len(answer.citations[0].also_in) == 2


def test_a_deleted_copy_is_no_outlet_any_more(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add([told("a", WIRE, "Hafenkurier"), told("b", WIRE, "Südblick")])
    index.delete(["a"])  # the one that gave the story its number
    [passage] = Answerer(index).retriever.passages("Brand am Hafen", top_k=1)
    assert (passage.article_id, passage.also_in) == ("b", ())
    index.add([told("c", WIRE, "Marschland-Echo")])
    assert Answerer(index).retriever.passages("Brand am Hafen", top_k=1)[0].also_in != ()


def test_the_same_teaser_under_two_titles_is_no_copy(make_index: Callable[..., Index]) -> None:
    stub = "In unserem Newsletter erfahren Sie jeden Morgen, was in Altdorf geschieht."
    index = make_index()
    index.add([told("a", stub, "Hafenkurier"), told("b", stub, "Hafenkurier"), told("a2", stub, "Hafenkurier")])
    index.add([Article(id="c", text=stub, title="a", source="Südblick", language="de")])
    rows = index.store.db.execute("SELECT id, story FROM articles").fetchall()
    stories = dict(rows)
    assert stories["a"] == stories["c"]
    assert len({stories["a"], stories["b"], stories["a2"]}) == 3


def test_demo_stories(demo_answerer: Answerer) -> None:
    rows = demo_answerer.index.store.db.execute(
        "SELECT group_concat(id) FROM (SELECT id, story FROM articles WHERE current = 1 ORDER BY id)"
        " GROUP BY story HAVING count(*) > 1 ORDER BY 1"
    )
    assert [row[0] for row in rows] == ["demo-019,demo-020", "demo-023,demo-024,demo-025"]
