"""What the articles tell about a topic: of each the sentence that opens it, with its date, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.article import Article
from corpus.corrections import correction_spans
from corpus.dates import display_date
from rag.compose.draft import Draft, marked
from rag.compose.grounds import knowing
from rag.compose.topic import Topic
from rag.sentences import sentence_spans
from rag.types import Passage

ABOUT = 0.6  # share of the topic's words that an article about it has in a passage and its title
NEAR = 0.7  # of the share of the article that has most: what has less tells of something else
SHORTEST = 6  # words of a sentence that opens an article; what is shorter is a heading


def digest(topic: Topic, passages: Sequence[Passage], articles: dict[str, Article], draft: Draft, most: int) -> bool:
    """Says what up to ``most`` articles tell; False, and nothing said, where none is about the topic."""
    if not topic.words:
        return False
    knows = knowing(topic, passages, articles)
    shares: dict[str, float] = {}
    tellers: dict[str, Passage] = {}
    for passage in passages:
        share = topic.share(passage) if passage.article_id in knows else 0.0
        if share > shares.get(passage.article_id, 0.0):
            shares[passage.article_id], tellers[passage.article_id] = share, passage
    enough = max(ABOUT, NEAR * max(shares.values(), default=0.0))
    chosen = [article_id for article_id in shares if shares[article_id] >= enough][:most]
    for article_id in sorted(chosen, key=lambda one: tellers[one].published or ""):
        passage, article = tellers[article_id], articles[article_id]
        start, end = opening(article)
        number = draft.cite(passage, start, end)
        day = display_date(passage.published, draft.language)
        facts = ", ".join(" ".join(part.split()) for part in (day, passage.source or passage.title) if part)
        words = marked(" ".join(article.text[start:end].split()))
        draft.say(draft.words("entry", facts=facts, quote=words) if facts else words, [number])
    return bool(chosen)


def opening(article: Article) -> tuple[int, int]:
    """Bounds of the first sentence of an article that is one, corrections and headings left out."""
    notices = correction_spans(article.text)
    spans = sentence_spans(article.text)
    for start, end in spans:
        if len(article.text[start:end].split()) >= SHORTEST and not any(s <= start < e for s, e in notices):
            return start, end
    return spans[0]
