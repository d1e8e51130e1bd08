"""A stream of words -> sentences that were checked, with citations; what can't be shown stops here.

Knows nothing of servers: ``feed`` takes what comes in, and gives out what may be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from corpus.article import Article
from corpus.language import detect_language, question_language
from rag import german
from rag.citations import CitationParser, Marker
from rag.compose.draft import Draft as Collected
from rag.compose.quotes import same_words
from rag.errors import LlmError
from rag.generate.check import Checker
from rag.generate.prompt import Prompt
from rag.messages import LANGUAGES, messages
from rag.sentences import sentence_spans
from rag.types import Citation, Sentence, Writing

LONGEST = 1500  # characters without the end of a sentence
MOST = 15  # sentences; no question needs more
ENOUGH_WORDS = 5  # to tell the language of a sentence
ENOUGH_CHARACTERS = 40  # to tell one that is neither German nor English
REPEATED = 2  # sentences said before from which on the model is held to go round in circles
_DECORATION = re.compile(r"^(?:[-*•–—#>]+|\d{1,2}[.)])\s+|^(?:antwort|answer)\s*:\s*|\*\*|__|`+", re.IGNORECASE)
_WORD = re.compile(r"\w")


class Draft:
    """One answer in the making. ``refused``: the model says that the passages say nothing. ``done``: no more is wanted."""

    def __init__(
        self, prompt: Prompt, articles: Mapping[str, Article], language: str, checker: Checker, model: str, drop: bool
    ) -> None:
        self.refused = self.done = False
        self.repeated = 0
        self._prompt, self._language, self._checker = prompt, language, checker
        self._model, self._drop = model, drop
        self._parser = CitationParser(len(prompt.shown))
        self._text = ""  # what is written and not yet cut into sentences
        self._markers: list[tuple[int, tuple[int, ...]]] = []  # (place in it, numbers)
        self._written: list[str] = []
        self._collected = Collected(language, dict(articles))
        self._dropped: list[str] = []
        self._recited = self._unsupported = 0

    def feed(self, text: str) -> Iterator[str]:
        """Takes a piece; what may be shown now. Raises LlmError for another language, and for a text without an end."""
        self._take(self._parser.feed(text))
        while not self.done and (cut := self._cut()):
            yield from self._sentence(*cut)
        if len(self._text) > LONGEST:
            raise LlmError("repetition", model=self._model)

    def finish(self) -> Iterator[str]:
        """The model is done: the last sentence. Raises like ``feed``."""
        self._take(self._parser.finish())
        while not self.done and (cut := self._cut(last=True)):
            yield from self._sentence(*cut)

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
        return sum(map(len, self._written)) + len(self._text)

    def writing(self, attempts: int) -> Writing:
        return Writing(
            model=self._model,
            sentences=len(self._written),
            removed=self._parser.removed,
            recited=self._recited,
            unsupported=self._unsupported,
            dropped=tuple(self._dropped),
            attempts=attempts,
        )

    def _take(self, pieces: list[str | Marker]) -> None:
        for piece in pieces:
            if isinstance(piece, Marker):
                self._markers.append((len(self._text), piece.numbers))
            else:
                self._text += piece

    def _cut(self, last: bool = False) -> tuple[str, tuple[int, ...]] | None:
        """The first sentence and its citations, once its end is certain: a whole word of the next one follows.

        A marker after the full stop belongs to the sentence before it.
        """
        spans = sentence_spans(self._text)
        if not spans or not (last or len(spans) > 1):
            return None
        start, end = spans[0]
        following = spans[1][0] if len(spans) > 1 else len(self._text)
        if not last and "\n" not in self._text[end:following] and not re.search(r"\w\W", self._text[following:]):
            return None
        numbers = [number for place, own in self._markers if place <= following for number in own]
        sentence = self._text[start:end]
        self._text = self._text[following:]
        self._markers = [(place - following, own) for place, own in self._markers if place > following]
        return sentence, tuple(dict.fromkeys(numbers))

    def _sentence(self, written: str, cited: tuple[int, ...]) -> Iterator[str]:
        sentence = " ".join(_DECORATION.sub("", written.strip()).split())
        if not _WORD.search(sentence):
            return
        if _is_refusal(sentence):
            # Said first it is the answer; said later, of a part of the question, it is no claim about the articles.
            self.refused = self.refused or not self._written
            self.done = self.refused
            return
        foreign = _foreign(sentence, self._language)
        if foreign and not self._written:
            raise LlmError("language", model=self._model)
        if any(same_words(sentence, earlier) for earlier in self._written):
            self.repeated += 1
            self.done = self.repeated >= REPEATED
            return
        self._written.append(sentence)
        self.done = len(self._written) >= MOST
        ruling = self._checker.rule(sentence, cited)
        verdict = "unsupported" if foreign else ruling.verdict
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


def _is_refusal(sentence: str) -> bool:
    said = german.words(sentence)
    return any(said == german.words(messages().say("refusal", language)) for language in LANGUAGES)


def _foreign(sentence: str, language: str) -> bool:
    """Whether a sentence is certainly in another language than ``language``."""
    if len(sentence.split()) < ENOUGH_WORDS:
        return len(sentence) >= ENOUGH_CHARACTERS and detect_language(sentence, language) not in LANGUAGES
    found = question_language(sentence, language)
    return found != language and (found in LANGUAGES or len(sentence) >= ENOUGH_CHARACTERS)
