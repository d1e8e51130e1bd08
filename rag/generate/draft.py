"""A stream of words -> sentences that were checked, with citations; what can't be shown stops here.

Knows nothing of servers: ``feed`` takes what comes in, and gives out what may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corpus.article import Article
from corpus.language import detect_language, question_language
from rag import german
from rag.compose.draft import Draft as Collected
from rag.compose.quotes import same_words
from rag.errors import LlmError
from rag.generate.check import Checker
from rag.generate.cut import Cutter
from rag.generate.prompt import Prompt
from rag.messages import LANGUAGES, messages
from rag.types import Citation, Sentence, Writing

LONGEST = 1500  # characters without the end of a sentence
MOST = 15  # sentences; no question needs more
ENOUGH_WORDS = 5  # to tell the language of a sentence
ENOUGH_CHARACTERS = 40  # to tell one that is neither German nor English
REPEATED = 2  # sentences said before from which on the model is held to go round in circles


class Draft:
    """One answer in the making. ``refused``: the model says that the passages say nothing. ``done``: no more is wanted."""

    def __init__(
        self, prompt: Prompt, articles: Mapping[str, Article], language: str, checker: Checker, model: str, drop: bool
    ) -> None:
        self.refused = self.done = False
        self.repeated = 0
        self._prompt, self._language, self._checker = prompt, language, checker
        self._model, self._drop = model, drop
        self._cutter = Cutter(len(prompt.shown))
        self._written: list[str] = []
        self._collected = Collected(language, dict(articles))
        self._dropped: list[str] = []
        self._recited = self._unsupported = 0

    def feed(self, text: str) -> Iterator[str]:
        """Takes a piece; what may be shown now. Raises LlmError for another language, and for a text without an end."""
        yield from self._checked(self._cutter.feed(text))
        if self._cutter.waiting > LONGEST:
            raise LlmError("repetition", model=self._model)

    def finish(self) -> Iterator[str]:
        """The model is done: the last sentence. Raises like ``feed``."""
        yield from self._checked(self._cutter.finish())

    @property
    def text(self) -> str:
        """What was shown so far."""
        return " ".join(_marked(sentence) for sentence in self.sentences)

    @property
    def sentences(self) -> list[Sentence]:
        return self._collected.sentences

    @property
    def citations(self) -> list[Citation]:
        return self._collected.citations

    @property
    def empty(self) -> bool:
        """Whether the model wrote no sentence at all."""
        return not self._written and not self.refused

    @property
    def length(self) -> int:
        """Characters written so far."""
        return sum(map(len, self._written)) + self._cutter.waiting

    def writing(self, attempts: int) -> Writing:
        return Writing(
            model=self._model,
            sentences=len(self._written),
            removed=self._cutter.removed,
            recited=self._recited,
            unsupported=self._unsupported,
            dropped=tuple(self._dropped),
            attempts=attempts,
        )

    def _checked(self, cuts: Iterator[tuple[str, tuple[int, ...]]]) -> Iterator[str]:
        while not self.done and (cut := next(cuts, None)):
            yield from self._sentence(*cut)

    def _sentence(self, sentence: str, cited: tuple[int, ...]) -> Iterator[str]:
        if is_refusal(sentence):
            # Said first it is the answer; said later, of a part of the question, it is no claim about the articles.
            self.refused = self.refused or not self._written
            self.done = self.refused
            return
        other = foreign(sentence, self._language)
        if other and not self._written:
            raise LlmError("language", model=self._model)
        if any(same_words(sentence, earlier) for earlier in self._written):
            self.repeated += 1
            self.done = self.repeated >= REPEATED
            return
        self._written.append(sentence)
        self.done = len(self._written) >= MOST
        ruling = self._checker.rule(sentence, cited)
        verdict = "unsupported" if other else ruling.verdict
        if verdict == "unsupported":
            self._unsupported += 1
            if self._drop:
                self._dropped.append(sentence)
                return
        self._recited += ruling.recited
        numbers = [self._cite(sentence, number) for number in ruling.numbers]
        self.sentences.append(Sentence(sentence, tuple(dict.fromkeys(numbers)), verdict))
        yield ("" if len(self.sentences) == 1 else " ") + _marked(self.sentences[-1])

    def _cite(self, sentence: str, number: int) -> int:
        return self._collected.cite(self._prompt.shown[number - 1], *self._checker.place(sentence, number))


def _marked(sentence: Sentence) -> str:
    """A sentence with its [n]."""
    return f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}".strip()


def is_refusal(sentence: str) -> bool:
    """Whether a sentence is the refusal that the rules ask for, in either language."""
    said = german.words(sentence)
    return any(said == german.words(messages().say("refusal", language)) for language in LANGUAGES)


def foreign(sentence: str, language: str) -> bool:
    """Whether a sentence is certainly in another language than ``language``."""
    if len(sentence.split()) < ENOUGH_WORDS:
        return len(sentence) >= ENOUGH_CHARACTERS and detect_language(sentence, language) not in LANGUAGES
    found = question_language(sentence, language)
    return found != language and (found in LANGUAGES or len(sentence) >= ENOUGH_CHARACTERS)
