"""Sentence bounds: the cases an untrained splitter gets wrong, and that no character is lost."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentence_spans

# "|" marks where a sentence ends.
CASES = [
    "Am 3. Oktober feiert das Land.| Alle haben frei.",
    "Das kostet 3 Mio. Euro im Jahr.| Mrd. Euro wären mehr.",
    "Dr. Müller und Prof. Dr. Schmidt kamen.| Frau Dr. Weiß nicht.",
    "Er nannte z. B. Äpfel und u. a. Birnen.| Mehr nicht.",
    "„Das ist gut.“| Danach ging er.",
    "„Komm!“, rief er.| Sie blieb.",
    "Sie sagte: „Wir gehen.“| Alle gingen.",
    "Was ist los?| Nichts!| Wirklich nicht …| Doch.",
    "Im 19. Jahrhundert war das anders.| Der 1. FC Altdorf gewann.",
    "Kaiser Wilhelm II. regierte lange.| Es waren 300.| Danach kam keiner.",
    "Das war 2005.| Weitere folgten am Freitag (11. Oktober) in Bonn.",
    "J. R. Meier, geb. 1968, wohnt in St. Pölten.| Er ist ca. 1,80 m groß.",
    "Der Wert stieg um 2,5 Prozent.| Die Firma sitzt in Frankfurt a. Main.",
    "Mr. Smith met Mrs. Jones on Jan. 5 in the U.S. capital.| They left at 5 p.m. sharp.",
    "Erste Zeile ohne Punkt|\nZweite Zeile.",
    "Drei Gründe.| 1. Die Kosten sind hoch.| 2. Soziale Fragen bleiben.| Es war ihr 60. Jubiläumsjahr.",
    "Zum 3. Mal siegte er.| Er erklärte: Das Spiel war gut.| Es kamen 20.| Danach 30.",
    "Der Preis sinkt bis zum 31. 12. 2025 weiter.| Das gilt u.a. für Nr. 5.",
]


@pytest.mark.parametrize("marked", CASES)
def test_bounds(marked: str) -> None:
    text = marked.replace("|", "")
    assert [text[a:b] for a, b in sentence_spans(text)] == [part.strip() for part in marked.split("|")]


def test_long_text_takes_time_in_proportion() -> None:
    sentence = "Er kam am 3. Mai um 10 Uhr. "
    start = time.perf_counter()
    assert len(sentence_spans(sentence * 50_000)) == 50_000  # 1.4 MB
    assert time.perf_counter() - start < 3  # .1 s; looking at the rest of the text at every stop took 6


@given(st.text(alphabet="aB1.!?…„“ \n(),zMio", max_size=200))
def test_every_character_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    bounds = [0, *(bound for span in spans for bound in span), len(text)]
    assert not "".join(text[a:b] for a, b in zip(bounds[::2], bounds[1::2], strict=True)).strip()
