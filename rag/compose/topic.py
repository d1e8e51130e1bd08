"""What a question is about, and whether a passage is about that too: its names and its other words that say something."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import pairwise

from corpus.mentions import date_mentions
from rag import german, when
from rag.compose.forms import form_of, kind_of
from rag.compose.reading import read
from rag.compose.units import SPAN, UNITS_ASKED
from rag.models.question import Kind
from rag.types import Evidence, Passage
from rag.verify.ground import is_content
from rag.verify.match import Matcher, sides
from rag.verify.numerals import MONEY, UNITS
from rag.verify.tables import opposites
from rag.verify.words import Text, Token

NEEDED = 0.5  # share of a question's words that a passage about it has at least
# Words that say how to answer, not what about.
_FORM = re.compile(
    r"(?:viele?n?|hoch|grosse?[nrsm]?|lang|weit|heisst|heissen|genau|fasse?n?|zusammen|zusammenfassung|überblick|gib|geben|nenne?n?"
    r"|worum|geht|ging|passierte?|geschah|geschehen|los|bericht\w*|artikel\w*|meldung\w*|nachricht\w*|aktuell\w*|stand|neueste[nrs]?"
    r"|bitte|erklären?|überhaupt|eigentlich|happened|summar\w+|overview|news|latest|about|tell|many|much|people|menschen|personen"
    r"|leute|zahl|anzahl|number)\Z"
)
# Who came to harm, and how: the dead are not the wounded, in either language.
_TOLLS = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"tote[nr]?|todesopfer|opfer|getötet\w*|gestorben|starb(?:en)?|sterben|gefallen|fielen|ums leben|kamen um|umgekommen"
        r"|killed|dead|died|deaths|victims|fallen",
        r"verletzt\w*|verwundet\w*|injured|wounded|hurt",
        r"vermisst\w*|verschollen|missing",
    )
)
_WORDS = re.compile(r"[^\W\d_]+")
# Countries that verify counts among words, for their adjectives' sake.
COUNTRIES = re.compile(
    r"(?:(?:Deutsch|Griechen|Russ|Eng|Ir|Finn|Holl|Schott|Thai|Nordir|Grön|Is|Lett|Est|Neusee|Pol|Nieder)lande?n?|\w+stan"
    r"|(?:Frank|Öster)reich|(?:Span|Ital|Ind|Belg|Rumän|Bulgar|Serb|Kroat|Slowen|Alban|Georg|Armen|Syr|Tunes|Alger|Jordan"
    r"|Brasil|Argentin|Kolumb|Boliv|Austral|Indones|Großbritann|Äthiop|Makedon)ien"
    r"|Libyen|Norwegen|Schweden|Dänemark|Schweiz|Türkei|Ungarn|Polen|Mongolei|Slowakei|Ukraine|China|Japan|Iran|Irak|Israel|Ägypten"
    r"|Portugal|Kanada|Mexiko|Peru|Chile|Vietnam|Nordkorea|Südkorea|Nigeria|Südafrika|Marokko|Haiti|Kuba|USA)s?"
)
# Adjectives that may be made of a name, as "chinesisch"; what they are not made of: Technik, Jurist, Biologe.
_OF_NAMES = re.compile(
    "".join(
        f"(?<!{end})"
        for end in """prakt polit techn mediz elektr histor krit militär ist log graf graph nom mat krat phys chem adem abet städt
        elefon elektron theoret energet ausländ inländ einheim klass typ spezif musikal tier med klin psych""".split()
    )
    + r"isch(?:e[nrms]?)?\Z"
)
_KIND = re.compile(r"welche[mnrs]?", re.IGNORECASE)  # before the kind of thing that is asked for


def _stems(de: str, en: str) -> frozenset[str]:
    """Of nouns as they stand behind a number, as ``Token.stem`` has them."""
    return frozenset(
        german.stem(german.fold(word), language)
        for words, language in ((de, "de"), (en, "en"))
        for word in words.split()
    )


# Nouns for any living thing or thing, and for people: whoever asks for people may be told of any of them, and the other way
# round.
_ANYTHING = _stems("Tiere Stück Exemplare", "animals pieces")
_ANYBODY = _stems("Menschen Personen Leute Teilnehmer", "people persons participants")
_HARMED = _stems("Tote Todesopfer Opfer Verletzte Verwundete Vermisste", "dead deaths victims")
# Not those who come to help or to guard: "3.000 Beamte" are not whom the police arrested.
_PEOPLE = _ANYBODY | _HARMED | _stems(
    """Soldaten Arbeiter Beschäftigte Mitarbeiter Angestellte Bedienstete Demonstranten Zuschauer Besucher Passagiere Insassen
    Bewohner Einwohner Anwohner Kinder Frauen Männer Mädchen Jugendliche Erwachsene Senioren Zivilisten Polizisten Schüler
    Studenten Studierende Lehrer Bürger Flüchtlinge Touristen Fahrgäste Fluggäste Gäste Reisende Pendler Gefangene Häftlinge
    Abgeordnete Delegierte Mitglieder Nachbarn Rentner Mieter Fans Patienten Kunden Sportler Athleten Spieler Gläubige""",
    """workers employees visitors residents children women men civilians soldiers troops passengers guests members patients
    students voters fans inmates tourists demonstrators""",
)  # fmt: skip
_REQUIRES = re.compile(
    r"\b(?:mindestens|höchstens|nötig|notwendig|erforderlich|brauch\w+|benötig\w+|muss|müssen|müsste\w*|bedingung\w*|voraussetzung\w*"
    r"|ab w\w+|wenn|falls|grenz\w+|at least|at most|required?|needed|necessary|must|condition\w*|if)\b",
    re.IGNORECASE,
)
_NOW = re.compile(r"\b(?:heute|inzwischen|mittlerweile|nun|now|today|current)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:mehr|weniger|länger|kürzer|höher|niedriger|more|less|fewer|longer|shorter|higher|lower)\b", re.IGNORECASE
)
_ALIKE = 6  # letters that nouns begin with alike, which then count the same


class Topic:
    """The words of a question that say what it is about. One for each question that is answered."""

    def __init__(self, question: str, language: str) -> None:
        self.question, self.language = question, language
        self.text = read(question, language)
        self._shares: dict[tuple[str, int], float] = {}
        times = [(date.start, date.end) for date in date_mentions(question, None, language)]
        self.words = tuple(
            token
            for token in self.text.tokens
            if (is_content(token) or token.word.isdecimal())
            and not _FORM.match(token.word)
            and not any(start <= token.start < end for start, end in times)
        )

    @cached_property
    def names(self) -> tuple[Token, ...]:
        """Proper names, and adjectives made of them: "chinesische" soldiers are not "nordkoreanische". What stands behind
        "welche" is the kind of thing that is asked for, and no name, though articles may use it as one ("Land", "Programm")."""
        kinds = {
            after.start
            for asks, after in pairwise(self.text.tokens)
            if _KIND.fullmatch(asks.text) and not after.text.isupper()
        }
        return tuple(
            t
            for t in self.words
            if (t.name and t.start not in kinds) or _OF_NAMES.search(t.text) or COUNTRIES.fullmatch(t.text)
        )

    @cached_property
    def epithets(self) -> dict[Token, Token]:
        """Adjectives before one person, and her name: "die britische Abgeordnete Jo Cox" is known to an article that knows Jo
        Cox, if it does not say whence she is. A plural before a name ("russische Soldaten Kursk") is none."""
        tokens = self.text.tokens
        return {
            adjective: name
            for adjective, noun, name in zip(tokens, tokens[1:], tokens[2:], strict=False)
            if _OF_NAMES.search(adjective.text)
            and adjective.clause == name.clause
            and (noun.capital and not noun.name and not noun.text.endswith(("n", "s")))
            and (name.capital and name.name and not COUNTRIES.fullmatch(name.text))
        }

    @cached_property
    def toll(self) -> bool:
        """Whether the dead, wounded or missing are asked for, whose number rises as news come in."""
        return any(pattern.search(self.question) for pattern in _TOLLS)

    @cached_property
    def recent(self) -> bool:
        """Whether the present state is asked for: "jetzt", "nach aktuellem Stand"."""
        time = when.read(self.question, self.language, dt.date.today())
        return bool(time and time.kind == "recent") or bool(_NOW.search(self.question))

    @cached_property
    def compares(self) -> bool:
        """Whether a difference is asked for: "Wie viel mehr"."""
        return bool(_COMPARES.search(self.question))

    @cached_property
    def requires(self) -> bool:
        """Whether it is asked what would have to be so: "Ab welcher Zahl", "Wie viele sind nötig"."""
        return bool(_REQUIRES.search(self.question))

    def foreign(self, language: str | None) -> bool:
        """Whether a text is known to be in another language than the question."""
        return language not in (None, self.language)

    def unit(self, unit: str) -> bool:
        """Whether an amount in this unit can be the answer."""
        return self._units is None or unit in self._units

    @cached_property
    def _units(self) -> frozenset[str] | None:
        """The units an answer may be in: that which is counted ("Wie viele Liter"), or those of the question word; None
        for any."""
        measure = UNITS[self.noun.word][0] if self.noun is not None and self.noun.word in UNITS else None
        if measure is not None:
            return SPAN if measure in SPAN else frozenset((measure, ""))
        return next((units for pattern, units in UNITS_ASKED if pattern.search(self.question)), None)

    def priced(self, units: Collection[str]) -> bool:
        """Whether amounts in these units can hold what is asked for where that is a price, or counted in a measure: one
        of them says so itself, as "150" does not in "von 220 auf 150 Mio. Euro"."""
        named = (self._units or frozenset()) - {""}
        told = named <= MONEY or (self.noun is not None and self.noun.word in UNITS)
        return not (named and told) or not named.isdisjoint(units)

    def share(self, passage: Passage) -> float:
        """How many of the question's words the passage or its title have, 0..1; of a passage in another language only
        names can be compared, and where the question has none it is ``NEEDED``."""
        known = self._shares.get((passage.article_id, passage.start))
        if known is None:
            known = self._shares[passage.article_id, passage.start] = self._share(passage)
        return known

    def _share(self, passage: Passage) -> float:
        words = self.words
        if self.foreign(passage.language):
            words = tuple(token for token in words if token.name or token.word.isdecimal())
            if not words:
                return NEEDED
        return len(self._found(words, passage)) / len(words) if words else 1.0

    def named(self, passage: Passage) -> bool:
        """Whether the passage or its title has every proper name of the question; across languages, as far as they sound
        alike or are known to be the same."""
        proper = [token for token in self.names if token.capital]
        return len(self._found(proper, passage)) == len(proper)

    def asks(self, token: Token) -> bool:
        """Whether the question has this word."""
        return any(token.keys & own.keys for own in self.text.tokens)

    def told_in(self, sentence: str, language: str | None) -> tuple[bool, bool]:
        """Of the question's words, whether a sentence has all but names, and whether it has all."""
        matcher = Matcher(self.text, read(sentence, language).tokens)
        missing = [token for token in self.words if not matcher.find(token)]
        return all(token.name for token in missing), not missing

    def has(self, words: Sequence[Token], text: str, language: str | None) -> bool:
        """Whether a text has all of these names of the question, and adjectives made of names."""
        if not words:
            return True
        # Each word once: reading a long article as it stands would take seconds.
        told = dict.fromkeys(w for w in _WORDS.findall(text) if w[0].isupper() or _OF_NAMES.search(w))
        matcher = Matcher(self.text, read(" ".join(told), language).tokens)
        return all(matcher.find(token) for token in words)

    @cached_property
    def kind(self) -> Kind:
        """The kind of thing asked for; of yes or no none: "Ist klar, wer das bezahlt?" does not ask for a name."""
        return "other" if form_of(self.question) == "polar" else kind_of(self.question)

    @cached_property
    def noun(self) -> Token | None:
        """What "how many" counts: the first noun after it."""
        if self.kind != "number":
            return None
        counted = re.search(r"\b(?:wie ?viele?n?|how many)\b", self.question, re.IGNORECASE)
        after = [token for token in self.text.tokens if counted and token.start >= counted.end()][:5]
        english = self.language == "en"
        nouns = [t for t in after if is_content(t) and (t.capital if not english else not t.capital)]
        return nouns[0] if nouns else None

    def anybody(self, noun: Token | None) -> bool:
        """Whether what an amount counts is left open, is people or things in general, or is what the question counts or says of
        it: "1,100 killed", where the killed are asked for. Another noun of the question is not: "3.000 Beamte" are not whom
        the police arrested."""
        if noun is None or noun.stem in _ANYBODY | _ANYTHING:
            return True
        said = (t for t in self.text.tokens if self.language == "en" or not t.capital or t == self.noun)
        return any(noun.keys & token.keys for token in said)

    def counts(self, noun: Token | None, language: str | None) -> bool:
        """Whether what an amount counts may be what the question asks for; None, and people in general, may be anything."""
        if noun is None or self.noun is None or self.foreign(language):
            return True
        if self.anybody(noun):
            return True
        asked, told = self.noun.stem, noun.stem
        if asked in _ANYBODY | _HARMED:  # "Wie viele Menschen starben?", "Wie viele Tote?" - "12 Arbeiter"
            return _is_people(told)
        if asked in _ANYTHING:  # "Wie viele Tiere?" - "900 Schafe"
            return not _is_people(told)
        if noun.capital and len(told) >= 4 and asked.endswith(told):  # "Weihnachtsbäume" - "Bäume"
            return True
        if asked[:_ALIKE] == told[:_ALIKE] and len(asked) >= _ALIKE:  # "Professuren" - "Professorenstellen"
            return True
        return bool(Matcher(self.text, [noun]).find(self.noun))

    def acts(self, item: Evidence) -> bool:
        """Whether the sentence itself tells what the question says was done or is so: one of its verbs and adjectives;
        true where the question has none, as "Wie viele Tote gab es?"."""
        if self.foreign(item.passage.language):
            return False
        verbs = [token for token in self.words if not token.capital and not token.word.isdecimal()]
        matcher = Matcher(self.text, read(item.text, item.passage.language).tokens)
        return not verbs or any(matcher.find(token) for token in verbs)

    def agrees(self, clause: Sequence[Token], language: str | None) -> bool:
        """Whether a clause does not tell the opposite of what the question asks about: the killed are not the wounded."""
        words = " ".join(token.text for token in clause)
        asked, told = ({i for i, toll in enumerate(_TOLLS) if toll.search(text)} for text in (self.question, words))
        if asked and told and not asked & told:
            return False
        if self.foreign(language):
            return True
        for table, _ in opposites(self.text.language):
            here, there = sides(self.text.tokens, table), sides(clause, table)
            if here and there and here.keys().isdisjoint(there):
                return False
        return True

    def _found(self, words: Sequence[Token], passage: Passage) -> list[Token]:
        title, body = read(passage.title or "", passage.language), read(passage.text, passage.language)
        matcher = Matcher(self.text, [*title.tokens, *body.tokens])
        return [token for token in words if matcher.find(token)]


def _is_people(stem: str) -> bool:
    """Whether a noun's stem is one for people, or a compound of one: "Fernsehzuschauer"."""
    return stem in _PEOPLE or any(len(one) > 4 and stem.endswith(one) for one in _PEOPLE)


def around(item: Evidence) -> str:
    """A sentence with its neighbours in the passage."""
    text = item.passage.text
    spans = read(text, item.passage.language).sentences
    start, end = item.start - item.passage.start, item.end - item.passage.start
    near = [i for i, span in enumerate(spans) if span[0] < end and start < span[1]]
    if not near:
        return item.text
    return text[spans[max(near[0] - 1, 0)][0] : spans[min(near[-1] + 1, len(spans) - 1)][1]]


def clause_at(text: Text, at: int) -> list[Token]:
    """The words of the clause of ``text`` at a place in it."""
    here = next((token.clause for token in text.tokens if token.end > at), -1)
    return [token for token in text.tokens if token.clause == here]


def counted_noun(text: Text, after: int) -> Token | None:
    """The noun of ``text`` that an amount ending at ``after`` counts: "1.400 Menschen"; None where none follows at once."""
    for token in [t for t in text.tokens if t.start >= after][:3]:
        if token.word[0].isdecimal() or token.start - after > 30:
            return None
        if is_content(token) and (token.capital or text.language == "en"):
            return None if token.name else token
        if not token.word.endswith(("e", "en", "er", "es", "em")) and text.language != "en":
            return None
    return None
