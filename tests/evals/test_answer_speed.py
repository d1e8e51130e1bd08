"""The speed of answers, taken apart."""

from __future__ import annotations

from evals.answer_speed import PARTS, measure, table
from rag.answerer import Answerer


def test_the_parts_of_an_answer_add_up(demo_answerer: Answerer) -> None:
    times = measure(demo_answerer, ["Wie viele Zuschauer waren beim Aufstiegsspiel?", "Wer baut den Windpark?"])
    assert {part: len(values) for part, values in times.items()} == dict.fromkeys(PARTS, 2)
    for first, whole, read, made in zip(
        *(times[p] for p in ("first sentence", "whole answer", "reading", "composing")), strict=True
    ):
        assert 0 < read + made < first <= whole


def test_the_table_has_quantiles() -> None:
    rows = table({"reading": [1.0, 2.0, 3.0]}).splitlines()
    assert [row.split() for row in rows if "reading" in row] == [["reading", "2", "3", "3"]]
