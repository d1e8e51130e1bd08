"""Whether an answer rests on the right sentences, says who says so, and shows where sources differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evals.metrics.text import all_parts, contained, token_f1

SHARED_EDGE = 20  # characters; shorter ends meet by chance
WIRE_COPY = 0.8  # token F1 of two quotes from which on they are the same sentence, edited


def citation_hit(cited: Collection[str], gold: Collection[str]) -> float:
    """1 when at least one cited article is a gold article, else 0."""
    return float(not set(cited).isdisjoint(gold))


def citation_precision(citations: Sequence[tuple[str, str]], evidence: Sequence[tuple[str, str]]) -> float:
    """The share of citations, as (article id, quote), that overlap gold evidence; 0 for an answer without a citation.

    After ALCE (Gao et al. 2023), with gold spans in the place of its entailment model.
    """
    if not citations:
        return 0.0
    return sum(any(_overlap(citation, gold) for gold in evidence) for citation in citations) / len(citations)


def citation_recall(citations: Sequence[tuple[str, str]], evidence: Sequence[tuple[str, str]]) -> float:
    """The share of gold evidence that a citation overlaps. The same sentence in copies of a wire story is one piece.

    After ALCE (Gao et al. 2023), which asks of each statement whether its citations carry it; here each piece of gold
    evidence is a statement.
    """
    pieces: list[list[tuple[str, str]]] = []
    for article, quote in evidence:
        alike = (p for p in pieces if p[0][0] != article and token_f1(quote, [p[0][1]]) >= WIRE_COPY)
        home = next(alike, None)
        if home is None:
            pieces.append([(article, quote)])
        else:
            home.append((article, quote))
    found = [any(_overlap(citation, gold) for citation in citations for gold in piece) for piece in pieces]
    return sum(found) / len(found) if found else 0.0


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two verbatim quotes of an article overlap: one holds the other, or one's end is the other's beginning."""
    if one[0] != other[0]:
        return False
    a, b = " ".join(one[1].split()), " ".join(other[1].split())
    if not a or not b:
        return False
    if a in b or b in a:
        return True
    edges = range(SHARED_EDGE, min(len(a), len(b)))
    return any(a[-size:] == b[:size] or b[-size:] == a[:size] for size in edges)


def attribution(sentences: Sequence[str], golds: Sequence[str], speakers: Sequence[str], language: str = "en") -> float:
    """1 when a sentence of the answer both carries a gold answer and names who says so, in any wording; else 0.

    Our own measure, after the rule of news writing that a claim and its source belong into one sentence. Words are
    compared as in ``contained``.
    """
    return float(any(contained(s, golds, language) and contained(s, speakers, language) for s in sentences))


def conflict_shown(status: str, text: str, sides: Sequence[Sequence[str]], language: str = "en") -> float:
    """1 when the answer to a question on which sources differ says so, by its status or by giving every side; else 0.

    ``sides`` holds the wordings of each; with fewer than two only the status counts.
    """
    return float(status == "conflicting" or (len(sides) > 1 and bool(all_parts(text, sides, language))))
