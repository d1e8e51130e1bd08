from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest

from rag.rows import Filter
from tests.page_samples import ATTACKS, BRIDGE, BRIDGE_ANSWER, HOSTILE_ANSWER, answered, cite
from ui import export
from ui.conditions import parts, read, without
from ui.session import Turn


def test_footnotes_name_the_article_and_its_address() -> None:
    assert export.footnoted(BRIDGE_ANSWER, "en") == (
        "Sie stammt aus dem Jahr 1968. [1]\n\n"
        "[1] Brücke gesperrt, Hafenkurier, 22 August 2024: “Sie stammt aus dem Jahr 1968.”\n"
        "    https://www.hafenkurier.example/bruecke?x=1&y=2\n\n"
        "as of 12 June 2025"
    )


def test_markdown_has_each_question_answer_and_source() -> None:
    turn = Turn("Wie alt?", only=Filter(sources=("taz",)), answer=BRIDGE_ANSWER, changed=frozenset({BRIDGE.id}))
    text = export.markdown("Zur Brücke", [turn, Turn("Und?", stopped=True)], "de")
    assert text.startswith(
        "# Zur Brücke\n\n## Wie alt?\n\nSie stammt aus dem Jahr 1968. \\[1\\]\n\n- \\[1\\] [Brücke gesperrt, "
    )
    assert "](<https://www.hafenkurier.example/bruecke?x=1&y=2>): „Sie stammt" in text
    assert "Quelle: taz" in text.replace("\\", "") and "Artikel seither geändert" in text
    assert "## Und?\n\n*Ohne Antwort.*" in text


@pytest.mark.parametrize(
    "text", ["- Liste", "1. Liste", "2) Liste", "+ Liste", "# Titel", "=== Titel", "> Zitat", "| Tabelle"]
)
def test_no_line_begins_as_anything_but_text(text: str) -> None:
    first = export.escaped(text)
    assert not re.match(r"[-+=#>|]|\d+[.)]", first) and re.sub(r"\\|&gt;", "", first).endswith(text.split()[1])


def test_nothing_in_an_article_means_anything_in_markdown() -> None:
    text = export.markdown("".join(ATTACKS), [Turn("".join(ATTACKS), answer=HOSTILE_ANSWER)], "de")
    assert "<" not in text and not re.search(r"(?<!\\)[\]`]", text)
    assert "**fett" not in text and text.count("\n# ") == 0 and text.startswith("# ")
    for line in text.splitlines():
        assert line == "" or line.startswith(("# ", "## ", "- ", "*", "Zitat"))


def test_an_address_can_not_leave_its_brackets() -> None:
    url = "https://a.example/x>) [böse](<https://b.example"
    article = dataclasses.replace(BRIDGE, url=url.replace(" ", "%20"))
    text = export.markdown("x", [Turn("x", answer=answered(cite(1, article, "1968")))], "de")
    assert "](<https://a.example/x%3E%29%20" in text and "](<https://b" not in text


@pytest.mark.parametrize(
    ("title", "name"), [("Wer? Was!", "Wer-Was.md"), ("../../etc/passwd", "etc-passwd.md"), ("???", "belegt.md")]
)
def test_file_names(title: str, name: str) -> None:
    assert export.file_name(title) == name


def test_a_filter_is_read_from_anything_the_browser_may_send() -> None:
    sent = {"since": "2024-12-31", "until": "2024-01-01", "sources": ["taz", 7, None], "languages": "de"}
    only = Filter(since=dt.date(2024, 1, 1), until=dt.date(2024, 12, 31), sources=("taz",))
    assert read(sent) == only  # the wrong way round is meant the other way
    assert read({"since": "gestern", "until": 3, "sources": {}, "languages": []}) == Filter() == read({})
    assert parts(only, "de") == {"days": "Zeitraum: 2024", "sources": "Quelle: taz"}
    assert without(only, "days") == Filter(sources=("taz",)) and without(only, "sources").sources is None
    assert without(only, "within") == without(only, "__class__") == only
