"""The follow-up dialogues are what they say, and the command counts what is there."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from corpus import load
from evals import followups, load_set
from evals.followups import CORPUS, QUESTIONS, Dialogue, Result, dialogues, listed, table
from rag.answerer import Answerer
from rag.followup import understand
from rag.types import Turn

ALL = dialogues()


def test_the_set_is_what_its_header_says() -> None:
    assert Counter((d.split, d.leans) for d in ALL) == {
        ("dev", True): 30,
        ("dev", False): 30,
        ("held-out", True): 20,
        ("held-out", False): 20,
    }
    assert {d.kind for d in ALL} == {
        "word", "ellipsis", "swap", "pronoun", "adverb", "definite", "source", "independent"
    }  # fmt: skip
    assert len({d.id for d in ALL}) == len({(d.asked, d.question) for d in ALL}) == 100
    known = {article.id for article in load([CORPUS])}
    assert all(d.asked and d.articles and known.issuperset(d.articles) for d in ALL)


@pytest.mark.parametrize("name", ["demo", "temporal"])
def test_no_question_of_our_other_sets_leans_on_the_one_before(name: str) -> None:
    questions = [case.question for case in load_set(QUESTIONS.parent / f"{name}.jsonl").cases]
    leaning = [(a, b) for a, b in pairwise(questions) if understand(b, [Turn(a)])]
    assert leaning == []


def _result(split: str, leans: bool, understood: str | None, raw: str, found: str) -> Result:
    kind = "pronoun" if leans else "independent"
    dialogue = Dialogue("x1", split, "de", kind, ("Wer war das?",), "Wann?", ("gold",))
    return Result(dialogue, understood, (raw, "b", "c", "d", "e", "gold"), (found,))


def test_shares_are_of_the_questions_they_are_about() -> None:
    results = [
        _result("dev", True, "Wann war das?", "a", "gold"),
        _result("dev", True, "Wann war das?", "gold", "a"),
        _result("dev", True, "Wann war das?", "gold", "gold"),
        _result("dev", True, None, "a", "a"),  # sixth place is no hit
        _result("dev", False, None, "gold", "gold"),
        _result("dev", False, "Wann?", "gold", "gold"),
    ]
    row = next(line.split() for line in table(results).splitlines() if line.startswith("dev"))
    # name, leaning, seen 3/4, interval, others, left alone 1/2, interval, raw 2/4, interval, understood 2/4, interval
    assert [row[i] for i in (1, 2, 5, 6, 9, 12)] == ["4", "0.750", "2", "0.500", "0.500", "0.500"]
    assert [line[0] for line in listed(results, everything=True).splitlines()[::2]] == [
        "!" if i in (1, 3, 5) else " " for i in (0, 1, 2, 3, 5)
    ]


def test_the_command_holds_the_dialogues(demo_answerer: Answerer) -> None:
    chosen = [d for d in ALL if d.id in ("f02", "f31")]
    leaning, alone = followups.run(demo_answerer, chosen)
    assert leaning.understood_as == "Seit wann ist die Speicherbrücke gesperrt?"
    assert leaning.right and leaning.hit(leaning.found)
    assert alone.understood_as is None and alone.right and alone.found == alone.raw


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(followups.BelegtError, match=r"none\.jsonl"):
        dialogues(tmp_path / "none.jsonl")
