from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.load import find
from rag import catalogue
from rag.catalogue import UNDATED, Wanted
from rag.index import Index

ARTICLES = [
    {
        "id": "a",
        "title": "Brücke gesperrt",
        "source": "Hafenkurier",
        "published": "2024-08-22",
        "text": "Die Brücke ist zu.",
    },
    {
        "id": "b",
        "title": "Ärger um Tunnel",
        "source": "Österbote",
        "published": "2024-10",
        "text": "Der Tunnel lockt. Ende.",
    },
    {
        "id": "c",
        "title": "Nitrat",
        "source": "Hafenkurier",
        "published": "2023",
        "text": "Neue Messwerte in Brunnen 3.",
    },
    {"id": "d", "text": "Ohne alles steht hier etwas über Brückenbauer."},
]


@pytest.fixture
def index(make_index: Callable[..., Index], tmp_path: Path) -> Index:
    made = make_index()
    made.ingest([written(tmp_path, ARTICLES)], progress=False)
    return made


def written(folder: Path, records: list[dict[str, str]]) -> Path:
    path = folder / "news.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    return path


def ids(index: Index, wanted: Wanted) -> list[str]:
    total, entries = catalogue.listing(index.store, wanted, 0, 10)
    assert total == len(entries)
    return [entry.id for entry in entries]


def test_the_list_is_sorted_with_unknown_last_and_comes_in_pages(index: Index) -> None:
    assert ids(index, Wanted()) == ["b", "a", "c", "d"]  # newest first, 2023 as its last day, undated last
    assert ids(index, Wanted(sort="title", descending=False)) == ["a", "c", "b", "d"]  # SQLite puts Ä behind Z
    assert ids(index, Wanted(sort="source", descending=False)) == ["a", "c", "b", "d"]
    total, entries = catalogue.listing(index.store, Wanted(), 1, 2)
    assert total == 4 and [entry.id for entry in entries] == ["a", "c"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("brücken", ["a", "d"]),  # another ending, and the beginning of a compound
        ("BRUECKE", ["a", "d"]),
        ("brücke hafen", ["a"]),  # one in the title, one in the source
        ("österb", ["b"]),
        ("messwert", ["c"]),
        ("gibtesnicht", []),
        ('" * ) OR', []),  # marks are passed over, "or" is a word like others
        ("!!! --", ["b", "a", "c", "d"]),
    ],
)
def test_every_word_must_occur(index: Index, words: str, found: list[str]) -> None:
    assert ids(index, Wanted(words=words)) == found


def test_time_and_source(index: Index) -> None:
    assert catalogue.months(index.store, Wanted()) == {"2023": 1, "2024-08": 1, "2024-10": 1, UNDATED: 1}
    assert catalogue.months(index.store, Wanted(words="brücken", period="2023")) == {"2024-08": 1, UNDATED: 1}
    assert ids(index, Wanted(period="2024")) == ["b", "a"]
    assert ids(index, Wanted(period="2024-08", source="Hafenkurier")) == ["a"]
    assert ids(index, Wanted(period=UNDATED)) == ["d"]
    assert catalogue.sources(index.store) == {"Hafenkurier": 2, "Österbote": 1}
    assert catalogue.titles(index.store, ["a", "d", "x"]) == {"a": "Brücke gesperrt"}


def test_versions_and_what_became_of_a_file(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    key = find([path])[0].key
    since = catalogue.latest_row(index.store)
    corrected = {**ARTICLES[0], "text": "Die Brücke ist wieder offen."}
    index.ingest(
        [written(tmp_path, [corrected, *ARTICLES[1:], {"id": "e", "text": "Ganz neu ist dieser Text."}])],
        progress=False,
    )
    outcomes = {one.entry.id: one.outcome for one in catalogue.taken_in(index.store, [key], since)}
    assert outcomes == {"a": "updated", "b": "unchanged", "c": "unchanged", "d": "unchanged", "e": "added"}
    assert ids(index, Wanted(only="versions")) == ["a"]
    opened = catalogue.opened(index.store, "a")
    assert opened and opened.current and opened.article.text == corrected["text"]
    assert [version.current for version in opened.versions] == [True, False]
    old = catalogue.opened(index.store, "a", opened.versions[1].row)
    assert old and not old.current and old.article.text == ARTICLES[0]["text"]
    assert catalogue.opened(index.store, "b", old.row) is None  # a row of another article
    assert catalogue.opened(index.store, "x") is None


def test_copies_of_a_story(make_index: Callable[..., Index], tmp_path: Path) -> None:
    story = " ".join(f"Im Ort Nummer {n} wurde heute das Fest Nummer {n * 7} gefeiert." for n in range(12))
    copies = [{"id": f"w{n}", "source": f"Blatt {n}", "title": "Feste", "text": story} for n in range(2)]
    index = make_index()
    index.ingest([written(tmp_path, [*copies, ARTICLES[0]])], progress=False)
    assert sorted(ids(index, Wanted(only="copies"))) == ["w0", "w1"]
    opened = catalogue.opened(index.store, "w0")
    assert opened and [copy.source for copy in opened.copies] == ["Blatt 1"]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Die Brücken sind zu.", "brücke", "Brücken"),
        ("Zum Brückenbau", "Brücken", "Brückenbau"),
        ("nichts davon", "Tunnel", None),
        ("a (b", "( [ \\", None),
    ],
)
def test_where_a_word_stands(text: str, words: str, marked: str | None) -> None:
    found = catalogue.hit(text, words)
    assert (text[slice(*found)] if found else None) == marked
