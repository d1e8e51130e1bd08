from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.load import load
from evals.cases import Case, load_set
from evals.draft import add_arguments, draft, draft_from_feedback, main, read_feedback, write
from evals.drafting import english, german, german_numbers
from evals.drafting.alone import leans
from evals.drafting.proposal import Proposal, propose, with_copies
from evals.drafting.quotes import quotes
from evals.drafting.review import accepted, review
from evals.drafting.sentence import plain_sentences
from evals.drafting.unanswerable import unanswerable
from evals.drafting.words import Words
from evals.errors import FeedbackFormatError, FeedbackMissingError, NoTerminalError
from rag.index import Index
from rag.settings import Settings

DEMO = Path(__file__).resolve().parents[2] / "corpus" / "demo"
# Sentences that tell how words are written; no question comes of them.
TELLING = {
    "de": "Sie sah die Bei-Spiele. Das war vor der Sache, nach der Sache, in der Sache, im Amt, bei der Arbeit und am Ort.",
    "en": "It was said that the mayor, the bridge, the council and the ferry were old.",
}


def article(text: str, language: str = "de", id: str = "a", title: str = "Titel") -> Article:
    return Article(id, text, title=title, published=NewsDate.parse("2023-07-06"), language=language)


def words(text: str, language: str = "de") -> Words:
    return Words([text, TELLING[language]], language)


def numbers(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Questions and answers about the amounts of a German text."""
    one = article(text)
    found = [p for s in plain_sentences(one, "de") for p in german_numbers.numbers(s, words(text))]
    return [(p.case.question, p.case.answers) for p in found]


def dates(text: str, language: str = "de") -> list[tuple[str, tuple[str, ...]]]:
    one, maker = article(text, language=language), german if language == "de" else english
    found = [p for s in plain_sentences(one, language) for p in maker.dates(s, words(text, language))]
    return [(p.case.question, p.case.answers) for p in found]


@pytest.mark.parametrize(
    ("text", "question", "answers"),
    [
        (
            "Rund 150 Anwohner hatten sich vor dem Rathaus in Elmstadt versammelt.",
            "Wie viele Anwohner hatten sich vor dem Rathaus in Elmstadt versammelt?",
            ("rund 150 Anwohner", "150 Anwohner", "150"),
        ),
        (
            "In Mühlrode kamen im Jahr 2022 genau vermessen 412 Kinder zur Welt.",  # a participle before the amount
            None,
            (),
        ),
        (
            "Im Jahr 2023 kamen in Mühlrode 412 Kinder zur Welt, 37 weniger als im Jahr davor.",
            "Wie viele Kinder kamen im Jahr 2023 in Mühlrode zur Welt?",
            ("412 Kinder", "412"),
        ),
        (
            "Zwei Millionen Menschen wurden nach Angaben der Behörden in Kerala obdachlos.",
            "Wie viele Menschen wurden nach Angaben der Behörden in Kerala obdachlos?",
            ("zwei Millionen Menschen", "zwei Millionen"),
        ),
        (
            "20 Prozent der Befragten in Elmstadt fahren jeden Tag mit dem Rad.",
            "Wie viel Prozent der Befragten in Elmstadt fahren jeden Tag mit dem Rad?",
            ("20 Prozent", "20"),
        ),
        (
            "Im Jahr 2022 stieg der Preis in Elmstadt um rund 12 Prozent.",
            "Um wie viel Prozent stieg im Jahr 2022 der Preis in Elmstadt?",
            ("rund 12 Prozent", "12 Prozent", "12"),
        ),
        (
            "In Elmstadt kostet der neue Bahnhof am Klinikum 84 Mio. Euro.",  # the subject stands behind the verb
            None,
            (),
        ),
        (
            "Am Mittwoch starben bei einem Unfall in Elmstadt drei Menschen.",
            "Wie viele Menschen starben am 5. Juli 2023 bei einem Unfall in Elmstadt?",
            ("drei Menschen", "drei"),
        ),
    ],
)
def test_amounts_are_asked_for_in_order(text: str, question: str | None, answers: tuple[str, ...]) -> None:
    assert numbers(text) == ([(question, answers)] if question else [])


@pytest.mark.parametrize(
    "text",
    [
        "1956 wurde Pakistan die erste Islamische Republik der Welt.",  # a year, no amount
        "Drei Tage nach dem Anschlag hat Elmstadt die Straße freigegeben.",  # a stretch of time
        "Bei dem Unfall starben vier Touristen aus Japan in Elmstadt.",  # "aus Japan" would lose its noun
        "Er sah dort 300 Menschen aus Elmstadt auf dem Marktplatz.",  # leans on what was said before
        "Die Kuppel soll zwei Astronauten zugleich im Weltraum über Elmstadt Platz bieten.",  # in the dative
        "1.300 Gemeinden in Elmstadt wurden getroffen, dort lagen die 40 Dörfer am Fluss.",
        "200 Zivilisten wurden in Elmstadt getötet und 400 verletzt.",  # two amounts
        "Das sind 31 Prozent mehr als im Jahr 2022 in Elmstadt.",
        "Auf dem fünften Platz folgt Elmstadt mit 438 Milliarden Dollar.",  # "fünften" is no verb
        "Mehr als 1.200 Abgeordnete aus 13 Landtagen, dem Bundestag und dem Senat wurden in Elmstadt befragt.",
        "Rund 1.000 Kilometer nördlich der Hauptstadt Jakutsk liegt der Ort Elmstadt am Fluss",  # no whole sentence
    ],
)
def test_amounts_in_doubt_are_left_out(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "question", "answers"),
    [
        (
            "Am Mittwochabend hat der Stadtrat von Elmstadt den Weiterbau der Linie beschlossen.",
            "Wann hat der Stadtrat von Elmstadt den Weiterbau der Linie beschlossen?",
            ("5. Juli 2023",),
        ),
        (
            "Bei einem Brand in Elmstadt ist am 3. Mai ein Feuerwehrmann verletzt worden, wie die Polizei mitteilte.",
            "Wann ist bei einem Brand in Elmstadt ein Feuerwehrmann verletzt worden?",
            ("3. Mai 2023",),
        ),
        (
            "Die Wiener Linien wurden im Jahr 1999 aus dem Gemeindebudget ausgegliedert.",
            "Wann wurden die Wiener Linien aus dem Gemeindebudget ausgegliedert?",
            ("1999",),
        ),
    ],
)
def test_days_are_asked_for_with_their_year(text: str, question: str, answers: tuple[str, ...]) -> None:
    assert dates(text) == [(question, answers)]


@pytest.mark.parametrize(
    "text",
    [
        "Im Jahr 2007 betrug der Umsatz der Wiener Linien 16 Millionen Kronen.",  # asks how much
        "Am Mittwoch beschloss das Gericht in Elmstadt, den Prozess um den Umbau zu vertagen.",  # a verb cut short
        "Vom 3. bis 5. Mai 2023 hat die Stadt Elmstadt ein Fest gefeiert.",  # no single day
        "Seit Mittwoch hat der Stadtrat von Elmstadt über den Umbau beraten.",
        "Das beschloss am Mittwoch ein Gericht in Elmstadt nach einer Anhörung.",
        "Am Mittwoch hat er in Elmstadt den Umbau der Linie 7 beschlossen.",  # who?
    ],
)
def test_days_in_doubt_are_left_out(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "question", "answers"),
    [
        (
            "The bridge in Breedenhafen was closed on 3 May 2023 after a crack was found.",
            "When was the bridge in Breedenhafen closed after a crack was found?",
            ("3 May 2023",),
        ),
        ("On Tuesday the council of Elmstadt will vote on the new tram line.",
         "When will the council of Elmstadt vote on the new tram line?", ("11 July 2023",)),  # the one to come
        ("The ferry to Altwiesen sank on 3 May 2023 in a storm.", None, ()),  # no auxiliary verb
    ],
)  # fmt: skip
def test_english_days(text: str, question: str | None, answers: tuple[str, ...]) -> None:
    assert dates(text, "en") == ([(question, answers)] if question else [])


def test_english_amounts_ask_for_the_subject_or_move_the_auxiliary() -> None:
    def asked(text: str) -> list[tuple[str, tuple[str, ...]]]:
        one = article(text, language="en")
        found = [p for s in plain_sentences(one, "en") for p in english.numbers(s, words(text, "en"))]
        return [(p.case.question, p.case.answers) for p in found]

    assert asked("About 700 people were brought to safety in Breedenhafen.") == [
        ("How many people were brought to safety in Breedenhafen?", ("about 700 people", "700 people", "700"))
    ]
    assert asked("The council will build 12 stations along the line in Elmstadt.") == [
        ("How many stations will the council build along the line in Elmstadt?", ("12 stations", "12"))
    ]
    assert asked("Two years after the fire, Breedenhafen has a new hall.") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Baudezernent Jörg Hallwachs.", "Jörg Hallwachs"),
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Amtstierarzt Dr. Peer Tönnies.", "Peer Tönnies"),
        (
            "Matthias Elbrecht kam. „Wer im Bus steht, braucht kein Gutachten mehr“, sagte Elbrecht.",
            "Matthias Elbrecht",
        ),
        ("Hanne Dörfel sagte: „Wer im Bus steht, braucht kein Gutachten mehr.“", "Hanne Dörfel"),
        ("»Wer im Bus steht, braucht kein Gutachten mehr«, sagt die Vorsitzende Ulrike Stamm.", "Ulrike Stamm"),
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte er.", None),
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Bürgermeisterin Dörfel.", None),
        ("Der Einsatzleiter der Polizei in Dortmund erklärte: „Wer im Bus steht, braucht kein Gutachten mehr.“", None),
        ("„Kein Gutachten mehr“, sagte Baudezernent Jörg Hallwachs.", None),  # too short to know again
    ],
)
def test_a_quotation_is_asked_for_by_its_speaker(text: str, name: str | None) -> None:
    found = list(quotes(article(text), words(text)))
    if name is None:
        assert found == []
        return
    case = found[0].case
    assert case.question == "Wer sagte: „Wer im Bus steht, braucht kein Gutachten mehr“?"
    assert case.answers == case.speaker == (name, name.split()[1])


def test_an_english_quotation_with_the_office_before_the_name() -> None:
    text = '"We rehearse the evacuation more often than songs," said the festival director, Femke Aldag.'
    (found,) = quotes(article(text, language="en"), words(text, "en"))
    assert found.case.question == "Who said: “We rehearse the evacuation more often than songs”?"
    assert found.case.answers == ("Femke Aldag", "Aldag")


def test_a_headline_is_asked_for_whom_it_names() -> None:
    text = "Die Schriftstellerin Herta Müller erhält in diesem Jahr den Nobelpreis für Literatur."
    one = article(text, title="Herta Müller erhält den Nobelpreis für Literatur")
    (found,) = german.titles(one, [text], words(text))
    assert (found.case.question, found.case.answers) == (
        "Wer erhält den Nobelpreis für Literatur?",
        ("Herta Müller", "Müller"),
    )
    telegraphic = article(text, title="Herta Müller erhält Nobelpreis für Literatur")
    assert list(german.titles(telegraphic, [text], words(text))) == []  # "Wer erhält Nobelpreis" is no German


@pytest.mark.parametrize(
    ("question", "vague"),
    [
        ("Wann wurde das Unternehmen verkauft?", True),
        ("Wann wurde das Unternehmen Kelvora verkauft?", False),
        ("Wann wurde das Unternehmen in Elmstadt verkauft?", False),
        ("Wann geriet das norwegische Unternehmen in finanzielle Not?", True),
        ("Wann kündigte der Ministerpräsident in einer Rede den Umbau an?", True),
        ("Wann hat er den Umbau beschlossen?", True),
    ],
)
def test_what_only_the_article_tells_is_vague(question: str, vague: bool) -> None:
    assert leans(question, "de") == vague


def test_nobody_is_asked_for_what_an_article_tells() -> None:
    said = "„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Baudezernent Jörg Hallwachs."
    one = article(said)
    (proposal,) = unanswerable(one, [one], words(said))
    assert proposal.case.answerable is False and proposal.case.tags == ("draft", "unanswerable", "to-check")
    told = "Hallwachs ist 52 Jahre alt, wurde in Elmstadt geboren, studierte Jura und ist verheiratet."  # all of it
    assert list(unanswerable(one, [one, article(told, id="b")], words(said))) == []


def test_a_draft_must_say_what_it_answers() -> None:
    with pytest.raises(ValueError, match="not in a"):
        propose(article("Das eine."), "number", "Was?", ["x"], "Das andere.", 1)


def test_copies_of_a_story_answer_too() -> None:
    quote = "Sechs Windräder dürfen auf dem Höhenzug gebaut werden."
    copy, other = article(f"Vorab. {quote}", id="b"), article("Anderes.", id="c")
    made = propose(article(quote), "number", "Wie viele?", ["sechs"], quote, 1)
    assert with_copies(made, [article(quote), copy, other]).case.evidence == (("a", quote), ("b", quote))


@pytest.fixture(scope="module")
def demo() -> list[Article]:
    return [one for one in load([DEMO]) if isinstance(one, Article)]


def test_drafts_of_the_demo_articles_hold_their_evidence(demo: list[Article]) -> None:
    texts = {one.id: one.text for one in demo}
    drafts = draft(demo, 100)
    assert len(drafts) > 20
    assert {"quote", "number", "unanswerable"} <= {proposal.kind for proposal in drafts}
    assert {proposal.case.language for proposal in drafts} == {"de", "en"}
    for proposal in drafts:
        case = proposal.case
        assert "draft" in case.tags and case.question.endswith("?") and case.as_of
        assert case.answerable is not bool(proposal.kind == "unanswerable")
        for place, quote in case.evidence:
            assert quote in texts[place]
            if proposal.kind in ("number", "quote"):
                assert any(answer.lower() in texts[place].lower() for answer in case.answers)


def test_drafts_are_the_same_each_time_and_as_many_as_asked_for(demo: list[Article]) -> None:
    assert draft(demo, 12) == draft(demo, 12)
    assert len(draft(demo, 12)) == 12
    questions = [proposal.case.question for proposal in draft(demo, 100)]
    assert len(questions) == len(set(questions))


def test_articles_that_say_nothing_plain_give_no_draft() -> None:
    assert draft([article("Kurz."), article("", id="b"), article("こんにちは。", id="c", language="ja")]) == []


def test_hostile_articles_give_at_most_text() -> None:
    bad = article("„<script>alert(1)</script> ist kein Satz, den man sagt“, sagte Jörg \u202eHallwachs. " * 50)
    for proposal in draft([bad]):
        assert proposal.case.evidence[0][1] in bad.text


# feedback


def test_a_thumbs_down_becomes_a_question_without_gold() -> None:
    made = draft_from_feedback(
        "  Wann fährt die Linie 7? ", "Im Dezember [1].", [{"article_id": "demo-001", "quote": "x"}], "veraltet",
        dt.date(2024, 5, 16),
    )  # fmt: skip
    case = made.case
    assert (case.question, case.answers, case.articles, case.answerable) == ("Wann fährt die Linie 7?", (), (), None)
    assert (case.as_of, case.language, case.tags) == (dt.date(2024, 5, 16), "de", ("draft", "feedback", "to-check"))
    assert made.note == "Im Dezember [1].\ndemo-001\nveraltet"
    with pytest.raises(ValueError):
        draft_from_feedback(" ", "x")


def test_a_file_of_feedback_is_read_once_a_question(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    lines = [
        {"question": "Wann fährt die Linie 7?", "answer": "Nie.", "citations": [], "as_of": "2024-05-16"},
        {"question": "Wann fährt die Linie 7?", "answer": "Bald.", "as_of": "2024-05-16", "rating": -1},
        {"question": "How tall is the wall?", "answer": "No idea."},
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n", "utf-8")
    found = read_feedback(file)
    assert [(p.case.question, p.case.language) for p in found] == [
        ("Wann fährt die Linie 7?", "de"),
        ("How tall is the wall?", "en"),
    ]


def test_of_the_verdicts_on_an_answer_the_last_counts_and_only_a_down_is_a_draft(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    lines = [
        {"id": "a", "verdict": "down", "question": "Wer sang?"},
        {"id": "b", "verdict": "up", "question": "Wer tanzte?"},
        {"id": "c", "verdict": "down", "question": "Wer spielte?", "comment": "falsch"},
        {"id": "d", "verdict": "down", "question": "Wer schlief?"},
        {"id": "a", "verdict": "down", "question": "Wer sang?", "comment": "Es war Anna."},
        {"id": "b", "verdict": "down", "question": "Wer tanzte?"},
        {"id": "c", "verdict": "up", "question": "Wer spielte?"},
        {"id": "d", "verdict": "none", "question": "Wer schlief?"},
        {"verdict": "down", "question": "Ohne Kennung?"},
        {"verdict": "up", "question": "Auch ohne?"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    found = [(p.case.question, p.note) for p in read_feedback(file)]
    assert found == [("Wer sang?", "Es war Anna."), ("Wer tanzte?", None), ("Ohne Kennung?", None)]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"answer": "x"}', '{"question": 3}', '{"question": "x", "as_of": "gestern"}',
     '{"question": "x", "citations": ["a"]}', '{"question": "x", "answer": {}}', "\xff",
     '{"question": "x", "verdict": "naja"}', '{"question": "x", "id": 7}'],
)  # fmt: skip
def test_a_broken_line_of_feedback_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_bytes(b'{"question": "gut"}\n' + line.encode("latin-1"))
    with pytest.raises(FeedbackFormatError) as raised:
        read_feedback(file)
    assert "line 2" in raised.value.text("en") and "Zeile 2" in raised.value.text("de")
    with pytest.raises(FeedbackMissingError):
        read_feedback(tmp_path / "none.jsonl")


# writing and review


def case(question: str, **changes: object) -> Case:
    return Case(id=question, question=question, tags=("draft", "number"), **changes)  # type: ignore[arg-type]


def test_writing_adds_to_a_set_and_repeats_nothing(tmp_path: Path) -> None:
    file = tmp_path / "fragen.jsonl"
    assert write([case("Eins?"), case("Zwei?")], file) == (2, 2)
    assert write([case("Zwei?"), case("drei ?"), case("Drei?")], file) == (2, 4)
    assert load_set(file).name == "fragen"
    assert write([], tmp_path / "leer.jsonl") == (0, 0) and not (tmp_path / "leer.jsonl").exists()


def reviewed(answers: list[str], *cases: Case) -> tuple[list[Case], str]:
    """What is kept, and what was shown, when a person types ``answers``."""
    typed, kept, shown = iter(answers), list[Case](), list[str]()

    def ask(text: str) -> str:
        shown.append(text)
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    proposals = [Proposal(one, "number", note="Hinweis\x1b[31m") for one in cases]
    count = review(proposals, kept.append, {"a": "Titel", "b": "Anderer"}, "de", ask, shown.append)
    assert count == len(kept)
    return kept, "\n".join(shown)


def test_accepted_ones_are_kept_and_quitting_keeps_them() -> None:
    one, two, three = case("Eins?"), case("Zwei?"), case("Drei?")
    kept, shown = reviewed(["j", "n", "q"], one, two, three)
    assert kept == [one] and "[3/3]" in shown
    assert reviewed(["J", "was?", "ja"], one, two)[0] == [one, two]
    assert reviewed(["j"], one, two)[0] == [one]  # the input ends
    assert "\x1b" not in shown


def test_editing_changes_what_is_typed_and_keeps_the_rest() -> None:
    given = case("Wie viele?", answers=("12",), articles=("a",), evidence=(("a", "Es sind 12."),), answerable=True)
    (kept,), _ = reviewed(["e", "Wie viele Häuser?", "zwölf | 12", "", "j"], given)
    assert (kept.question, kept.answers, kept.evidence) == ("Wie viele Häuser?", ("zwölf", "12"), given.evidence)
    (kept,), shown = reviewed(["e", "", "", "c", "b", "j"], given)
    assert kept.articles == ("b",) and kept.evidence == () and "Nicht im Index: c" in shown
    (kept,), _ = reviewed(["e", "", "-", "j"], given)
    assert (kept.answers, kept.articles, kept.answerable) == ((), (), False)


def test_an_accepted_question_is_a_draft_no_more() -> None:
    assert accepted(case("Eins?")).tags == ("number",)


# the command


def command(index: Index, *given: object) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser, "de")
    arguments = parser.parse_args([str(one) for one in given])
    return main(arguments, Settings.load(index=index.path), "de")


def test_the_command_writes_drafts_that_load(
    make_index: Callable[..., Index], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = make_index()
    index.ingest(
        [DEMO / "demo-001-linie-7-beschluss.md", DEMO / "demo-007-demo-kreisssaal-nachlese.md"], progress=False
    )
    out = tmp_path / "drafts.jsonl"
    assert command(index, "--out", out) == 0
    written = load_set(out)
    assert any(one.question.startswith("Wer sagte: „") for one in written.cases)
    assert any(one.question == "Wie viele Kinder kamen im Jahr 2023 in Mühlrode zur Welt?" for one in written.cases)
    assert f"{len(written.cases)} davon neu" in capsys.readouterr().err
    before = out.read_bytes()
    assert command(index, "--out", out) == 0 and out.read_bytes() == before  # nothing twice
    feedback = tmp_path / "feedback.jsonl"
    feedback.write_text('{"question": "Wann fährt die Linie 7?", "answer": "Nie."}', "utf-8")
    assert command(index, "--out", out, "--feedback", feedback) == 0
    assert [one.question for one in load_set(out).cases[len(written.cases) :]] == ["Wann fährt die Linie 7?"]
    feedback.write_text('{"question": "Wer?", "verdict": "up"}', "utf-8")
    capsys.readouterr()
    assert command(index, "--out", out, "--feedback", feedback) == 1
    assert "keine Antwort bemängelt" in capsys.readouterr().err


def test_review_needs_a_terminal_and_nothing_to_propose_is_told(
    make_index: Callable[..., Index],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    index = make_index()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(NoTerminalError):
        command(index, "--review")
    assert command(index, "--out", tmp_path / "x.jsonl") == 1
    assert "belegt ingest" in capsys.readouterr().err and not (tmp_path / "x.jsonl").exists()
