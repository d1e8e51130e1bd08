"""Public formats in, articles and question sets out; files of the formats' shape, written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus import Article, load
from evals import Case, load_set
from evals.errors import DataFormatError, DataMissingError, SetEmptyError, SetFormatError
from evals.importers import import_beir, import_nomiracl, import_pairs, import_squad, import_table, squad

DEMO = Path(__file__).resolve().parents[2] / "corpus" / "demo"


def squad_file(path: Path, *paragraphs: tuple[str, list[dict[str, Any]]]) -> Path:
    """A SQuAD-format file of (context, questions)."""
    made = [{"context": context, "qas": asked} for context, asked in paragraphs]
    path.write_text(json.dumps({"version": "1.1", "data": [{"title": "T", "paragraphs": made}]}), "utf-8")
    return path


def qa(identity: str, question: str, *answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    found = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": identity, "question": question, "answers": found, **more}


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


def articles(path: Path) -> dict[str, Article]:
    loaded = list(load([path]))
    assert all(isinstance(item, Article) for item in loaded)
    return {item.id: item for item in loaded if isinstance(item, Article)}


GERMAN = (
    ("Die Brücke ist alt. Sie stammt von 1968.", [qa("x1", "Von wann ist die Brücke?", ("1968", 35))]),
    (
        "Der Rat tagt in Elmstadt.",
        [qa("x2", "Wo tagt der Rat?", ("Elmstadt", 16)), qa("x3", "Wer tagt?", ("Der Rat", 0))],
    ),
)
ENGLISH = (
    ("The bridge dates from 1968.", [qa("x1", "When was the bridge built?", ("1968", 22))]),
    ("The council meets in Elmstadt.", [qa("x2", "Where does it meet?", ("Elmstadt", 21)), qa("x3", "Who?", ("The council", 0))]),
)  # fmt: skip


def test_questions_of_another_language_find_the_german_contexts_and_answers(tmp_path: Path) -> None:
    german, english = squad_file(tmp_path / "de.json", *GERMAN), squad_file(tmp_path / "en.json", *ENGLISH)
    imported = import_squad("x", german, {"de": german, "en": english}, tmp_path / "out", licence="CC BY-SA 4.0")
    asked = load_set(imported.sets["en"])
    assert (asked.name, asked.licence) == ("x en-de", "CC BY-SA 4.0")
    evidence = (("x-0002", "Der Rat tagt in Elmstadt."),)
    assert asked.cases[2] == Case("x3", "Who?", ("Der Rat",), ("x-0002",), evidence, True, "en")
    assert [case.articles for case in asked.cases] == [("x-0001",), ("x-0002",), ("x-0002",)]
    assert load_set(imported.sets["de"]).cases[0].question == "Von wann ist die Brücke?"
    assert squad.languages(english)[0] == "en"


def test_evidence_is_the_sentence_of_the_answer_or_the_answer_where_its_place_is_wrong(tmp_path: Path) -> None:
    text = "Am 3. Mai kam Dr. Wolf. Er blieb drei Tage. Dann ging er."
    asked = [
        qa("in", "Wie lange?", ("drei Tage", 33)),
        qa("over", "Was?", ("Wolf. Er blieb", 18)),
        qa("off", "Wer?", ("Dr. Wolf", 0)),
    ]
    file = squad_file(tmp_path / "s.json", (text, asked))
    cases = load_set(import_squad("x", file, {"de": file}, tmp_path / "out").sets["de"]).cases
    assert [case.evidence[0][1] for case in cases] == [
        "Er blieb drei Tage.",
        "Am 3. Mai kam Dr. Wolf. Er blieb drei Tage.",
        "Dr. Wolf",
    ]


def test_the_articles_load_as_they_were_and_equal_contexts_are_one(tmp_path: Path) -> None:
    file = squad_file(tmp_path / "de.json", *GERMAN, (GERMAN[0][0], [qa("x4", "Wie ist die Brücke?", ("alt", 15))]))
    imported = import_squad("x", file, {"de": file}, tmp_path / "out")
    found = {(item.id, item.text, item.title, item.language) for item in articles(imported.articles).values()}
    assert found == {("x-0001", GERMAN[0][0], None, "de"), ("x-0002", GERMAN[1][0], None, "de")}
    assert load_set(imported.sets["de"]).cases[3].articles == ("x-0001",)


def test_impossible_questions_are_asked_within_their_context_alone(tmp_path: Path) -> None:
    context, [possible] = GERMAN[0]
    impossible = qa(
        "v2", "Wer baute sie?", is_impossible=True, plausible_answers=[{"text": "1968", "answer_start": 35}]
    )
    unmarked = qa("v3", "Wie lang ist sie?")  # the official script of version 2 takes no answer for impossible
    file = squad_file(tmp_path / "v2.json", (context, [possible, impossible, unmarked]))
    cases = load_set(import_squad("x", file, {"de": file}, tmp_path / "out").sets["de"]).cases
    assert [case.answerable for case in cases] == [True, False, False]
    assert [case.within for case in cases] == [(), ("x-0001",), ("x-0001",)]
    assert cases[1].articles == cases[1].answers == ()


def test_questions_whose_answers_are_held_back_still_have_their_article(tmp_path: Path) -> None:
    file = squad_file(tmp_path / "s.json", ("Der Rat tagt.", [qa("1", "Wer tagt?")]))
    [case] = load_set(import_squad("x", file, {"de": file}, tmp_path / "out").sets["de"]).cases
    assert (case.articles, case.answerable, case.within) == (("x-0001",), True, ())


def test_files_that_are_not_parallel_are_refused(tmp_path: Path) -> None:
    german, english = squad_file(tmp_path / "de.json", *GERMAN), squad_file(tmp_path / "en.json", ENGLISH[0])
    with pytest.raises(DataFormatError, match="not parallel"):
        import_squad("x", german, {"en": english}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pairs_find_their_passage_by_its_text(tmp_path: Path) -> None:
    corpus = lines(tmp_path / "c.jsonl", {"doc_id": 0, "text": "Eins."}, {"doc_id": 7, "text": "Zwei."})
    pairs = lines(tmp_path / "p.jsonl", {"id": "q", "question": "Was? ", "context": "Zwei."})
    imported = import_pairs("m", corpus, pairs, tmp_path / "out")
    case = Case("q", "Was?", articles=("m-7",), answerable=True, language="de")
    assert load_set(imported.sets["de"]).cases == (case,)
    assert list(articles(imported.articles)) == ["m-0", "m-7"]


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


def beir(folder: Path, judgements: str) -> Path:
    lines(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "Hafen", "text": "Der Hafen von Sandholm wird ausgebaut."},
        {"_id": "d2", "title": "", "text": "Die Fähre nach Sandholm fährt zweimal am Tag."},
        {"_id": "d3", "title": "Nur ein Titel", "text": ""},
    )
    lines(folder / "queries.jsonl", {"_id": "q1", "text": "Fährt eine Fähre?"}, {"_id": "q2", "text": "Wird gebaut?"})
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / "test.tsv").write_text(judgements, "utf-8")
    return folder


def test_beir_keeps_ids_and_makes_a_set_of_each_split(tmp_path: Path) -> None:
    judgements = "query-id\tcorpus-id\tscore\nq1\td2\t2\nq1\td1\t0\nq1\td3\t1\nq2\td1\t1\n"
    source = beir(tmp_path / "beir", judgements)
    (source / "qrels" / "dev.tsv").write_text("q2\td2\t1\nq1\td2\t0\n", "utf-8")
    imported = import_beir("b", source, tmp_path / "out", licence="CC0")
    test, dev = load_set(imported.sets["test"]), load_set(imported.sets["dev"])
    assert (test.name, test.licence, dev.name) == ("b test", "CC0", "b dev")
    assert [(case.id, case.question, case.articles) for case in test.cases] == [
        ("q1", "Fährt eine Fähre?", ("d2", "d3")),
        ("q2", "Wird gebaut?", ("d1",)),
    ]
    assert [case.id for case in dev.cases] == ["q2"]  # q1 has no relevant document there
    found = articles(imported.articles)
    assert [(a.id, a.title, a.language) for a in found.values()][:2] == [("d1", "Hafen", "de"), ("d2", None, "de")]
    assert found["d3"].text == "Nur ein Titel"


@pytest.mark.parametrize(
    ("judgements", "detail"),
    [
        ("query-id\tcorpus-id\tscore\nq1 d1 1\n", "line 2, not: query id"),
        ("q1\td1\tyes\n", "line 1, not: query id"),
        ("q9\td1\t1\n", "no query q9"),
        ("q1\td1\t0\n", "no document is judged relevant"),
    ],
)
def test_broken_judgements_are_named_by_their_line(tmp_path: Path, judgements: str, detail: str) -> None:
    with pytest.raises(DataFormatError, match=detail):
        import_beir("b", beir(tmp_path / "beir", judgements), tmp_path / "out")
    assert not (tmp_path / "out" / "articles.jsonl").exists()


def miracl(identity: str, answered: bool, *passages: str) -> dict[str, Any]:
    made = [{"docid": docid, "title": "Fähren", "text": f"Die Fähre {docid} fährt am Morgen."} for docid in passages]
    return {
        "query_id": identity,
        "query": "Welche Fähre fährt nach Sandholm?",
        "has_answer": answered,
        "passages": made,
    }


def test_nomiracl_questions_are_asked_within_their_passages(tmp_path: Path) -> None:
    file = lines(tmp_path / "n.jsonl", miracl("1#0", True, "7#1", "7#2"), miracl("2#0", False, "7#2", "9#0"))
    imported = import_nomiracl("nomiracl", [file], tmp_path / "out", licence="Apache-2.0")
    cases = load_set(imported.sets["de"]).cases
    assert [(case.id, case.answerable, case.within) for case in cases] == [
        ("1#0", True, ("nomiracl-de-7#1", "nomiracl-de-7#2")),
        ("2#0", False, ("nomiracl-de-7#2", "nomiracl-de-9#0")),
    ]
    assert {case.articles for case in cases} == {()}
    found = articles(imported.articles)
    assert list(found) == ["nomiracl-de-7#1", "nomiracl-de-7#2", "nomiracl-de-9#0"]
    assert found["nomiracl-de-9#0"].title == "Fähren"


def test_broken_nomiracl_lines_are_named(tmp_path: Path) -> None:
    good = miracl("1", True, "a")
    for broken in (
        {**good, "has_answer": "no"},
        {**good, "passages": []},
        {**good, "passages": [{"docid": "x"}]},
        {**good, "passages": [{"docid": "a", "title": "Fähren", "text": "Ganz anderer Text."}]},
        {key: value for key, value in good.items() if key != "query"},
    ):
        file = lines(tmp_path / "n.jsonl", good, broken)
        with pytest.raises(DataFormatError, match="line 2"):
            import_nomiracl("n", [file], tmp_path / "out")


def test_a_table_of_a_spreadsheet(tmp_path: Path) -> None:
    table = tmp_path / "fragen.csv"
    text = (
        "ID;Question;Answers;Parts;Answerable;as_of;Evidence\r\n"
        'a;"Wie viele Linden, und wo?";63;"63 | dreiundsechzig; Lindenallee";;2025-06-30;'
        '"[{""article"": ""d1"", ""quote"": ""63 Linden; mehr nicht""}]"\r\n'
        ";;;;;;\r\n"
        ';Wer tagt?;"Der Rat;Rat";;;;\r\n'
        ";Wie ist das Wetter?;;;FALSCH;;\r\n"
    )
    table.write_bytes(text.replace("Wetter", "Wetter in Köln").encode("cp1252"))
    imported, unread = import_table("mine", table, tmp_path / "out")
    assert unread == []
    assert not imported.articles.exists()  # none were given
    first, second, third = load_set(imported.sets["fragen"]).cases
    assert first.parts == (("63", "dreiundsechzig"), ("Lindenallee",))
    assert first.evidence == (("d1", "63 Linden; mehr nicht"),)
    assert str(first.as_of) == "2025-06-30"
    assert (second.answers, second.answerable) == (("Der Rat", "Rat"), True)
    assert (third.question, third.answerable) == ("Wie ist das Wetter in Köln?", False)
    assert second.id.startswith("q-") and second.id != third.id
    again, _ = import_table("mine", table, tmp_path / "again")
    assert load_set(again.sets["fragen"]).cases[1].id == second.id  # the same text, the same id


def test_lists_may_be_json_and_cells_tabs_apart(tmp_path: Path) -> None:
    table = tmp_path / "q.tsv"
    table.write_text('question\tanswers\ttags\twithin\nWer?\t["a; b", "c"]\tx;y\td1\n', "utf-8")
    imported, _ = import_table("t", table, tmp_path / "out")
    [case] = load_set(imported.sets["q"]).cases
    assert (case.answers, case.tags, case.within) == (("a; b", "c"), ("x", "y"), ("d1",))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("question,anwsers\nWer?,x\n", "line 1: the key 'anwsers' is unknown"),
        ("frage,answers\nWer?,x\n", "line 1: 'question' is missing"),
        ("question,answers\n,x\n", "line 2: 'id' is missing"),
        ("question,answerable\nWer?,maybe\n", "line 2: 'answerable' must be"),
        ('question,evidence\n"Wer\nist?",oops\n', "line 2: not valid JSON"),
        ('question,answers\nWer?,"[1"\nWas?,x\n', "line 2: not valid JSON"),
        ("question,answers\nWer?,x,y\n", "line 2: 'Wer\\?' must be 2 cells"),
        ("id,question\n1,Wer?\n1,Was?\n", "line 3: the id '1' is already taken in line 2"),
    ],
)
def test_a_broken_row_is_named_by_its_line(tmp_path: Path, table: str, message: str) -> None:
    path = tmp_path / "q.csv"
    path.write_text(table, "utf-8")
    with pytest.raises(SetFormatError, match=message):
        import_table("t", path, tmp_path / "out")


def test_a_table_without_questions_or_with_a_broken_quote(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("question,answers\n", "utf-8")
    with pytest.raises(SetEmptyError):
        import_table("t", path, tmp_path / "out")
    path.write_text('question\n"Wer?" x\n', "utf-8")
    with pytest.raises(DataFormatError, match="line 2"):
        import_table("t", path, tmp_path / "out")


def test_the_articles_of_a_table_come_out_as_they_would_be_indexed(tmp_path: Path) -> None:
    table = tmp_path / "q.csv"
    table.write_text("question,articles\nWer?,demo-001\n", "utf-8")
    imported, unread = import_table("t", table, tmp_path / "out", DEMO)
    assert unread == []
    before, after = articles(DEMO), articles(imported.articles)
    assert list(after) == list(before)
    for name, article in before.items():
        assert after[name].content_hash == article.content_hash, name


def test_articles_that_can_not_be_read_are_returned(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "good.txt").write_text("Der Rat tagt in Elmstadt und berät den Haushalt.", "utf-8")
    (folder / "empty.txt").write_text("", "utf-8")
    table = tmp_path / "q.csv"
    table.write_text("question\nWer?\n", "utf-8")
    imported, unread = import_table("t", table, tmp_path / "out", folder)
    assert [str(problem.facts["path"]) for problem in unread] == [str(folder / "empty.txt")]
    assert list(articles(imported.articles)) == ["news/good.txt"]
