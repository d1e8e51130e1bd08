"""What the checks of a sentence share: the texts as they were read, and which of their words answer to which of its."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.dates import NewsDate
from corpus.mentions import DateMention
from rag import german
from rag.verify.amounts import Amount
from rag.verify.match import Matcher
from rag.verify.rounding import bears_out
from rag.verify.signs import Sign, signs
from rag.verify.words import Text, Token

Reason = Literal["number", "unit", "date", "name", "negation", "modality", "attribution", "wording"]
# Verbs and adverbs that say little of their own.
_LIGHT = frozenset(
    """
    gegeben gab gibt geben lag liegt liegen lagen betrug macht machte machen gemacht kommt kam kommen kamen
    gekommen geht ging gehen gingen gegangen lassen lasst liess stehen steht stand gilt galt gelten handelt
    handelte fand statt worden werden wurde geworden gewesen bleibt blieb dabei dadurch damit davon dazu darunter
    daran darauf dafür bereits schon nun jetzt dann auch sowie zudem ausserdem jedoch allerdings weiter weitere
    weiteren derzeit aktuell insgesamt erst zuletzt demnach danach zuvor laut zufolge angaben eigenen eigener
    worten angegeben sagte sagten sagt sagen erklärte erklärten teilte mitgeteilt mit mitteilte berichtet
    berichtete berichteten meldete meldeten gemeldet hiess heisst hieß beim rund etwa knapp fast mindestens
    höchstens bis mehr weniger als circa ungefähr gut nahezu soll sollen angeblich offenbar könnte möglicherweise
    vermutlich wohl voraussichtlich wahrscheinlich kein keine keinen keiner keinem nicht nie niemand nichts ohne
    dürfte zahl mal fall jahr jahre jahren uhr ihm ihn ihnen ereignete ereigneten geschah passierte gegenüber alle
    allem alles andere anderen beide beiden einige einem einer weil denn jener jene selbst hier dort wo wegen nach
    gegen für durch binnen artikel bericht berichten medienberichten quelle quellen ebenfalls jeweils darüber
    hinaus anderem ja nein yes having gave give given nobody said says say told according made make took place
    about around roughly nearly almost more less than least most up one also there been has had were was who which
    that its allegedly reportedly may might could
    """.split()
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Words of a sentence, ``sentence[start:end] == text``, that its passages do not bear out.

    ``wrong``: they say otherwise, or it is what nobody may invent; else something is missing or added.
    """

    start: int
    end: int
    text: str
    reason: Reason
    wrong: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Texts as read. Dates and amounts with the number of their source; token sentences count over all sources."""

    texts: tuple[Text, ...]
    tokens: tuple[Token, ...]
    dates: tuple[tuple[int, DateMention], ...]
    amounts: tuple[tuple[int, Amount], ...]
    published: tuple[NewsDate | None, ...]
    signs: tuple[Sign, ...] = ()  # their sentences and clauses counted over all sources

    @property
    def text(self) -> Text:
        return self.texts[0]

    def near(self, source: int, start: int, end: int) -> Token | None:
        """The token at (or next after) a span of a source."""
        return next((t for t in self.tokens if t.source == source and t.end > start), None)

    def clause(self, number: int) -> list[Token]:
        return [token for token in self.tokens if token.clause == number]

    def sentence(self, number: int) -> list[Token]:
        return [token for token in self.tokens if token.sentence == number]


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence beside its sources. ``mates``: for each content word of it (by place) the words that answer to it."""

    claim: Ground
    ground: Ground
    content: tuple[Token, ...]
    mates: dict[int, tuple[Token, ...]]
    signs: tuple[Sign, ...]  # of the claim
    figures: tuple[tuple[int, frozenset[int]], ...]  # clause of each number and date, and the sentences that have it
    best: int  # the sentence of the sources that answers to most of it; -1 for none

    @classmethod
    def of(cls, claim: Ground, ground: Ground, matcher: Matcher) -> Reading:
        busy = [(date.start, date.end) for _, date in claim.dates]
        busy += [(amount.start, amount.end) for _, amount in claim.amounts]
        busy += [amount.unit_at for _, amount in claim.amounts if amount.unit_at]
        found = signs(claim.text)
        verbs = [s for s in found if s.kind == "attribution" and s.text.islower() and " " not in s.text]
        busy += [(sign.start, sign.end) for sign in verbs if not sign.text.endswith("angaben")]
        content = tuple(
            t for t in claim.tokens if is_content(t) and not any(t.start < e and s < t.end for s, e in busy)
        )
        mates = {token.start: tuple(matcher.find(token)) for token in content}
        figures = _figures(claim, ground)
        best = _best(content, mates, figures)
        return cls(claim, ground, content, mates, tuple(found), figures, best)

    @property
    def share(self) -> float:
        """Of the content words those that the best sentence of the sources has, 0..1."""
        return len(self.within(self.content, sentence=self.best)) / len(self.content) if self.content else 0.0

    def strangers(self) -> list[Token]:
        """The content words of the best sentence of the sources that answer to none of this sentence's."""
        mated = {(mate.source, mate.start) for mates in self.mates.values() for mate in mates}
        busy = [
            (at, other.start, max(other.end, other.unit_at[1] if other.unit_at else 0))
            for at, other in self.ground.amounts
        ]
        busy += [(at, date.start, date.end) for at, date in self.ground.dates]
        return [
            token
            for token in self.ground.sentence(self.best)
            if is_content(token)
            and (token.source, token.start) not in mated
            and not any(token.source == at and start <= token.start < end for at, start, end in busy)
        ]

    def homes(self, clause: int) -> set[int]:
        """The sentences of the sources that answer best to a clause (the whole sentence, where it has no content)."""
        words = [token for token in self.content if token.clause == clause] or list(self.content)
        counts = Counter(number for token in words for number in {mate.sentence for mate in self.mates[token.start]})
        counts.update(number for at, numbers in self.figures if at == clause for number in numbers)
        counts.pop(-1, None)
        most = max(counts.values(), default=0)
        return {number for number, count in counts.items() if count == most}

    def within(self, tokens: Sequence[Token], sentence: int | None = None, clause: int | None = None) -> list[Token]:
        """Those of ``tokens`` that have a mate in a sentence or a clause of the sources."""
        return [
            token
            for token in tokens
            if any(
                (sentence is None or mate.sentence == sentence) and (clause is None or mate.clause == clause)
                for mate in self.mates.get(token.start, ())
            )
        ]

    def named(self, token: Token) -> bool:
        """Whether a word of the sentence is a name; at its beginning, where a capital says nothing, by the sources."""
        mates = self.mates.get(token.start, ())
        return token.name or (token.first and bool(mates) and all(mate.name for mate in mates))

    def fault(self, start: int, end: int, reason: Reason, wrong: bool) -> Fault:
        return Fault(start, end, self.claim.text.text[start:end], reason, wrong)

    def whole(self, reason: Reason, wrong: bool) -> Fault:
        """A fault of the whole sentence but its full stop: something is missing from it."""
        text = self.claim.text.text.rstrip().rstrip(".!?")
        return self.fault(len(text) - len(text.lstrip()), len(text), reason, wrong)


def is_content(token: Token) -> bool:
    """Whether a word says something of its own."""
    return (
        token.word.isalpha() and len(token.word) > 1 and token.word not in german.STOPWORDS and token.word not in _LIGHT
    )


def with_signs(ground: Ground) -> Ground:
    """The same with its signs found."""
    found = []
    sentence = 0
    for number, text in enumerate(ground.texts):
        own = [token for token in ground.tokens if token.source == number]
        for sign in signs(text):
            token = next((t for t in own if t.start <= sign.start < t.end), None)
            at = token.clause if token and sign.clause >= 0 else -1
            found.append(Sign(sign.kind, sign.start, sign.end, sign.text, sign.sentence + sentence, at))
        sentence += len(text.sentences)
    return replace(ground, signs=tuple(found))


def _figures(claim: Ground, ground: Ground) -> tuple[tuple[int, frozenset[int]], ...]:
    """Of each number and date of the sentence its clause, and the sentences of the sources that have it."""
    found = []
    for _, amount in claim.amounts:
        places = [
            ground.near(source, other.number_at, other.end)
            for source, other in ground.amounts
            if other.unit == amount.unit and bears_out(amount, other) != "no"
        ]
        found.append((claim.near(0, amount.number_at, amount.end), places))
    for source, date in claim.dates:
        places = [
            ground.near(at, other.start, other.end)
            for at, other in ground.dates
            if at == source and date.first <= other.first and other.last <= date.last
        ]
        found.append((claim.near(0, date.start, date.end), places))
    return tuple((at.clause, frozenset(t.sentence for t in places if t)) for at, places in found if at)


def _best(
    content: Sequence[Token], mates: dict[int, tuple[Token, ...]], figures: Sequence[tuple[int, frozenset[int]]]
) -> int:
    """Names, numbers and dates weigh more than words. Of two alike the first."""
    weights: Counter[int] = Counter()
    for token in content:
        for number in {mate.sentence for mate in mates[token.start]}:
            weights[number] += 3 if token.name else 2
    for _, numbers in figures:
        for number in numbers:
            weights[number] += 3
    weights.pop(-1, None)
    return min(weights, key=lambda number: (-weights[number], number)) if weights else -1
