"""Every measure, its arithmetic beside the assertion."""

from __future__ import annotations

import itertools
import math
import random
import string
import unicodedata

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.evaluation.benchmarks import hotpotqa

from evals import metrics

# SQuAD's definition once more, word by word and without regular expressions.

ENGLISH = {"a", "an", "the"}
GERMAN = {"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"}


def plain_tokens(text: str, language: str) -> list[str]:
    def is_punctuation(c: str) -> bool:
        return c in string.punctuation or (language == "de" and unicodedata.category(c)[0] == "P")

    kept = "".join(c for c in text.lower() if not is_punctuation(c))
    articles = GERMAN if language == "de" else ENGLISH
    runs = ("".join(run) for _, run in itertools.groupby(kept, lambda c: c.isalnum() or c == "_"))
    return "".join(" " if run in articles else run for run in runs).split()


def plain_exact_match(prediction: str, golds: list[str], language: str) -> float:
    return float(plain_tokens(prediction, language) in [plain_tokens(gold, language) for gold in golds])


def plain_f1(prediction: str, golds: list[str], language: str) -> float:
    best = 0.0
    for gold in golds:
        left, predicted, shared = plain_tokens(gold, language), plain_tokens(prediction, language), 0
        lengths = len(left), len(predicted)
        for token in predicted:
            if token in left:
                left.remove(token)
                shared += 1
        if shared:
            precision, recall = shared / lengths[1], shared / lengths[0]
            best = max(best, 2 * precision * recall / (precision + recall))
    return best


WORDS = st.sampled_from(
    ["the", "The", "a", "an", "der", "Die", "eines", "42", "4,2", "4.2 km", "Rat", "ß", "„Ja“", "–", "O'Neil", "€", "_"]
)
LISTS = st.lists(WORDS, max_size=8)
TEXTS = st.one_of(LISTS.map(" ".join), LISTS.map("".join), st.text(max_size=30))


# What SQuAD's answers are made of and what trips normalisation: articles alone and inside words, ASCII and other
# punctuation, blanks of every kind, letters that change length when lowercased, combining marks, digits of other scripts.
SQUAD_WORDS = st.sampled_from(
    """the The THE a A an An and theatre another A's the-the a.m. U.S. O'Neil don't 1,000 $5.2m 50% 3–4 “the” ’a’ the/a
    naïve Café café ß ẞ İstanbul ﬁn Ⅻ ４２ ½ — … _the_ an_ the2 2the ä́ 中文 هذا ☃ \u00a0 \u2003 \u200b \u0085 \t""".split(
        " "
    )
)
SQUAD_TEXTS = st.one_of(
    st.lists(SQUAD_WORDS, max_size=7).map(" ".join),
    st.lists(SQUAD_WORDS, max_size=4).map("".join),
    st.text(max_size=20),
    st.text(alphabet="athe n.,'-_\u00a0ÄßIİ", max_size=16),
)
# llama-index ships HotpotQA's evaluation: SQuAD v1.1's normalisation, EM and F1, but for these answers, which have no F1
# unless both are the same.
SPECIAL = {"yes", "no", "noanswer"}


@settings(max_examples=1000, deadline=None)
@given(SQUAD_TEXTS, st.lists(SQUAD_TEXTS, min_size=1, max_size=4))
def test_english_equals_the_squad_evaluation_that_llama_index_ships(prediction: str, golds: list[str]) -> None:
    assert metrics.normalise(prediction) == hotpotqa.normalize_answer(prediction)
    theirs = [hotpotqa.exact_match_score(prediction, gold) for gold in golds]
    assert metrics.exact_match(prediction, golds) == float(max(theirs))
    if SPECIAL.isdisjoint(map(metrics.normalise, [prediction, *golds])):
        f1 = max(hotpotqa.f1_score(prediction, gold)[0] for gold in golds)
        assert metrics.token_f1(prediction, golds) == pytest.approx(f1, abs=1e-12)


def test_an_answer_that_is_nothing_but_an_article_is_empty_as_in_squad() -> None:
    # v1.1: no shared token, F1 0; v2.0 would give 1 when both are empty. EM is 1 in both.
    assert metrics.token_f1("the", ["a"]) == hotpotqa.f1_score("the", "a")[0] == 0
    assert metrics.exact_match("the", ["a"]) == 1


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(["en", "de"]))
def test_equals_an_independent_reading_of_the_definition(prediction: str, golds: list[str], language: str) -> None:
    assert metrics.exact_match(prediction, golds, language) == plain_exact_match(prediction, golds, language)
    assert metrics.token_f1(prediction, golds, language) == pytest.approx(plain_f1(prediction, golds, language))


@given(TEXTS, st.sampled_from(["en", "de"]))
def test_a_text_matches_and_contains_itself(text: str, language: str) -> None:
    assert metrics.exact_match(text, [text], language) == 1
    named = bool(metrics.normalise(text, language))
    assert metrics.contained(f"x {text} y", [text], language) == named
    assert metrics.token_f1(text, [text], language) == named


def test_normalise() -> None:
    assert metrics.normalise(" The  Panthers' defense, an anchor! ") == "panthers defense anchor"
    assert metrics.normalise("Der Rat beschloss „eine Linie“ – und das Netz.", "de") == "rat beschloss linie und netz"
    assert metrics.normalise("die Linie", "en") == "die linie"
    assert metrics.normalise("“the”", "en") == "“ ”"  # SQuAD v1.1 knows ASCII punctuation only


def test_exact_match_takes_the_best_gold() -> None:
    assert metrics.exact_match("die 31 gegen 22", ["31 zu 22", "31 gegen 22"], "de") == 1
    assert metrics.exact_match("31 gegen 22 Stimmen", ["31 zu 22", "31 gegen 22"], "de") == 0


def test_token_f1() -> None:
    # predicted: mit 31 gegen 22 stimmen (5), gold: 31 gegen 22 (3), shared 3: P = 3/5, R = 3/3, F1 = 2*3/(5+3) = 3/4
    assert metrics.token_f1("Mit 31 gegen 22 Stimmen", ["31 gegen 22"], "de") == pytest.approx(3 / 4)
    # "1 1" against "1": shared 1, F1 = 2*1/(2+1)
    assert metrics.token_f1("1 1", ["1"]) == pytest.approx(2 / 3)
    assert metrics.token_f1("", ["x"]) == 0
    assert metrics.token_f1("x", []) == 0


def test_contained_means_whole_tokens() -> None:
    sentence = "Mit 31 gegen 22 Stimmen beschloss der Rat 600 Bänke."
    assert metrics.contained(sentence, ["22 Stimmen"], "de") == 1
    assert metrics.contained(sentence, ["2 Stimmen", "60"], "de") == 0
    assert metrics.contained(sentence, ["60", "den 600"], "de") == 1  # articles fall away
    assert metrics.contained(sentence, ["der"], "de") == 0  # a gold answer of articles alone says nothing


def test_all_parts() -> None:
    parts = (("300", "rund 300"), ("600",))
    assert metrics.all_parts("Erst 300, dann 600.", parts, "de") == 1
    assert metrics.all_parts("Erst 300, dann 900.", parts, "de") == 0


def test_spoken_leaves_markers_and_quotation_marks_out() -> None:
    assert metrics.spoken("„Rund 300“ [1], «etwa» 400 [2][3].") == "Rund 300, etwa 400."


def test_retrieval() -> None:
    # gold at ranks 2 and 6: R@5 = 1/2, RR = 1/2
    # DCG = 1/log2(3) + 1/log2(7), ideal = 1/log2(2) + 1/log2(3)
    values = metrics.retrieval(["a", "b", "c", "d", "e", "f"], ["b", "f"])
    assert values["R@5"] == 1 / 2
    assert values["RR"] == 1 / 2
    assert values["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(7)) / (1 + 1 / math.log2(3)))


def test_retrieval_of_nothing_is_zero_and_names_are_values() -> None:
    assert metrics.retrieval([], ["b"]) == dict.fromkeys(metrics.RETRIEVAL, 0)
    assert metrics.retrieval(["b"], ["b"], ["R@1"]) == {"R@1": 1}


def plain_ranking(ranking: list[str], gold: set[str]) -> dict[str, float]:
    """The textbook's formulas once more."""
    hits = [rank for rank, document in enumerate(ranking, 1) if document in gold]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), 10) + 1))
    return {
        "Success@1": float(any(rank <= 1 for rank in hits)),
        "Success@5": float(any(rank <= 5 for rank in hits)),
        "R@5": sum(rank <= 5 for rank in hits) / len(gold),
        "R@10": sum(rank <= 10 for rank in hits) / len(gold),
        "RR": 1 / hits[0] if hits else 0.0,
        "nDCG@10": sum(1 / math.log2(rank + 1) for rank in hits if rank <= 10) / ideal,
    }


def test_rankings_equal_ir_measures_over_a_whole_run_file() -> None:
    chance = random.Random(11)
    documents = [f"d{i:02}" for i in range(40)]
    gold = {f"q{i}": set(chance.sample(documents, chance.randint(1, 8))) for i in range(1000)}
    # Few scores, so that there are ties; up to 15 documents, so that gold ones are missing; some queries find nothing.
    found = {
        query: {d: chance.choice([0.1, 0.2, 0.3, 0.5, 0.9]) for d in chance.sample(documents, chance.randint(0, 15))}
        for query in gold
    }
    qrels = [ir_measures.Qrel(q, d, 1) for q, relevant in gold.items() for d in relevant]
    run = [ir_measures.ScoredDoc(q, d, score) for q, scores in found.items() for d, score in scores.items()]
    names = {ir_measures.parse_measure(name): name for name in metrics.RETRIEVAL}
    reference: dict[str, dict[str, float]] = {query: {} for query in gold}
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        reference[metric.query_id][names[metric.measure]] = metric.value
    tied = 0
    for query, scores in found.items():
        tied += len(set(scores.values())) < len(scores)
        ranking = sorted(
            sorted(scores, reverse=True), key=lambda d: -scores[d]
        )  # trec_eval: equal scores by id, last first
        ours = metrics.retrieval(ranking, gold[query])
        assert ours == pytest.approx(reference[query])
        assert ours == pytest.approx(plain_ranking(ranking, gold[query]))
    assert tied > 500


def test_citation_hit() -> None:
    assert metrics.citation_hit(["x", "a"], ["a", "b"]) == 1
    assert metrics.citation_hit(["x"], ["a", "b"]) == 0
    assert metrics.citation_hit([], ["a"]) == 0


EVIDENCE = [("a", "Rund 300 seien gefallen, berichtete Lee."), ("a", "Der Iran weist das zurück.")]


def test_citation_precision_and_recall() -> None:
    # cited: a sentence holding the first piece, and one that is no evidence: precision 1/2, recall 1/2
    cited = [("a", "Rund 300 seien gefallen, berichtete Lee. Mehr sagte er nicht."), ("a", "Es regnete.")]
    assert metrics.citation_precision(cited, EVIDENCE) == 1 / 2
    assert metrics.citation_recall(cited, EVIDENCE) == 1 / 2
    assert metrics.citation_precision([], EVIDENCE) == 0  # as ALCE has it: an answer that cites nothing
    assert metrics.citation_recall([], EVIDENCE) == 0


def test_the_same_words_in_another_article_are_no_evidence() -> None:
    assert metrics.citation_precision([("b", "Der Iran weist das zurück.")], EVIDENCE) == 0


def test_quotes_that_share_an_edge_overlap() -> None:
    gold = [("a", "Die Polizei sprach am Nachmittag von 2.800 Teilnehmern.")]
    assert metrics.citation_precision([("a", "am Nachmittag von 2.800 Teilnehmern. Dann kam Regen.")], gold) == 1
    assert metrics.citation_precision([("a", "Teilnehmern. Dann kam der Regen, und alle gingen.")], gold) == 0


def test_copies_of_a_wire_story_are_one_piece_of_evidence() -> None:
    sentence = "Rund 300 dieser Soldaten seien gefallen, {} 2.700 verwundet worden, berichtete Lee am Montag."
    evidence = [("a", sentence.format("ungefähr")), ("b", sentence.format("etwa")), ("c", "Etwas ganz anderes.")]
    # pieces: {a, b} and {c}; citing b alone finds 1 of 2
    assert metrics.citation_recall([("b", sentence.format("etwa"))], evidence) == 1 / 2


def test_hallucination_and_error_count_only_where_they_can_happen() -> None:
    assert [metrics.hallucination(False, answered) for answered in (True, False)] == [1, 0]
    assert [metrics.error(True, answered) for answered in (True, False)] == [0, 1]
    assert metrics.hallucination(True, True) is metrics.hallucination(None, True) is None
    assert metrics.error(False, False) is metrics.error(None, False) is None


def test_attribution_wants_speaker_and_answer_in_one_sentence() -> None:
    golds, speakers = ["300", "rund 300"], ["Lee", "Lee Seong-kweun", "südkoreanische Angaben"]
    together = ["Rund 300 seien gefallen, berichtete Lee.", "Der Iran weist das zurück."]
    apart = ["Rund 300 seien gefallen.", "Das berichtete Lee am Montag."]
    assert metrics.attribution(together, golds, speakers, "de") == 1
    assert metrics.attribution(apart, golds, speakers, "de") == 0
    assert metrics.attribution(["Rund 300 seien gefallen, berichtete Leer."], golds, speakers, "de") == 0
    assert metrics.attribution([], golds, speakers, "de") == 0


def test_a_conflict_is_shown_by_the_status_or_by_every_side() -> None:
    sides = (("300", "rund 300"), ("600",))
    assert metrics.conflict_shown("conflicting", "Rund 300.", sides, "de") == 1
    assert metrics.conflict_shown("answered", "Lee nennt 300, Kiew 600.", sides, "de") == 1
    assert metrics.conflict_shown("answered", "Lee nennt 300.", sides, "de") == 0
    assert metrics.conflict_shown("answered", "Lee nennt 300.", sides[:1], "de") == 0  # one side is no conflict


def test_an_empty_quote_is_no_evidence() -> None:
    assert metrics.citation_precision([("a", " ")], EVIDENCE) == 0
    assert metrics.citation_recall([("a", "Es regnete.")], [("a", "")]) == 0


def test_bootstrap() -> None:
    assert metrics.bootstrap([1, 1, 1]) == (1, 1)
    low, high = metrics.bootstrap([0, 1] * 200)
    # the mean's standard error is 0.5/sqrt(400) = 0.025: about 0.5 -+ 1.96 * 0.025
    assert low == pytest.approx(0.451, abs=0.01)
    assert high == pytest.approx(0.549, abs=0.01)
    assert metrics.bootstrap([0, 1] * 200) == (low, high)
    with pytest.raises(ValueError, match="no values"):
        metrics.bootstrap([])
