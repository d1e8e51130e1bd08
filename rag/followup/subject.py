"""What a conversation was last about: its last question without the question word, its things, person and place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from rag.followup import lists
from rag.followup.leaning import named
from rag.german import STOPWORDS, fold, stem, words
from rag.models.question import asked_kind
from rag.types import Turn
from rag.verify.words import Token, read

Gender = Literal["f", "m", None]
LONGEST_SHORT = 60  # characters of an answer that may be carried over as a name
_AUXILIARY = {
    "de": frozenset(
        """ist sind war waren hat haben hatte hatten wird werden wurde wurden soll sollen sollte sollten kann können konnte
        konnten muss müssen musste mussten will wollen wollte wollten darf dürfen durfte durften""".split()
    ),
    "en": frozenset("is are was were has have had do does did will would can could should may might must".split()),
}
_ROLE = re.compile(
    r"(?:minister|kanzler|präsident|sprecher|chef|leiter|vorsitzende|richter|general|bischof|papst|könig|trainer|rat|rätin"
    r"|dezernent|kapitän|premier|senator|abgeordnete|professor|doktor|herr|frau|meister|anwalt|anwältin|analyst|hebamme"
    r"|direktor|verteidiger|stürmer|autor|forscher|mr|ms|mrs|mayor|president|prosecutor|director|lawmaker|leader)(?:in|r|n|s)?\Z",
    re.IGNORECASE,
)
_NO_PERSON = frozenset(
    """north south east west northern southern united new state joint national european service township council city
    party university company agency ministry department court union war prize award league club river lake street
    institute bank church school house airport station region county group international world act sankt bad""".split()
)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    gender: Gender = None


class Subject:
    """What the last of ``history`` was about; where it names nothing, together with the one before it."""

    def __init__(self, history: Sequence[Turn], language: str) -> None:
        """``language``: of the last question, "de" or "en"."""
        self.language = language
        self.turn = history[-1]
        self.question = asked(self.turn)
        self.before = Subject(history[:-1], language) if history[:-1] else None
        self.tokens = _body(self.question, language)

    @cached_property
    def clause(self) -> str:
        """The last question without its question word and a leading "ist", "did": "die Speicherbrücke gesperrt"."""
        skipped = self.lead()
        rest = self.tokens[skipped:]
        while len(rest) > 1 and rest[0].word in _AUXILIARY[self.language]:
            rest = rest[1:]
        return self._with_names(self.text_of(rest))

    @cached_property
    def things(self) -> str:
        """Its noun phrases: "die Verlängerung der Linie 7"; the clause where there is none."""
        if self.language == "en":
            return self._with_names(self._english_things())
        return self._with_names(", ".join(self.text_of(run) for run in self.phrases()) or self.clause)

    @property
    def place(self) -> str | None:
        """Where it asked about, with its preposition: "in Mühlrode"."""
        for subject in (self, self.before):
            runs = subject.phrases() if subject else []
            for run in reversed(runs):
                for i, token in enumerate(run[:-1]):
                    if token.word in lists.PLACE_PREPOSITIONS[self.language] and named(run, i + 1, self.language):
                        return self.text_of(run[i:]) if subject is self else subject.text_of(run[i:])  # type: ignore[union-attr]
        return None

    @property
    def said(self) -> set[str]:
        """Stems of the words of the last question, and of the passages its answer is cited from."""
        answer = self.turn.answer
        cited = {citation.article_id for citation in answer.citations} if answer else set()
        texts = [passage.text for passage in answer.passages if passage.article_id in cited] if answer else []
        return {stem(word, self.language) for text in (self.question, *texts) for word in words(text)}

    @property
    def whole(self) -> set[str]:
        """Stems of the last question where it names nothing: "die Speicherbrücke" was enough there."""
        if any(named(self.tokens, i, self.language) for i in range(len(self.tokens))):
            return set()
        return {token.stem for token in self.tokens}

    def person(self, gender: Gender) -> Person | None:
        """Whom "er" or "sie" means: a person of the question, or of its answer where it asked for one.

        After "Wer wurde Nachfolger von Kofi Annan?" that is who was answered, for Annan only says of whom.
        """
        answer = self.turn.answer
        told = [answer.short or "", *(citation.quote for citation in answer.citations)] if answer else []
        for_a_person = asked_kind(self.question) == "person"
        found = list(people(self.question, self.language))
        for alone in (False, True) if for_a_person else ():
            of_answer = (person for text in told for person in people(text, self.language, alone))
            found += [person for person in of_answer if person.name not in self.question]
        if for_a_person:
            found.sort(key=self._behind_preposition)
        if self.language == "en" and not for_a_person:  # "she" is a person always
            found += [person for text in told for person in people(text, self.language)]
        return next((p for p in found if None in (gender, p.gender) or gender == p.gender), None)

    def _behind_preposition(self, person: Person) -> bool:
        before = re.search(rf"(\w+)\s+{re.escape(person.name)}", self.question)
        return before is not None and before[1].lower() in lists.PREPOSITIONS[self.language]

    def lead(self) -> int:
        """How many words the question word takes: "Seit wann" two, "Wie viele" two; 0 for a yes-or-no question."""
        asking, measures = lists.QUESTION[self.language], lists.MEASURES[self.language]
        at = 1 if self.tokens and self.tokens[0].word in lists.PREPOSITIONS[self.language] else 0
        if at >= len(self.tokens) or self.tokens[at].word not in asking:
            return 0
        at += 1
        while at < len(self.tokens) and self.tokens[at].word in measures:
            at += 1
        return at

    def phrases(self) -> list[list[Token]]:
        """Runs of words with a noun in them: "für den Kreißsaal". German; in English from the article on."""
        runs: list[list[Token]] = [[]]
        tokens = self.tokens[self.lead() :]
        for i, token in enumerate(tokens):
            following = tokens[i + 1] if i + 1 < len(tokens) else None
            if self._belongs(token, following):
                runs[-1].append(token)
            elif runs[-1]:
                runs.append([])
        return [trimmed for run in runs if (trimmed := _trimmed(run))]

    def text_of(self, run: Sequence[Token]) -> str:
        """The stretch of the question from the first to the last word of ``run``, with a bracket that it opens closed."""
        if not run:
            return ""
        text = self.question[run[0].start : run[-1].end]
        return text.replace(" (", ", ").replace(")", "")

    def _belongs(self, token: Token, following: Token | None) -> bool:
        small = lists.PREPOSITIONS[self.language] | lists.DETERMINERS[self.language] | {"und", "and"}
        if (
            (token.capital and not (token.first and self.lead() == 0))
            or token.text[0].isdecimal()
            or token.word in small
        ):
            return True
        describes = token.word.endswith(("e", "en", "er", "es", "em")) and token.word not in STOPWORDS
        return self.language == "de" and describes and following is not None and following.capital

    def _english_things(self) -> str:
        rest = self.tokens[self.lead() :]
        while rest and rest[0].word in _AUXILIARY["en"]:
            rest = rest[1:]
        article = next((i for i, t in enumerate(rest[:2]) if t.word in lists.DETERMINERS["en"]), 0)
        return self.text_of(rest[article:])

    def _with_names(self, text: str) -> str:
        """``text`` with what it lacks to be understood: the answer, where the question asked for a thing or a person,
        and the things of the question before, where the last one names nothing."""
        short = self.turn.answer.short if self.turn.answer else None
        asked_for_a_name = bool(self.lead()) and self.tokens[self.lead() - 1].word in ("wer", "was", "who", "what")
        if short and asked_for_a_name and short[0].isalpha() and len(short) <= LONGEST_SHORT:
            text = f"{' '.join(short.split())}, {text}"
        if self.before and not any(named(self.tokens, i, self.language) for i in range(len(self.tokens))):
            text = f"{text}, {self.before.things}"
        return text


def asked(turn: Turn) -> str:
    """The question of a turn as it was understood."""
    understood = turn.answer.understood_as if turn.answer else None
    return (understood or turn.question).strip()


def people(text: str, language: str, alone: bool = False) -> Iterator[Person]:
    """The persons that ``text`` names: by two names or more, by a role and a name, or, if ``alone``, by any one name."""
    tokens = read(text, language).tokens
    i = 0
    while i < len(tokens):
        run = _name_run(tokens, i)
        if len(run) > 1 and _ROLE.search(run[0].text):
            i, run = i + 1, run[1:]
        role = tokens[i - 1] if i and tokens[i - 1].capital and tokens[i].start - tokens[i - 1].end == 1 else None
        before = tokens[i - 1].word if i else ""
        club = any(sum(c.isupper() for c in t.text) > 1 for t in [*run, *tokens[max(0, i - 1) : i]])  # "VfL Altstadt"
        if run and not club and before not in lists.DETERMINERS[language] | {"in", "aus", "nach", "near"}:
            has_role = role is not None and bool(_ROLE.search(role.text))
            if has_role or (len(run) > 1 and not any(t.word in _NO_PERSON for t in run)) or alone:
                rest = re.match(r"(?:-\w+)*", text[run[-1].end :])  # "Ban Ki-moon"
                name = text[run[0].start : run[-1].end] + (rest[0] if rest else "")
                yield Person(name.rstrip("'’"), _gender(role) if has_role and role else None)
        i += max(1, len(run))


def _name_run(tokens: Sequence[Token], i: int) -> list[Token]:
    run: list[Token] = []
    for token in tokens[i : i + 4]:
        if not token.name or not token.word.isalpha() or (run and token.start - run[-1].end != 1):
            break
        run.append(token)
    return run


def _gender(role: Token) -> Gender:
    if fold(role.text) in ("frau", "ms", "mrs") or (len(role.text) > 5 and role.text.endswith("in")):
        return "f"
    return None if role.word in ("abgeordnete", "vorsitzende", "president", "lawmaker", "leader", "mayor") else "m"


def _body(question: str, language: str) -> Sequence[Token]:
    tokens = read(question, language).tokens
    start = 0
    while start < len(tokens) - 1 and tokens[start].word in lists.OPENERS[language]:
        start += 1
    return tokens[start:]


def _trimmed(run: list[Token]) -> list[Token]:
    """Without the words at its end that no noun follows; empty without a noun."""
    while run and not (run[-1].capital or run[-1].text[0].isdecimal()):
        run = run[:-1]
    while run and run[0].word in ("und", "and"):
        run = run[1:]
    return run
