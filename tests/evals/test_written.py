"""Drafts of a language model, measured as written and as shown: by hand over two articles and a scripted model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from evals import held, written
from evals.cases import Case
from evals.held import ROWS, Kept, judged, share
from rag.answerer import Answerer
from rag.index import Index
from tests.llm_endpoint import MODEL, Script, running

TEXTS = {
    "bridge": "Die Altbrücke in Krellbach ist seit Montag gesperrt. Bei einer Prüfung der Altbrücke fanden Gutachter 14 Risse.",
    "council": "Der Stadtrat von Krellbach stimmte für den Neubau der Schule. Die Opposition lehnte den Plan ab.",
}
CASE = Case(
    "q1", "Wie viele Risse hat die Altbrücke in Krellbach?", ("14",), ("bridge",), answerable=True, language="de"
)


@pytest.fixture
def answerer(make_index: Callable[..., Index]) -> Answerer:
    index = make_index(llm_url="http://127.0.0.1:9/v1", llm_model=MODEL)
    day = NewsDate.parse("2024-10-16")
    index.add([Article(id=name, title=name, text=text, published=day, language="de") for name, text in TEXTS.items()])
    return Answerer(index)


def kept(answerer: Answerer, text: str, fault: str | None = None, case: Case = CASE) -> Kept:
    """``text`` with {bridge} and {council} as the numbers that the passages have in the prompt."""
    of = held.task(answerer, case)
    shown = held.prompt(of, answerer.settings).shown
    numbers = {passage.article_id: f"[{n}]" for n, passage in enumerate(shown, 1)}
    chunks = tuple(passage.chunk_id for passage in of.passages)
    return Kept(case.id, MODEL, chunks, text.format(**numbers), fault, 1.0)


def test_as_written_and_as_shown(answerer: Answerer) -> None:
    draft = kept(
        answerer,
        "Gutachter fanden 14 Risse {bridge}. Der Stadtrat stimmte für den Neubau der Schule {bridge}. "
        "Gutachter fanden 87 Risse {bridge} [9]. Die Opposition lehnte den Plan ab.",
    )
    result = judged(answerer, CASE, draft)
    written_, shown = result.values
    # As written: the first of 4 sentences is borne out by what it cites; of 3 citations and an invented one it has one.
    assert written_["sentences an answer"] == (4, 1)
    assert written_["citation recall"] == (1, 4)
    assert written_["citation precision"] == (1, 4)
    assert written_["sentences not borne out"] == (3, 4)
    assert written_["cited articles that are gold"] == (3, 4)
    assert written_["gold wording in the answer"] == (1, 1)
    # As shown: 87 is dropped, the school and the plan are cited anew.
    assert shown["sentences an answer"] == (3, 1)
    assert shown["citation recall"] == shown["citation precision"] == (3, 3)
    assert shown["sentences not borne out"] == (0, 3)
    assert shown["cited articles that are gold"] == (1, 3)
    assert (result.sentences, result.invented, result.uncited, result.recited, result.dropped) == (4, 1, 1, 2, 1)


def test_what_helps_to_bear_a_sentence_out_is_precise(answerer: Answerer) -> None:
    both = "Gutachter fanden an der Altbrücke 14 Risse {bridge}{council}."
    values, _ = judged(answerer, CASE, kept(answerer, both)).values
    assert values["citation recall"] == (1, 1)
    assert values["citation precision"] == (1, 2)  # without the council's it is borne out too, and by that alone not


@pytest.mark.parametrize(
    ("text", "fault", "shown"),
    [
        ("Dazu steht nichts in den Artikeln.", None, 0),
        ("The experts found 14 cracks in the bridge {bridge}. It is closed.", None, 0),  # another language
        ("Gutachter fanden 14 Risse {bridge}. Gutachter fan", "length", 1),  # half a sentence counts on neither side
    ],
)
def test_drafts_with_little_in_them(answerer: Answerer, text: str, fault: str | None, shown: int) -> None:
    result = judged(answerer, CASE, kept(answerer, text, fault))
    assert result.values[1]["answered"] == (float(bool(shown)), 1)
    if fault:
        assert result.values[0] == result.values[1]
    unanswerable = Case("q2", CASE.question, answerable=False, language="de")
    values, _ = judged(answerer, unanswerable, kept(answerer, text, fault, unanswerable)).values
    assert values["answered, of the unanswerable"] == (float(result.sentences > 0), 1)
    assert values["gold wording in the answer"] == values["cited articles that are gold"] == (0, 0)


def test_other_passages_than_the_model_saw_are_an_error(answerer: Answerer) -> None:
    draft = kept(answerer, "Gutachter fanden 14 Risse {bridge}.")
    with pytest.raises(ValueError, match="other passages"):
        judged(answerer, CASE, Kept(**{**{n: getattr(draft, n) for n in draft.__slots__}, "chunks": (99,)}))


def test_shares() -> None:
    assert share([]) == share([(0, 0), (0, 0)]) == "-"
    assert share([(1, 2), (0, 0), (3, 3)]).startswith("0.800 [")  # 4 of 5


def test_the_command_goes_on_where_it_ended(
    answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    questions, drafts = tmp_path / "set.jsonl", tmp_path / "drafts.jsonl"
    cases = [{"id": f"q{n}", "question": CASE.question, "answers": ["14"], "articles": ["bridge"]} for n in range(3)]
    questions.write_text("".join(json.dumps(case) + "\n" for case in cases), "utf-8")

    class Opened:
        @staticmethod
        def open(settings: Any) -> Any:
            answerer.index.__dict__["settings"] = answerer.settings = settings
            return __import__("contextlib").nullcontext(answerer)

    monkeypatch.setattr(written, "Answerer", Opened)
    with running() as endpoint:
        monkeypatch.setenv("BELEGT_LLM_URL", endpoint.url)
        monkeypatch.setenv("BELEGT_LLM_MODEL", MODEL)
        endpoint.says(Script("Gutachter fanden 14 Risse [1]. Und", finish="length"))
        given = [str(questions), "--index", str(answerer.settings.index), "--drafts", str(drafts)]
        assert written.main([*given, "--seconds", "0"]) == 1
        assert "0 of 3" in capsys.readouterr().err
        assert written.main([*given, "--limit", "2", "--tokens", "50"]) == 0
        assert written.main(given) == 0
        assert [request["max_tokens"] for request in endpoint.asked] == [50, 50, 200]
    table = capsys.readouterr().out
    assert all(name in table for name in ROWS)
    assert [json.loads(line)["fault"] for line in drafts.read_text("utf-8").splitlines()] == ["length"] * 3
