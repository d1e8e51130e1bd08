"""The measures, as pure functions with their sources. Values are 0..1; names are values and read the same everywhere.

Unless said otherwise higher is better. ``evals.run`` decides which question counts for which measure.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

import ir_measures
import numpy as np

RETRIEVAL = ("R@5", "RR", "nDCG@10")
ANSWER = ("EM", "F1", "contained", "all parts")
CITATION = ("citation hit", "citation precision", "citation recall")
ABSTENTION = ("hallucination", "error")  # lower is better
MEASURES = RETRIEVAL + ANSWER + CITATION + ABSTENTION

_ARTICLES = {
    "en": re.compile(r"\b(?:a|an|the)\b"),
    "de": re.compile(r"\b(?:de[rnms]|die|das|ein(?:e[nmrs]?)?)\b"),
}
_ASCII_PUNCTUATION = dict.fromkeys(map(ord, string.punctuation))
_MARKER = re.compile(r"\s*\[\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTE_MARKS = dict.fromkeys(map(ord, '"„“”«»'))
SHARED_EDGE = 20  # characters; shorter ends meet by chance
WIRE_COPY = 0.8  # token F1 of two quotes from which on they are the same sentence, edited


def normalise(text: str, language: str = "en") -> str:
    """``text`` lowercased, without punctuation and articles, with single spaces.

    English after the official SQuAD v1.1 evaluation (Rajpurkar et al. 2016): ASCII punctuation. German after that of
    MLQA (Lewis et al. 2020): German articles, and all of Unicode's punctuation. Any other language counts as English.
    """
    text = text.lower()
    if language == "de":
        text = "".join(c for c in text if not unicodedata.category(c).startswith("P"))
    text = text.translate(_ASCII_PUNCTUATION)
    return " ".join(_ARTICLES["de" if language == "de" else "en"].sub(" ", text).split())


def exact_match(prediction: str, golds: Sequence[str], language: str = "en") -> float:
    """1 when the prediction equals a gold answer after normalisation, else 0 (SQuAD v1.1)."""
    return float(any(normalise(prediction, language) == normalise(gold, language) for gold in golds))


def token_f1(prediction: str, golds: Sequence[str], language: str = "en") -> float:
    """The best harmonic mean of token precision and recall over the gold answers (SQuAD v1.1)."""
    return max((_f1(normalise(prediction, language), normalise(gold, language)) for gold in golds), default=0.0)


def _f1(prediction: str, gold: str) -> float:
    predicted, wanted = prediction.split(), gold.split()
    shared = (Counter(predicted) & Counter(wanted)).total()
    return 2 * shared / (len(predicted) + len(wanted)) if shared else 0.0


def contained(text: str, golds: Sequence[str], language: str = "en") -> float:
    """1 when a gold answer occurs in ``text`` as whole tokens after normalisation, else 0.

    For answers that quote whole sentences, whose exact match is low by nature. Lenient: it does not see what else the
    text says (cf. the substring match of ALCE, Gao et al. 2023).
    """
    return float(any(_within(normalise(gold, language), normalise(text, language)) for gold in golds))


def all_parts(text: str, parts: Sequence[Sequence[str]], language: str = "en") -> float:
    """1 when ``text`` contains a wording of every part, else 0 (as EM recall of ALCE, Gao et al. 2023, but strict)."""
    return float(all(contained(text, wordings, language) for wordings in parts))


def same_part(one: str, other: str, language: str = "en") -> bool:
    """Whether two answers are wordings of one thing: one's words occur in the other, or both state the same numbers."""
    first, second = normalise(one, language), normalise(other, language)
    return _within(first, second) or _within(second, first) or _numbers(one) == _numbers(other) != []


def _numbers(text: str) -> list[str]:
    """The figures in order, alike in German and English: ["4.8"] for "4,8 Mio. Euro" and for "€4.8m"."""
    return [number.replace(",", ".") for number in _NUMBER.findall(text)]


def _within(part: str, whole: str) -> bool:
    return bool(part) and f" {part} " in f" {whole} "


def spoken(text: str) -> str:
    """An answer's text without its [n] markers and quotation marks: what is compared with gold answers."""
    return _MARKER.sub("", text).translate(_QUOTE_MARKS).strip()


def retrieval(ranking: Sequence[str], gold: Collection[str], measures: Sequence[str] = RETRIEVAL) -> dict[str, float]:
    """Measures of ``ranking`` (ids, best first, each once) against the relevant ids, computed by ir_measures.

    "R@5" recall in the first five, "RR" reciprocal rank of the first hit, "nDCG@10" with binary gains (Järvelin and
    Kekäläinen 2002, log2 discount), or any other name that ir_measures parses.
    """
    names = {ir_measures.parse_measure(name): name for name in measures}
    qrels = [ir_measures.Qrel("q", document, 1) for document in gold]
    run = [ir_measures.ScoredDoc("q", document, -float(rank)) for rank, document in enumerate(ranking)]
    return {names[metric.measure]: float(metric.value) for metric in ir_measures.iter_calc(list(names), qrels, run)}


def citation_hit(cited: Collection[str], gold: Collection[str]) -> float:
    """1 when at least one cited article is a gold article, else 0."""
    return float(not set(cited).isdisjoint(gold))


def citation_precision(citations: Sequence[tuple[str, str]], evidence: Sequence[tuple[str, str]]) -> float | None:
    """The share of citations, as (article id, quote), that overlap gold evidence; None without a citation.

    After ALCE (Gao et al. 2023), with gold spans in the place of its entailment model.
    """
    if not citations:
        return None
    return sum(any(_overlap(citation, gold) for gold in evidence) for citation in citations) / len(citations)


def citation_recall(citations: Sequence[tuple[str, str]], evidence: Sequence[tuple[str, str]]) -> float:
    """The share of gold evidence that a citation overlaps. The same sentence in copies of a wire story is one piece."""
    pieces: list[list[tuple[str, str]]] = []
    for article, quote in evidence:
        alike = (p for p in pieces if p[0][0] != article and token_f1(quote, [p[0][1]]) >= WIRE_COPY)
        home = next(alike, None)
        if home is None:
            pieces.append([(article, quote)])
        else:
            home.append((article, quote))
    found = [any(_overlap(citation, gold) for citation in citations for gold in piece) for piece in pieces]
    return sum(found) / len(found) if found else 0.0


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two verbatim quotes of an article overlap: one holds the other, or one's end is the other's beginning."""
    if one[0] != other[0]:
        return False
    a, b = " ".join(one[1].split()), " ".join(other[1].split())
    if a in b or b in a:
        return True
    edges = range(SHARED_EDGE, min(len(a), len(b)))
    return any(a[-size:] == b[:size] or b[-size:] == a[:size] for size in edges)


def hallucination(answerable: bool | None, answered: bool) -> float | None:
    """1 when an unanswerable question was answered; None for others. Its mean is NoMIRACL's hallucination rate
    (Thakur et al. 2024). Lower is better."""
    return float(answered) if answerable is False else None


def error(answerable: bool | None, answered: bool) -> float | None:
    """1 when an answerable question was refused; None for others. Its mean is NoMIRACL's error rate (Thakur et al.
    2024). Lower is better."""
    return float(not answered) if answerable is True else None


def bootstrap(values: Sequence[float], resamples: int = 1000, seed: int = 0) -> tuple[float, float]:
    """The 95 % percentile interval of the mean over resampled questions (Efron 1979); the same on every call.

    Raises ValueError for no values.
    """
    if not values:
        raise ValueError("no values to resample")
    given = np.asarray(values, dtype=float)
    picks = np.random.default_rng(seed).integers(0, len(given), size=(resamples, len(given)))
    low, high = np.percentile(given[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
