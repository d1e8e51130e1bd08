"""Drafts shown one by one on a terminal, for a person to accept, mend or drop."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

from evals.cases import Case
from evals.drafting.proposal import DRAFT, TO_CHECK, Proposal
from evals.report import messages, shown

Ask = Callable[[str], str]
UNANSWERABLE = "-"  # typed in place of answers: the articles do not say


def accepted(case: Case) -> Case:
    """The case as a person has accepted it: a draft no more."""
    return dataclasses.replace(case, tags=tuple(tag for tag in case.tags if tag not in (DRAFT, TO_CHECK)))


def review(
    proposals: Sequence[Proposal],
    keep: Callable[[Case], object],
    titles: Mapping[str, str],
    language: str,
    ask: Ask = input,
    show: Callable[[str], object] = print,
) -> int:
    """Asks about each draft; ``keep`` is called with each accepted case at once, so that nothing is lost on quitting.

    ``titles`` are those of the articles, by id. How many were accepted. The end of input means quitting.
    """
    say, kept = messages().say, 0
    keys = {key: name for name in ("yes", "no", "edit", "quit") for key in say(f"draft_key_{name}", language).split()}
    try:
        for number, proposal in enumerate(proposals, start=1):
            case = proposal.case
            show(shown(_told(proposal, number, len(proposals), titles, language)))
            while True:
                choice = keys.get(ask(say("draft_ask", language)).strip().lower())
                if choice == "edit":
                    case = edited(case, titles, language, ask, show)
                    show(
                        shown(_told(dataclasses.replace(proposal, case=case), number, len(proposals), titles, language))
                    )
                elif choice:
                    break
            if choice == "quit":
                break
            if choice == "yes":
                keep(case)
                kept += 1
    except EOFError:
        pass
    return kept


def edited(case: Case, titles: Collection[str], language: str, ask: Ask, show: Callable[[str], object]) -> Case:
    """The case as typed anew: question, answers, articles; an empty line leaves what is there."""
    say = messages().say
    question = ask(say("draft_edit_question", language)).strip() or case.question
    typed = ask(say("draft_edit_answers", language)).strip()
    if typed == UNANSWERABLE:
        return dataclasses.replace(
            case, question=question, answers=(), articles=(), evidence=(), speaker=(), parts=(), answerable=False
        )
    answers = tuple(part.strip() for part in typed.split("|") if part.strip()) or case.answers
    articles = _articles(case, titles, language, ask, show)
    evidence = tuple(one for one in case.evidence if one[0] in articles)
    answerable = True if answers or articles else case.answerable
    speaker = tuple(name for name in case.speaker if name in answers)
    return dataclasses.replace(
        case, question=question, answers=answers, articles=articles, evidence=evidence, speaker=speaker,
        answerable=answerable,
    )  # fmt: skip


def _articles(
    case: Case, titles: Collection[str], language: str, ask: Ask, show: Callable[[str], object]
) -> tuple[str, ...]:
    """The ids of the gold articles as typed, asked for again until the index has them all."""
    say = messages().say
    while True:
        typed = tuple(ask(say("draft_edit_articles", language)).split())
        unknown = [article for article in typed if article not in titles]
        if not unknown:
            return typed or case.articles
        show(shown(say("draft_unknown", language, ids=", ".join(unknown))))


def _told(proposal: Proposal, number: int, total: int, titles: Mapping[str, str], language: str) -> str:
    say, case = messages().say, proposal.case
    lines = [f"\n[{number}/{total}] {say(f'draft_{proposal.kind}', language)}", case.question]
    if case.answers:
        lines.append(f"  {say('draft_answers', language)}: {' | '.join(case.answers)}")
    elif case.answerable is False:
        lines.append(f"  {say('draft_no_answer', language)}")
    lines += [f"  {titles.get(article, '')} ({article})" for article in case.articles]
    lines += [f"  > {quote}" for _, quote in case.evidence[:1]]
    lines += [f"  {line}" for line in (proposal.note or "").split("\n") if line]
    return "\n".join(lines)
