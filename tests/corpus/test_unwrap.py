"""Lines cut in mid-sentence are joined again; headings and lists are not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.clean import tidy
from corpus.unwrap import unwrap


def test_wrapped_paragraphs() -> None:
    text = (
        "Der Gemeinderat von Altwiesen hat am\nMontag dem Haushalt zugestimmt. Die Opposition\nstimmte dagegen, weil ihr die\n"
        "Ausgaben zu hoch sind.\nIm Frühjahr wird gebaut, sagte Bürgermeisterin Ruth\nEngelhorn am Abend dem Kurier und\n"
        "einem Sender."
    )
    assert unwrap(text) == [
        "Der Gemeinderat von Altwiesen hat am Montag dem Haushalt zugestimmt. Die Opposition stimmte dagegen, weil ihr "
        "die Ausgaben zu hoch sind.",
        "Im Frühjahr wird gebaut, sagte Bürgermeisterin Ruth",  # may be a heading, for all one can tell
        "Engelhorn am Abend dem Kurier und einem Sender.",
    ]


def test_one_line_a_paragraph_stays_so() -> None:
    lines = ["Haushalt beschlossen", "Der Rat stimmte zu.", "Kritik der Opposition", "Das Geld fehlt an anderer Stelle"]
    assert unwrap("\n".join(lines)) == lines


def test_headings_in_a_wrapped_text() -> None:
    text = (
        "Der Rat hat dem Haushalt am Montag nach\nlanger Debatte zugestimmt, und das mit nur\neiner Stimme Mehrheit.\n"
        "Kritik der Opposition\nDie Opposition hält die Ausgaben für\nviel zu hoch."
    )
    assert unwrap(text)[1:] == ["Kritik der Opposition", "Die Opposition hält die Ausgaben für viel zu hoch."]


def test_blank_lines_separate() -> None:
    text = "Der Rat hat dem Haushalt mit nur\neiner Stimme Mehrheit\n\nzugestimmt, was nach der Debatte\nkeiner mehr erwartete."
    assert unwrap(text) == [part.replace("\n", " ") for part in text.split("\n\n")]


def test_lists_stay_lists() -> None:
    lines = ["Zutaten", "500 g Mehl", "zwei Eier", "etwas Salz", "• ein Apfel", "- eine Birne"]
    assert unwrap("\n".join(lines)) == lines


@given(st.text(alphabet="abC dE.,\n•-", max_size=200).map(tidy))
def test_only_line_ends_change(text: str) -> None:
    assert " ".join(unwrap(text)).split() == text.split()
