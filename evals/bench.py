"""``python -m evals.bench``: how well questions find their article, hybrid beside each of its two parts.

Builds an index of each corpus in a temporary folder, as a user would, so that a number never comes from an old index.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from corpus.errors import BelegtError
from evals.cases import Case, load_set
from evals.cli import DEMO_SET, at_least_one, write_json
from evals.errors import CorpusError, DataMissingError
from evals.importers import Imported, import_pairs, import_squad
from evals.metrics import bootstrap, retrieval
from evals.provenance import provenance
from evals.report import align, messages
from rag.messages import user_language
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.retrieve import Retriever

MEASURES = ("nDCG@10", "R@1", "R@5")
FUSIONS = ("hybrid", "dense", "lexical")
XQUAD_LANGUAGES = ("de", "en", "es", "ru", "tr")
DEPTH = 30  # passages asked for: several of one article count once, and ten articles are to be ranked
DEMO_ARTICLES = Path(__file__).resolve().parent.parent / "corpus" / "demo"


@dataclass(frozen=True, slots=True)
class Score:
    """A mean over questions with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Slice:
    """One kind of question over one corpus; ``scores[fusion][measure]``."""

    name: str
    questions: int
    scores: dict[str, dict[str, Score]]


def xquad(data: Path, folder: Path) -> Imported:
    """German contexts, parallel questions in five languages."""
    files = {language: data / "xquad" / f"xquad.{language}.json" for language in XQUAD_LANGUAGES}
    return import_squad("xquad", files["de"], files, folder, licence="CC BY-SA 4.0")


def mlqa(data: Path, folder: Path) -> Imported:
    """MLQA test, German questions to German passages."""
    source = data / "mlqa_test_de_retrieval"
    return import_pairs("mlqa", source / "corpus.jsonl", source / "pairs.jsonl", folder, licence="CC BY-SA 3.0")


def demo(data: Path, folder: Path) -> Imported:
    """The demo articles and questions of this repository."""
    return Imported(DEMO_ARTICLES, {"all": DEMO_SET})


SETS: dict[str, Callable[[Path, Path], Imported]] = {"xquad": xquad, "mlqa": mlqa, "demo": demo}


def measure(
    name: str, data: Path, settings: Settings, languages: Sequence[str], limit: int | None, progress: bool
) -> Iterator[Slice]:
    """The slices of one set that are asked in ``languages`` (none: in any), one by one.

    Raises DataMissingError, CorpusError, and what reading and indexing raise."""
    from rag.index import Index
    from rag.retrieve import Retriever

    with tempfile.TemporaryDirectory(prefix="belegt-bench-") as temporary:
        imported = SETS[name](data, Path(temporary) / "data")
        place = Path(temporary) / "index"
        with Index.open(settings.model_copy(update={"index": place}), create=True) as index:
            report = index.ingest([imported.articles], progress=progress)
            if report.failed:
                first = "{path}: {reason}".format(**report.failed[0])
                raise CorpusError(name=name, failed=len(report.failed), reason=first)
            retriever = Retriever(index)
            for language, cases in slices(imported).items():
                if not languages or language in languages:
                    yield rank(retriever, f"{name} {language}", cases[:limit], progress)


def slices(imported: Imported) -> dict[str, list[Case]]:
    """The questions that have a gold article, by the language they are asked in."""
    groups: dict[str, list[Case]] = {}
    for path in imported.sets.values():
        for case in load_set(path).cases:
            if case.articles:
                groups.setdefault(str(case.language), []).append(case)
    return groups


def rank(retriever: Retriever, name: str, cases: Sequence[Case], progress: bool) -> Slice:
    """Ranks articles by their best passage for every question, in each of ``FUSIONS``."""
    found: dict[str, dict[str, list[float]]] = {fusion: {m: [] for m in MEASURES} for fusion in FUSIONS}
    for case in tqdm(cases, desc=name, unit="question", disable=not progress):
        query = retriever.query(case.question)
        for fusion in FUSIONS:
            passages = retriever.passages(query, as_of=case.as_of, top_k=DEPTH, fusion=fusion)
            ranking = list(dict.fromkeys(passage.article_id for passage in passages))
            for measure_name, value in retrieval(ranking, case.articles, MEASURES).items():
                found[fusion][measure_name].append(value)
    scores = {
        fusion: {m: Score(sum(values) / len(values), *bootstrap(values)) for m, values in columns.items()}
        for fusion, columns in found.items()
    }
    return Slice(name, len(cases), scores)


def table(done: Sequence[Slice], language: str) -> str:
    """A row for each slice and measure, the three ways of searching side by side."""
    say = messages().say
    head = (say("slice", language), say("counted", language), say("measure", language), *FUSIONS)
    rows: list[tuple[str, ...]] = [head]
    for one in done:
        for name in MEASURES:
            cells = (f"{s.mean:.3f} [{s.low:.3f}–{s.high:.3f}]" for s in (one.scores[f][name] for f in FUSIONS))
            rows.append((one.name, str(one.questions), name, *cells))
    text = align(rows)
    return text.replace(".", ",") if language == "de" else text


def arguments(argv: Sequence[str] | None, language: str) -> argparse.Namespace:
    say = messages().say
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=say("bench", language))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help=say("data_help", language))
    parser.add_argument("--sets", default=",".join(SETS), help=say("sets_help", language, sets=", ".join(SETS)))
    parser.add_argument("--languages", default="", help=say("languages_help", language))
    parser.add_argument("--limit", type=at_least_one(language), metavar="N", help=say("slice_limit_help", language))
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    args = parser.parse_args(argv)
    args.sets, args.languages = (
        [name.strip() for name in names.split(",") if name.strip()] for names in (args.sets, args.languages)
    )
    odd = [name for name in args.sets if name not in SETS]
    if odd:
        parser.error(say("bad_set", language, name=odd[0], sets=", ".join(SETS)))
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark. 0, also when a set was skipped for want of data; an error's own code otherwise."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    language = user_language()
    try:
        settings = Settings.load()
        language = user_language(settings.language)
        args = arguments(argv, language)
        done = list(_measured(args, settings, language))
        if not done:
            return 0
        origin: dict[str, Any] = {
            "command": shlex.join(["python", "-m", "evals.bench", *(sys.argv[1:] if argv is None else argv)]),
            "model": settings.embed_model,
            "settings": settings.fingerprint(),
            **provenance(),
        }
        out = sys.stderr if args.json == "-" else sys.stdout
        print(table(done, language), messages().say("bench_note", language, **origin), sep="\n\n", file=out)
        if args.json:
            write_json({**origin, "slices": [dataclasses.asdict(one) for one in done]}, args.json, language)
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    return 0


def _measured(args: argparse.Namespace, settings: Settings, language: str) -> Iterator[Slice]:
    for name in args.sets:
        try:
            for one in measure(name, args.data, settings, args.languages, args.limit, sys.stderr.isatty()):
                means = ", ".join(f"{fusion} {scores[MEASURES[0]].mean:.3f}" for fusion, scores in one.scores.items())
                print(f"{one.name}: {MEASURES[0]} {means}", file=sys.stderr, flush=True)  # a killed run leaves these
                yield one
        except DataMissingError as error:
            print(f"{name}: {error.text(language)}", file=sys.stderr)
        except KeyboardInterrupt:
            return  # what is measured by now is shown all the same


if __name__ == "__main__":
    sys.exit(main())
