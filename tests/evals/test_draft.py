"""Drafts of questions: from articles, from feedback, written, reviewed, by command."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.load import load
from evals.cases import Case, load_set
from evals.draft import add_arguments, draft, draft_from_feedback, main, read_feedback, write
from evals.drafting.proposal import Proposal
from evals.drafting.review import accepted, review
from evals.errors import FeedbackFormatError, FeedbackMissingError, NoTerminalError
from rag.index import Index
from rag.settings import Settings

DEMO = Path(__file__).resolve().parents[2] / "corpus" / "demo"


def article(text: str, language: str = "de", id: str = "a", title: str = "Titel") -> Article:
    return Article(id, text, title=title, published=NewsDate.parse("2023-07-06"), language=language)


@pytest.fixture(scope="module")
def demo() -> list[Article]:
    return [one for one in load([DEMO]) if isinstance(one, Article)]


def test_drafts_of_the_demo_articles_hold_their_evidence(demo: list[Article]) -> None:
    texts = {one.id: one.text for one in demo}
    drafts = draft(demo, 100)
    assert len(drafts) > 20
    assert {"quote", "number", "unanswerable"} <= {proposal.kind for proposal in drafts}
    assert {proposal.case.language for proposal in drafts} == {"de", "en"}
    for proposal in drafts:
        case = proposal.case
        assert "draft" in case.tags and case.question.endswith("?") and case.as_of
        assert case.answerable is not bool(proposal.kind == "unanswerable")
        for place, quote in case.evidence:
            assert quote in texts[place]
            if proposal.kind in ("number", "quote"):
                assert any(answer.lower() in texts[place].lower() for answer in case.answers)


def test_drafts_are_the_same_each_time_and_as_many_as_asked_for(demo: list[Article]) -> None:
    assert draft(demo, 12) == draft(demo, 12)
    assert len(draft(demo, 12)) == 12
    questions = [proposal.case.question for proposal in draft(demo, 100)]
    assert len(questions) == len(set(questions))


def test_articles_that_say_nothing_plain_give_no_draft() -> None:
    assert draft([article("Kurz."), article("", id="b"), article("こんにちは。", id="c", language="ja")]) == []


def test_hostile_articles_give_at_most_text() -> None:
    bad = article("„<script>alert(1)</script> ist kein Satz, den man sagt“, sagte Jörg \u202eHallwachs. " * 50)
    for proposal in draft([bad]):
        assert proposal.case.evidence[0][1] in bad.text


# feedback


def test_a_thumbs_down_becomes_a_question_without_gold() -> None:
    made = draft_from_feedback(
        "  Wann fährt die Linie 7? ", "Im Dezember [1].", [{"article_id": "demo-001", "quote": "x"}], "veraltet",
        dt.date(2024, 5, 16),
    )  # fmt: skip
    case = made.case
    assert (case.question, case.answers, case.articles, case.answerable) == ("Wann fährt die Linie 7?", (), (), None)
    assert (case.as_of, case.language, case.tags) == (dt.date(2024, 5, 16), "de", ("draft", "feedback", "to-check"))
    assert made.note == "Im Dezember [1].\ndemo-001\nveraltet"
    with pytest.raises(ValueError):
        draft_from_feedback(" ", "x")


def test_a_file_of_feedback_is_read_once_a_question(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    lines = [
        {"question": "Wann fährt die Linie 7?", "answer": "Nie.", "citations": [], "as_of": "2024-05-16"},
        {"question": "Wann fährt die Linie 7?", "answer": "Bald.", "as_of": "2024-05-16", "rating": -1},
        {"question": "How tall is the wall?", "answer": "No idea."},
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n", "utf-8")
    found = read_feedback(file)
    assert [(p.case.question, p.case.language) for p in found] == [
        ("Wann fährt die Linie 7?", "de"),
        ("How tall is the wall?", "en"),
    ]


def test_of_the_verdicts_on_an_answer_the_last_counts_and_only_a_down_is_a_draft(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    lines = [
        {"id": "a", "verdict": "down", "question": "Wer sang?"},
        {"id": "b", "verdict": "up", "question": "Wer tanzte?"},
        {"id": "c", "verdict": "down", "question": "Wer spielte?", "comment": "falsch"},
        {"id": "d", "verdict": "down", "question": "Wer schlief?"},
        {"id": "a", "verdict": "down", "question": "Wer sang?", "comment": "Es war Anna."},
        {"id": "b", "verdict": "down", "question": "Wer tanzte?"},
        {"id": "c", "verdict": "up", "question": "Wer spielte?"},
        {"id": "d", "verdict": "none", "question": "Wer schlief?"},
        {"verdict": "down", "question": "Ohne Kennung?"},
        {"verdict": "up", "question": "Auch ohne?"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    found = [(p.case.question, p.note) for p in read_feedback(file)]
    assert found == [("Wer sang?", "Es war Anna."), ("Wer tanzte?", None), ("Ohne Kennung?", None)]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"answer": "x"}', '{"question": 3}', '{"question": "x", "as_of": "gestern"}',
     '{"question": "x", "citations": ["a"]}', '{"question": "x", "answer": {}}', "\xff",
     '{"question": "x", "verdict": "naja"}', '{"question": "x", "id": 7}'],
)  # fmt: skip
def test_a_broken_line_of_feedback_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_bytes(b'{"question": "gut"}\n' + line.encode("latin-1"))
    with pytest.raises(FeedbackFormatError) as raised:
        read_feedback(file)
    assert "line 2" in raised.value.text("en") and "Zeile 2" in raised.value.text("de")
    with pytest.raises(FeedbackMissingError):
        read_feedback(tmp_path / "none.jsonl")


# writing and review


def case(question: str, **changes: object) -> Case:
    return Case(id=question, question=question, tags=("draft", "number"), **changes)  # type: ignore[arg-type]


def test_writing_adds_to_a_set_and_repeats_nothing(tmp_path: Path) -> None:
    file = tmp_path / "fragen.jsonl"
    assert write([case("Eins?"), case("Zwei?")], file) == (2, 2)
    assert write([case("Zwei?"), case("drei ?"), case("Drei?")], file) == (2, 4)
    assert load_set(file).name == "fragen"
    assert write([], tmp_path / "leer.jsonl") == (0, 0) and not (tmp_path / "leer.jsonl").exists()


def reviewed(answers: list[str], *cases: Case) -> tuple[list[Case], str]:
    """What is kept, and what was shown, when a person types ``answers``."""
    typed, kept, shown = iter(answers), list[Case](), list[str]()

    def ask(text: str) -> str:
        shown.append(text)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    proposals = [Proposal(one, "number", note="Hinweis\x1b[31m") for one in cases]
    count = review(proposals, kept.append, {"a": "Titel", "b": "Anderer"}, "de", ask, shown.append)
    assert count == len(kept)
    return kept, "\n".join(shown)


def test_accepted_ones_are_kept_and_quitting_keeps_them() -> None:
    one, two, three = case("Eins?"), case("Zwei?"), case("Drei?")
    kept, shown = reviewed(["j", "n", "q"], one, two, three)
    assert kept == [one] and "[3/3]" in shown
    assert reviewed(["J", "was?", "ja"], one, two)[0] == [one, two]
    assert reviewed(["j"], one, two)[0] == [one]  # the input ends
    assert "\x1b" not in shown


def test_editing_changes_what_is_typed_and_keeps_the_rest() -> None:
    given = case("Wie viele?", answers=("12",), articles=("a",), evidence=(("a", "Es sind 12."),), answerable=True)
    (kept,), _ = reviewed(["e", "Wie viele Häuser?", "zwölf | 12", "", "j"], given)
    assert (kept.question, kept.answers, kept.evidence) == ("Wie viele Häuser?", ("zwölf", "12"), given.evidence)
    (kept,), shown = reviewed(["e", "", "", "c", "b", "j"], given)
    assert kept.articles == ("b",) and kept.evidence == () and "Nicht im Index: c" in shown
    (kept,), _ = reviewed(["e", "", "-", "j"], given)
    assert (kept.answers, kept.articles, kept.answerable) == ((), (), False)


def test_an_accepted_question_is_a_draft_no_more() -> None:
    assert accepted(case("Eins?")).tags == ("number",)


# the command


def command(index: Index, *given: object) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser, "de")
    arguments = parser.parse_args([str(one) for one in given])
    return main(arguments, Settings.load(index=index.path), "de")


def test_the_command_writes_drafts_that_load(
    make_index: Callable[..., Index], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = make_index()
    index.ingest(
        [DEMO / "demo-001-linie-7-beschluss.md", DEMO / "demo-007-demo-kreisssaal-nachlese.md"], progress=False
    )
    out = tmp_path / "drafts.jsonl"
    assert command(index, "--out", out) == 0
    written = load_set(out)
    assert any(one.question.startswith("Wer sagte: „") for one in written.cases)
    assert any(one.question == "Wie viele Kinder kamen im Jahr 2023 in Mühlrode zur Welt?" for one in written.cases)
    assert f"{len(written.cases)} davon neu" in capsys.readouterr().err
    before = out.read_bytes()
    assert command(index, "--out", out) == 0 and out.read_bytes() == before  # nothing twice
    feedback = tmp_path / "feedback.jsonl"
    feedback.write_text('{"question": "Wann fährt die Linie 7?", "answer": "Nie."}', "utf-8")
    assert command(index, "--out", out, "--feedback", feedback) == 0
    assert [one.question for one in load_set(out).cases[len(written.cases) :]] == ["Wann fährt die Linie 7?"]
    feedback.write_text('{"question": "Wer?", "verdict": "up"}', "utf-8")
    capsys.readouterr()
    assert command(index, "--out", out, "--feedback", feedback) == 1
    assert "keine Antwort bemängelt" in capsys.readouterr().err


def test_review_needs_a_terminal_and_nothing_to_propose_is_told(
    make_index: Callable[..., Index],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = make_index()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(NoTerminalError):
        command(index, "--review")
    assert command(index, "--out", tmp_path / "x.jsonl") == 1
    assert "belegt ingest" in capsys.readouterr().err and not (tmp_path / "x.jsonl").exists()
