"""Question sets: what is read, what is inferred, and what every broken line is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

from evals import Case, EvaluationError, QuestionSet, load_set
from evals.errors import SetEmptyError, SetFormatError, SetMissingError

AS_OF = dt.date(2025, 6, 30)


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def test_id_and_question_are_enough(tmp_path: Path) -> None:
    loaded = load_set(write(tmp_path / "mine.jsonl", {"id": "q1", "question": "Wer?"}))
    assert loaded == QuestionSet("mine", None, None, (Case("q1", "Wer?"),))
    assert loaded.cases[0].answerable is None


def test_header_and_every_field(tmp_path: Path) -> None:
    record = {
        "id": "q1", "question": "Wann?", "answers": ["1652"], "articles": ["a"], "language": "de",
        "evidence": [{"article": "a", "quote": "aus dem Jahr 1652"}], "as_of": "2025-06-30", "tags": ["dated"],
        "parts": [["1652"], ["in Mühlrode", "Mühlrode"]], "within": ["a", "b"], "speaker": ["Lindner", "Kai Lindner"],
    }  # fmt: skip
    loaded = load_set(write(tmp_path / "s.jsonl", {"set": "s1", "version": 2, "licence": "CC0"}, record))
    assert (loaded.name, loaded.version, loaded.licence) == ("s1", "2", "CC0")
    parts, speaker = (("1652",), ("in Mühlrode", "Mühlrode")), ("Lindner", "Kai Lindner")
    evidence = (("a", "aus dem Jahr 1652"),)
    case = Case("q1", "Wann?", ("1652",), ("a",), evidence, True, "de", AS_OF, ("dated",), parts, ("a", "b"), speaker)
    assert loaded.cases == (case,)


def test_articles_follow_from_evidence(tmp_path: Path) -> None:
    evidence = [{"article": "a", "quote": "x"}, {"article": "b", "quote": "y"}, {"article": "a", "quote": "z"}]
    case = load_set(write(tmp_path / "s.jsonl", {"id": "1", "question": "?", "evidence": evidence})).cases[0]
    assert case.articles == ("a", "b")
    assert case.answerable is True


def test_save_and_load_give_the_same_set(tmp_path: Path) -> None:
    day, parts = dt.date(2024, 2, 29), (("ä", "ae"), ("ö",))
    case = Case("q", "Größe?", ("ä",), ("a",), (("a", "„ä“"),), True, "de", day, ("t",), parts, ("a", "c"), ("Müller",))
    questions = QuestionSet("n", "1", None, (case, Case("r", "?", answerable=False)))
    questions.save(tmp_path / "n.jsonl")
    assert load_set(tmp_path / "n.jsonl") == questions
    assert load_set(tmp_path / "n.jsonl").sha256 == questions.sha256 != questions.first(1).sha256
    last = (tmp_path / "n.jsonl").read_text("utf-8").splitlines()[-1]
    assert json.loads(last) == {"id": "r", "question": "?", "answerable": False}  # what is not stated is not written


def test_the_hash_is_that_of_what_is_stated() -> None:
    plain = QuestionSet("n", None, None, (Case("q", "?", ("63",)),))
    # Written down so that a key added to Case later does not change the hashes of all sets there are.
    assert plain.sha256 == hashlib.sha256(b'[{"answers": ["63"], "id": "q", "question": "?"}]').hexdigest()
    for other in (
        Case("q", "?", ("64",)),
        Case("q", "?", ("63",), within=("a",)),
        Case("q", "?", ("63",), speaker=("X",)),
    ):
        assert QuestionSet("n", None, None, (other,)).sha256 != plain.sha256


def test_decomposed_letters_are_composed_and_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b'\xef\xbb\xbf\n{"id": "1", "question": "Gro\\u0308\\u00dfe?", "answers": ["u\xcc\x88"]}\r\n')
    case = load_set(path).cases[0]
    assert (case.question, case.answers) == ("Größe?", ("ü",))


@pytest.mark.parametrize(
    ("line", "english", "german"),
    [
        ('{"id": "b"', "not valid JSON", "kein gültiges JSON"),
        ("[1]", "not an object", "kein Objekt"),
        ('{"id": "b"}', "'question' is missing", "'question' fehlt"),
        ('{"id": " ", "question": "?"}', "'id' is missing", "'id' fehlt"),
        ('{"id": 7, "question": "?"}', "'id' is missing", "'id' fehlt"),
        ('{"id": "b", "question": "?", "anwsers": []}', "'anwsers' is unknown", "'anwsers' ist unbekannt"),
        ('{"id": "b", "question": "?", "answers": "x"}', "'answers' must be a list", "'answers' muss eine Liste"),
        ('{"id": "b", "question": "?", "answers": [1]}', "'answers' must be a list", "'answers' muss eine Liste"),
        ('{"id": "b", "question": "?", "answerable": "no"}', "'answerable' must be", "'answerable' muss"),
        ('{"id": "b", "question": "?", "language": 1}', "'language' must be", "'language' muss"),
        ('{"id": "b", "question": "?", "as_of": "30.6.2025"}', "'as_of' must be a day", "'as_of' muss ein Tag"),
        ('{"id": "b", "question": "?", "as_of": 20250630}', "'as_of' must be a day", "'as_of' muss ein Tag"),
        ('{"id": "b", "question": "?", "evidence": ["x"]}', "'evidence' must be", "'evidence' muss"),
        (
            '{"id": "b", "question": "?", "articles": ["a"], "evidence": [{"article": "c", "quote": "x"}]}',
            "the article 'c'",
            "den Artikel 'c'",
        ),
        ('{"id": "b", "question": "?", "answers": ["x"], "answerable": false}', "remove them", "löschen"),
        ('{"id": "b", "question": "?", "parts": [["x"]], "answerable": false}', "remove them", "löschen"),
        (
            '{"id": "b", "question": "?", "parts": ["x"]}',
            "'parts' must be a list of lists",
            "'parts' muss eine Liste von",
        ),
        (
            '{"id": "b", "question": "?", "parts": [[]]}',
            "'parts' must be a list of lists",
            "'parts' muss eine Liste von",
        ),
        ('{"id": "b", "question": "?", "within": "a"}', "'within' must be a list", "'within' muss eine Liste"),
        ('{"id": "b", "question": "?", "speaker": [""]}', "'speaker' must be a list", "'speaker' muss eine Liste"),
        (
            '{"id": "b", "question": "?", "articles": ["a", "c"], "within": ["a"]}',
            "'c', which 'within' leaves out",
            "'c', den 'within' auslässt",
        ),
        ('{"id": "a", "question": "?"}', "already taken in line 2", "steht schon in Zeile 2"),
        ('{"id": "b", "question": "\xff"}', "not UTF-8", "kein UTF-8"),
    ],
)
def test_a_broken_line_is_named_with_its_fix(tmp_path: Path, line: str, english: str, german: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(('{"set": "s"}\n{"id": "a", "question": "?"}\n\n' + line).encode("latin-1"))
    with pytest.raises(SetFormatError) as caught:
        load_set(path)
    assert str(caught.value).startswith(f"{path}, line 4: ")
    assert caught.value.text("de").startswith(f"{path}, Zeile 4: ")
    assert english in str(caught.value)
    assert german in caught.value.text("de")
    assert isinstance(caught.value, EvaluationError)


def test_no_file_no_question(tmp_path: Path) -> None:
    with pytest.raises(SetMissingError, match="belegt eval"):
        load_set(tmp_path / "none.jsonl")
    with pytest.raises(SetMissingError):
        load_set(tmp_path)
    with pytest.raises(SetEmptyError, match="Add one line a question"):
        load_set(write(tmp_path / "empty.jsonl", {"set": "s"}))


def test_parts_are_sides_and_wordings_of_a_side_are_one() -> None:
    case = Case("q", "?", ("600", "rund 600", "300", "Rund 300"), language="de", tags=("conflicting",))
    assert case.parts == (("600", "rund 600"), ("300", "Rund 300"))
    case = Case("q", "?", ("€4.8m", "4,8 Mio. Euro", "1,5 Mio. Euro", "€1.5m"), language="de", tags=("conflicting",))
    assert case.parts == (("€4.8m", "4,8 Mio. Euro"), ("€1.5m", "1,5 Mio. Euro"))


def test_parts_that_are_stated_are_not_guessed(tmp_path: Path) -> None:
    stated = {"id": "q", "question": "?", "answers": ["41 statt 63", "63", "41"], "tags": ["multi-article"]}
    guessed = load_set(write(tmp_path / "a.jsonl", stated)).cases[0]
    assert guessed.parts == (("63", "41 statt 63"), ("41",))  # what the guess gets wrong: both numbers are in the first
    case = load_set(write(tmp_path / "b.jsonl", stated | {"parts": [["63"], ["41", "einundvierzig"]]})).cases[0]
    assert case.parts == (("63",), ("41", "einundvierzig"))
    assert load_set(write(tmp_path / "c.jsonl", {"id": "q", "question": "?", "parts": [["x"]]})).cases[0].answerable


def test_one_answer_in_several_wordings_has_no_parts() -> None:
    assert Case("q", "?", ("Ingrid Falkenau", "Falkenau"), tags=("multi-article",)).parts == ()
    assert Case("q", "?", ("31 gegen 22", "31 zu 22"), tags=("number",)).parts == ()
