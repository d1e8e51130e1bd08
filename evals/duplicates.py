"""``python -m evals.duplicates PATH``: which articles are copies of each other, and a sample of them to judge by eye.

Finds pairs as ingestion does, by bands and then by the check of both texts, but reports every pair, not only each
article's best. The sample shows what differs, so that a reader sees in seconds whether the two are one story.
"""

from __future__ import annotations

import argparse
import random
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from corpus import Article, load
from corpus.duplicates import Match, Side, bands, same_story, signature
from corpus.errors import BelegtError, UnreadableError
from evals.cli import write_json
from evals.provenance import provenance
from rag.messages import user_language

EQUAL_SHOWN = 9  # words of an equal stretch that are printed, the rest counted
OTHER_SHOWN = 45  # words of a differing stretch
PAIR_SHOWN = 60  # stretches of one pair


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles by their places in the list, the earlier first."""

    left: int
    right: int
    match: Match


@dataclass(frozen=True, slots=True)
class Copies:
    """The pairs in order of their articles, the groups they make, what it took (seconds; candidates compared)."""

    pairs: list[Pair]
    groups: list[list[int]]
    candidates: int
    signing: float
    comparing: float


def side(article: Article) -> Side:
    """What ``same_story`` needs of an article."""
    day = article.published
    first, last = (day.first, day.last) if day else (None, None)
    return Side(article.text, first, last, article.language, article.source, article.title)


def find(articles: Sequence[Article]) -> Copies:
    """All copies among ``articles``."""
    start = time.perf_counter()
    keys = [bands(signature(article.text)) for article in articles]
    signed = time.perf_counter()
    candidates = _candidates(keys)
    sides = [side(article) for article in articles]
    pairs = []
    for left, right in candidates:
        if match := same_story(sides[left], sides[right]):
            pairs.append(Pair(left, right, match))
    groups = group((pair.left, pair.right) for pair in pairs)
    return Copies(pairs, groups, len(candidates), signed - start, time.perf_counter() - signed)


def _candidates(keys: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    buckets: dict[int, list[int]] = {}
    found: set[tuple[int, int]] = set()
    for right, own in enumerate(keys):
        for key in own:
            bucket = buckets.setdefault(key, [])
            found.update((left, right) for left in bucket if left != right)
            bucket.append(right)
    return sorted(found)


def group(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Sorted groups of what the pairs connect, in order of their first members (union-find)."""
    parent: dict[int, int] = {}

    def root(member: int) -> int:
        while parent.setdefault(member, member) != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for left, right in pairs:
        one, other = sorted((root(left), root(right)))
        parent[other] = one
    groups: dict[int, list[int]] = {}
    for member in sorted(parent):
        groups.setdefault(root(member), []).append(member)
    return sorted(groups.values())


def differences(left: str, right: str) -> str:
    """Both texts as one: equal stretches shortened, what only the left has in [-...-], only the right in {+...+}."""
    ours, theirs = left.split(), right.split()
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(_shortened(ours[a:b], EQUAL_SHOWN))
            continue
        if a < b:
            parts.append(f"[-{_shortened(ours[a:b], OTHER_SHOWN)}-]")
        if c < d:
            parts.append(f"{{+{_shortened(theirs[c:d], OTHER_SHOWN)}+}}")
    more = [f"… ({len(parts) - PAIR_SHOWN} more)"] if len(parts) > PAIR_SHOWN else []
    return " ".join(parts[:PAIR_SHOWN] + more)


def _shortened(words: list[str], most: int) -> str:
    if len(words) <= most:
        return " ".join(words)
    half = most // 2
    return " ".join([*words[:half], f"…{len(words) - 2 * half}…", *words[-half:]])


def shown(articles: Sequence[Article], pair: Pair) -> str:
    """A pair for the reader: similarity, both titles, outlets and days, then what differs."""
    lines = [f"{pair.match.kind} {pair.match.similarity:.3f}"]
    for article in (articles[pair.left], articles[pair.right]):
        agency = f" ({article.agency})" if article.agency else ""
        lines.append(
            f"  {article.id}  {article.source or '?'}{agency}  {article.published or '?'}  {article.title or '?'}"
        )
    lines.append(f"  {differences(articles[pair.left].text, articles[pair.right].text)}")
    return "\n".join(lines)


def summary(articles: Sequence[Article], copies: Copies) -> dict[str, Any]:
    """The figures, by name, in the order they are printed."""
    kinds = Counter(pair.match.kind for pair in copies.pairs)
    return {
        "articles": len(articles),
        "candidate pairs": copies.candidates,
        "exact pairs": kinds["exact"],
        "near pairs": kinds["near"],
        "pairs of two outlets": sum(articles[p.left].source != articles[p.right].source for p in copies.pairs),
        "groups": len(copies.groups),
        "articles in groups": sum(map(len, copies.groups)),
        "largest group": max(map(len, copies.groups), default=0),
        "seconds signing": round(copies.signing, 1),
        "seconds comparing": round(copies.comparing, 1),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command. 0; 1 when some of PATH could not be read; an error's own code when nothing could."""
    parser = argparse.ArgumentParser(prog="python -m evals.duplicates", description="Copies among articles.")
    parser.add_argument("path", type=Path, nargs="+", metavar="PATH", help="files or folders of articles")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="pairs to print, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="figures and pairs, by id, without texts")
    args = parser.parse_args(argv)
    language = user_language()
    articles, unread = [], 0
    try:
        for item in load(args.path):
            if isinstance(item, Article):
                articles.append(item)
            elif isinstance(item, UnreadableError):
                print(item.text(language), file=sys.stderr)
                unread += type(item) is UnreadableError  # a warning's article comes all the same
        copies = find(articles)
        out = sys.stderr if args.json == "-" else sys.stdout
        drawn = random.Random(args.seed).sample(copies.pairs, min(max(args.sample, 0), len(copies.pairs)))
        for number, pair in enumerate(drawn, 1):
            print(f"{number}. {shown(articles, pair)}\n", file=out)
        figures = summary(articles, copies)
        for name, value in figures.items():
            print(f"{name:<21} {value:>8}", file=out)
        if args.json:
            command = shlex.join(["python", "-m", "evals.duplicates", *(sys.argv[1:] if argv is None else argv)])
            rows = [
                {"left": articles[p.left].id, "right": articles[p.right].id}
                | {"kind": p.match.kind, "similarity": p.match.similarity}
                for p in copies.pairs
            ]
            members = [[articles[member].id for member in one] for one in copies.groups]
            write_json(
                {"command": command, **provenance(), **figures, "pairs": rows, "members": members}, args.json, language
            )
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    return 1 if unread else 0


if __name__ == "__main__":
    sys.exit(main())
