"""Time in questions is read, preferred and shown; filters by date, source, language and category hold everywhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from rag import cli, vectors, when
from rag.answerer import Answerer
from rag.display import display_days
from rag.errors import FilterValueError
from rag.index import Index
from rag.retrieve import Retriever
from rag.rows import Filter
from rag.timely import TIME_WEIGHT, Wanted
from rag.types import QuestionTime

Make = Callable[..., Index]
WEDNESDAY = dt.date(2024, 10, 16)


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("Was geschah im Oktober 2024?", "im Oktober 2024", "2024-10-01", "2024-10-31"),
        ("was geschah im oktober 2024?", "im oktober 2024", "2024-10-01", "2024-10-31"),
        ("Was war letzte Woche in Kasan?", "letzte Woche", "2024-10-07", "2024-10-13"),
        ("was war letzte woche los", "letzte woche", "2024-10-07", "2024-10-13"),
        ("Wer gewann vergangenes Jahr?", "vergangenes Jahr", "2023-01-01", "2023-12-31"),
        ("Was passierte 2019?", "2019", "2019-01-01", "2019-12-31"),
        ("Was galt zwischen März und Mai 2020?", "zwischen März und Mai 2020", "2020-03-01", "2020-05-31"),
        ("Was versprach die SPD vor der Wahl 2021?", "2021", "2021-01-01", "2021-12-31"),
        ("Was geschah am 11. Oktober?", "am 11. Oktober", "2024-10-11", "2024-10-11"),
        ("Was kostete Gas Anfang 2015?", "Anfang 2015", "2015-01-01", "2015-03-31"),
        ("Wie heiß war der Sommer 2018?", "Sommer 2018", "2018-06-01", "2018-08-31"),
        ("Was geschah gestern?", "gestern", "2024-10-15", "2024-10-15"),
        ("Was gilt seit 2019?", "seit 2019", "2019-01-01", "2024-10-16"),
        ("Welche vor 2010 gebauten Brücken?", "vor 2010", None, "2009-12-31"),
        ("Was geschah bis Ende Mai 2020?", "bis Ende Mai 2020", None, "2020-05-31"),
        ("Was galt ab Januar 2021?", "ab Januar 2021", "2021-01-01", None),
        ("Was geschah nach dem 3. Mai 2020?", "nach dem 3. Mai 2020", "2020-05-04", None),
        (
            "Wer siegte bei der Wahl 2005 am 18. September 2005?",
            "2005 am 18. September 2005",
            "2005-09-18",
            "2005-09-18",
        ),
        ("Wie stieg der Preis von Mai 2010 an und fiel im Mai 2012?", "von Mai 2010", "2010-05-01", "2012-05-31"),
        ("What happened last week?", "last week", "2024-10-07", "2024-10-13"),
        ("Who won in March 2012?", "in March 2012", "2012-03-01", "2012-03-31"),
        ("what happened before may 2012", "before may 2012", None, "2012-04-30"),
    ],
)
def test_days_in_a_question(question: str, words: str, first: str | None, last: str | None) -> None:
    language = "en" if question.lower().startswith(("what", "who")) else "de"
    found = when.read(question, language, WEDNESDAY)
    assert found is not None
    assert (found.kind, found.text, found.first, found.last) == ("range", words, first, last)
    assert question[found.start : found.end] == words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Wie ist die aktuelle Lage?", "aktuelle"),
        ("Wer gewann zuletzt?", "zuletzt"),
        ("Wer regiert derzeit in Thailand?", "derzeit"),
        ("Was sind die neuesten Zahlen?", "neuesten"),
        ("Was war in den letzten Tagen?", "in den letzten Tagen"),
        ("Wie viele Tote gab es bei den jüngsten Unwettern?", "jüngsten"),
        ("Wie viele Menschen flohen seit Kriegsbeginn?", "seit Kriegsbeginn"),  # no calendar knows the day
        ("Who is currently in power?", "currently"),
        ("What is the latest news?", "latest"),
    ],
)
def test_a_wish_for_the_newest(question: str, words: str) -> None:
    found = when.read(question, "en" if question.startswith("Wh") else "de", WEDNESDAY)
    assert found == QuestionTime("recent", words, question.index(words), question.index(words) + len(words))


@pytest.mark.parametrize(
    "question",
    [
        "Wer ist Maren Ohlsen?",
        "Seit wann gibt es die Straßenbahn?",
        "Wie viele der 2700 Soldaten starben?",
        "Wer ist die jüngste Abgeordnete?",
        "Was kostet es seit Jahren?",
        "Was geschah zur Zeit der Weimarer Republik?",
        "Wie viele Menschen leben heute von der Fischerei?",
    ],
)
def test_questions_that_name_no_time(question: str) -> None:
    assert when.read(question, "de", WEDNESDAY) is None


def test_an_archive_is_asked_about_its_own_time() -> None:
    newest = dt.date(2022, 3, 6)
    assert _days(when.read("Was geschah am 11. Oktober?", "de", WEDNESDAY, newest)) == ("2021-10-11", "2021-10-11")
    assert _days(when.read("Was geschah am 11. Oktober 2005?", "de", WEDNESDAY, newest)) == ("2005-10-11", "2005-10-11")
    for words in (
        "letzte Woche",
        "in diesem Jahr",
        "vor zwei Tagen",
        "im vergangenen Oktober",
    ):  # whoever asks, asks today
        own = when.read(f"Was geschah {words}?", "de", WEDNESDAY, newest)
        assert own == when.read(f"Was geschah {words}?", "de", WEDNESDAY), words


def _days(time: QuestionTime | None) -> tuple[str | None, str | None]:
    assert time is not None
    return time.first, time.last


def test_how_days_are_shown() -> None:
    assert display_days("2024-10-01", "2024-10-31", "de") == "Oktober 2024"
    assert display_days("2024-10-03", None, "de") == "ab 3. Oktober 2024"
    assert display_days(None, "2024-10-03", "en") == "up to 3 October 2024"
    assert display_days(None, None, "en") == ""


def test_how_well_an_article_fits(make_index: Make) -> None:
    index = make_index()
    index.add([_article("a", "2009-05-20", text="Die Wahl im Mai 2008 wurde gerügt."), _article("b", None)])
    chunks = {c.article_id: c for c in index.store.chunks([1, 2]).values()}

    def bonus(first: str, last: str, name: str = "a") -> float:
        return Wanted(QuestionTime("range", "", 0, 0, first, last), WEDNESDAY).bonus(chunks[name]) / TIME_WEIGHT

    assert bonus("2009-05-01", "2009-05-31") == 1  # published then
    assert bonus("2008-05-01", "2008-05-31") == 1  # tells of then
    assert bonus("2008-01-01", "2008-12-31") == 1
    assert bonus("2008-05-31", "2008-05-31") == pytest.approx(1 / 31)  # one of the 31 days it may mean
    # Published 20 days after April, of 30 days: e^-(20 / (.3 * 30)); 12 days before June: e^-(12 / (.2 * 30)).
    assert bonus("2009-04-01", "2009-04-30") == pytest.approx(2.718281828 ** -(20 / 9))
    assert bonus("2009-06-01", "2009-06-30") == pytest.approx(2.718281828 ** -(12 / 6))
    assert bonus("2009-05-01", "2009-05-31", "b") == 0
    newest = Wanted(QuestionTime("recent", "", 0, 0), dt.date(2009, 5, 27))
    assert newest.bonus(chunks["a"]) == pytest.approx(-0.4)  # a week old: log2(1 + 7 / 7) = 1
    assert newest.bonus(chunks["b"]) < newest.bonus(chunks["a"])


def _article(name: str, day: str | None, source: str | None = None, text: str | None = None, **more: str) -> Article:
    text = text or f"Im Hafen von Sandholm hat es gebrannt. Verletzt wurde niemand, wie Sprecherin {name} sagte."
    published = NewsDate.parse(day) if day else None
    return Article(id=name, text=text, published=published, source=source, **{"language": "de", **more})


@pytest.fixture
def fires(make_index: Make) -> Retriever:
    """Five fires told alike, of four years and of no day; and an article that tells of one of them later."""
    index = make_index()
    days = {"Ahrens": "2019-05-06", "Behn": "2020-05-06", "Claasen": "2021-05-06", "Dirks": "2022-05-06", "Evers": None}
    later = "Sandholm erinnert sich: Am 3. Juli 2015 hat es im Hafen gebrannt. Verletzt wurde damals niemand."
    index.add([*(_article(name, day) for name, day in days.items()), _article("later", "2018-01-09", text=later)])
    return Retriever(index)


@pytest.mark.parametrize(
    ("question", "as_of", "first"),
    [
        ("Wo hat es im Mai 2020 gebrannt?", None, "Behn"),
        ("Wo hat es im Frühjahr 2021 gebrannt?", None, "Claasen"),
        ("Wo hat es 2019 gebrannt?", None, "Ahrens"),
        ("Wo hat es im Juli 2015 gebrannt?", None, "later"),
        ("Wo hat es im Sommer 2015 gebrannt?", None, "later"),
        ("Wo hat es letzte Woche gebrannt?", dt.date(2020, 5, 13), "Behn"),
        ("Wo hat es vor einem Jahr gebrannt?", dt.date(2022, 5, 13), "Claasen"),
        ("Wo hat es im Hafen zuletzt gebrannt?", None, "Dirks"),
        ("Wo hat es im Hafen zuletzt gebrannt?", dt.date(2021, 12, 1), "Claasen"),
        ("Was anyone hurt in the latest fire in the port of Sandholm?", dt.date(2019, 12, 1), "Ahrens"),
    ],
)
def test_what_fits_the_time_comes_first_and_nothing_is_left_out(
    fires: Retriever, question: str, as_of: dt.date | None, first: str
) -> None:
    found = [p.article_id for p in fires.passages(question, as_of)]
    assert found[0] == first
    assert "Evers" in found  # without a date
    assert set(found) == {p.article_id for p in fires.passages(question, as_of, time=False)}


def test_a_caller_may_give_the_time_or_switch_it_off(fires: Retriever) -> None:
    question = "Wo hat es im Hafen gebrannt?"
    for year, name in ((2019, "Ahrens"), (2021, "Claasen")):
        span = dt.date(year, 5, 1), dt.date(year, 5, 31)
        assert fires.passages(question, time=span)[0].article_id == name
        assert fires.passages(question + " Im Mai 2022?", time=span)[0].article_id == name
    assert fires.passages(question, time=(dt.date(2022, 1, 1), None))[0].article_id == "Dirks"
    plain = fires.passages(question)
    assert fires.passages(question, time=False) == plain


def test_nothing_changes_for_questions_without_a_time(demo_answerer: Answerer) -> None:
    retriever = demo_answerer.retriever
    for question in ("Wie viele nordkoreanische Soldaten wurden getötet?", "How high will the flood wall be?"):
        for as_of in (None, dt.date(2024, 12, 1)):
            assert retriever.passages(question, as_of) == retriever.passages(question, as_of, time=False)
        assert demo_answerer.ask(question).time is None
    for fusion in ("dense", "lexical"):  # either search alone pays no heed to time
        dated = "Wie viele Soldaten wurden im Oktober 2024 getötet?"
        assert retriever.passages(dated, fusion=fusion) == retriever.passages(dated, fusion=fusion, time=False)


def test_an_answer_says_how_time_was_read(demo_answerer: Answerer) -> None:
    question = "Wie viele Soldaten wurden im Oktober 2024 getötet?"
    answer = demo_answerer.ask(question)
    time = QuestionTime("range", "im Oktober 2024", 26, 41, "2024-10-01", "2024-10-31")
    assert answer.time == time
    assert json.loads(json.dumps(asdict(time))) == asdict(time)
    assert demo_answerer.ask(question, time=False).time is None
    given = demo_answerer.ask(question, time=(None, dt.date(2024, 11, 30))).time
    assert given == QuestionTime("range", "", 0, 0, None, "2024-11-30")
    *_, last = demo_answerer.stream(question, only=Filter(since=dt.date(2024, 10, 1)), time=False)
    assert last.answer is not None and last.answer.time is None
    assert all(p.published and p.published >= "2024-10" for p in last.answer.passages)


WAYS = {"compared": (1000, ()), "sifted": (-1, (8, 32)), "by Chroma": (-1, ())}  # index.FEW and index.DEPTHS


@pytest.mark.parametrize("way", WAYS)
def test_filters_hold_in_every_search(make_index: Make, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr("rag.index.FEW", WAYS[way][0])
    monkeypatch.setattr("rag.index.DEPTHS", WAYS[way][1])
    index = make_index()
    same = "Im Hafen von Sandholm hat es am Abend gebrannt."
    index.add(
        [
            _article("one", "2019-05-06", "Bote", same, category="Lokales"),
            _article("two", "2020-05-06", "Kurier", same, category="Politik"),  # its text has the same vector
            _article("three", "2021-05", "bote", "Am Hafen brannte es wieder.", category="Lokales"),
            _article("four", None, "Kurier", "Wer das Feuer im Hafen legte, ist offen."),
            _article("five", "2022-01-01", text="The fire in the port of Sandholm is out.", language="en"),
        ]
    )
    retriever = Retriever(index)
    may = dt.date(2021, 5, 20)
    for only, expected in (
        (Filter(), {"one", "two", "three", "four", "five"}),
        (Filter(since=dt.date(2020, 5, 6)), {"two", "three", "five"}),
        (Filter(until=dt.date(2020, 5, 6)), {"one", "two"}),
        (Filter(since=may, until=may), {"three"}),  # of some day in May 2021
        (Filter(as_of=dt.date(2020, 5, 6)), {"one", "two", "four"}),  # without a date: may have been known
        (Filter(sources=["BOTE"]), {"one", "three"}),
        (Filter(sources=["Bote", "Kurier"]), {"one", "two", "three", "four"}),
        (Filter(sources=["Kurier"], since=dt.date(2019, 1, 1)), {"two"}),
        (Filter(languages=["EN"]), {"five"}),
        (Filter(categories=["lokales"]), {"one", "three"}),
        (Filter(sources=[]), set()),
        (Filter(languages=["de"], within=["one", "five"]), {"one"}),
    ):
        condition, parameters = only.sql()
        for fusion in ("hybrid", "dense", "lexical"):
            found = {
                p.article_id
                for p in retriever.passages("Wo brannte der Hafen von Sandholm? fire", only=only, fusion=fusion)
            }
            assert found <= expected, (only, fusion)
            if fusion != "lexical":
                assert found | _twins(found, expected) == expected, (only, fusion)
        assert condition.count("?") == len(parameters)


def test_the_nearest_of_a_few_are_the_same_however_they_are_found(
    make_index: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    towns = ("Elmstadt", "Mühlrode", "Sandholm", "Krellbach", "Ossenau", "Tarvitz", "Altdorf", "Wendin")
    index.add(
        _article(f"{town}-{number}", "2020-05-06", "Bote" if number % 3 == 0 else "Kurier", f"In {town} {what}.")
        for town in towns
        for number, what in enumerate(("brannte es", "tagt der Rat", "fährt der Bus", "fällt Schnee", "wird gewählt"))
    )
    (vector,) = index.embedder.questions(["Was geschah in Sandholm?"])
    found = {}
    for way, (few, depths) in {**WAYS, "sifted twice": (-1, (1, 8)), "not deep enough": (-1, (1,))}.items():
        monkeypatch.setattr("rag.index.FEW", few)
        monkeypatch.setattr("rag.index.DEPTHS", depths)
        found[way] = index.nearest(vector, 4, Filter(sources=["Bote"]))
    assert len(found["compared"]) == 4
    for way, nearest in found.items():
        assert [chunk for chunk, _ in nearest] == [chunk for chunk, _ in found["compared"]], way
        assert [s for _, s in nearest] == pytest.approx([s for _, s in found["compared"]], abs=1e-4), way


def _twins(found: set[str], expected: set[str]) -> set[str]:
    """Copies of one story are told by one article."""
    return {"one", "two"} & expected if {"one", "two"} & found else set()


def test_a_name_that_no_article_has_is_an_error(fires: Retriever, make_index: Make) -> None:
    with pytest.raises(FilterValueError, match="language 'es'"):
        fires.passages("Wo hat es gebrannt?", only=Filter(languages=["de", "es"]))
    with pytest.raises(FilterValueError) as raised:
        fires.passages("Wo hat es gebrannt?", only=Filter(sources=["Bote"]))
    assert "Quelle 'Bote'" in raised.value.text("de")


def test_a_generation_of_an_older_layout_is_built_anew(make_index: Make) -> None:
    index = make_index()
    index.add([_article("one", "2019-05-06", "Bote"), _article("two", "2020-05-06", "Kurier")])
    old = index.vectors.pointer
    vectors._swap(index.chroma_folder, replace(old, layout=1))
    index.serving.close()
    assert index.serving.faults() == ["chroma: made by another version"]
    found = Retriever(index).passages("Wo hat es gebrannt?", fusion="dense", only=Filter(sources=["Kurier"]))
    assert [p.article_id for p in found] == ["two"]
    assert index.vectors.pointer.generation > old.generation
    assert index.verify() == []


@pytest.mark.usefixtures("one_model")
def test_the_command_filters_and_says_how_it_read_the_time(
    demo_answerer: Answerer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["ask", "Was kostete die Straßenbahn im März 2024?", "--index", str(demo_answerer.index.path)]
    assert cli.main([*words, "--language", "de", "--from", "2024-01-01"]) == 0
    assert "„im März 2024“ verstanden als: März 2024" in capsys.readouterr().out
    assert cli.main([*words, "--json", "--ignore-time", "--until", "2024-06-30", "--article-language", "de"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["time"] is None
    assert all(p["published"] <= "2024-06-30" and p["language"] == "de" for p in answer["passages"])
    assert cli.main([*words, "--source", "Nirgendwo"]) == 2
    assert "Nirgendwo" in capsys.readouterr().err
