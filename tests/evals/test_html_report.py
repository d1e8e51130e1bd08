from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_samples import ATTACKS, hostile_run, run, saved

from evals import html_report
from evals.cases import Case, QuestionSet
from evals.errors import NothingComparedError, OutputError, RunFormatError, RunMissingError
from evals.report_page import rows
from evals.report_page.curve import coverage_risk_svg
from evals.report_page.intervals import stated_intervals
from evals.results import Result, Run
from rag.settings import Settings

CSS = (Path(html_report.__file__).parent / "report_page" / "page.css").read_text("utf-8")


class Page(HTMLParser):
    """What a browser would see of a page: elements with their attributes, and the text outside of script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.contents: dict[str, list[str]] = {}
        self.seen: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.contents.setdefault(self._inside, []).append(data)
        if self._inside not in ("script", "style"):
            self.seen.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())


def data(text: str) -> Any:
    """The JSON that the page carries."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def record(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": "q", "question": "Wie viele?", "answers": ["12"], "articles": ["a"], "evidence": [], "answerable": True,
        "answer": "Es sind 12.", "status": "answered", "confidence": 0.5, "citations": [], "seconds": 1.0, "error": None,
        "measures": {"contained": 1.0, "error": 0.0},
    }  # fmt: skip
    return given | changes


def test_the_head_says_what_was_measured_and_where_it_comes_from() -> None:
    text = Page(html_report.page(saved(30), language="de")).text
    wrong = sum(result.wrong for result in run(30).results)
    for stated in ("made-up 1", "30 Fragen", f"{wrong} falsch beantwortet", "0123456789ab", "000000000000",
                   "21. November 2026", saved(30)["set"]["sha256"]):  # fmt: skip
        assert stated in text


def test_measures_stand_with_value_interval_and_count() -> None:
    text = Page(html_report.page(saved(30), language="en")).text
    mean = saved(30)["measures"]["nDCG@10"]
    # 30 made-up questions, every sixth unanswerable: 25 have a gold article
    assert f"nDCG@10 {mean['value']:.3f} {mean['low']:.3f} – {mean['high']:.3f} 25" in text.replace("\xa0", " ")


def test_in_german_numbers_have_a_comma_and_every_text_is_german() -> None:
    text = Page(html_report.page(saved(30), language="de")).text
    mean = saved(30)["measures"]["contained"]["value"]
    assert f"{100 * mean:.1f} %".replace(".", ",") in text.replace("\xa0", " ")
    assert "Maße" in text and "Measures" not in text


def test_intervals_that_a_file_does_not_state_are_computed() -> None:
    stated = saved(30)
    bare = {name: {"value": one["value"], "counted": one["counted"]} for name, one in stated["measures"].items()}
    found = stated_intervals(stated | {"measures": bare})
    assert found["nDCG@10"] == pytest.approx(
        (stated["measures"]["nDCG@10"]["low"], stated["measures"]["nDCG@10"]["high"])
    )


def test_slices_are_grouped_and_lead_to_their_questions() -> None:
    page = Page(html_report.page(saved(60)))
    links = {attributes["data-slice"] for tag, attributes in page.elements if tag == "a" and "data-slice" in attributes}
    assert {"erfunden", "language:de", "source:Hafenkurier", "year:2024"} <= links
    every = {name for row in data(html_report.page(saved(60)))["rows"] for name in row["slices"]}
    assert links <= every


def test_the_curve_is_drawn_where_there_are_confidences() -> None:
    assert '<svg class="curve"' in html_report.page(saved(30))
    assert '<svg class="curve"' not in html_report.page(saved(30) | {"risk": []})


def test_the_curve_spans_coverage_and_a_round_share_of_risk() -> None:
    svg = coverage_risk_svg([(0.5, 0.0), (1.0, 0.3)], "title", "coverage", "risk")
    # the axis ends at 40 %, the smallest round share above 30 %; the middle of coverage is half of 100 %
    assert "40&nbsp;%" in svg and "60&nbsp;%" not in svg
    (line,) = re.findall(r'class="line" points="([^"]+)"', svg)
    (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in line.split())
    assert (x2 - x1) * 2 == pytest.approx(560 - 80 - 30, abs=0.2)  # width less margins, of which half is covered
    assert (y1 - y2) / 0.3 * 0.4 == pytest.approx(320 - 14 - 62, abs=0.2)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "right"),
        ({"measures": {"contained": 0.0, "error": 0.0}}, "wrong"),
        ({"measures": {"contained": 0.0, "error": 1.0}, "status": "not_found"}, "refused"),
        ({"measures": {"hallucination": 1.0}, "answerable": False}, "hallucinated"),
        ({"measures": {"hallucination": 0.0}, "answerable": False, "status": "not_found"}, "right"),
        ({"measures": {"contained": 0.0, "error": 1.0}, "error": "ValueError: x"}, "crashed"),
        ({"measures": {}, "answerable": None}, "unmeasured"),
        ({"measures": {"R@5": 0.0, "RR": 0.1}}, "missed"),
        ({"measures": {"R@5": 0.5, "RR": 1.0}}, "right"),
    ],
)
def test_outcomes(changes: dict[str, Any], outcome: str) -> None:
    assert rows.outcome(record(**changes)) == outcome


def test_outcomes_call_wrong_what_results_call_wrong() -> None:
    done = run(120)
    records = {one["id"]: one for one in done.to_json()["results"]}
    assert any(result.wrong for result in done.results)
    for result in done.results:
        assert rows.is_wrong(records[result.case.id]) == result.wrong


def test_the_slowest_of_twenty_and_conflicts_have_their_flags() -> None:
    times = [{"seconds": s / 10} for s in range(1, 21)]
    limit = rows.slow_from(times)  # the 95th percentile of .1 to 2.0 is 1.905
    assert [s["seconds"] for s in times if "slow" in rows.flags(record(**s), limit)] == [2.0]
    assert rows.flags(record(status="conflicting"), limit) == ["conflicting"]


PASSAGE: dict[str, Any] = {
    "article_id": "a",
    "title": "T",
    "text": "Erst das. Dann 🚀 der Beleg. Ende.",
    "start": 40,
    "end": 74,
}


def row_of(**changes: Any) -> tuple[dict[str, Any], rows.Rows]:
    made = rows.Rows({"results": [record(**changes)]}, None, {}, ["contained"], "de")
    return made.rows[0], made


def units(text: str, start: int, end: int) -> str:
    """What JavaScript's ``text.slice(start, end)`` gives."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def test_the_cited_sentence_is_found_in_its_passage() -> None:
    quote = "Dann 🚀 der Beleg."
    start = 40 + PASSAGE["text"].index(quote)
    citation = {"number": 1, "article_id": "a", "quote": quote, "start": start, "end": start + len(quote)}
    evidence = [{"article": "a", "quote": "der Beleg"}]
    row, made = row_of(passages=[PASSAGE], citations=[citation], evidence=evidence)
    for shown in (row["cited"][0], row["found"][0]):
        text = made.passages[shown["passage"]]["text"]
        assert [units(text, *mark) for mark in shown["marks"]] == [quote]
        assert [units(text, *span) for span in shown["gold"]] == ["der Beleg"]
    assert len(made.passages) == 1  # told once


def test_a_quote_outside_of_every_passage_stands_alone() -> None:
    citation = {"number": 1, "article_id": "b", "quote": "Woanders.", "start": 0, "end": 9}
    row, made = row_of(passages=[PASSAGE], citations=[citation])
    assert made.passages[row["cited"][0]["passage"]] == {"article": "b", "text": "Woanders."}
    assert row["cited"][0]["marks"] == [[0, 9]]


def test_without_passages_the_ranking_names_articles() -> None:
    assert row_of(retrieved=["a", "b"])[0]["found"] == [{"article": "a"}, {"article": "b"}]


@given(st.text(max_size=60), st.data())
def test_marks_survive_removed_characters_and_surrogate_pairs(text: str, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.integers(start, len(text)))
    passage = {"article_id": "a", "text": text, "start": 7, "end": 7 + len(text)}
    citation = {"number": 1, "article_id": "a", "quote": text[start:end], "start": 7 + start, "end": 7 + end}
    row, made = row_of(passages=[passage], citations=[citation])
    cited = row["cited"][0]
    shown = made.passages[cited["passage"]]["text"]
    assert [units(shown, *mark) for mark in cited["marks"]] == [rows.plain(text[start:end])]


def test_against_a_baseline_differences_tests_and_changed_questions_are_shown() -> None:
    ours, theirs = saved(60), saved(60, seed=2)
    text = html_report.page(ours, theirs, "en")
    assert "Baseline" in Page(text).text and "Careful" not in Page(text).text
    before = {one.case.id: one for one in run(60, seed=2).results}
    for row, one in zip(data(text)["rows"], run(60).results, strict=True):
        assert ("lost" in row["flags"]) == (one.wrong and not before[one.case.id].wrong)
        assert ("won" in row["flags"]) == (before[one.case.id].wrong and not one.wrong)
        assert row["before"][0] == before[one.case.id].answer


def test_p_values_are_those_of_compare() -> None:
    from evals.comparison import compare

    ours, theirs = run(60), run(60, seed=2)
    found = {row.measure: row for row in compare(theirs, ours).rows}["nDCG@10"]
    assert found.difference is not None and found.p is not None
    text = Page(html_report.page(ours.to_json(), theirs.to_json(), "en")).text.replace("\xa0", " ")
    signed = f"{found.difference.difference:+.3f}".replace("-", "−")
    assert re.search(rf"nDCG@10 .*? {re.escape(signed)} {found.p:.3f} ", text)


def test_a_baseline_with_other_questions_is_compared_on_the_same_ones_and_said_so() -> None:
    text = Page(html_report.page(saved(60), saved(30), "en")).text
    assert "Only the 30 that are the same are compared" in text
    other = Run(QuestionSet("x", None, None, (Case("x", "?"),)), (Result.crash(Case("x", "?"), ValueError(), 0.1),))
    with pytest.raises(NothingComparedError):
        html_report.page(saved(30), other.to_json())


def test_a_search_alone_tells_what_it_missed() -> None:
    values = {"R@5": 0.0, "RR": 0.1, "contained": None}
    one = record(answer=None, status=None, confidence=None, measures=values)
    two = one | {"id": "r", "measures": values | {"R@5": 1.0}}
    text = Page(html_report.page(saved(30) | {"results": [one, two]}, language="de")).text
    assert "1 ohne Goldartikel unter den ersten fünf" in text


def test_hostile_text_is_text() -> None:
    page = Page(html_report.page(hostile_run(), language="de"))
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"img", "iframe", "object", "embed", "link", "base", "form"})
    assert sum(tag == "script" for tag, _ in page.elements) == 2
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not any(mark in "".join(page.seen) for mark in "\u202e\u2066\u2069")
    assert ATTACKS[0] in page.text  # shown as it is, not lost


def test_hostile_text_cannot_leave_the_data() -> None:
    text = html_report.page(hostile_run())
    inside = text[text.index('id="data">') + 10 : text.rindex("<script>")]
    assert inside.count("<") == 1 and inside.rstrip().endswith("</script>")
    assert "\u2028" not in inside and "\u2029" not in inside
    assert data(text)["rows"][0]["answer"] == rows.plain(f"Antwort {' '.join(ATTACKS)}")
    text.encode("utf-8")  # no lone surrogate


def test_nothing_but_the_pages_own_script_and_style_may_run() -> None:
    text = html_report.page(saved(30))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    for kind, found in (("style", style), ("script", script)):
        assert len(found) == 1
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    assert " style=" not in text[: text.index('id="data">')]  # the policy would drop it


def test_nothing_is_fetched() -> None:
    text = html_report.page(saved(30))
    own = text.replace(data_part(text), "")
    assert not re.search(
        r"\b(?:src|srcset|action|poster)=|url\(|@import|fetch\(|XMLHttpRequest|import\(|https?://", own
    )
    assert "innerHTML" not in own and "insertAdjacentHTML" not in own and "document.write" not in own


def data_part(text: str) -> str:
    return text[text.index('id="data">') : text.rindex("<script>")]


def test_the_texts_that_the_script_asks_for_exist() -> None:
    folder = Path(html_report.__file__).parent / "report_page"
    script = "".join((folder / name).read_text("utf-8") for name in html_report.SCRIPTS)
    known = {key.removeprefix("script_") for key in html_report.parts.texts().texts["de"] if key.startswith("script_")}
    asked = set(re.findall(r"\bsay\.(\w+)", script))
    asked |= {f"sort_{key}" for key in ("order", "question", "outcome", "confidence", "seconds")}
    asked |= {
        *rows.FLAGS,
        *rows.CHANGES,
        "right",
        "unmeasured",
        "missed",
        "stage_search",
        "stage_read",
        "stage_compose",
    }
    assert asked <= known


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"), ("ink", "sheet"), ("soft", "paper"), ("soft", "sheet"), ("accent", "sheet"), ("accent", "paper"),
        ("accent-ink", "accent"), ("mark-ink", "mark"), ("bad", "bad-tint"), ("bad", "sheet"), ("good", "good-tint"),
        ("ink", "tint"),
    ],
)  # fmt: skip
def test_text_can_be_read_in_both_schemes(scheme: int, text: str, ground: str) -> None:
    block = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    assert contrast(colours[text], colours[ground]) >= 4.5  # WCAG AA


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it: of "#ffffff" 1, of "#000000" 0."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def command(*words: object) -> int:
    parser = argparse.ArgumentParser()
    html_report.add_arguments(parser, "de")
    return html_report.main(parser.parse_args([str(word) for word in words]), Settings.load(), "de")


def test_the_command_writes_beside_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lauf.json"
    file.write_text(json.dumps(saved(30)), "utf-8")
    assert command(file) == 0
    assert f"Geschrieben: {tmp_path / 'lauf.html'}" in capsys.readouterr().err
    assert (tmp_path / "lauf.html").read_text("utf-8") == html_report.page(saved(30))
    other = tmp_path / "anders.html"
    assert command(file, "--baseline", file, "--out", other) == 0
    assert "Vergleich" in Page(other.read_text("utf-8")).text


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "x.json"
    broken.write_text('{"results": []}', "utf-8")
    with pytest.raises(RunFormatError):
        command(broken)
    with pytest.raises(RunMissingError):
        command(tmp_path / "none.json")
    file = tmp_path / "lauf.json"
    file.write_text(json.dumps(saved(30)), "utf-8")
    with pytest.raises(OutputError):
        command(file, "--out", tmp_path / "no" / "such" / "folder.html")
