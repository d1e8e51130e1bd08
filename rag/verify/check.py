"""A sentence against the passages it cites: what of it do they not say? By rules, without a model, in milliseconds.

``verify`` errs on the side of doubt: what the rules can't find in the passages counts as not said there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from corpus.dates import NewsDate
from corpus.mentions import DateMention, date_mentions
from rag.types import Passage, Verdict
from rag.verify import claims, figures, wording
from rag.verify.amounts import Amount, amounts
from rag.verify.ground import Fault, Ground, Reading, with_signs
from rag.verify.match import Matcher, Parts
from rag.verify.words import Token, read

Support = Callable[[str, str], float]  # (sentence, passages' text) -> probability that the text bears the sentence out
DOUBT = 0.1  # a support score up to which "supported" is lowered
TRUST = 0.9  # one from which on a matter of wording alone is forgiven
_MARKER = re.compile(r"[\[【]\d+(?:\s?[,–-]\s?\d+)*[\]】]")


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as ``verify`` needs it. ``dates``: what its mentions mean, offsets in ``text``; None: read them here.

    ``published``: the day relative dates count from. ``outlet`` and ``title`` may be named in the sentence too.
    """

    text: str
    language: str | None = "de"
    published: NewsDate | None = None
    dates: tuple[DateMention, ...] | None = None
    title: str | None = None
    outlet: str | None = None

    @classmethod
    def of(cls, passage: Passage) -> Source:
        """A retrieved passage, with the dates its article was indexed with."""
        dates = tuple(
            replace(date, start=date.start - passage.start, end=date.end - passage.start)
            for date in passage.dates
            if passage.start <= date.start and date.end <= passage.end
        )
        published = NewsDate.parse(passage.published) if passage.published else None
        return cls(passage.text, passage.language, published, dates, passage.title, passage.source)


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on a sentence, and the words of it that the passages do not bear out, in order.

    ``coverage``: the share of its content words that stand in the passages, 0..1.
    """

    verdict: Verdict
    faults: tuple[Fault, ...]
    coverage: float


def verify(
    sentence: str,
    sources: Sequence[Source | Passage],
    language: str | None = "de",
    support: Support | None = None,
    parts: Parts | None = None,
) -> Check:
    """Whether ``sources`` together say what ``sentence`` says: "supported", "partly" or "unsupported".

    "unsupported" when a number, date, name, speaker or negation is another than theirs, or most words are not there;
    "partly" when a hedge, attribution or rounding word of theirs is missing, or words are added. Dates in the sentence
    without a year, or relative ones, are counted from each source's ``published``.

    Markers like [1] are skipped. What can't be checked is "partly" as a whole: a sentence without content ("Ja."), and the
    words of one whose sources are all in another language, of which only numbers and dates are compared. No sources:
    "unsupported".

    ``support`` lowers "supported" to "partly" at ``DOUBT`` or less; at ``TRUST`` or more it raises the verdict by one
    step when nothing but words are missing. ``parts`` cuts compounds (``Lexicon.parts``).
    """
    given = [source if isinstance(source, Source) else Source.of(source) for source in sources]
    if not given:
        return Check("unsupported", (Fault(0, len(sentence), sentence, "wording", True),), 0.0)
    claim, ground = _claim(sentence, language, given), _ground(tuple(given))
    reading = Reading.of(claim, ground, Matcher(claim.text, ground.tokens, parts))
    figure_faults = [*figures.dates(reading), *figures.amounts(reading)]
    if _foreign(language, given) or not (reading.content or claim.amounts or claim.dates):
        coverage = 0.0
        faults = _settled([f for f in figure_faults if f.reason in ("number", "date") and f.wrong])
        verdict: Verdict = "unsupported" if faults else "partly"
        faults = faults or (reading.whole("wording", False),)
    else:
        words, coverage = wording.check(reading)
        faults = _settled([*figure_faults, *words, *claims.check(reading)])
        verdict = _verdict(faults, coverage)
    if support is not None:
        verdict = _weighed(verdict, faults, support(sentence, "\n".join(source.text for source in given)))
    return Check(verdict, faults, coverage)


def _foreign(language: str | None, sources: Sequence[Source]) -> bool:
    """Whether none of the sources is in the language of the sentence. Unknown languages are held to be the same."""
    return language is not None and all(source.language not in (None, language) for source in sources)


def _verdict(faults: Sequence[Fault], coverage: float) -> Verdict:
    if any(fault.wrong for fault in faults) or coverage < wording.LEAST:
        return "unsupported"
    return "partly" if faults else "supported"


def _weighed(verdict: Verdict, faults: Sequence[Fault], score: float) -> Verdict:
    """The verdict after a reader's score was heard."""
    if verdict == "supported" and score <= DOUBT:
        return "partly"
    if score >= TRUST and faults and all(f.reason == "wording" and not f.wrong for f in faults):
        return "supported" if verdict == "partly" else "partly"
    return verdict


def _settled(found: Iterable[Fault]) -> tuple[Fault, ...]:
    """In order and none within another: the graver one stays, then the shorter, then who said it."""
    kept: list[Fault] = []
    for fault in sorted(found, key=lambda f: (not f.wrong, f.end - f.start, f.reason != "attribution", f.start)):
        if not any(fault.start < other.end and other.start < fault.end for other in kept):
            kept.append(fault)
    return tuple(sorted(kept, key=lambda f: f.start))


def _claim(sentence: str, language: str | None, sources: Sequence[Source]) -> Ground:
    """The sentence read like a source; its dates are read for each source in turn."""
    dates: dict[tuple[int, int], list[tuple[int, DateMention]]] = {}
    for number, source in enumerate(sources):
        for date in date_mentions(sentence, source.published, language if language == "en" else "de"):
            dates.setdefault((date.start, date.end), []).append((number, date))
    markers = [match.span() for match in _MARKER.finditer(sentence)]
    spans = [span for span in dates if not any(o[0] <= span[0] and span[1] <= o[1] and o != span for o in dates)]
    flat = tuple((number, date) for span in sorted(spans) for number, date in dates[span])
    text = read(sentence, language)
    numbers = tuple((0, amount) for amount in amounts(sentence, language, [*spans, *markers]))
    return Ground((text,), text.tokens, flat, numbers, ())


@lru_cache(64)
def _ground(sources: tuple[Source, ...]) -> Ground:
    """The sources read, their sentences and clauses numbered through: the sentences of one answer cite the same ones."""
    texts, tokens = [], []
    dates: list[tuple[int, DateMention]] = []
    numbers: list[tuple[int, Amount]] = []
    sentence = clause = 0
    for at, source in enumerate(sources):
        text = read(source.text, source.language)
        texts.append(text)
        own = source.dates
        if own is None:
            own = date_mentions(source.text, source.published, source.language)
        dates += [(at, date) for date in own]
        spans = [(date.start, date.end) for date in own]
        numbers += [(at, amount) for amount in amounts(source.text, source.language, spans)]
        tokens += [_shifted(token, at, sentence, clause) for token in text.tokens]
        sentence += len(text.sentences)
        clause = max((token.clause for token in tokens), default=0) + 1
        for extra in (source.title, source.outlet):
            beside = read(extra, source.language).tokens if extra else ()
            tokens += [_shifted(token, -1, -1, -1) for token in beside]
    published = tuple(source.published for source in sources)
    return with_signs(Ground(tuple(texts), tuple(tokens), tuple(dates), tuple(numbers), published))


def _shifted(token: Token, source: int, sentence: int, clause: int) -> Token:
    """A token with its sentence and clause counted over all sources; -1: beside the text."""
    if source < 0:
        return replace(token, source=-1, sentence=-1, clause=-1)
    return replace(token, source=source, sentence=token.sentence + sentence, clause=token.clause + clause)
