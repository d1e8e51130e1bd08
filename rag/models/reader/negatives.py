"""Passages that do not answer a question but look as if they could: from the same article, or sharing rare words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np

from rag.models.reader.pool import Asked, Pool

SAME_ARTICLE = 0.5  # of the negatives, where the article has other passages
LARGEST_ARTICLE = 100  # passages; a larger "article" is a collection (all of Reddit has one title)
COMMON = 0.03  # words in more than this share of passages are not looked up
RARE_WORDS = 8  # of a question, looked up
TOP = 10  # of the passages found, from which one is drawn
_WORD = re.compile(r"\w\w+")


class Negatives:
    """Draws from the passages of ``pool`` that ``train`` questions are about, so development passages stay unseen."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        used = sorted({asked.passage for asked in pool.train})
        self._articles: dict[str, list[int]] = defaultdict(list)
        self._languages: dict[str, list[int]] = defaultdict(list)
        postings: dict[str, list[int]] = defaultdict(list)
        for number in used:
            self._articles[pool.articles[number]].append(number)
            self._languages[pool.languages[number]].append(number)
            for word in set(_words(pool.passages[number])):
                postings[word].append(number)
        most = max(COMMON * len(used), 2)
        self._postings = {word: found for word, found in postings.items() if len(found) <= most}
        self._weights = {word: float(np.log(len(used) / len(found))) for word, found in self._postings.items()}
        self._remembered: dict[tuple[int, str], list[int]] = {}

    def draw(self, asked: Asked, rng: np.random.Generator) -> int | None:
        """A passage in the language of the question's own that does not contain its answer; None when none was found."""
        article = self._articles[self._pool.articles[asked.passage]]
        near = article if len(article) <= LARGEST_ARTICLE else []
        alike = self._alike(asked)
        first, second = (near, alike) if rng.random() < SAME_ARTICLE else (alike, near)
        for candidates in (first, second, self._languages[self._pool.languages[asked.passage]]):
            for place in rng.permutation(len(candidates))[:5]:
                if self._lacks(asked, candidates[place]):
                    return candidates[place]
        return None

    def _alike(self, asked: Asked) -> list[int]:
        key = (asked.passage, asked.question)
        if key not in self._remembered:
            words = {word for word in _words(asked.question) if word in self._weights}
            found: Counter[int] = Counter()
            for word in sorted(words, key=lambda w: (-self._weights[w], w))[:RARE_WORDS]:
                for number in self._postings[word]:
                    found[number] += self._weights[word]  # type: ignore[assignment]
            language = self._pool.languages[asked.passage]
            ranked = sorted(found, key=lambda n: (-found[n], n))
            self._remembered[key] = [n for n in ranked if self._pool.languages[n] == language][:TOP]
        return self._remembered[key]

    def _lacks(self, asked: Asked, number: int) -> bool:
        if number == asked.passage:
            return False
        own, other = self._pool.passages[asked.passage], self._pool.passages[number].casefold()
        return not any(own[start:end].casefold() in other for start, end in asked.answers)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
