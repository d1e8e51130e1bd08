"""An answer in the making: sentences and the numbered citations they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.article import Article
from rag.compose.quotes import citation
from rag.messages import messages
from rag.types import Citation, Passage, Sentence

_MARKS = (("„", "“"), ("»", "«"), ("“", "”"), ('"', '"'), ("‹", "›"))


class Draft:
    """Collects what an answer says. Every citation is cut from its article here, so offsets are exact."""

    def __init__(self, language: str, articles: dict[str, Article]) -> None:
        self.language, self._articles = language, articles
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []

    def cite(self, passage: Passage, start: int, end: int) -> int:
        """The number of the citation of a stretch; one that lies in a stretch cited already has its number."""
        for known in self.citations:
            if known.article_id == passage.article_id and known.start <= start and end <= known.end:
                return known.number
        number = len(self.citations) + 1
        self.citations.append(citation(number, passage, self._articles[passage.article_id], start, end))
        return number

    def quote(self, passage: Passage, start: int, end: int) -> None:
        """A stretch word for word, unless it is quoted already."""
        number = self.cite(passage, start, end)
        words = " ".join(self.citations[number - 1].quote.split())
        if not any(sentence.verdict == "verbatim" and number in sentence.citations for sentence in self.sentences):
            self.sentences.append(Sentence(words, (number,), "verbatim"))

    def say(self, text: str, numbers: Iterable[int]) -> None:
        """A sentence of ours around words of the articles."""
        self.sentences.append(Sentence(text, tuple(dict.fromkeys(numbers)), "supported"))

    def words(self, key: str, **facts: object) -> str:
        """A wording from the locale, in the language of the question."""
        return messages().say(f"answer_{key}", self.language, **facts)

    @property
    def text(self) -> str:
        """All sentences with their [n]: quotes in a row, what is ours on lines of its own."""
        text = ""
        for before, sentence in zip([None, *self.sentences], self.sentences, strict=False):
            if before is not None:
                text += " " if before.verdict == sentence.verdict == "verbatim" else "\n"
            text += f"{sentence.text} {''.join(f'[{n}]' for n in sentence.citations)}".strip()
        return text


def marked(words: str) -> str:
    """``words`` of an article in quotation marks, of a kind that it does not hold itself."""
    opening, closing = next((pair for pair in _MARKS if not any(mark in words for mark in pair)), _MARKS[0])
    return f"{opening}{words}{closing}"


def joined(parts: Sequence[str], last: str) -> str:
    """ "a, b und c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"
