"""The span reader as a ``Reader``: passages in the order of the search -> evidence that points to the exact answer; and as
a ``Reranker``.

The network gives logits; ``calibration.json`` says how they become probabilities, and from which one on to answer.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.corrections import tells_earlier
from rag.compose.fit import unfit
from rag.compose.topic import Topic
from rag.models.bundled import bundled_folder
from rag.models.monotone import Monotone
from rag.models.reader.model import Reading, Span, SpanReader
from rag.models.reader.untimed import to_answer, to_rank
from rag.models.source import device
from rag.sentences import sentences_around
from rag.settings import Settings
from rag.types import Evidence, Passage, Titled

if TYPE_CHECKING:
    from rag.retrieve import Query

log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent
ADAPTER = FOLDER / "adapter.safetensors"
CALIBRATION = FOLDER / "calibration.json"
AT_ONCE = 4  # passages between two looks at the clock
FEWEST = 8  # so many are read however sure the first are, as long as there is time: sources may differ
CERTAIN = 0.98  # from this confidence on no more than those
REMEMBERED = 256  # readings; of the questions asked last
SPANS = 3  # a passage: a sentence may give the figures of both sides
# Of how far one language's passages lie behind another's, that which tells against them; the rest is that they share few
# words with the question. Chosen on the demo set: no development data has articles in two languages.
APART = 0.25
# By so much less alike are a question and what answers it when they are in different languages: in the trials (trials.py) the
# cosine is .873 and .861 within German and English, .824 and .829 across.
ACROSS = 0.045
# Of questions that it was calibrated on. It was trained on hardly any in others (trials.py), and of Turkish ones it ranked
# the passage asked for below others that the search had put in the right order (docs/measurements.md).
LANGUAGES = frozenset({"de", "en"})
_EDGES = " \t,;:–—-"
_PAIRS = {"“": "„", "”": "“", "»": "«", ")": "(", '"': '"', "]": "["}
_OPENERS = {opener: closer for closer, opener in _PAIRS.items()} | {"„": "“"}


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a span's ``features`` become a probability: a monotone network over them and the logistic function (Platt 1999).

    ``fitted``: on development data (calibrate.py); until then the probabilities are only in the right order.
    """

    network: Monotone  # over FEATURES
    threshold: float  # the confidence from which on an answer is given
    rank: tuple[float, ...]  # of READ: what they add to a passage's score in the search
    fitted: bool

    @classmethod
    def load(cls, path: Path = CALIBRATION) -> Calibration:
        loaded = json.loads(path.read_text("utf-8"))
        rank = tuple(loaded["rank"][name] for name in READ)
        return cls(Monotone.of_record(loaded["network"], FEATURES), loaded["threshold"], rank, loaded["fitted"])

    def usual(self, feature: str) -> float:
        """The mean of one of FEATURES where it was fitted."""
        return float(self.network.mean[FEATURES.index(feature)])

    def confidences(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """For each row of FEATURES the probability, 0..1, that a span with them answers."""
        if not rows:
            return []
        logits = np.clip(self.network.scores(np.array(rows)), -700, 700)
        told: list[float] = (1 / (1 + np.exp(-logits))).tolist()
        return told


READ = ("margin", "answerable", "relevant")  # what reading gives
FEATURES = (*READ, "behind", "place", "within", "lexical", "alike", "share", "unfit")
# Of which more never speaks for an answer, as more of the others does.
AGAINST = frozenset({"behind", "place", "within", "unfit"})


def read(span: Span, reading: Reading) -> tuple[float, ...]:
    """READ: the span's margin over "no answer", its passage's logits of "the passage answers" and "the question is
    about it"."""
    return span.score, reading.answerable, reading.relevant


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a passage stands among those of its language that the search found.

    ``behind``   how far the best passage of its article is behind the best of all
    ``place``    the logarithm of its article's rank, from 1 on
    ``within``   the logarithm of its own rank within its article
    ``lexical``  its own BM25 as a share of the highest, 0..1; 1 where none has a word of the question
    ``alike``    the cosine of the question and the passage most alike, of any language; ``ACROSS`` more for another than
                 the question's
    """

    behind: float
    place: float
    within: float
    lexical: float
    alike: float


def features(item: Evidence, span: Span, reading: Reading, standing: Standing, topic: Topic) -> tuple[float, ...]:
    """FEATURES: what the probability of a span is made of. READ; where its passage stands in the search; the share of the
    question's words that passage and title have; whether the span is surely nothing of the kind asked for.

    How well the best passage matched the question's words is no part of it: that depends on how many articles there are,
    and on how alike.
    """
    where = standing.behind, standing.place, standing.within, standing.lexical, standing.alike
    return *read(span, reading), *where, topic.share(item.passage), float(unfit(item, topic))


def searched(passage: Passage) -> float:
    """The score in the search before anything was read: what reading adds stands in READ already."""
    return passage.score if passage.search is None else passage.search


def standings(
    passages: Sequence[Passage],
    language: str | None,
    articles: Sequence[str] | None = None,
    alike: float | None = None,
) -> list[Standing]:
    """Where each of the passages stands in its language, whose best stands for ``APART`` of what it lacks to the best of all.

    An article's first paragraphs say what it is about, and so have the question's words; what answers it stands further
    down as often as not. So an article stands where its best passage does. ``language``: of the question. ``articles``: of
    each passage, where the passages do not say it. ``alike``: where cosines mean something else than those that were
    calibrated on.
    """
    homes = articles or [passage.article_id for passage in passages]
    first = max((searched(passage) for passage in passages), default=0.0)
    if alike is None:
        alike = max((p.dense + ACROSS * (p.language not in (None, language)) for p in passages), default=0.0)
    scores: dict[str | None, dict[str, list[float]]] = {}  # of a language's articles
    most: dict[str | None, float] = {}  # of a language's BM25
    for passage, home in zip(passages, homes, strict=True):
        scores.setdefault(passage.language, {}).setdefault(home, []).append(searched(passage))
        most[passage.language] = max(most.get(passage.language, 0.0), passage.lexical)
    standing = []
    for passage, home in zip(passages, homes, strict=True):
        own = scores[passage.language][home]
        heights = [max(article) for article in scores[passage.language].values()]
        best, lexical = max(heights), most[passage.language]
        standing.append(
            Standing(
                behind=best + APART * (first - best) - max(own),
                place=math.log1p(sum(height > max(own) for height in heights)),
                within=math.log1p(sum(score > searched(passage) for score in own)),
                lexical=passage.lexical / lexical if lexical else 1.0,
                alike=alike,
            )
        )
    return standing


def candidates(
    query: Query, passages: Sequence[Passage], readings: Sequence[Reading], where: Sequence[Standing]
) -> Iterator[tuple[int, Evidence, tuple[float, ...]]]:
    """(place of the passage, evidence without a confidence, FEATURES) of every span read."""
    topic = Topic(query.text, "en" if query.language == "en" else "de")
    for place, (passage, reading, standing) in enumerate(zip(passages, readings, where, strict=True)):
        for span in reading.spans:
            for item in _evidence(passage, span):
                yield place, item, features(item, span, reading, standing, topic)


class BundledReader:
    """The bundled span reader as ``Reader`` and as ``Reranker``. Safe to share between threads, which take turns.

    A passage that was read to rank it is not read again to answer.
    """

    adds = True
    languages = LANGUAGES

    def __init__(
        self, reader: SpanReader, calibration: Calibration, seconds: float, alike: float | None = None
    ) -> None:
        """``seconds``: how long a question's passages are read at most; the first ``AT_ONCE`` are read in any case.
        ``alike``: of ``standings``."""
        self._reader, self.calibration, self._seconds, self._alike = reader, calibration, seconds, alike
        self.threshold = calibration.threshold
        self._remembered: dict[tuple[str, Titled], Reading] = {}
        if not calibration.fitted:
            log.warning("the bundled reader's confidence is not calibrated")

    @classmethod
    def load(cls, settings: Settings, adapter: Path = ADAPTER, calibration: Path = CALIBRATION) -> BundledReader:
        """With the weights and the calibration that are shipped. Raises ModelMissingError, ModelDamagedError."""
        reader, fitted = _loaded(bundled_folder(settings.cache), adapter), Calibration.load(calibration)
        # Another model's cosines lie elsewhere: they say nothing, as the usual ones do.
        alike = None if settings.embed_model == "bundled" else fitted.usual("alike")
        return cls(reader, fitted, settings.read_seconds, alike)

    def scores(self, question: str, texts: Sequence[Titled]) -> np.ndarray:
        """What reading adds to each passage's score in the search; NaN where it has no words (a table's dashes)."""
        readings = self._readings(to_rank(question, texts))
        return np.array([np.dot(self.calibration.rank, read(r.spans[0], r)) if r.spans else np.nan for r in readings])

    def _readings(self, pairs: Sequence[tuple[str, Titled]]) -> list[Reading]:
        known = self._remembered
        new = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        found = dict(zip(new, self._reader.read_pairs(new, SPANS), strict=True)) if new else {}
        together = known | found
        self._remembered = dict(islice(together.items(), max(len(together) - REMEMBERED, 0), None))
        return [together[pair] for pair in pairs]

    def read(self, query: Query, passages: Sequence[Passage]) -> list[Evidence]:
        """The sentences that hold the best spans, best first, no two for overlapping words.

        Passages are read in the order given, the best of the search first, until the time is over or an answer is
        certain; those after that are not looked at.
        """
        found: list[Evidence] = []
        standing = standings(passages, query.language, alike=self._alike)
        ends = time.perf_counter() + self._seconds
        for at in range(0, len(passages), AT_ONCE):
            part = passages[at : at + AT_ONCE]
            readings = self._readings(to_answer(query.text, part))
            spans = list(candidates(query, part, readings, standing[at : at + AT_ONCE]))
            sure = self.calibration.confidences([of for _, _, of in spans])
            found += [replace(item, confidence=told) for (_, item, _), told in zip(spans, sure, strict=True)]
            certain = max((item.confidence for item in found), default=0.0) >= CERTAIN
            if time.perf_counter() >= ends or (certain and at + AT_ONCE >= FEWEST):
                break
        return _each_once(found)


@lru_cache(maxsize=1)
def _loaded(base: Path, adapter: Path) -> SpanReader:
    """One network serves all indexes that a process opens: it takes a second to load and 250 MB."""
    return SpanReader.load(base, adapter, device())


def _evidence(passage: Passage, span: Span) -> Iterator[Evidence]:
    """The sentence with the span; two sentences of a paragraph when it runs from one into the next."""
    touched = sentences_around(passage.text, span.start, span.end)
    if not touched:
        return
    if "\n" in passage.text[touched[0][0] : touched[-1][1]]:  # a heading and what stands under it say two things
        touched = [max(touched, key=lambda s: min(s[1], span.end) - max(s[0], span.start))]
    start, end = touched[0][0], touched[-1][1]
    text = passage.text[start:end]
    first, last = bare(text, max(span.start, start) - start, min(span.end, end) - start)
    if first < last and not tells_earlier(text):
        shift = passage.start + start
        yield Evidence(passage, shift, passage.start + end, text, 0.0, (shift + first, shift + last))


def bare(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of an answer without the marks at its ends that belong to the sentence: a comma, a full stop, one of
    a pair of quotation marks or brackets whose other is not in it.

    >>> sentence = "Er kommt aus „Mühlrode“."
    >>> sentence[slice(*bare(sentence, 14, 24))], sentence[slice(*bare(sentence, 13, 24))]
    ('Mühlrode', '„Mühlrode“')
    """
    while start < end:
        last, first, inside = sentence[end - 1], sentence[start], sentence[start:end]
        if last in _EDGES or (last in ".!?" and end == len(sentence)):
            end -= 1
        elif first in _EDGES:
            start += 1
        elif last in _PAIRS and not any(c in inside[:-1] for c in _PAIRS[last] + ("„" if last == "“" else "")):
            end -= 1
        elif first in _OPENERS and _OPENERS[first] not in inside[1:]:
            start += 1
        else:
            break
    return start, end


def _each_once(found: Sequence[Evidence]) -> list[Evidence]:
    """Best first; neighbouring passages share sentences, so of evidence for the same words the surest is kept."""
    kept: list[Evidence] = []
    for item in sorted(found, key=lambda e: -e.confidence):
        if not any(_overlap(item, other) for other in kept):
            kept.append(item)
    return kept


def _overlap(one: Evidence, other: Evidence) -> bool:
    if one.passage.article_id != other.passage.article_id or one.span is None or other.span is None:
        return False
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]
