from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.article import Article
from rag.conversations import FILE, LONGEST_TITLE, Conversations, forgetting
from rag.errors import ConversationsError
from rag.index import Index
from rag.kept import with_passages
from rag.rows import Filter
from rag.types import QuestionTime
from tests.page_samples import BRIDGE, BRIDGE_ANSWER, HOSTILE, passage

ONLY = Filter(since=dt.date(2024, 1, 1), sources=("Hafenkurier",), languages=("de",))
ANSWER = replace(
    BRIDGE_ANSWER, passages=(passage(BRIDGE), passage(HOSTILE)), time=QuestionTime("range", "2024", 0, 4, "2024-01-01")
)


def known(article_id: str) -> str | None:
    return f"version of {article_id}"


def article(article_id: str) -> Article | None:
    return {BRIDGE.id: BRIDGE, HOSTILE.id: HOSTILE}.get(article_id)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def asked(kept: Conversations, question: str = "Wie alt ist die Brücke?", browser: str = "b", turn: str = "t") -> str:
    conversation = kept.begin(browser, question)
    assert kept.ask(browser, conversation, turn, question, "im März", ONLY)
    return conversation


def answered(kept: Conversations) -> str:
    conversation = asked(kept)
    kept.settle("t", "answered", ANSWER, known)
    return conversation


def test_a_turn_comes_back_whole(kept: Conversations) -> None:
    conversation = answered(kept)
    kept.rate("t", "down", "So nicht.")
    (turn,) = Conversations(kept.path.parent).turns("b", conversation, known) or []
    assert (turn.id, turn.question, turn.ignored, turn.state) == ("t", "Wie alt ist die Brücke?", "im März", "answered")
    assert turn.only == ONLY and (turn.verdict, turn.comment) == ("down", "So nicht.")
    assert turn.changed == turn.gone == frozenset()
    assert with_passages(turn, article) == replace(ANSWER, passages=with_passages(turn, article).passages)  # type: ignore[union-attr]
    assert [p.text for p in with_passages(turn, article).passages] == [BRIDGE.text, HOSTILE.text]  # type: ignore[union-attr]


def test_of_passages_no_word_is_kept(kept: Conversations) -> None:
    answered(kept)
    assert b"Danach." not in kept.path.read_bytes() and b"1968" in kept.path.read_bytes()
    assert "Böse".encode() in kept.path.read_bytes()  # the source that a filter may name


def test_the_file_is_for_its_owner_and_does_not_tell_who_was_there(kept: Conversations) -> None:
    asked(kept, browser="0123456789abcdef")
    assert kept.path.stat().st_mode & 0o077 == 0
    assert b"0123456789abcdef" not in kept.path.read_bytes()


def test_conversations_are_listed_last_used_first_and_found_by_words_in_any_case(kept: Conversations) -> None:
    first = answered(kept)
    second = asked(kept, "Was ist in ÖSTERREICH los?", turn="t2")
    assert [entry.id for entry in kept.listed("b")] == [second, first]
    assert kept.ask("b", first, "t3", "Und jetzt?", "", Filter())
    assert [entry.id for entry in kept.listed("b")] == [first, second]
    assert [entry.id for entry in kept.listed("b", "österreich")] == [second]
    assert [entry.id for entry in kept.listed("b", "aus dem jahr")] == [first]  # what was answered
    assert [entry.id for entry in kept.listed("b", "brücke 1968")] == [first]
    assert kept.listed("b", "brücke österreich") == [] and kept.listed("b", "%") == []
    kept.rename("b", second, "  Reise \n planen ")
    assert kept.listed("b", "reise")[0].title == "Reise planen"
    kept.rename("b", second, "  ")
    assert kept.title("b", second) == "Reise planen"
    kept.rename("b", second, "x" * 1000)
    assert len(kept.title("b", second) or "") == LONGEST_TITLE


def test_another_browser_sees_and_changes_nothing(kept: Conversations) -> None:
    conversation = answered(kept)
    assert kept.listed("c") == [] and kept.turns("c", conversation, known) is None
    assert not kept.ask("c", conversation, "t9", "Hinein?", "", Filter())
    kept.rename("c", conversation, "Meins")
    kept.delete("c", conversation)
    (turn,) = kept.turns("b", conversation, known) or []
    assert turn.answer is not None and kept.title("b", conversation) == "Wie alt ist die Brücke?"


def test_what_is_deleted_leaves_no_byte(kept: Conversations) -> None:
    conversation = answered(kept)
    other = asked(kept, "Bleibt?", turn="t2")
    kept.delete("b", conversation)
    assert [entry.id for entry in kept.listed("b")] == [other]
    kept.settle("t", "answered", ANSWER, known)  # an answer that comes late
    assert kept.turns("b", conversation, known) is None
    beside = b"".join(path.read_bytes() for path in kept.path.parent.iterdir())
    assert "Brücke".encode() not in beside and b"1968" not in beside and b"Bleibt?" in beside


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_a_question_without_an_answer_is_kept(kept: Conversations, state: str) -> None:
    conversation = asked(kept)
    assert [turn.state for turn in kept.turns("b", conversation, known) or []] == ["open"]
    kept.settle("t", state, None, known)  # type: ignore[arg-type]
    (turn,) = kept.turns("b", conversation, known) or []
    assert (turn.state, turn.answer) == (state, None)


def test_articles_that_changed_or_went_are_told(kept: Conversations) -> None:
    conversation = answered(kept)
    (turn,) = kept.turns("b", conversation, lambda id: "newer" if id == BRIDGE.id else None) or []
    assert (turn.changed, turn.gone) == ({BRIDGE.id}, {HOSTILE.id})
    assert with_passages(turn, article).passages == ()  # type: ignore[union-attr]


def test_an_answer_over_a_deleted_article_loses_its_words(kept: Conversations) -> None:
    conversation = answered(kept)
    with forgetting(kept.path.parent, [HOSTILE.id]):  # a passage of it was near, but no word of it was kept
        pass
    assert [turn.state for turn in kept.turns("b", conversation, known) or []] == ["answered"]
    with pytest.raises(ZeroDivisionError), forgetting(kept.path.parent, [BRIDGE.id]):
        raise ZeroDivisionError
    with pytest.raises(sqlite3.OperationalError), forgetting(kept.path.parent, [BRIDGE.id]):
        raise sqlite3.OperationalError("of the store")
    assert [turn.state for turn in kept.turns("b", conversation, known) or []] == ["answered"]
    with forgetting(kept.path.parent, [BRIDGE.id]):
        pass
    (turn,) = kept.turns("b", conversation, known) or []
    assert (turn.state, turn.answer, turn.changed, turn.gone) == ("forgotten", None, frozenset(), frozenset())
    assert b"1968" not in kept.path.read_bytes() and kept.listed("b", "1968") == []


def test_an_answer_that_comes_after_the_deletion_is_kept_without_its_words(kept: Conversations) -> None:
    conversation = asked(kept)
    kept.settle("t", "answered", ANSWER, lambda _: None)
    assert [turn.state for turn in kept.turns("b", conversation, known) or []] == ["forgotten"]
    assert b"1968" not in kept.path.read_bytes()


def test_deleting_from_the_index_reaches_the_conversations(make_index: Callable[..., Index]) -> None:
    index = make_index()
    index.add([BRIDGE, HOSTILE])
    kept = Conversations(index.path)
    conversation = asked(kept)
    kept.settle("t", "answered", ANSWER, index.version)
    (turn,) = kept.turns("b", conversation, index.version) or []
    assert turn.state == "answered" and not turn.changed and not turn.gone
    index.add([replace(BRIDGE, text=BRIDGE.text + " Der Bau dauert.")])
    (turn,) = kept.turns("b", conversation, index.version) or []
    assert turn.changed == {BRIDGE.id} and not turn.gone
    index.delete([BRIDGE.id])
    (turn,) = kept.turns("b", conversation, index.version) or []
    assert turn.state == "forgotten" and b"1968" not in kept.path.read_bytes()


def test_an_answer_of_another_version_counts_as_failed(kept: Conversations) -> None:
    conversation = answered(kept)
    with sqlite3.connect(kept.path) as db:
        db.execute("UPDATE turns SET answer = '{}'")
    (turn,) = kept.turns("b", conversation, known) or []
    assert (turn.state, turn.answer) == ("failed", None)


def test_reading_makes_no_file(kept: Conversations) -> None:
    assert kept.listed("b") == [] and kept.turns("b", "x", known) is None
    with forgetting(kept.path.parent, ["x"]):
        pass
    assert not kept.path.exists()


def test_a_file_that_can_not_be_used_is_an_error_that_says_what_to_do(kept: Conversations, tmp_path: Path) -> None:
    kept.path.write_bytes(b"something else, long enough to be a header of a file" * 9)
    with pytest.raises(ConversationsError, match="move the file away"):
        kept.listed("b")
    with pytest.raises(ConversationsError):
        Conversations(tmp_path / "missing").begin("b", "x")
    kept.path.unlink()
    asked(kept)
    with sqlite3.connect(kept.path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ConversationsError, match="format 99"):
        kept.listed("b")
    assert kept.path.name == FILE
