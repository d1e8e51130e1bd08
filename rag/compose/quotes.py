"""Evidence -> the stretches of articles that an answer quotes, and their citations: verbatim, in order, understandable alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.article import Article
from corpus.mentions import date_mentions
from rag import german
from rag.compose.reading import read
from rag.sentences import sentence_spans
from rag.types import Citation, Evidence, Passage
from rag.verify.signs import signs

# A further sentence is quoted if it is at least a quarter as sure as the best. On held-out folds of the reader's fitting
# data .79 of the quotes then hold the answer with 1.8 sentences each; with a half it is .74 and 1.4.
RELATIVE_CONFIDENCE = 0.25
SAME_TEXT = 0.8  # Jaccard overlap of words from which two sentences count as one (wire copies)
LONGEST_QUOTE = 500
DENIED_WITHIN = 2  # sentences behind an accusation
SHORT_GAP = 160  # characters left out between two quotes that are not worth leaving out
_TURNS = re.compile(r"nicht|kein\w*|nie|niemals|ohne|weder|not|no|never|without|neither|nor|cannot")
ACCUSES = re.compile(
    r"\b(?:w(?:irft|erfen|arf|arfen)\b[^.;]*\bvor\b|vorgeworfen|vorwirft|vorwerfen|Vorw[uü]rf\w*|beschuldig\w+|bezichtig\w+"
    r"|accus\w+|alleg(?:es?|ed|ations?)\b)"
)
# A sentence that opens so leans on the one before it.
_LEANS = re.compile(
    r"[„“\"»]?(?:Er|Sie|Es|Dies(?:e[rsmn]?)?|Das|Dabei|Damit|Dadurch|Dafür|Dagegen|Davon|Dazu|Dort|Deren|Dessen|Konkret"
    r"|Dem|Denen|Jene[rsmn]?|Beide|Letztere[rsmn]?|Seine?|Ihre?|Deshalb|Daraufhin|Zudem|Außerdem|Auch"
    r"|He|She|It|They|This|That|These|Those|His|Her|Their|Both|There|Also)\b"
)


def choose(evidence: Sequence[Evidence], most: int) -> list[Evidence]:
    """The best evidence and what is nearly as good, without the same sentence twice."""
    chosen: list[Evidence] = []
    for item in evidence:
        if len(chosen) == most or item.confidence < RELATIVE_CONFIDENCE * evidence[0].confidence:
            break
        if not any(same_words(item.text, other.text) for other in chosen):
            chosen.append(item)
    return chosen


def quotes(chosen: Sequence[Evidence], articles: dict[str, Article]) -> list[tuple[Passage, int, int]]:
    """Spans to quote: best article first, in the article's own order; what stands close together is one quote."""
    quotes: list[tuple[Passage, int, int]] = []
    for article_id in dict.fromkeys(item.passage.article_id for item in chosen):
        text = articles[article_id].text
        own: list[tuple[Passage, int, int]] = []
        for item in sorted((i for i in chosen if i.passage.article_id == article_id), key=lambda i: i.start):
            start, end = _with_denial(text, *_with_antecedent(text, item.start, item.end), item.passage.language)
            if own and _close(text, own[-1], start, end):
                _, first, last = own.pop()
                start, end = first, max(last, end)
            own.append((item.passage, start, end))
        quotes += own
    return quotes


def _close(text: str, quote: tuple[Passage, int, int], start: int, end: int) -> bool:
    """Whether nothing, or a short stretch of the same paragraph, parts a quote from a span: then that belongs to it."""
    _, first, last = quote
    between = text[last:start]
    if "\n" in between:
        return False
    return not between.strip() or (len(between) <= SHORT_GAP and end - first <= LONGEST_QUOTE)


def same_words(one: str, other: str) -> bool:
    """Whether two sentences are one, edited: nearly the same words, the same numbers, and as much denied."""
    a, b = set(german.words(one)), set(german.words(other))
    if any(word[0].isdecimal() or _TURNS.fullmatch(word) for word in a ^ b):
        return False
    return len(a & b) >= SAME_TEXT * len(a | b)


def _with_antecedent(text: str, start: int, end: int) -> tuple[int, int]:
    """The span, grown by the sentence before it in the same paragraph when it can't be understood alone."""
    if not _LEANS.match(text[start:end]):
        return start, end
    paragraph = text.rfind("\n", 0, start) + 1
    before = sentence_spans(text[paragraph:start])
    if not before or end - (paragraph + before[-1][0]) > LONGEST_QUOTE:
        return start, end
    return paragraph + before[-1][0], end


def _with_denial(text: str, start: int, end: int, language: str | None) -> tuple[int, int]:
    """The span, grown by a denial close behind it in the same paragraph when it accuses somebody: who is accused is
    heard."""
    if not ACCUSES.search(text[start:end]):
        return start, end
    stop = text.find("\n", end)
    for _, last in sentence_spans(text[end : stop if stop >= 0 else len(text)])[:DENIED_WITHIN]:
        behind = text[end : end + last]
        if any(sign.kind == "denial" for sign in signs(read(behind, language))) and end + last - start <= LONGEST_QUOTE:
            return start, end + last
    return start, end


def citation(number: int, passage: Passage, article: Article, start: int, end: int) -> Citation:
    return Citation(
        number=number,
        article_id=article.id,
        title=passage.title,
        source=passage.source,
        published=passage.published,
        url=passage.url,
        quote=article.text[start:end],
        start=start,
        end=end,
        dates=tuple(
            mention
            for mention in date_mentions(article.text, article.published, article.language)
            if start <= mention.start and mention.end <= end
        ),
        also_in=passage.also_in,
    )
