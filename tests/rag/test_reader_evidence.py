"""The span reader by the door of ``Reader``: sentences around spans, probabilities, and when reading ends."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.mentions import DateMention
from rag.models.monotone import Monotone
from rag.models.reader.evidence import ACROSS, APART, AT_ONCE, FEATURES, FEWEST, READ, BundledReader, Calibration, bare
from rag.models.reader.model import Reading, Span, SpanReader
from rag.retrieve import Query
from rag.settings import Settings
from rag.types import Passage, Titled

SURE, UNSURE = 9.0, -9.0
JULY = dt.date(2019, 7, 19)


def weighing(bias: float = 0.0, fitted: bool = True, **weights: float) -> Calibration:
    """Margin and "answerable" by halves, and what else is named."""
    all_weights = {"margin": 0.5, "answerable": 0.5} | weights
    linear, nothing = np.array([all_weights.get(name, 0.0) for name in FEATURES]), np.zeros(len(FEATURES))
    network = Monotone(nothing, nothing + 1, linear, nothing[None], np.zeros(1), np.zeros(1), bias)
    return Calibration(network, 0.5, (1.0, 0.0, 0.0), fitted)


ODDS = weighing()


class Scripted(SpanReader):
    """Finds the words it is told to find, wherever they stand, with the score told."""

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores, self.batches, self.asked = scores, [0], list[str]()

    def read_pairs(self, pairs: Sequence[tuple[str, Titled]], spans: int = 3) -> list[Reading]:
        self.batches.append(len(pairs))
        self.asked = [question for question, _ in pairs]
        found = []
        for _, (_, text) in pairs:
            hits = [
                Span(text.index(words), text.index(words) + len(words), score)
                for words, score in self.scores.items()
                if words in text
            ]
            best = max((hit.score for hit in hits), default=UNSURE)
            found.append(Reading(tuple(sorted(hits, key=lambda s: -s.score)[:spans]), best, best))
        return found


def passage(text: str, article: str = "a", start: int = 0) -> Passage:
    return Passage(1, article, None, None, None, None, "de", text, start, start + len(text), 1.0, 0.9, 1.0)


def different(count: int) -> list[Passage]:
    return [passage(f"Es waren 12. Das ist Meldung {number}.") for number in range(count)]


def query() -> Query:
    return Query("Wie viele?", "de", np.zeros(3), (), ())


def reader(scores: dict[str, float], seconds: float = 60) -> BundledReader:
    return BundledReader(Scripted(scores), ODDS, seconds)


def test_a_year_that_a_passage_of_that_time_does_not_name_is_not_asked_about() -> None:
    asked, bare = "Wie viele Menschen waren im Juli 2019 dort?", "Wie viele Menschen waren dort?"

    def put(question: str, *there: Passage) -> list[str]:
        scripted = Scripted({"rund 300": 1.0})
        BundledReader(scripted, ODDS, 60).read(replace(query(), text=question), there)
        return scripted.asked

    def told(when: str, published: str | None) -> Passage:
        return replace(passage(f"{when} waren rund 300 Menschen dort."), published=published)

    friday = told("Am Freitag", "2019-07-20")
    assert put(asked, friday, told("Im Juli 2019", "2019-07-20")) == [bare, asked]
    # An article of another year, or of none that is known, may tell of something else.
    assert put(asked, told("Am Samstag", "2017-07-22"), told("Am Sonntag", None)) == [asked, asked]
    month = replace(told("Im Vorjahr", "2020-07-22"), dates=(DateMention(0, 10, "Im Vorjahr", JULY, JULY),))
    assert put(asked, month) == [bare]
    assert put(asked.replace("im", "vor"), friday) == [asked.replace("im", "vor")]  # a condition
    assert put(asked.replace("im", "bis"), friday) == [bare]


def test_to_rank_a_passage_its_date_does_not_count() -> None:
    scripted = Scripted({"rund 300": 1.0})
    BundledReader(scripted, ODDS, 60).scores("Wie viele waren im Juli 2019 dort?", [("", "Es waren rund 300 dort.")])
    assert scripted.asked == ["Wie viele waren dort?"]


def test_evidence_is_the_sentence_with_the_span_in_it() -> None:
    # The passage begins at 100 in its article; its second sentence at 108 there.
    [found] = reader({"rund 300": 1.0}).read(
        query(), [passage("Es brennt. Dort waren rund 300 Menschen. Ende.", start=100)]
    )
    assert (found.text, found.answer) == ("Dort waren rund 300 Menschen.", "rund 300")
    assert (found.start, found.end, found.span) == (111, 140, (122, 130))
    # half the margin of 1 and half the "answerable" of 1
    assert found.confidence == pytest.approx(1 / (1 + math.exp(-1)))


def test_a_span_over_two_sentences_brings_both_but_no_heading() -> None:
    text = "Bilanz\nZwei starben. Drei leben."
    [both] = reader({"Zwei starben. Drei": 1.0}).read(query(), [passage(text)])
    assert (both.text, both.answer) == ("Zwei starben. Drei leben.", "Zwei starben. Drei")
    [one] = reader({"Bilanz\nZwei starben": 1.0}).read(query(), [passage(text)])
    assert (one.text, one.answer) == ("Zwei starben.", "Zwei starben")


def test_what_an_earlier_version_said_is_no_evidence() -> None:
    text = "Korrektur: In einer früheren Fassung dieses Artikels hieß es, es seien 58 gewesen. Es waren 38."
    assert [e.answer for e in reader({"58": 9.0, "38": 1.0}).read(query(), [passage(text)])] == ["38"]


def test_the_surest_comes_first_and_shared_sentences_count_once() -> None:
    first, second = passage("Es waren 12. Später waren es 15."), passage("Später waren es 15. Mehr nicht.", start=13)
    found = reader({"12": 1.0, "15": 3.0}).read(query(), [first, second])
    assert [e.answer for e in found] == ["15", "12"]
    other = reader({"12": 1.0}).read(query(), [first, passage("Es waren 12.", article="b")])
    assert len(other) == 2  # another article's words are its own


def test_reading_ends_when_time_is_over() -> None:
    slow = Scripted({"12": 1.0})
    BundledReader(slow, ODDS, seconds=0).read(query(), different(10))
    assert sum(slow.batches) == AT_ONCE


def test_a_sure_answer_ends_it_only_after_some_passages() -> None:
    sure, unsure = Scripted({"12": SURE}), Scripted({"12": UNSURE})
    for network in (sure, unsure):
        BundledReader(network, ODDS, seconds=60).read(query(), different(40))
    assert (sum(sure.batches), sum(unsure.batches)) == (FEWEST, 40)


def test_nothing_to_read_is_no_evidence() -> None:
    assert reader({}).read(query(), []) == []
    assert reader({}).read(query(), [passage("Nichts davon.")]) == []


@pytest.mark.parametrize(
    ("sentence", "span", "answer"),
    [
        ("Es kam, sah und ging.", "Es kam,", "Es kam"),
        ("Er kommt aus „Mühlrode“.", "Mühlrode“.", "Mühlrode"),
        ("Er kommt aus „Mühlrode“.", "„Mühlrode“", "„Mühlrode“"),
        ("Sie (die GHL) streikt.", "die GHL)", "die GHL"),
        ("Sie (die GHL) streikt.", "Sie (die GHL)", "Sie (die GHL)"),
        ("Es kostet 84 Mio. Euro.", "84 Mio.", "84 Mio."),
        ("Mit 3:2.", "3:2.", "3:2"),
        ("—,", "—,", ""),
    ],
)
def test_answers_have_no_marks_that_are_not_theirs(sentence: str, span: str, answer: str) -> None:
    at = sentence.index(span)
    start, end = bare(sentence, at, at + len(span))
    assert sentence[start:end] == answer


def test_the_calibration_that_is_shipped_can_be_read(tmp_path: Path) -> None:
    assert 0 < Calibration.load().threshold < 1
    file = tmp_path / "c.json"
    network, rank = Calibration.load().network, {name: i / 10 for i, name in enumerate(READ)}
    record = {"network": network.record(FEATURES), "threshold": 0.4, "rank": rank, "fitted": True}
    file.write_text(json.dumps(record), "utf-8")
    read = Calibration.load(file)
    assert (read.threshold, read.rank, read.fitted) == (0.4, (0.0, 0.1, 0.2), True)
    rows = np.random.default_rng(0).normal(size=(20, len(FEATURES)))
    assert np.allclose(read.network.scores(rows), network.scores(rows))
    assert read.confidences([]) == []


def test_an_uncalibrated_reader_says_so(caplog: pytest.LogCaptureFixture) -> None:
    BundledReader(Scripted({}), weighing(fitted=False), 1.0)
    assert "not calibrated" in caplog.text


def test_of_two_equal_spans_the_passage_that_the_search_holds_better_wins() -> None:
    odds = weighing(behind=-1.0)
    near, far = passage("Es waren 12.", "near"), replace(passage("Es waren 12.", "far"), score=0.0)
    found = BundledReader(Scripted({"12": 1.0}), odds, 60).read(query(), [far, near])
    assert [item.passage.article_id for item in found] == ["near", "far"]
    assert found[1].confidence == pytest.approx(0.5)  # 1 of the span, less 1 for being behind by 1


def test_what_reading_added_to_a_passage_is_not_counted_again() -> None:
    odds = weighing(behind=-1.0)
    found = replace(passage("Es waren 12.", "found"), score=1.0, search=1.0)
    raised = replace(passage("Es waren 12.", "raised"), score=9.0, search=1.0)  # by 8 of what reading says
    confidences = [e.confidence for e in BundledReader(Scripted({"12": 1.0}), odds, 60).read(query(), [found, raised])]
    assert confidences == [pytest.approx(1 / (1 + math.exp(-1)))] * 2


def test_a_passage_is_behind_the_best_of_its_own_language_above_all() -> None:
    odds = weighing(behind=-1.0)
    german, second = (replace(passage("Es waren 12.", id), search=s) for id, s in (("a", 6.0), ("b", 3.0)))
    english = replace(passage("There were 12.", "c"), search=3.0, language="en")  # shares no word with the question
    found = BundledReader(Scripted({"12": 1.0}), odds, 60).read(query(), [german, second, english])
    odds_of = {e.passage.article_id: math.log(e.confidence / (1 - e.confidence)) for e in found}
    assert odds_of == pytest.approx({"a": 1, "b": 1 - 3, "c": 1 - APART * 3})


def test_the_rank_in_the_search_counts_among_the_passages_of_a_language() -> None:
    german = [
        replace(passage("Es waren 12.", id), search=s) for id, s in (("third", 1.0), ("first", 6.0), ("second", 3.0))
    ]
    english = replace(passage("There were 12.", "c"), search=0.5, language="en")
    found = BundledReader(Scripted({"12": 1.0}), weighing(place=-1.0), 60).read(query(), [*german, english])
    shares = {e.passage.article_id: e.confidence / (1 - e.confidence) / math.e for e in found}
    assert shares == pytest.approx({"first": 1, "second": 1 / 2, "third": 1 / 3, "c": 1})


def test_an_article_stands_where_its_best_passage_does() -> None:
    texts = [("a", "Es brennt.", 6.0), ("a", "Es waren 12.", 1.0), ("b", "Es waren 12.", 3.0)]
    ranked = [replace(passage(text, id), search=score) for id, text, score in texts]
    odds = {}
    for name in ("behind", "place", "within"):
        found = BundledReader(Scripted({"12": 1.0}), weighing(**{name: -1.0}), 60).read(query(), ranked)
        odds[name] = {e.passage.article_id: math.log(e.confidence / (1 - e.confidence)) for e in found}
    assert odds["behind"] == pytest.approx({"a": 1, "b": 1 - 3})
    assert odds["place"] == pytest.approx({"a": 1, "b": 1 - math.log(2)})
    assert odds["within"] == pytest.approx({"a": 1 - math.log(2), "b": 1})


def test_the_cosine_of_the_passage_most_alike_counts_for_all() -> None:
    ranked = [replace(passage("Es waren 12.", id), dense=cosine) for id, cosine in (("a", 0.7), ("b", 0.9))]
    odds = weighing(alike=1.0)
    for told, expected in ((None, 1 + 0.9), (0.2, 1 + 0.2)):  # or what is told in their place
        found = BundledReader(Scripted({"12": 1.0}), odds, 60, told).read(query(), ranked)
        assert [math.log(e.confidence / (1 - e.confidence)) for e in found] == pytest.approx([expected] * 2)
    english = [replace(ranked[1], language="en")]
    [found_across] = BundledReader(Scripted({"12": 1.0}), odds, 60).read(query(), english)
    assert math.log(found_across.confidence / (1 - found_across.confidence)) == pytest.approx(1 + 0.9 + ACROSS)


def test_cosines_of_another_embedding_model_say_nothing() -> None:
    shipped = Calibration.load()
    usual = shipped.network.mean[FEATURES.index("alike")]
    assert 0.7 < usual < 1
    for model, expected in (("bundled", None), ("somebody/else", usual)):
        assert BundledReader.load(Settings.load(embed_model=model))._alike == expected


def test_words_that_the_question_and_the_passage_share_count() -> None:
    asked = replace(query(), text="Wie viele Enten schwammen in Mühlrode?")
    all_four = replace(passage("In Mühlrode schwammen 12 Enten.", "all"), lexical=8.0)
    half = replace(passage("In Aue schwammen 12 Enten.", "half"), lexical=2.0)
    of_share = BundledReader(Scripted({"12": 1.0}), weighing(share=1.0), 60).read(asked, [half, all_four])
    of_words = BundledReader(Scripted({"12": 1.0}), weighing(lexical=1.0), 60).read(asked, [half, all_four])
    for found, least in ((of_share, 1 - 2 / 3), (of_words, 1 - 2.0 / 8.0)):
        odds = {e.passage.article_id: math.log(e.confidence / (1 - e.confidence)) for e in found}
        assert odds["all"] == pytest.approx(2) and odds["half"] == pytest.approx(2 - least)


def test_where_no_word_is_shared_nothing_is_divided_by_none() -> None:
    [found] = BundledReader(Scripted({"12": 1.0}), weighing(lexical=1.0), 60).read(
        query(), [replace(passage("Es waren 12."), lexical=0.0)]
    )
    assert found.confidence == pytest.approx(1 / (1 + math.exp(-2)))  # in its language it is as good as any


def test_how_well_the_best_passage_matched_says_nothing() -> None:
    few, many = replace(passage("Es waren 12."), search=1.2), replace(passage("Es waren 12."), search=9.5)
    one, other = (reader({"12": 1.0}).read(query(), [each])[0] for each in (few, many))
    assert one.confidence == other.confidence  # a set of three articles has no background to stand out from


def test_a_span_of_another_kind_than_asked_for_is_less_sure() -> None:
    odds = weighing(unfit=-2.0)
    scripted = Scripted({"am Hafen": 2.0, "12": 1.5})
    found = BundledReader(scripted, odds, 60).read(query(), [passage("Es waren 12 am Hafen.")])
    assert [e.answer for e in found] == ["12", "am Hafen"]  # 1.5/2 + 2/2 and 2/2 + 2/2 - 2


def test_what_was_read_to_rank_is_not_read_again_to_answer() -> None:
    network = Scripted({"12": 3.0})
    both = BundledReader(network, ODDS, 60)
    texts = ["Es waren 12.", "Es regnet.", "Es waren 12."]
    untitled = [("", text) for text in texts]
    scores = both.scores("Wie viele?", untitled)  # the margin counts; where there is no span, nothing
    assert scores[[0, 2]].tolist() == [3.0, 3.0] and np.isnan(scores[1])
    assert network.batches == [0, 2]
    [found] = both.read(query(), [passage(texts[0]), passage(texts[1])])
    assert found.answer == "12"
    assert network.batches == [0, 2]
    both.scores("Wie viele noch?", untitled)
    assert network.batches == [0, 2, 2]


def test_what_was_read_last_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.reader.evidence.REMEMBERED", 5)
    network = Scripted({"12": 3.0})
    both = BundledReader(network, ODDS, 60)
    passages = different(8)
    for asked in passages[:4], passages[4:]:
        both.scores("Wie viele?", [p.titled for p in asked])
    assert network.batches == [0, 4, 4]
    both.read(query(), passages[3:])
    assert network.batches == [0, 4, 4]
    both.scores("Wie viele?", [p.titled for p in passages[:2]])
    assert network.batches == [0, 4, 4, 2]
