"""Answers: verbatim, cited, honest about what the articles do not say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest

from corpus.article import Article
from rag.answerer import Answerer
from rag.compose import compose
from rag.errors import EmptyQuestionError, LongQuestionError
from rag.index import Index
from rag.messages import messages
from rag.types import Answer, Evidence, Passage

QUESTIONS = [
    "Wie viele nordkoreanische Soldaten wurden getötet?",
    "Wo trafen sich Putin und Peseschkian?",
    "How many North Korean soldiers were killed?",
    "Was kostet die Straßenbahn?",
]


def check_citations(answerer: Answerer, answer: Answer) -> None:
    numbers = [c.number for c in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for c in answer.citations:
        assert answerer.article(c.article_id).text[c.start : c.end] == c.quote
    for sentence in answer.sentences:
        assert set(sentence.citations) <= set(numbers)
        quotes = " ".join(" ".join(answer.citations[n - 1].quote for n in sentence.citations).split())
        assert sentence.verdict in ("verbatim", "supported")
        assert sentence.verdict == "supported" or sentence.text in quotes  # word for word
    if answer.short is not None:
        quotes = " ".join(" ".join(c.quote for c in answer.citations).split())
        assert answer.short in quotes
        assert answer.short in answer.sentences[0].text


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_are_verbatim(demo_answerer: Answerer, question: str) -> None:
    answer = demo_answerer.ask(question)
    check_citations(demo_answerer, answer)
    assert answer.status in ("answered", "not_found", "conflicting")
    assert (answer.status == "conflicting") == bool(answer.disagreements)
    assert answer.fingerprint == demo_answerer.settings.fingerprint()
    assert answer.timings["total"] > 0
    assert str(answer) == answer.text
    assert answer.as_of == "2025-06-16"


@pytest.mark.parametrize("question", ["Wer gewann die Fußball-WM 2022?", "Wie hoch ist der Eiffelturm?", "asdf qwer"])
def test_what_no_article_says_is_refused(demo_answerer: Answerer, question: str) -> None:
    answer = demo_answerer.ask(question)
    assert answer.status == "not_found"
    assert answer.text == messages().say("refusal", "de")
    assert (answer.citations, answer.sentences, answer.short) == ((), (), None)
    assert answer.passages  # the nearest are shown


def test_an_english_question_is_refused_in_english(demo_answerer: Answerer) -> None:
    assert demo_answerer.ask("Who won the 2022 World Cup final?").text == messages().say("refusal", "en")


def test_seeds(make_index: Callable[..., Index], seeds: object) -> None:
    """The three questions over the two real articles, each from the right sentence, and one they do not answer."""
    index = make_index()
    index.ingest([str(seeds)], progress=False)
    answerer = Answerer(index)
    expected = {
        "Wie viele nordkoreanische Soldaten wurden getötet?": "rund 300 nordkoreanische Soldaten getötet",
        "Wo trafen sich Putin und Peseschkian im Oktober?": "in Turkmenistan ein erstmaliges Treffen",
        "Welche Raketen hat der Iran geliefert?": "Fath-360-Raketen",
    }
    for question, words in expected.items():
        answer = answerer.ask(question)
        assert answer.status == "answered", question
        assert words in answer.text, question
        assert any(words in c.quote for c in answer.citations), question
        check_citations(answerer, answer)
    assert answerer.ask("Wer gewann die Fußball-WM 2022?").status == "not_found"


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question_is_refused(demo_answerer: Answerer, question: str) -> None:
    with pytest.raises(EmptyQuestionError):
        demo_answerer.ask(question)


def test_a_very_long_question_is_refused(demo_answerer: Answerer) -> None:
    with pytest.raises(LongQuestionError, match="100000"):
        demo_answerer.ask("x" * 100_000)


def test_the_stream_adds_up_to_the_answer(demo_answerer: Answerer) -> None:
    events = list(demo_answerer.stream(QUESTIONS[0]))
    assert [e.text for e in events if e.kind == "stage"] == ["searching", "reading", "composing"]
    answer = events[-1].answer
    assert answer is not None
    assert "".join(e.text for e in events if e.kind == "token") == answer.text
    assert answer.text == demo_answerer.ask(QUESTIONS[0]).text


def test_the_asynchronous_stream(demo_answerer: Answerer) -> None:
    async def last() -> Answer | None:
        return [event async for event in demo_answerer.astream(QUESTIONS[0])][-1].answer

    assert asyncio.run(last()) is not None


def test_as_a_llama_index_query_engine(demo_answerer: Answerer) -> None:
    response = demo_answerer.as_query_engine().query(QUESTIONS[0])
    assert response.metadata is not None
    assert response.metadata["answer"].text == str(response)
    assert response.source_nodes


def test_answers_are_frozen(demo_answerer: Answerer) -> None:
    with pytest.raises(FrozenInstanceError):
        demo_answerer.ask(QUESTIONS[0]).text = "x"  # type: ignore[misc]


TEXT = "Die Brücke ist zu. Sie stammt von 1968. Ein Neubau kostet 74 Mio. Euro.\n\nEr kommt 2030."


def evidence(start: int, end: int, confidence: float, article: str = "a", text: str = TEXT) -> Evidence:
    passage = Passage(1, article, "Titel", "Kurier", "2024-08-22", None, "de", text, 0, len(text), 1.0, 0.9, 1.0)
    return Evidence(passage, start, end, text[start:end], confidence)


def composed(*found: Evidence, most: int = 3) -> Answer:
    articles = {e.passage.article_id: Article(id=e.passage.article_id, text=e.passage.text) for e in found}
    passages = [e.passage for e in found]
    return compose("?", "de", found, passages, articles, most=most, least_confidence=0.5, as_of=None)


def test_a_sentence_that_leans_on_the_one_before_brings_it_along() -> None:
    # "Sie stammt von 1968." is characters 19 to 39
    [citation] = composed(evidence(19, 39, 0.9)).citations
    assert citation.quote == "Die Brücke ist zu. Sie stammt von 1968."
    assert (citation.start, citation.end) == (0, 39)


def test_but_not_over_a_paragraph() -> None:
    start = TEXT.index("Er kommt")
    assert composed(evidence(start, len(TEXT), 0.9)).text == "Er kommt 2030. [1]"


def test_further_sentences_only_if_nearly_as_sure() -> None:
    cost, comes = TEXT.index("Ein Neubau"), TEXT.index("Er kommt")
    answer = composed(evidence(0, 18, 0.9), evidence(comes, len(TEXT), 0.23), evidence(cost, cost + 31, 0.2))
    assert [c.quote for c in answer.citations] == ["Die Brücke ist zu.", "Er kommt 2030."]
    assert len(composed(evidence(0, 18, 0.9), evidence(comes, len(TEXT), 0.8), most=1).citations) == 1


def test_sentences_that_touch_are_one_quote_in_the_order_of_the_article() -> None:
    cost = TEXT.index("Ein Neubau")
    [citation] = composed(evidence(cost, cost + 31, 0.9), evidence(19, 39, 0.8)).citations
    assert citation.quote == "Die Brücke ist zu. Sie stammt von 1968. Ein Neubau kostet 74 Mio. Euro."


def test_a_short_gap_in_a_paragraph_is_quoted_along() -> None:
    cost = TEXT.index("Ein Neubau")
    [citation] = composed(evidence(0, 18, 0.9), evidence(cost, cost + 31, 0.8)).citations
    assert citation.quote == "Die Brücke ist zu. Sie stammt von 1968. Ein Neubau kostet 74 Mio. Euro."
    far = "Die Brücke ist zu. " + "Dazu wurde lange nichts gesagt. " * 6 + "Ein Neubau ist teuer."
    start = far.index("Ein Neubau")
    assert len(composed(evidence(0, 18, 0.9, text=far), evidence(start, len(far), 0.8, text=far)).citations) == 2


def test_the_same_sentence_of_a_wire_copy_is_quoted_once() -> None:
    answer = composed(evidence(0, 18, 0.9, "a"), evidence(0, 18, 0.8, "b"))
    assert [c.article_id for c in answer.citations] == ["a"]


def test_weak_evidence_is_no_answer() -> None:
    answer = composed(evidence(0, 18, 0.49))
    assert (answer.status, answer.text, answer.confidence) == ("not_found", messages().say("refusal", "de"), 0.49)
    assert composed().status == "not_found"
