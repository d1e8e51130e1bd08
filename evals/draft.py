"""``belegt eval draft``: questions proposed from the indexed articles, and from answers that people did not like.

A draft is written only where a pattern fits whole (``evals.drafting``), it holds its evidence word for word, and the
question tells by itself what it is about. A person accepts it or not; until then it is tagged "draft".
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpus.article import Article
from evals.cases import Case, QuestionSet, load_set
from evals.cli import at_least_one, check_writable
from evals.drafting import english, german, german_numbers
from evals.drafting.alone import leans
from evals.drafting.feedback import draft_from_feedback, read_feedback
from evals.drafting.proposal import KINDS, Proposal, with_copies
from evals.drafting.quotes import quotes
from evals.drafting.review import accepted, review
from evals.drafting.sentence import plain_sentences
from evals.drafting.unanswerable import unanswerable
from evals.drafting.words import Words
from evals.errors import NoTerminalError
from evals.report import messages
from rag.display import visible
from rag.sentences import sentence_spans
from rag.settings import Settings

__all__ = ["Proposal", "draft", "draft_from_feedback", "read_feedback", "write"]

COUNT = 40
PER_ARTICLE = 3
UNANSWERABLE_SHARE = 5  # for so many that can be answered, one that can't
LENGTH = range(6, 25)  # words of a question about a number or a day
LANGUAGES = ("de", "en")


def draft(articles: Sequence[Article], count: int = COUNT) -> list[Proposal]:
    """At most ``count`` questions about ``articles``, the clearest of each kind, spread over articles and kinds.

    German and English articles only. The same articles give the same drafts, in order of article.
    """
    candidates: dict[str, Proposal] = {}
    for language in LANGUAGES:
        own = [article for article in articles if (article.language or "")[:2] == language]
        words = Words((article.text for article in own), language)
        for article in own:
            for proposal in _about(article, own, words):
                candidates.setdefault(_key(proposal.case.question), proposal)
    place = {article.id: number for number, article in enumerate(articles)}
    chosen = [with_copies(proposal, articles) for proposal in _choose(list(candidates.values()), count)]
    return sorted(chosen, key=lambda p: (place.get(p.article, len(place)), KINDS.index(p.kind), p.case.id))


def _about(article: Article, articles: Sequence[Article], words: Words) -> Iterator[Proposal]:
    """All that may be asked about one article."""
    yield from quotes(article, words)
    found: list[Proposal] = []
    for sentence in plain_sentences(article, words.language):
        if words.language == "de":
            found += [*german_numbers.numbers(sentence, words), *german.dates(sentence, words)]
        else:
            found += [*english.numbers(sentence, words), *english.dates(sentence, words)]
    if words.language == "de":
        texts = [article.text[start:end] for start, end in sentence_spans(article.text)]
        found += german.titles(article, texts, words)
    for proposal in found:
        question = proposal.case.question
        if proposal.score and len(question.split()) in LENGTH and not leans(question, words.language):
            yield proposal
    yield from unanswerable(article, articles, words)


def _choose(candidates: list[Proposal], count: int) -> list[Proposal]:
    """The best of each kind in turn; few of an article, and few that can't be answered."""
    ranked = {
        kind: sorted((p for p in candidates if p.kind == kind), key=lambda p: (-p.score, _shuffled(p.case.id)))
        for kind in KINDS
    }
    answerable = min(count, len(candidates) - len(ranked["unanswerable"]))
    ranked["unanswerable"] = ranked["unanswerable"][: max(1, answerable // UNANSWERABLE_SHARE)]
    used: Counter[str] = Counter()  # articles, and sentences: a second question to one is no news
    chosen: list[Proposal] = []
    while len(chosen) < count and any(ranked.values()):
        for waiting in ranked.values():
            waiting[:] = [p for p in waiting if used[p.article] < PER_ARTICLE and not used[_said(p)]]
            if waiting and len(chosen) < count:
                best = waiting.pop(0)
                used[best.article] += 1
                used[_said(best)] += bool(best.case.evidence)
                chosen.append(best)
    return chosen


def _said(proposal: Proposal) -> str:
    """The sentence that answers it."""
    return f"{proposal.article}\n{proposal.case.evidence[0][1]}" if proposal.case.evidence else ""


def _key(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.lower()))


def _shuffled(text: str) -> str:
    """An order that has nothing to do with the corpus, the same on every run."""
    return hashlib.sha256(text.encode()).hexdigest()


def write(cases: Iterable[Case], path: Path) -> tuple[int, int]:
    """Adds the cases to the set in ``path``, or makes it; those that it holds by id or question are passed over.

    How many were added, and how many the set holds now. Raises OutputError, and what ``load_set`` raises.
    """
    check_writable(str(path))
    old = load_set(path) if path.stat().st_size else QuestionSet(path.stem, None, None, ())
    held = {case.id for case in old.cases} | {_key(case.question) for case in old.cases}
    new = [case for case in cases if case.id not in held and _key(case.question) not in held]
    whole = QuestionSet(old.name, old.version, old.licence, (*old.cases, *new))
    if whole.cases:
        whole.save(path)
    else:
        path.unlink()  # an empty set is none
    return len(new), len(whole.cases)


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``--count``, ``--out``, ``--feedback`` and ``--review``; help texts in ``language``."""
    say = messages().say
    parser.add_argument(
        "--count", type=at_least_one(language), metavar="N", help=say("draft_count_help", language, count=COUNT)
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help=say("draft_out_help", language))
    parser.add_argument("--feedback", type=Path, metavar="FILE", help=say("draft_feedback_help", language))
    parser.add_argument("--review", action="store_true", help=say("draft_review_help", language))


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Proposes questions and writes them, or with ``--review`` those accepted. 0; 1 when there is nothing to propose.

    Raises EvaluationError for files that can't be used, NoTerminalError, and what ``Index.open`` raises.
    """
    from rag.index import Index  # loads Chroma

    if args.review and not sys.stdin.isatty():
        raise NoTerminalError
    out = args.out or Path("questions.jsonl" if args.review else "drafts.jsonl")
    proposals = read_feedback(args.feedback) if args.feedback else []
    with Index.open(settings) as index:
        articles = [article for _, article in index.store.articles()]
    if args.count or not args.feedback:
        proposals += draft(articles, args.count or COUNT)
    say = messages().say
    if not proposals:
        only_feedback = args.feedback and not args.count
        print(say("draft_none_disliked" if only_feedback else "draft_none", language), file=sys.stderr)
        return 1
    if args.review:
        titles = {article.id: article.title or article.id for article in articles}
        done = review(proposals, lambda case: write([accepted(case)], out), titles, language)
        print(
            say("draft_reviewed", language, accepted=done, seen=len(proposals), path=visible(str(out))), file=sys.stderr
        )
        return 0
    added, total = write((proposal.case for proposal in proposals), out)
    kinds = Counter(proposal.kind for proposal in proposals)
    told = ", ".join(f"{kinds[kind]} {say(f'draft_{kind}', language)}" for kind in KINDS if kinds[kind])
    facts = {"found": len(proposals), "kinds": told, "added": added, "total": total, "path": visible(str(out))}
    print(say("draft_written", language, **facts), file=sys.stderr)
    return 0
