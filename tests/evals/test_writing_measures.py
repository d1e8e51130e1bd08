"""What evals say of the sentences that a language model wrote."""

from __future__ import annotations

from dataclasses import replace

from evals.cases import Case, QuestionSet
from evals.metrics import WRITING, writing
from evals.results import Run
from evals.run import run
from rag.types import Answer, Sentence, Writing

EXTRACTIVE = Answer(
    "Wer?", "de", "Petra Kolb. [1]", "answered", (Sentence("Petra Kolb.", (1,), "verbatim"),), (), (), 0.9
)
WRITTEN = replace(
    EXTRACTIVE,
    mode="llm",
    sentences=(Sentence("a", (1,), "supported"), Sentence("b", (), "unsupported")),
    writing=Writing("m", sentences=4, removed=3, recited=1, unsupported=2, dropped=("c",)),
)


def test_the_measures_of_one_answer() -> None:
    # Three invented numbers; of 4 sentences 1 was cited anew and 2 are unsupported, of which 1 of the 2 shown.
    assert list(writing(WRITTEN).values()) == [3.0, 0.25, 0.5, 0.5]
    assert writing(EXTRACTIVE) == dict.fromkeys(WRITING)
    refused = replace(WRITTEN, sentences=(), writing=Writing("m", removed=1))
    assert list(writing(refused).values()) == [1.0, None, None, None]


def test_a_run_reports_them() -> None:
    questions = QuestionSet("set", "1", "CC0", tuple(Case(str(n), "Wer?", language="de") for n in range(2)))
    answers = iter([WRITTEN, EXTRACTIVE])
    done = run(questions, lambda question, as_of, *, within: next(answers), progress=False)
    means = {name: (mean.value, mean.counted) for name, mean in done.aggregate().items() if name in WRITING}
    assert means == {
        "invented citations": (3.0, 1), "recited": (0.25, 1), "unsupported written": (0.5, 1), "unsupported shown": (0.5, 1)
    }  # fmt: skip
    assert "unbelegt gezeigt" in done.table("de")
    assert Run.from_json(done.to_json()).aggregate()["recited"].value == 0.25
    crashed = run(questions, lambda question, as_of, *, within: 1 / 0, progress=False)  # type: ignore[arg-type, return-value]
    assert crashed.aggregate()["recited"].value is None  # nothing was written
