"""The set of sentences against passages, the faults made by rule, and the measures taken on both."""

import hashlib
import re

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from evals import verify
from evals.verify import Outcome, Pair
from evals.verify_faults import changed
from rag.verify import Check, Fault, Source

REASONS = {"number", "unit", "date", "name", "negation", "modality", "attribution", "wording"}


def test_the_set_is_whole():
    pairs = verify.pairs()
    assert len(pairs) >= 160 and len({pair.id for pair in pairs}) == len(pairs)
    assert (
        sum(pair.language == "de" for pair in pairs) > len(pairs) / 2 > sum(pair.language == "en" for pair in pairs) > 0
    )
    for pair in pairs:
        assert (pair.verdict == "supported") == (not pair.marks)
        for start, end, reason in pair.marks:
            assert pair.sentence[start:end].strip() == pair.sentence[start:end] != ""
            assert reason in REASONS


def test_all_sentences_about_a_passage_are_in_one_part():
    parts: dict[str, set[str]] = {}
    for pair in verify.pairs():
        parts.setdefault(pair.source.text, set()).add(pair.half)
    assert all(len(found) == 1 for found in parts.values())
    # sha256("p01")[0] is even: dev, the first of the two.
    assert hashlib.sha256(b"p01").digest()[0] % 2 == 0
    assert next(pair.half for pair in verify.pairs() if pair.id == "p01-1") == "dev"


def outcome(gold: str, found: str, marks=(), faults=()) -> Outcome:
    pair = Pair("p01-1", "number", "Es kamen 300 Leute.", "de", Source("Es kamen 200 Leute."), gold, tuple(marks))
    return Outcome(pair, Check(found, tuple(faults), 1.0), 0.001)


def test_confusion_and_shares():
    outcomes = [outcome("supported", "supported"), outcome("supported", "partly"), outcome("unsupported", "supported")]
    assert verify.confusion(outcomes) == [[1, 1, 0], [0, 0, 0], [1, 0, 0]]
    # Two are called supported, one of them is: 1/2. Nothing is called unsupported: no share.
    said = [o.check.verdict == "supported" for o in outcomes]
    true = [o.pair.verdict == "supported" for o in outcomes]
    assert verify.share(true, said).startswith("0.500 [")
    assert verify.share(true, [False] * 3) == "–"


def test_marked_words():
    gold = [(9, 12, "number")]  # 300
    exact = outcome("unsupported", "unsupported", gold, [Fault(9, 12, "300", "number", True)])
    wide = outcome("unsupported", "unsupported", gold, [Fault(3, 12, "kamen 300", "wording", True)])
    none = outcome("unsupported", "supported", gold)
    whole = outcome("partly", "partly", [(0, 18, "modality")], [Fault(0, 18, "Es kamen 300 Leute", "modality", False)])
    # "kamen 300" against "300": precision 1/2, recall 1, F1 2/3. What is marked as a whole does not count.
    assert list(verify.marked([exact, wide, none, whole])) == [
        (1.0, True, True),
        (pytest.approx(2 / 3), False, True),
        (0.0, False, False),
    ]


TEXT = (
    "Am Freitag kamen rund 300 Menschen in die alte Halle von Krellbach. Der Bürgermeister Anton Weidlich war nicht dabei. "
    "Vor Krellbach hatte Anton Weidlich das Fest in Tarvitz mit 450 Gästen eröffnet.\n\n"
    "„Wir haben das Fest gern auch in diesem Jahr gefeiert“, sagte Weidlich."
)
ARTICLE = Article(id="a", text=TEXT, published=NewsDate.parse("2024-10-16"), language="de")


def test_a_fault_changes_one_thing():
    found = list(changed([ARTICLE]))
    assert [item.sentence for item in found if item.kind == "none"] == [
        sentence for sentence in re.split(r"(?<=\.)\s+", TEXT) if len(sentence.split()) >= 6
    ]
    kinds = {item.kind: item.sentence for item in found}
    assert "Samstag" in kinds["date"] and "Freitag" not in kinds["date"]
    assert kinds["negation dropped"] == "Der Bürgermeister Anton Weidlich war dabei."
    assert kinds["rounding dropped"] == "Am Freitag kamen 300 Menschen in die alte Halle von Krellbach."
    assert kinds["attribution dropped"] == "Wir haben das Fest gern auch in diesem Jahr gefeiert."
    assert re.search(r"\d+", kinds["number of the article"])[0] in ("300", "450")
    assert all(item.sentence not in TEXT for item in found if item.kind != "none")
    assert list(changed([ARTICLE])) == found


def test_faults_are_held_against_the_paragraphs_around():
    last = next(item for item in changed([ARTICLE]) if item.kind == "none" and "gefeiert" in item.sentence)
    far = Article(id="b", text="Ein erster Absatz.\n\nEin zweiter Absatz.\n\n" + TEXT, language="de")
    assert "zweiter" not in verify.passage(type(last)("none", last.sentence, far)).text
    table = verify.faults([ARTICLE])
    assert table.splitlines()[2].startswith("none") and "all but none" in table


def test_the_command_prints_every_part(monkeypatch, tmp_path, capsys):
    every = verify.pairs()
    few = [pair for part in verify.PARTS for pair in [p for p in every if p.half == part][:12]]
    monkeypatch.setattr(verify, "pairs", lambda: few)
    monkeypatch.setattr(verify, "load", lambda paths: iter([ARTICLE]))
    assert verify.main(["--data", str(tmp_path), "--misses"]) == 0
    printed = capsys.readouterr()
    assert all(part in printed.out for part in (*verify.PARTS, "corpus/demo", "supported: precision"))
    assert str(tmp_path) in printed.err  # neither XNLI nor Wikinews is there


def test_entailment_by_hand(tmp_path):
    file = tmp_path / "xnli.tsv"
    rows = [
        ("Der Rat tagte in Krellbach.", "Der Rat tagte.", "entailment"),
        ("Es kamen 20 Leute.", "Es kamen 70.", "neutral"),
    ]
    file.write_text("\n".join("\t".join(row) for row in rows), "utf-8")
    printed = verify.entailment(file)
    assert "AUROC of entailment 1.000" in printed and "called supported 1, entailed of these 1.000" in printed
