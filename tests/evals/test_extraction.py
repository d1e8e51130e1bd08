"""Extraction measures against arithmetic done by hand, and the floor that the reader holds on real pages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from evals import extraction
from evals.errors import DataFormatError, DataMissingError
from evals.extraction import body_f1, same_day, score
from evals.html_gold import Found, load_pages
from tests.conftest import SHARED

TEXT = "Die Brücke über die Alm ist seit Montag gesperrt, teilte das Amt mit. Ein Gutachten soll folgen."
PAGE = f"<html><head><title>Brücke gesperrt</title></head><body><h1>Brücke gesperrt</h1><p>{TEXT}</p></body></html>"
ENTRY = {
    "authors": ["Erika Muster"],
    "body": {"summary": [], "sections": [{"headline": ["Lage"], "paragraphs": [TEXT]}]},
    "publishing_date": "2024-10-11 14:20:00+02:00",
    "title": "Brücke gesperrt",
}


def write(folder: Path, golds: dict[str, object], pages: dict[str, str]) -> Path:
    (folder / "de").mkdir()
    (folder / "de" / "Kurier.json").write_text(json.dumps(golds), "utf-8")
    for name, text in pages.items():
        (folder / "de" / name).write_bytes(gzip.compress(text.encode()))
    return folder


def test_body_f1_counts_words_as_often_as_they_occur() -> None:
    # found 4 words, gold 3; "die" twice and "Brücke" once are shared: 2 * 3 / (4 + 3)
    assert body_f1("Die Brücke, die hält", "die BRÜCKE die") == pytest.approx(6 / 7)
    assert body_f1("", "die") == 0
    assert body_f1("die", "die") == 1


def test_days_are_compared_as_written() -> None:
    assert same_day("2024-10-11", "2024-10-11T23:30:00+02:00")
    assert not same_day("2024-10-12T00:10:00+02:00", "2024-10-11T22:10:00+00:00")
    assert not same_day("2024-10", "2024-10-11")
    assert not same_day(None, "2024-10-11")


def test_a_measure_without_gold_is_none_and_nothing_found_is_zero() -> None:
    assert score(Found("a"), Found()) == {"body F1": None, "title": None, "date": None, "author": None}
    gold = Found("a", "Titel", "2024-10-11", ("Erika Muster", "Max Beispiel"))
    assert score(Found(), gold) == {"body F1": 0, "title": 0, "date": 0, "author": 0}
    found = Found("a", " titel ", "2024-10-11T08:00:00", ("max beispiel", "Erika  Muster"))
    assert score(found, gold) == {"body F1": 1, "title": 1, "date": 1, "author": 1}
    assert score(Found("a", "»Titel«", None, ("Erika Muster",)), gold)["title"] == 1
    assert score(Found("a", None, None, ("Erika Muster",)), gold)["author"] == 0  # one is missing


def test_versions_go_with_pages_in_order_and_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    other = {**ENTRY, "body": {"summary": ["Neustadt baut einen Radweg."], "sections": []}, "title": "Radweg"}
    golds = {"V1_1": other, "V2": ENTRY, "V1": ENTRY}
    text = PAGE.replace("</p>", "</p><h2>Lage</h2>")
    pages = {f"Kurier_{day}.html.gz": text for day in ("2024_10_11", "2024_10_12", "2024_10_13")}
    found, left_out = load_pages(write(tmp_path, golds, pages))
    assert [page.name for page in found] == ["de/Kurier_2024_10_11.html.gz", "de/Kurier_2024_10_13.html.gz"]
    assert left_out == 1
    assert found[0].gold == Found(f"Lage\n{TEXT}", "Brücke gesperrt", "2024-10-11T14:20:00+02:00", ("Erika Muster",))


def test_without_data_or_with_broken_data_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataMissingError):
        load_pages(tmp_path)
    assert extraction.main([str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
    with pytest.raises(DataFormatError, match="Kurier"):
        load_pages(write(tmp_path, {"V1": {"body": 7}}, {"Kurier_2024_10_11.html.gz": PAGE}))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    folder = write(tmp_path, {"V1": ENTRY}, {"Kurier_2024_10_11.html.gz": PAGE.replace("</p>", "</p><h2>Lage</h2>")})
    assert extraction.main([str(folder), "--pages", "all", "--json", str(tmp_path / "out.json")]) == 0
    out = capsys.readouterr().out
    assert "Text-F1" in out
    assert "Autor" in out
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {row["measure"] for row in written["summary"]} == set(extraction.MEASURES)
    assert written["left_out"] == 0
    assert TEXT not in json.dumps(written, ensure_ascii=False)  # pages and gold are not passed on


def test_the_floor_on_real_pages() -> None:
    folder = SHARED / "data" / "html_gold"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here; it lies beside the repository in development only")
    pages, left_out = load_pages(folder)
    assert (len(pages), left_out) == (92, 0)
    rows = {
        (row["half"], row["measure"]): (row["belegt"]["mean"], row["trafilatura"]["mean"])
        for row in extraction.summary(list(extraction.measure(pages)))
    }
    floors = {"body F1": 0.97, "title": 0.85, "date": 0.97, "author": 0.87}
    for name, floor in floors.items():
        ours, theirs = rows["all", name]
        assert ours >= floor, name
        assert ours > theirs, name
