"""Public formats in, articles and question sets out; files of the formats' shape, written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import load
from evals import Case, load_set
from evals.errors import DataFormatError, DataMissingError
from evals.importers import import_pairs, import_squad


def squad(path: Path, *paragraphs: tuple[str, list[tuple[str, str, str]]]) -> Path:
    """A SQuAD-format file of (context, [(id, question, answer)])."""
    made = [
        {
            "context": context,
            "qas": [
                {"id": i, "question": q, "answers": [{"text": a, "answer_start": context.find(a)}]} for i, q, a in asked
            ],
        }
        for context, asked in paragraphs
    ]
    path.write_text(json.dumps({"version": "1.1", "data": [{"title": "T", "paragraphs": made}]}), "utf-8")
    return path


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


GERMAN = (
    ("Die Brücke stammt von 1968.", [("x1", "Von wann ist die Brücke?", "1968")]),
    ("Der Rat tagt in Elmstadt.", [("x2", "Wo tagt der Rat?", "Elmstadt"), ("x3", "Wer tagt?", "Der Rat")]),
)
ENGLISH = (
    ("The bridge dates from 1968.", [("x1", "When was the bridge built?", "1968")]),
    ("The council meets in Elmstadt.", [("x2", "Where does it meet?", "Elmstadt"), ("x3", "Who?", "The council")]),
)


def test_questions_of_another_language_find_the_german_contexts_and_answers(tmp_path: Path) -> None:
    german, english = squad(tmp_path / "de.json", *GERMAN), squad(tmp_path / "en.json", *ENGLISH)
    imported = import_squad("x", german, {"de": german, "en": english}, tmp_path / "out", licence="CC BY-SA 4.0")
    asked = load_set(imported.sets["en"])
    assert (asked.name, asked.licence) == ("x en-de", "CC BY-SA 4.0")
    assert asked.cases[2] == Case("x3", "Who?", ("Der Rat",), ("x-0002",), (("x-0002", "Der Rat"),), True, "en")
    assert [case.articles for case in asked.cases] == [("x-0001",), ("x-0002",), ("x-0002",)]
    assert load_set(imported.sets["de"]).cases[0].question == "Von wann ist die Brücke?"


def test_the_articles_load_as_they_were(tmp_path: Path) -> None:
    german = squad(tmp_path / "de.json", *GERMAN)
    imported = import_squad("x", german, {"de": german}, tmp_path / "out")
    found = {(item.id, item.text, item.title, item.language) for item in load([imported.articles])}  # type: ignore[union-attr]
    assert found == {("x-0001", GERMAN[0][0], None, "de"), ("x-0002", GERMAN[1][0], None, "de")}


def test_files_that_are_not_parallel_are_refused(tmp_path: Path) -> None:
    german, english = squad(tmp_path / "de.json", *GERMAN), squad(tmp_path / "en.json", ENGLISH[0])
    with pytest.raises(DataFormatError, match="not parallel"):
        import_squad("x", german, {"en": english}, tmp_path / "out")


def test_pairs_find_their_passage_by_its_text(tmp_path: Path) -> None:
    corpus = lines(tmp_path / "c.jsonl", {"doc_id": 0, "text": "Eins."}, {"doc_id": 7, "text": "Zwei."})
    pairs = lines(tmp_path / "p.jsonl", {"id": "q", "question": "Was? ", "context": "Zwei."})
    imported = import_pairs("m", corpus, pairs, tmp_path / "out")
    case = Case("q", "Was?", articles=("m-7",), answerable=True, language="de")
    assert load_set(imported.sets["de"]).cases == (case,)
    assert [item.id for item in load([imported.articles])] == ["m-0", "m-7"]  # type: ignore[union-attr]


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    with pytest.raises(DataMissingError, match=r"none\.json"):
        import_squad("x", missing, {"de": missing}, tmp_path)
    broken = tmp_path / "broken.json"
    for content in ("{", "[]", '{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1"}]}]}]}'):
        broken.write_text(content, "utf-8")
        with pytest.raises(DataFormatError, match="not SQuAD format"):
            import_squad("x", broken, {"de": broken}, tmp_path)
    corpus = lines(tmp_path / "c.jsonl", {"doc_id": 0, "text": "Eins."})
    with pytest.raises(DataFormatError, match="line 1"):
        import_pairs("m", corpus, lines(tmp_path / "p.jsonl", {"id": "q"}), tmp_path)
    with pytest.raises(DataFormatError, match="question q is not in"):
        pairs = lines(tmp_path / "p.jsonl", {"id": "q", "question": "?", "context": "Nirgends."})
        import_pairs("m", corpus, pairs, tmp_path)
