"""One text twice and one agency story in several outlets are found; templates filled in anew, and tickers, are not."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Article, load
from corpus.duplicates import BANDS, SIGNATURE_BYTES, Match, Side, bands, same_story, signature
from evals import duplicates as evaluation

DEMO = Path(__file__).resolve().parents[2] / "corpus" / "demo"
DAY = dt.date(2024, 10, 11)

LEAD = "In Breedenhafen ist in der Nacht eine Lagerhalle der Reederei Onken abgebrannt."
BODY = (
    "Die Feuerwehr war mit 140 Kräften im Einsatz, wie ein Sprecher am Freitag sagte. Das Feuer sei gegen 2.30 Uhr im "
    "hinteren Teil der Halle bemerkt worden und habe sich rasch auf das Dach ausgebreitet.",
    "Anwohner wurden über Lautsprecher aufgefordert, Fenster und Türen geschlossen zu halten. Messungen ergaben nach "
    "Angaben der Behörden keine gefährlichen Werte. Verletzt wurde niemand, ein Wachmann kam vorsorglich in eine Klinik.",
    "In der Halle lagerten nach Auskunft des Unternehmens vor allem Kaffee und Gewürze im Wert von 3,2 Millionen Euro. "
    "Reedereichefin Imke Onken nannte den Verlust schmerzlich, aber verkraftbar. Die Kunden würden aus anderen Häfen beliefert.",
    "Warum der Brand ausbrach, ist noch unklar. Die Polizei hat Ermittlungen aufgenommen und will die Ruine in der "
    "kommenden Woche mit Sachverständigen betreten. Erst vor zwei Jahren hatte es auf demselben Gelände gebrannt.",
)
WIRE = "\n\n".join((LEAD, *BODY, "(nwd)"))
OTHER_LEAD = "Großbrand am Hafen: Feuerwehrleute aus drei Landkreisen haben bis zum Morgen gegen die Flammen gekämpft."
ADDED = (
    "Der Ortsrat befasst sich am Abend mit der Frage, ob die alten Hallen am Kai überhaupt noch genutzt werden sollen. "
    "Ein Abriss wird seit Langem gefordert, gescheitert ist er bisher am Denkmalschutz."
)
UNRELATED = (
    "Das Amtsgericht Elmstadt hat einen Imker freigesprochen, dessen Bienen eine Hochzeitsgesellschaft vertrieben hatten. "
    "Die Richterin sah kein Verschulden. Der Mann habe seine Völker ordnungsgemäß angemeldet und mit Abstand zum Festzelt "
    "aufgestellt. Der Bräutigam kündigte an, das Urteil hinzunehmen, und kaufte noch im Saal ein Glas Honig."
)
DAILY = (
    "Die Gesundheitsämter im Land haben binnen eines Tages {cases} neue Ansteckungen mit dem Virus gemeldet. Das geht aus "
    "Zahlen hervor, die das Landesamt am {weekday} bekannt gab. Vor genau einer Woche waren es {before} gewesen.\n\n"
    "Die Zahl der Menschen, die in Verbindung mit einer Ansteckung starben, stieg um {deaths}. Das Landesamt weist darauf "
    "hin, dass an Wochenenden weniger getestet wird und nicht alle Ämter ihre Zahlen sofort weiterleiten. Die Werte seien "
    "deshalb nur bedingt mit denen anderer Tage zu vergleichen.\n\n"
    "Die Zahl der belegten Betten auf den Intensivstationen gibt das Land seit dem Sommer gesondert an. Ärztinnen und Ärzte "
    "hatten darauf gedrungen, weil sich daran besser ablesen lasse, wie stark die Krankenhäuser beansprucht sind. Genesen "
    "sind nach Schätzung des Amtes inzwischen die allermeisten der Erkrankten, genau erfasst wird das jedoch nicht.\n\n"
    "Wer Krankheitszeichen bemerkt, soll zu Hause bleiben und telefonisch eine Praxis um Rat fragen. Das Landesamt erinnert "
    "außerdem an die Regeln zum Lüften und daran, dass Besuche in Pflegeheimen weiterhin vorher anzumelden sind."
)


def side(text: str, day: dt.date | None = DAY, source: str | None = "Hafenkurier", language: str | None = "de") -> Side:
    return Side(text, day, day, language, source)


def near(text: str, **facts: object) -> Match | None:
    """The wire story as the agency sent it, against ``text`` in another outlet."""
    return same_story(side(WIRE), side(text, **({"source": "Südblick"} | facts)))  # type: ignore[arg-type]


def candidates(one: str, other: str) -> bool:
    return bool(set(bands(signature(one))) & set(bands(signature(other))))


EDITED = {
    "same but for the sign-off": "\n\n".join((LEAD, *BODY)),
    "other lead": "\n\n".join((OTHER_LEAD, *BODY, "(nwd)")),
    "cut from the end": "\n\n".join((LEAD, *BODY[:3])),
    "other lead, a paragraph added, one left out": "\n\n".join((OTHER_LEAD, *BODY[:2], ADDED, BODY[3])),
    "words exchanged": WIRE.replace("bemerkt", "entdeckt")
    .replace("schmerzlich", "bitter")
    .replace("vor allem", "meist"),
    "numbers written otherwise": WIRE.replace("zwei Jahren", "2 Jahren"),
}


@pytest.mark.parametrize("text", EDITED.values(), ids=EDITED)
def test_an_edited_copy_in_another_outlet(text: str) -> None:
    match = near(text)
    assert match is not None
    assert match.kind == "near"
    assert 0.5 < match.similarity < 1
    assert candidates(WIRE, text)


def test_another_story_is_none() -> None:
    assert near(UNRELATED) is None
    assert not candidates(WIRE, UNRELATED)


@pytest.mark.parametrize("text", [WIRE, WIRE.replace("\n\n", "\n"), WIRE.upper().replace(". ", " – ")])
def test_the_same_words_are_exact_whatever_the_day_and_outlet(text: str) -> None:
    later = DAY + dt.timedelta(weeks=30)
    assert near(text, day=later, source=None, language=None) == Match("exact", 1.0)
    assert bands(signature(text)) == bands(signature(WIRE))


def test_edited_copies_lie_within_days() -> None:
    shortened, signed = EDITED["cut from the end"], EDITED["same but for the sign-off"]
    assert near(shortened, day=DAY + dt.timedelta(days=2))
    assert not near(shortened, day=DAY + dt.timedelta(days=4))
    assert near(signed, day=DAY + dt.timedelta(days=14))
    assert not near(signed, day=DAY + dt.timedelta(days=60))


def test_a_month_is_no_day() -> None:
    first, last = DAY.replace(day=1), DAY.replace(day=31)
    assert same_story(side(WIRE), Side(EDITED["other lead"], first, last, "de", "Südblick"))
    much_edited = EDITED["other lead, a paragraph added, one left out"]
    assert near(much_edited)
    assert same_story(side(WIRE), Side(much_edited, first, last, "de", "Südblick")) is None
    assert near(much_edited, day=None) is None


def test_another_language_is_none() -> None:
    assert near(EDITED["other lead"], language="de-AT")
    assert near(EDITED["other lead"], language=None)
    assert not near(EDITED["other lead"], language="en")


def test_a_changed_number_is_no_copy() -> None:
    assert near(WIRE.replace("140 Kräften", "etwa 140 Kräften"))
    assert not near(WIRE.replace("140 Kräften", "190 Kräften"))
    assert not near(WIRE.replace("zwei Jahren", "fünf Jahren"))
    assert not near(WIRE.replace("am Freitag", "am Samstag"))


@pytest.mark.parametrize("written", ["12 500", "12.500", "12,500", "12500"])
def test_thousands_are_one_number_however_written(written: str) -> None:
    assert near(WIRE.replace("mit 140 Kräften", "mit 12500 Kräften") + " Ende") is None
    ours, theirs = (WIRE.replace("140", number) for number in ("12.500", written))
    assert same_story(side(ours), side(theirs + " Ende", source="Südblick"))


@pytest.mark.parametrize("source", ["Hafenkurier", "Südblick", None])
def test_a_daily_template_is_no_copy(source: str | None) -> None:
    friday = DAILY.format(cases="1.234", weekday="Freitag", before="1.410", deaths="38")
    saturday = DAILY.format(cases="989", weekday="Samstag", before="1.122", deaths="19")
    assert candidates(friday, saturday)  # so it is the check that tells them apart
    assert same_story(side(friday), side(saturday, day=DAY + dt.timedelta(days=1), source=source)) is None
    assert same_story(side(friday), side(saturday, source=source)) is None


def test_an_outlet_repeats_itself() -> None:
    """Background told again the next day, and a hint at the foot of everything, are no copies within one outlet."""
    background = "\n\n".join(BODY)
    today = f"{LEAD} {ADDED}\n\n{background}"
    tomorrow = f"{background}\n\n{UNRELATED}"
    next_day = DAY + dt.timedelta(days=1)
    assert same_story(side(today), side(tomorrow, day=next_day, source="Südblick"))
    assert same_story(side(today), side(tomorrow, day=next_day)) is None
    assert same_story(side(today), side(tomorrow, day=next_day, source=None)) is None  # unknown: perhaps the same


def test_an_outlet_prints_a_text_twice() -> None:
    longer = f"{WIRE}\n\n{ADDED}"
    assert same_story(side(WIRE), side(longer, day=DAY + dt.timedelta(days=1)))
    assert same_story(side(WIRE), side(EDITED["other lead"]))


def test_a_story_in_a_ticker_is_no_copy() -> None:
    entries = [
        UNRELATED,
        *(DAILY.format(cases=n, weekday="Freitag", before=n + 7, deaths=n % 9) for n in (311, 427, 568)),
    ]
    assert near("\n\n".join([*entries[:2], WIRE, *entries[2:]])) is None


def test_a_common_appeal_makes_no_copy() -> None:
    assert near(f"{UNRELATED}\n\n{BODY[1]}\n\n{BODY[3]}") is None


def test_short_texts_are_copies_only_when_the_same() -> None:
    short = "Die Linie 7 fährt wieder. Das teilten die Stadtwerke Elmstadt am Abend mit."
    assert same_story(side(short), side(short, source="Südblick")) == Match("exact", 1.0)
    assert same_story(side(short), side(f"{short} Mehr in Kürze.", source="Südblick")) is None


@pytest.mark.parametrize(("one", "other"), [("", ""), ("…", "…"), ("", "…"), ("+++", "***")])
def test_texts_without_words(one: str, other: str) -> None:
    match = same_story(side(one), side(other))
    assert (match == Match("exact", 1.0)) == (one == other)
    assert len(signature(one)) == SIGNATURE_BYTES


def test_signature_stays_what_it_is() -> None:
    """Signatures are stored: another value for the same text would part old articles from new ones."""
    assert signature(LEAD).hex()[:48] == "2adf8c09596c690bec870e244c7bca1e6bfcef0e676e3a1a"
    assert bands(signature(LEAD))[:3] == [-3742003356514060810, 1756588459187045010, 5057616185988724238]


def test_signature_is_the_same_in_another_process() -> None:
    code = "import sys; from corpus.duplicates import signature; print(signature(sys.stdin.read()).hex())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=LEAD.encode(),
        capture_output=True,
        check=True,
        cwd=DEMO.parents[1],
        env={"PYTHONHASHSEED": "7", "PYTHONUTF8": "1"},
    )
    assert done.stdout.decode().strip() == signature(LEAD).hex()


def test_bands_fit_sqlite_and_tell_their_number() -> None:
    keys = bands(signature(WIRE))
    assert len(keys) == len(set(keys)) == BANDS
    assert all(-(2**63) <= key < 2**63 and type(key) is int for key in keys)
    assert len(set(bands(bytes(SIGNATURE_BYTES)))) == BANDS  # equal rows in every band, yet no two keys alike
    with pytest.raises(ValueError, match=str(SIGNATURE_BYTES)):
        bands(b"short")


@given(st.text(max_size=400))
def test_identical_texts_are_exact_and_meet(text: str) -> None:
    assert same_story(side(text), side(text, source="Südblick")) == Match("exact", 1.0)
    assert candidates(text, text)


WORDS = st.sampled_from([word for part in (*BODY, ADDED) for word in part.split()])
TEXTS = st.lists(st.sampled_from([LEAD, *BODY, ADDED, UNRELATED, "Am 3. Mai.", "Am 4. Mai."]), max_size=9).map(
    "\n\n".join
)


@given(TEXTS, TEXTS, st.integers(0, 5), st.sampled_from(["Hafenkurier", "Südblick", None]))
def test_order_does_not_matter(one: str, other: str, days: int, source: str | None) -> None:
    left, right = side(one), side(other, day=DAY + dt.timedelta(days=days), source=source)
    assert same_story(left, right) == same_story(right, left)


@given(st.lists(WORDS, max_size=60).map(" ".join), st.lists(WORDS, max_size=60).map(" ".join))
def test_similarity_is_a_share(one: str, other: str) -> None:
    match = same_story(side(one), side(other, source="Südblick"))
    assert match is None or 0 < match.similarity <= 1


def demo() -> list[Article]:
    return [item for item in load([DEMO]) if isinstance(item, Article)]


def test_a_form_under_another_title_is_no_copy() -> None:
    short = "Alle Meldungen des Tages stehen wie immer im Rundbrief des Hauses."
    form = " ".join(f"Der Rundbrief Nummer {n} des Hauses kommt jeden Mittwoch um sieben Uhr früh." for n in range(9))
    assert 30 < len(form.split()) < 150
    long = " ".join([form] * 3)
    later = DAY + dt.timedelta(days=7)

    def pair(text: str, day: dt.date, title: str | None, source: str = "Hafenkurier") -> Match | None:
        return same_story(replace(side(text), title="Radweg fertig"), replace(side(text, day, source), title=title))

    assert pair(short, DAY, "Radweg fertig")
    assert pair(short, DAY, None)
    assert pair(short, DAY, "Brücke gesperrt") is None
    assert pair(form, DAY, "Brücke gesperrt")  # the desk wrote another headline
    assert pair(form, later, "Radweg fertig")
    assert pair(form, later, "Brücke gesperrt") is None
    assert pair(form, later, "Brücke gesperrt", "Südblick")  # of an agency
    assert pair(long, later, "Brücke gesperrt")


def test_the_demo_corpus_has_its_wire_copies_and_no_others() -> None:
    articles = demo()
    groups = [[articles[member].id for member in members] for members in evaluation.find(articles).groups]
    assert groups == [["demo-019", "demo-020"], ["demo-023", "demo-024", "demo-025"]]


def test_groups_join_what_a_chain_of_pairs_connects() -> None:
    assert evaluation.group([(5, 9), (1, 2), (2, 7), (9, 6)]) == [[1, 2, 7], [5, 6, 9]]
    assert evaluation.group([]) == []


def test_differences_show_what_each_side_has_alone() -> None:
    shown = evaluation.differences("Der Zug fährt am Abend ab", "Der Zug fährt heute am Morgen ab")
    assert shown == "Der Zug fährt {+heute+} am [-Abend-] {+Morgen+} ab"


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert evaluation.main([str(DEMO), "--sample", "2", "--json", str(tmp_path / "out.json")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1. near 0.")
    report = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [report[name] for name in ("articles", "exact pairs", "near pairs", "groups")] == [34, 0, 4, 2]
    assert [len(members) for members in report["members"]] == [2, 3]
    assert "Geflügelpest" not in json.dumps(report, ensure_ascii=False)
    assert evaluation.main([str(tmp_path / "missing")]) > 0
