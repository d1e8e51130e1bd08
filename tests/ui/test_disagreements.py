"""Where sources differ the page shows each side with its speaker, source, date and a way to the quote; all of it escaped."""

from __future__ import annotations

from dataclasses import replace

from rag.types import Answer, Citation, Disagreement
from ui.disagreements import disagreements_html
from ui.render import answer as rendered

CITED = Citation(1, "a", "Titel", "Bote", "2024-02-27", None, "Es waren 3.600.", 0, 15)
SIDE = Disagreement("Es waren 3.600.", "3.600", "3600", (1,), "Bote", "2024-02-27", "Kai <b>Lindner</b>")
ANSWER = Answer(
    "Wie viele?",
    "de",
    "Die Quellen ... [1]",
    "conflicting",
    (),
    (CITED,),
    (),
    0.9,
    disagreements=(SIDE, replace(SIDE, speaker=None)),
)


def test_each_side_is_a_row() -> None:
    html = disagreements_html(ANSWER, 4, "de")
    assert html.count("<tr>") == 3  # the head and two sides
    assert "3.600" in html
    assert "27. Februar 2024" in html
    assert 'data-turn="4" data-cite="1"' in html
    assert "Kai &lt;b&gt;Lindner" in html
    assert "<b>" not in html
    assert "<td><bdi>–</bdi></td>" in html  # the outlet says so itself


def test_the_answer_holds_the_table_only_where_sources_differ() -> None:
    assert 'class="sides"' in rendered(ANSWER, 0, "en")
    assert "What the sources say" in rendered(ANSWER, 0, "en")
    assert disagreements_html(replace(ANSWER, disagreements=()), 0, "de") == ""
