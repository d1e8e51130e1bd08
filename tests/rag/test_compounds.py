"""Compounds are cut into words the index knows, found by their parts, and what only looks like one stays whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.article import Article
from rag import lexicon
from rag.compounds import Splitter
from rag.german import analyse
from rag.index import Index
from rag.lexicon import Lexicon
from rag.retrieve import Retriever

KNOWN = """
Drohne Angriff Kraft Werk Atom Kraftwerk Regierung Übergang Bund Haushalt Kind Armut Stadt Partnerschaft Universität
Klinik Schule Buch Frau Quote Haus Markt Land Gericht Arbeit Recht Wahl Kampf Minister Präsident Strom Preis Wald Brand
Staub Stau Becken Ecken Hund Steuer Öl Gas Erde Sicherheit Rat Lager Flüchtling Straße Bahn Wirtschaft Leiden Ost Kosten
"""


@pytest.fixture(scope="module")
def splitter() -> Splitter:
    known = {token: 10 for token in analyse(KNOWN, "de")}
    known["becken"] = known["stau"] = 40
    return Splitter(lambda token: known.get(token, 0))


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("Drohnenangriff", "Drohne Angriff"),  # -n-
        ("Drohnenangriffe", "Drohne Angriff"),
        ("Übergangsregierung", "Übergang Regierung"),  # -s-
        ("Bundeshaushalt", "Bund Haushalt"),  # -es-
        ("Kinderarmut", "Kind Armut"),  # -er-
        ("Städtepartnerschaft", "Stadt Partnerschaft"),  # -e- and an umlaut
        ("Hundesteuer", "Hund Steuer"),
        ("Frauenquote", "Frau Quote"),  # -en-
        ("Häusermarkt", "Haus Markt"),
        ("Schulbuch", "Schule Buch"),  # an e is lost
        ("Regierungswahlkampf", "Regierung Wahl Kampf"),
        ("Universitätsklinik", "Universität Klinik"),
        ("Ölpreis", "Öl Preis"),
        ("Erdgas", "Erde Gas"),
        ("Strassenbahn", "Straße Bahn"),
        ("Flüchtlingslager", "Flüchtling Lager"),
    ],
)
def test_cut_into_its_words(splitter: Splitter, compound: str, parts: str) -> None:
    [token] = analyse(compound, "de")
    assert splitter.leaves(token) == tuple(analyse(parts, "de"))


def test_small_and_large_parts(splitter: Splitter) -> None:
    assert set(splitter.parts("atomkraftwerk")) == {"atom", "kraft", "werk", "kraftwerk"}
    assert splitter.leaves("atomkraftwerk") == ("atom", "kraft", "werk")


def test_the_most_frequent_parts_win(splitter: Splitter) -> None:
    # Stau+Becken: sqrt(40 * 40) = 40; Staub+Ecken: sqrt(10 * 10) = 10.
    assert splitter.leaves("staubecken") == ("stau", "becken")


@pytest.mark.parametrize(
    "word",
    [
        "Wirtschaft",  # Wirt is not known, and -schaft is an ending
        "Leidenschaft",
        "Kostüm",
        "Arbeitslosigkeit",
        "Heirat",
        "Doktor",
        "Bundesland"[:4],  # a word too short to be cut
        "Haus",
        "Zugestellt",
        "Arbeiterschaft",
        "Abkürzungsverzeichnis" * 3,  # too long to be a word
    ],
)
def test_left_whole(splitter: Splitter, word: str) -> None:
    [token] = analyse(word, "de")
    assert splitter.leaves(token) == ()


def test_a_word_far_more_frequent_than_its_parts_is_one_of_its_own() -> None:
    known = {"wiki": 2, "news": 2, "wikinews": 100}
    assert Splitter(lambda token: known.get(token, 0)).leaves("wikinews") == ()
    known["wikinews"] = 3
    assert Splitter(lambda token: known.get(token, 0)).leaves("wikinews") == ("wiki", "news")


def article(name: str, text: str, language: str = "de") -> Article:
    return Article(id=name, text=text, language=language)


TEXTS = (
    article("angriff", "Der Drohnenangriff auf Sandholm hat drei Lagerhallen zerstört."),
    article("umschrieben", "Die Drohne war leise. Von dem Angriff hörte in Altwiesen niemand etwas."),
    article("anders", "Im Freibad von Altwiesen ist das Wasser heute wärmer als im Mai."),
)


def found(index: Index, question: str, fusion: str = "lexical") -> list[str]:
    return [p.article_id for p in Retriever(index).passages(question, fusion=fusion)]


def test_found_by_a_part_and_by_the_whole(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add(TEXTS)
    assert found(index, "Drohne") == ["umschrieben", "angriff"]  # the word itself counts more
    assert found(index, "Angriffe") == ["umschrieben", "angriff"]
    assert found(index, "Drohnenangriffe") == ["angriff", "umschrieben"]
    assert found(index, "Halle") == []  # Lagerhallen: neither of its words stands anywhere alone


def test_a_compound_no_text_holds_is_cut_too(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add(TEXTS[1:])
    assert found(index, "Was weiß man über den Drohnenangriff?") == ["umschrieben"]


def contents(index: Index) -> dict[str, list[tuple[object, ...]]]:
    """All that was learnt; chunks by their text, for ids depend on the order of ingests."""
    db = index.store.db
    return {
        "compounds": db.execute("SELECT * FROM compounds ORDER BY 1").fetchall(),
        "names": db.execute("SELECT * FROM names ORDER BY 1, 2").fetchall(),
        "parts": db.execute("SELECT body, parts FROM chunk_fts ORDER BY 1").fetchall(),
    }


def test_the_same_whatever_the_order(make_index: Callable[..., Index]) -> None:
    at_once, one_by_one = make_index(), None
    at_once.add(TEXTS)
    expected = contents(at_once)
    assert ("drohnenangriff", "drohn angriff") in expected["compounds"]
    at_once.close()
    one_by_one = make_index(index=at_once.path.with_name("other"))
    for text in reversed(TEXTS):
        one_by_one.add([text])
    assert contents(one_by_one) == expected


def test_what_is_deleted_is_unlearnt(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add(TEXTS)
    index.delete(["umschrieben"])
    assert contents(index)["compounds"] == []  # Drohne and Angriff stand nowhere alone now
    assert all(parts == "" for _, parts in contents(index)["parts"])
    index.add(TEXTS)
    assert ("drohnenangriff", "drohn angriff") in contents(index)["compounds"]


def test_learning_is_all_or_nothing(make_index: Callable[..., Index], monkeypatch: pytest.MonkeyPatch) -> None:
    index = make_index()
    index.add(TEXTS[:1])
    before = contents(index)

    def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(lexicon, "_write_parts", killed)
        with pytest.raises(RuntimeError):
            index.add(TEXTS[1:])
    assert contents(index)["compounds"] == before["compounds"]
    index.add([])  # the next ingest makes up for it, although nothing is new
    assert ("drohnenangriff", "drohn angriff") in contents(index)["compounds"]
    assert lexicon.learn(index.store) is False  # and then there is nothing to do


def test_only_german_texts_have_parts(make_index: Callable[..., Index]) -> None:
    index = make_index()
    words = "The hand and the ball were seen. A second ball and a hand came later; handball is a game."
    index.add([article("en", words, "en"), *TEXTS])
    [(parts,)] = index.store.db.execute("SELECT parts FROM chunk_fts WHERE body LIKE '%handbal%'").fetchall()
    assert parts == ""


def test_parts_of_any_word(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add(TEXTS)
    known = Lexicon(index.store)
    assert known.parts("drohnenangriff") == ("drohn", "angriff")
    assert known.parts("angriffsdrohn") == ("angriff", "drohn")  # in no text
    assert known.parts("drohn") == known.parts("") == ()
