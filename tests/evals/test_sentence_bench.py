"""The benchmark of sentence bounds: how gold is read and joined, and what counts as right."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import sentences
from evals.sentences import Score, Text, conllu, joined, lines, score, unmarked

CONLLU = """\
# newdoc id = a
# text = Das ist gut.
1\tDas\t_\t_\t_\t_\t_\t_\t_\t_
2\tgut\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
3\t.\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No

# text = Das auch.
1\tDas\t_\t_\t_\t_\t_\t_\t_\t_

# newdoc id = b
# text = Überschrift
1\tÜberschrift\t_\t_\t_\t_\t_\t_\t_\t_

# text = Ende.
1\tEnde\t_\t_\t_\t_\t_\t_\t_\t_
"""


def test_documents_of_a_treebank(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    path.write_text(CONLLU, "utf-8")
    # The last bound of each text is left out; no blank where the treebank has none.
    assert conllu(path) == [Text("Das ist gut.Das auch.", (12,)), Text("Überschrift Ende.", (11,))]


def test_without_documents_ten_sentences_are_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    path.write_text("# text = Ja.\n1\tJa\t_\n\n" * 12, "utf-8")
    assert [len(text.bounds) for text in conllu(path)] == [9, 1]


def test_stories_without_their_headline(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("Titel\n\nEins.\nZwei.\n", "utf-8")
    assert lines(tmp_path) == [Text("Eins. Zwei.", (5,))]


def test_score() -> None:
    text = joined([("Eins.", " "), ("Titel", " "), ("Zwei!", " "), ("Drei.", " ")])
    assert text == Text("Eins. Titel Zwei! Drei.", (5, 11, 17))
    # Right 5; wrong 8; missed 11 and 17; 23 is the end of the text and counts for nothing.
    found = score([text], lambda _: [5, 8, 23])
    assert found == Score(right=1, wrong=1, missed=2)
    assert found.f1 == pytest.approx(2 / 5)  # P = 1/2, R = 1/3
    assert unmarked([text]) == 1  # "Titel"
    assert score([text], lambda _: [5, 11], marked_only=True) == Score(right=1, wrong=0, missed=1)


def test_missing_data_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sentences.main([str(tmp_path)]) == 0
    assert "de_pud-ud-test.conllu" in capsys.readouterr().err


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("pud/de_pud-ud-test", "gsd/de_gsd-ud-dev", "gsd/de_gsd-ud-test"):
        path = tmp_path / f"{name}.conllu"
        path.parent.mkdir(exist_ok=True)
        path.write_text("# text = Am 3. Mai kam Dr. Müller.\n1\t_\n\n# text = Er ging.\n1\t_\n", "utf-8")
    for name in ("or", "a2", "b1"):
        (tmp_path / "apa" / name).mkdir(parents=True)
        (tmp_path / "apa" / name / "1.txt").write_text("Titel\nEins.\nZwei.\n", "utf-8")
    assert sentences.main([str(tmp_path)]) == 0
    pud = next(row for row in capsys.readouterr().out.splitlines() if row.startswith("PUD"))
    # One bound; ours finds it, the untrained Punkt also two that are none: P = 1/3, R = 1.
    assert pud.replace(",", ".").split()[2:5] == ["1", "1.000", "0.500"]
