"""``python -m evals.verify``: does ``rag.verify`` tell what passages say from what they do not?

On a set of our own (``questions/verify.jsonl``): rules and thresholds were made while looking at the part called dev;
which part a passage and its sentences are in follows from a hash, but for those that were written after the rules: the
first of them (f) were looked at and are dev now, the others (g) are called fresh. Then on sentences of the demo articles,
and of Wikinews where that is at hand: as they stand, and with one thing changed by rule (``evals/verify_faults.py``).
The changes in demo articles were looked at too, those in Wikinews not. Last, the entailment pairs of XNLI.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.load import load
from evals import temporal
from evals.errors import DataMissingError
from evals.metrics.abstention import weighted_auroc
from evals.report import align
from evals.statistics import Statistic, bootstrap, statistic_interval
from evals.verify_faults import KINDS, Changed, changed
from rag.messages import user_language
from rag.types import Verdict
from rag.verify import Check, Source, verify

PAIRS = Path(__file__).parent / "questions" / "verify.jsonl"
DEMO = Path(__file__).parents[1] / "corpus" / "demo"
VERDICTS: tuple[Verdict, ...] = ("supported", "partly", "unsupported")
HALVES = ("dev", "held-out")
PARTS = (*HALVES, "fresh")
REACH = 1  # paragraphs on either side of a sentence's own that the changed sentence is held against
WIKINEWS = 200  # articles


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and a passage, with the verdict a person gave and the words (start, end, reason) not borne out."""

    id: str
    kind: str
    sentence: str
    language: str
    source: Source
    verdict: Verdict
    marks: tuple[tuple[int, int, str], ...]

    @property
    def half(self) -> str:
        """By a hash of the passage's part of the id, so all sentences about a passage are in one; see ``questions``."""
        if self.id[0] in "fg":
            return "dev" if self.id[0] == "f" else "fresh"
        return HALVES[hashlib.sha256(self.id.partition("-")[0].encode()).digest()[0] % 2]


@dataclass(frozen=True, slots=True)
class Outcome:
    pair: Pair
    check: Check
    seconds: float


def pairs(path: Path = PAIRS) -> list[Pair]:
    """The pairs of a file with a line each, the first of which describes the set."""
    found = []
    for line in path.read_text("utf-8").splitlines()[1:]:
        item = json.loads(line)
        source = Source(item["passage"], item["language"], NewsDate.parse(item["published"]), outlet=item.get("source"))
        marks = tuple((mark["start"], mark["end"], mark["reason"]) for mark in item["unsupported"])
        found.append(Pair(item["id"], item["kind"], item["sentence"], item["language"], source, item["verdict"], marks))
    return found


def measure(asked: Iterable[Pair]) -> list[Outcome]:
    """Every pair checked, each timed with the reading of its passage, which answers of several sentences do once."""
    outcomes = []
    for pair in asked:
        began = time.perf_counter()
        check = verify(pair.sentence, [pair.source], pair.language)
        outcomes.append(Outcome(pair, check, time.perf_counter() - began))
    return outcomes


def confusion(outcomes: Sequence[Outcome]) -> list[list[int]]:
    """Rows: what a person said, columns: what was found, both in the order of ``VERDICTS``."""
    return [[sum(o.pair.verdict == row and o.check.verdict == column for o in outcomes) for column in VERDICTS]
            for row in VERDICTS]  # fmt: skip


def share(hits: Sequence[bool], among: Sequence[bool]) -> str:
    """Of those ``among``, the share of ``hits``, with its 95 % bootstrap interval over all."""
    base = np.array(among, dtype=bool)
    hit = np.array(hits, dtype=bool) & base

    def statistic(weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return (weights @ hit) / (weights @ base)

    return _share(statistic, len(base))


def _share(statistic: Statistic, n: int) -> str:
    value = float(statistic(np.ones((1, n)))[0])
    interval = statistic_interval(statistic, n)
    return f"{value:.3f} [{interval[0]:.3f}–{interval[1]:.3f}]" if interval else "–"


def marked(outcomes: Sequence[Outcome]) -> Iterator[tuple[float, bool, bool]]:
    """For each faulty sentence with marked words of its own: token F1 of the words found, and whether a reason and a word fit.

    Sentences marked as a whole, where something is missing, are left out.
    """
    for outcome in outcomes:
        marks, text = outcome.pair.marks, outcome.pair.sentence
        if not marks or any(end - start >= len(text.rstrip(".")) for start, end, _ in marks):
            continue
        gold = _words(text, [(start, end) for start, end, _ in marks])
        found = _words(text, [(fault.start, fault.end) for fault in outcome.check.faults])
        both = len(gold & found)
        reasons = {reason for _, _, reason in marks} & {fault.reason for fault in outcome.check.faults}
        yield 2 * both / (len(gold) + len(found)), bool(reasons), bool(both)


def _words(text: str, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Where the words begin that lie in one of the spans."""
    found, at = set(), 0
    for word in text.split():
        at = text.index(word, at)
        if any(start < at + len(word.rstrip(".,")) and at < end for start, end in spans):
            found.add(at)
        at += len(word)
    return found


def table(outcomes: Sequence[Outcome]) -> str:
    """The confusion matrix and the measures of each half."""
    blocks = []
    for half in PARTS:
        own = [o for o in outcomes if o.pair.half == half]
        rows: list[tuple[str, ...]] = [(f"{half}: {len(own)}", *VERDICTS)]
        rows += [(name, *map(str, counts)) for name, counts in zip(VERDICTS, confusion(own), strict=True)]
        blocks.append(align(rows) + "\n\n" + align(list(_measures(own)), rule=False))
    return "\n\n".join(blocks)


def _measures(own: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    yield "right verdict", share([o.check.verdict == o.pair.verdict for o in own], [True] * len(own))
    for name in ("supported", "unsupported"):
        said, true = [o.check.verdict == name for o in own], [o.pair.verdict == name for o in own]
        yield f"{name}: precision", share(true, said)
        yield f"{name}: recall", share(said, true)
    flagged = [o.check.verdict != "supported" for o in own]
    faulty = [o.pair.verdict != "supported" for o in own]
    yield "faulty sentences flagged", share(flagged, faulty)
    yield "sound sentences flagged", share(flagged, [not fault for fault in faulty])
    words = list(marked(own))
    for at, name in enumerate(("words marked, F1", "a right reason", "a right word")):
        values = [float(item[at]) for item in words]
        low, high = bootstrap(values)
        yield f"{name} (of {len(values)})", f"{np.mean(values):.3f} [{low:.3f}–{high:.3f}]"
    times = [1000 * o.seconds for o in own]
    yield "ms a sentence, median, p95", f"{np.median(times):.1f}, {np.percentile(times, 95):.1f}"


def passage(item: Changed) -> Source:
    """The paragraphs around the sentence that was changed, as a chunk would hold them: those most like it in words."""
    paragraphs = [line for line in item.article.text.split("\n") if line.strip()]
    words = set(item.sentence.split())
    at = max(range(len(paragraphs)), key=lambda i: len(words & set(paragraphs[i].split())))
    text = "\n".join(paragraphs[max(0, at - REACH) : at + REACH + 1])
    return Source(text, item.article.language, item.article.published)


def faults(articles: Iterable[Article]) -> str:
    """Of each kind of change, the share that was flagged, and that was called unsupported."""
    found: dict[str, list[Verdict]] = {}
    for item in changed(articles):
        check = verify(item.sentence, [passage(item)], item.article.language)
        found.setdefault(item.kind, []).append(check.verdict)
    rows: list[tuple[str, ...]] = [("changed", "n", "flagged", "unsupported")]
    for kind in (kind for kind in KINDS if kind in found):
        verdicts = found[kind]
        rows.append((kind, str(len(verdicts)), *_flagged(verdicts)))
    every = [verdict for kind, verdicts in found.items() if kind != "none" for verdict in verdicts]
    return align([*rows, ("all but none", str(len(every)), *_flagged(every))]) if every else ""


def _flagged(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for wanted in ({"partly", "unsupported"}, {"unsupported"}):
        values = [float(verdict in wanted) for verdict in verdicts]
        low, high = bootstrap(values)
        yield f"{np.mean(values):.3f} [{low:.3f}–{high:.3f}]"


def entailment(path: Path) -> str:
    """XNLI (Conneau et al. 2018): how well the verdict, then the coverage, tells entailed sentences from all others.

    Conversations and travel guides, and no news: here for comparison with entailment models. Raises DataMissingError.
    """
    if not path.is_file():
        raise DataMissingError(path=path)
    scores, labels, verdicts = [], [], []
    for line in path.read_text("utf-8").splitlines():
        text, sentence, label = line.split("\t")
        check = verify(sentence, [Source(text)])
        scores.append(check.coverage - VERDICTS.index(check.verdict))
        labels.append(float(label == "entailment"))
        verdicts.append(check.verdict == "supported")
    whole = weighted_auroc(scores, labels, np.ones((1, len(labels))))[0]
    low, high = statistic_interval(lambda weights: weighted_auroc(scores, labels, weights), len(labels)) or (
        whole,
        whole,
    )
    right = share([label > 0 for label in labels], verdicts)
    return (
        f"AUROC of entailment {whole:.3f} [{low:.3f}–{high:.3f}], n {len(labels)}\n"
        f"called supported {sum(verdicts)}, entailed of these {right}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.verify", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with wikinews/ and xnli/")
    parser.add_argument("--misses", action="store_true", help="list the dev pairs with another verdict")
    args = parser.parse_args(argv)
    outcomes = measure(pairs())
    print(table(outcomes))
    for o in outcomes if args.misses else ():
        if o.pair.half == "dev" and o.check.verdict != o.pair.verdict:
            reasons = "; ".join(f"{fault.text} ({fault.reason})" for fault in o.check.faults)
            print(o.pair.id, o.pair.verdict, o.check.verdict, o.pair.sentence, reasons, sep="\t")
    print("\ncorpus/demo\n" + faults(item for item in load([DEMO]) if isinstance(item, Article)))
    try:
        print("\nXNLI, German\n" + entailment(args.data / "xnli" / "dev-de.tsv"))
        print("\nWikinews\n" + faults(temporal.articles(args.data)[:WIKINEWS]))
    except DataMissingError as error:
        print(error.text(user_language()), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
