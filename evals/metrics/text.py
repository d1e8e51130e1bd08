"""How close the words of an answer come to those of a gold answer."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

from rag.messages import wording_language

_ARTICLES = {
    "en": re.compile(r"\b(?:a|an|the)\b"),
    "de": re.compile(r"\b(?:de[rnms]|die|das|ein(?:e[nmrs]?)?)\b"),
}
_ASCII_PUNCTUATION = dict.fromkeys(map(ord, string.punctuation))
_MARKER = re.compile(r"\s*\[\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTE_MARKS = dict.fromkeys(map(ord, '"„“”«»'))


def normalise(text: str, language: str = "en") -> str:
    """``text`` lowercased, without punctuation and articles, with single spaces.

    English after the official SQuAD v1.1 evaluation (Rajpurkar et al. 2016): ASCII punctuation. German after that of
    MLQA (Lewis et al. 2020): German articles, and all of Unicode's punctuation. Any other language counts as English.
    """
    text = text.lower()
    if language == "de":
        text = "".join(c for c in text if not unicodedata.category(c).startswith("P"))
    text = text.translate(_ASCII_PUNCTUATION)
    return " ".join(_ARTICLES[wording_language(language)].sub(" ", text).split())


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
