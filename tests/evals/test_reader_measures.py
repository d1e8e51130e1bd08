"""What the reader is measured by, on readings that can be computed by eye."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals.errors import DataMissingError
from evals.metrics import auroc
from evals.reader import Given, development, main, summary, table, xquad
from rag.models.reader.model import Reading, Span


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    # Positives 3 and 1, negatives 2 and 1: 3>2, 3>1, 1<2, 1=1 (half): (1 + 1 + 0 + .5) / 4.
    labels = np.array([True, True, False, False])
    assert auroc([3, 1, 2, 1], labels) == pytest.approx(2.5 / 4)
    assert auroc([-np.inf, 5, -np.inf, 2], labels) == pytest.approx((0.5 + 0 + 1 + 1) / 4)


def test_the_summary_counts_answers_and_tells_passages_apart() -> None:
    text = "Der Turm ist 40 Meter hoch."
    given = [
        Given("p", "Wie hoch?", "", text, ("40 Meter",), "de"),
        Given("p", "Was?", "", text, ("Der Turm",), "de"),
        Given("p", "Wer?", "", text, (), "de"),
    ]
    # "40 Meter hoch" against "40 Meter": precision 2/3, recall 1, F1 4/5; "Turm" matches, articles do not count.
    readings = [
        Reading((Span(13, 26, 2.0),), 1.0, 0.5),
        Reading((Span(4, 8, -1.0),), 3.0, 0.5),
        Reading((Span(4, 8, 0.0),), 0.0, 0.5),
    ]
    part, everything = summary(given, readings)
    assert (part["part"], part["n"], part["unanswerable"], everything["part"]) == ("p", 2, 1, "all")
    assert part["EM"]["mean"] == pytest.approx(1 / 2)
    assert part["F1"]["mean"] == pytest.approx((4 / 5 + 1) / 2)
    assert part["AUROC"]["margin"] == pytest.approx(1 / 2)
    assert part["AUROC"]["answerable"] == 1
    assert part["AUROC"]["relevant"] == pytest.approx(1 / 2)
    assert part["AUROC"]["margin + answerable"] == 1  # 3 and 2 against 0
    assert "0,900" in table([part], "de")


def test_missing_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataMissingError):
        development(tmp_path)
    with pytest.raises(DataMissingError, match=r"xquad\.de"):
        xquad(tmp_path, ["de"], None)


def test_a_limit_takes_the_same_questions_in_every_language(tmp_path: Path) -> None:
    (tmp_path / "xquad").mkdir()
    for language in ("de", "en"):
        asked = [
            {"id": str(i), "question": f"{language} {i}", "answers": [{"text": "a", "answer_start": 0}]}
            for i in range(9)
        ]
        page = {"data": [{"paragraphs": [{"context": "a b", "qas": asked}]}]}
        (tmp_path / "xquad" / f"xquad.{language}.json").write_text(json.dumps(page), "utf-8")
    assert [g.question for g in xquad(tmp_path, ["de", "en"], 3)] == ["de 0", "de 4", "de 8", "en 0", "en 4", "en 8"]


def test_an_adapter_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--adapter", str(tmp_path / "none"), "--data", str(tmp_path), "--development"]) == 2
    assert str(tmp_path) in capsys.readouterr().err
