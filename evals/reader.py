"""``python -m evals.reader --adapter FILE``: the bundled reader with the passage given.

XQuAD (Artetxe et al. 2020): EM and F1 of the best span, whether or not the reader believes in it (SQuAD v1.1), and AUROC
of its scores for telling a question's own passage from the wrong one that the embedding model finds most alike.
``--development`` takes the questions that training holds out instead: what is chosen, is chosen there. ``--curve DIR``
does so for every adapter of a training run that DIR/curve.jsonl has no line of yet.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.cli import write_json
from evals.errors import DataMissingError
from evals.metrics import auroc, bootstrap, exact_match, token_f1
from evals.provenance import provenance
from evals.report import align, messages
from rag.errors import BelegtError
from rag.messages import user_language
from rag.models.bundled import bundled_folder
from rag.models.reader.model import Reading, SpanReader
from rag.models.reader.negatives import Negatives
from rag.models.reader.pool import OWN, SOURCES, load_pool, paragraphs
from rag.settings import Settings

DEVELOPMENT = 300  # questions, all German ones among them
SCORES: dict[str, Callable[[Reading], float]] = {
    "margin": lambda r: r.spans[0].score if r.spans else -np.inf,
    "answerable": lambda r: r.answerable,
    "relevant": lambda r: r.relevant,
    "margin + answerable": lambda r: r.answerable + (r.spans[0].score if r.spans else -np.inf),
}


@dataclass(frozen=True, slots=True)
class Given:
    """A question with the passage it is read from, and its title ("": none); no answers: the passage does not answer it."""

    part: str
    question: str
    title: str
    passage: str
    answers: tuple[str, ...]
    language: str  # of the passage, hence of the answer


def xquad(data: Path, languages: Sequence[str], limit: int | None) -> list[Given]:
    """XQuAD's questions with their passages, without titles, as others are measured; the same ``limit`` questions, spread
    evenly, in every language.

    Raises DataMissingError.
    """
    given: list[Given] = []
    for language in languages:
        path = data / "xquad" / f"xquad.{language}.json"
        if not path.is_file():
            raise DataMissingError(path=path)
        asked = [
            Given(f"XQuAD {language}", qa["question"], "", text, tuple(a["text"] for a in qa["answers"]), language)
            for _, _, text, questions in paragraphs(path)
            for qa in questions
        ]
        given += asked if limit is None else [asked[i] for i in np.linspace(0, len(asked) - 1, limit).astype(int)]
    return given


def development(data: Path, limit: int = DEVELOPMENT) -> list[Given]:
    """Held-out questions, always the same: ``limit`` of MLQA's German pairs, then of SQuAD 2.0; all of our own; and after them
    each that has an answer once more about a passage, held out too, that does not answer it. Raises DataMissingError."""
    if not (data / "mlqa_dev").is_dir():
        raise DataMissingError(path=data / "mlqa_dev")
    pool = load_pool(data)
    order = [*(s for s in SOURCES if s.startswith("mlqa-") and "de" in s[5:]), "squad2"]
    rng = np.random.default_rng(0)
    own = [a for a in pool.development if a.source in OWN]
    others = [a for a in pool.development if a.source not in OWN]
    asked = [others[i] for i in rng.permutation(len(others))]
    chosen = sorted((a for a in asked if a.source in order), key=lambda a: order.index(a.source))[:limit] + own
    negatives = Negatives(replace(pool, train=pool.development))
    given = []
    for swapped in (False, True):
        for a in chosen:
            number: int | None = a.passage
            if swapped:
                number = negatives.draw(a, rng) if a.answers else None
            if number is None:
                continue
            text = pool.passages[number]
            answers = () if swapped else tuple(text[start:end] for start, end in a.answers)
            given.append(Given(a.source, a.question, pool.titles[number], text, answers, pool.languages[number]))
    return given


def most_alike(given: Sequence[Given], settings: Settings) -> list[Given]:
    """Each question again, with the passage of another question that the embedding model finds most alike."""
    from rag.models.embed import Embedder

    embedder = Embedder(settings)
    wrong = []
    for part in dict.fromkeys(g.part for g in given):
        asked = [g for g in given if g.part == part]
        passages = list(dict.fromkeys(g.passage for g in asked))
        alike = embedder.questions([g.question for g in asked]) @ embedder.passages(passages).T
        for g, row in zip(asked, alike, strict=True):
            row[passages.index(g.passage)] = -np.inf
            other = passages[int(row.argmax())]
            if not any(answer.casefold() in other.casefold() for answer in g.answers):
                wrong.append(replace(g, passage=other, answers=()))
    return wrong


def summary(given: Sequence[Given], readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """A row for each part and for all: n, EM and F1 (mean, low, high) over the answerable, AUROC by score where the part
    has both kinds."""
    rows = []
    for part in (*dict.fromkeys(g.part for g in given), "all"):
        chosen = [(g, r) for g, r in zip(given, readings, strict=True) if part in (g.part, "all")]
        row: dict[str, Any] = {"part": part, "n": sum(bool(g.answers) for g, _ in chosen)}
        said = [(g.passage[r.spans[0].start : r.spans[0].end] if r.spans else "", g) for g, r in chosen if g.answers]
        for name, measure in (("EM", exact_match), ("F1", token_f1)):
            values = [measure(text, g.answers, g.language) for text, g in said]
            if values:
                low, high = bootstrap(values)
                row[name] = {"mean": float(np.mean(values)), "low": low, "high": high}
        labels = np.array([bool(g.answers) for g, _ in chosen])
        if 0 < labels.sum() < len(labels):
            row["unanswerable"] = int((~labels).sum())
            row["AUROC"] = {name: auroc([score(r) for _, r in chosen], labels) for name, score in SCORES.items()}
        rows.append(row)
    return rows


def table(rows: Sequence[dict[str, Any]], language: str) -> str:
    lines = [(messages().say("part", language), "n", "EM", "F1", *(f"AUROC {name}" for name in SCORES))]
    for row in rows:
        answers = ("{mean:.3f} [{low:.3f}–{high:.3f}]".format(**row[m]) if m in row else "–" for m in ("EM", "F1"))
        scores = (f"{row['AUROC'][name]:.3f}" if "AUROC" in row else "–" for name in SCORES)
        lines.append((row["part"], str(row["n"]), *answers, *scores))
    text = align(lines)
    return text.replace(".", ",") if language == "de" else text


def curve(folder: Path, given: Sequence[Given], base: Path) -> Iterator[dict[str, Any]]:
    """A row for each adapter of a run not yet in its curve.jsonl, which grows by it."""
    path = folder / "curve.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    done = {json.loads(line)["adapter"] for line in lines}
    for adapter in sorted((folder / "adapters").glob("*.safetensors"), key=lambda p: p.stem.split("-")[::-1]):
        if adapter.name in done:
            continue
        rows = evaluate(SpanReader.load(base, adapter), given)
        line = {"adapter": adapter.name, "rows": rows}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        yield line


def evaluate(reader: SpanReader, given: Sequence[Given]) -> list[dict[str, Any]]:
    return summary(given, reader.read_pairs([(g.question, (g.title, g.passage)) for g in given]))


def main(argv: Sequence[str] | None = None) -> int:
    """The command. 0, or the exit code of the error it names."""
    language = user_language()
    say = messages().say
    parser = argparse.ArgumentParser(prog="python -m evals.reader", description=say("reader", language))
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--adapter", type=Path, metavar="FILE", help=say("reader_adapter_help", language))
    what.add_argument("--curve", type=Path, metavar="DIR", help=say("reader_curve_help", language))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--languages", default="de,en", metavar="de,en,es,ru,tr")
    parser.add_argument("--development", action="store_true", help=say("reader_development_help", language))
    parser.add_argument("--limit", type=int, metavar="N")
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    args = parser.parse_args(argv)
    try:
        settings = Settings.load()
        base = bundled_folder(settings.cache)
        if args.curve:
            for line in curve(args.curve, development(args.data, args.limit or DEVELOPMENT), base):
                print(line["adapter"], table(line["rows"], language), sep="\n", end="\n\n", flush=True)
            return 0
        if args.development:
            given = development(args.data, args.limit or DEVELOPMENT)
        else:
            given = xquad(args.data, args.languages.split(","), args.limit)
            given += most_alike(given, settings)
        rows = evaluate(SpanReader.load(base, args.adapter), given)
        command = shlex.join(["python", "-m", "evals.reader", *(sys.argv[1:] if argv is None else argv)])
        origin: dict[str, Any] = {"command": command, **provenance()}
        print(table(rows, language), say("reader_note", language, **origin), sep="\n\n")
        if args.json:
            write_json({**origin, "summary": rows}, args.json, language)
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
