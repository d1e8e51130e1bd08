"""What is measured of a sentence beside a question: the numbers that the sentence reader weighs."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from corpus.corrections import tells_earlier
from rag import german
from rag.models.embed import Embedder
from rag.models.question import asked_kind, holds
from rag.retrieve import Query
from rag.sentences import sentence_spans
from rag.types import Passage

Candidate = tuple[Passage, int, int]  # a sentence: its passage, start and end in the article
REMEMBERED = 20_000  # sentence vectors kept in memory: 30 MB of float32

SENTENCE_FEATURES = (
    "similarity",  # cosine question x sentence
    "context similarity",  # cosine question x (sentence before + sentence)
    "coverage",  # idf share of the question in the sentence
    "context coverage",  # ... in the sentence, its neighbours and the title
    "title coverage",  # ... in the article's title
    "kind held",  # 1 when the sentence holds the kind of thing asked for, -1 when not, 0 when any will do
    "new words",  # share of the sentence's words that the question does not have
    "short",  # 1 for fragments of fewer than five words: subheadings, sign-offs
    "question",  # 1 when the sentence itself asks
    "passage",  # retrieval score below that of the first passage
    "lead",  # 1 for the first sentence of an article
)
# What tells an answerable question from one the articles do not answer; of the best sentence.
ANSWER_FEATURES = (
    "similarity",
    "context similarity",
    "coverage",
    "context coverage",
    "rarest word missing",  # idf of the rarest question word missing around the sentence, 1: the rarest of all
    "kind held",
    "unknown words",  # idf share of question words that no chunk of the index contains
    "same language",
    "same language x context coverage",
    "same language x rarest word missing",
    "margin",  # sentence score above the mean of all sentences read
)


class SentenceFeatures:
    """Computes both kinds of features. Safe to share between threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._remembered: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()

    def of_sentences(self, query: Query, passages: Sequence[Passage], candidates: Sequence[Candidate]) -> np.ndarray:
        """Shape (candidates, SENTENCE_FEATURES), float64."""
        texts = [p.text[start - p.start : end - p.start] for p, start, end in candidates]
        follows = [i > 0 and candidates[i - 1][0] is candidates[i][0] for i in range(len(candidates))]
        contexts = [f"{texts[i - 1]} {texts[i]}" if follows[i] else texts[i] for i in range(len(texts))]
        similar = self._vectors([*texts, *contexts]) @ query.vector
        kind = asked_kind(query.text)
        asked = {token for group in query.groups for token in group}
        rows = []
        for i, (passage, start, _) in enumerate(candidates):
            tokens = _tokens(texts[i], passage)
            rows.append(
                (
                    similar[i],
                    similar[len(texts) + i],
                    query.coverage(tokens),
                    query.coverage(surroundings(candidates, i)),
                    query.coverage(_tokens(passage.title or "", passage)),
                    0 if kind == "other" else 1 if holds(kind, texts[i]) else -1,
                    len(tokens - asked) / max(len(tokens), 1),
                    len(texts[i].split()) < 5,
                    texts[i].rstrip("“\"' ").endswith("?"),
                    passages[0].score - passage.score,
                    start == 0,
                )
            )
        return np.array(rows, dtype=np.float64)

    def of_answer(
        self, query: Query, candidates: Sequence[Candidate], features: np.ndarray, scores: np.ndarray
    ) -> np.ndarray:
        """Shape (ANSWER_FEATURES,), of the sentence with the highest score."""
        top = int(np.argmax(scores))
        around = surroundings(candidates, top)
        similarity, context, coverage, context_coverage = features[top, :4]
        missing = query.rarest_missing(around)
        same = float(candidates[top][0].language == query.language)
        return np.array(
            (
                similarity,
                context,
                coverage,
                context_coverage,
                missing,
                features[top, SENTENCE_FEATURES.index("kind held")],
                query.unknown,
                same,
                same * context_coverage,
                same * missing,
                scores[top] - scores.mean(),
            )
        )

    def _vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of sentences, remembered: questions about one topic read the same passages."""
        with self._lock:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known |= zip(new, self._embedder.passages(new), strict=True)
        with self._lock:
            if len(self._remembered) + len(new) > REMEMBERED:
                self._remembered.clear()
            self._remembered.update((text, known[text]) for text in new)
        return np.stack([known[text] for text in texts])


def sentences_of(passages: Sequence[Passage]) -> list[Candidate]:
    """Every sentence of the passages once, but for those that tell what an earlier version had got wrong."""
    seen: set[tuple[str, int]] = set()
    found = []
    for passage in passages:
        for start, end in sentence_spans(passage.text):
            place = (passage.article_id, passage.start + start)
            if place not in seen and not tells_earlier(passage.text[start:end]):
                seen.add(place)
                found.append((passage, passage.start + start, passage.start + end))
    return found


def surroundings(candidates: Sequence[Candidate], i: int) -> set[str]:
    """Tokens of a sentence, of its neighbours in the passage, and of the article's title."""
    passage = candidates[i][0]
    near = [c for c in candidates[max(i - 1, 0) : i + 2] if c[0] is passage]
    start, end = near[0][1], near[-1][2]
    return _tokens(f"{passage.title or ''} {passage.text[start - passage.start : end - passage.start]}", passage)


def _tokens(text: str, passage: Passage) -> set[str]:
    return set(german.analyse(text, passage.language))
