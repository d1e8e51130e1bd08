"""The command: options, the order of work, what is printed when."""

from __future__ import annotations

import argparse
import logging
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import BelegtError
from evals.bench.run import Bench, Found, Options
from evals.bench.sets import SETS
from evals.bench.systems import SYSTEMS
from evals.bench.table import table
from evals.bench.units import Work
from evals.cli import at_least_one, check_writable, write_json
from evals.provenance import provenance
from evals.report import messages
from rag.messages import user_language
from rag.models.embed import model_identity
from rag.settings import Settings


def arguments(argv: Sequence[str] | None, language: str) -> argparse.Namespace:
    say = messages().say
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=say("bench", language))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help=say("data_help", language))
    parser.add_argument("--sets", default=",".join(SETS), help=say("sets_help", language, sets=", ".join(SETS)))
    systems = say("systems_help", language, systems=", ".join(SYSTEMS))
    parser.add_argument("--systems", default=",".join(SYSTEMS), help=systems)
    parser.add_argument("--languages", default="", help=say("languages_help", language))
    parser.add_argument("--limit", type=at_least_one(language), metavar="N", help=say("slice_limit_help", language))
    parser.add_argument("--work", type=Path, metavar="DIR", help=say("work_help", language))
    parser.add_argument("--markdown", action="store_true", help=say("markdown_help", language))
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    args = parser.parse_args(argv)
    for name, known in (("sets", SETS), ("systems", SYSTEMS), ("languages", None)):
        chosen = [part.strip() for part in getattr(args, name).split(",") if part.strip()]
        odd = [part for part in chosen if known is not None and part not in known]
        if odd:
            parser.error(say("bad_choice", language, name=odd[0], choices=", ".join(known or ())))
        setattr(args, name, chosen)
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark. 0, also when a set was skipped for want of data; an error's own code otherwise."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    language = user_language()
    try:
        settings = Settings.load()
        language = user_language(settings.language)
        args = arguments(argv, language)
        if args.json and args.json != "-":
            check_writable(args.json)  # now, not after an hour
        command = shlex.join(["python", "-m", "evals.bench", *(sys.argv[1:] if argv is None else argv)])
        _run(args, settings, language, command)
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    return 0


def _run(args: argparse.Namespace, settings: Settings, language: str, command: str) -> None:
    origin = {**provenance(), "settings": settings.fingerprint(), "model": model_identity(settings)}
    folder = args.work or settings.cache / "bench"
    work = Work(folder, {key: origin[key] for key in ("commit", "date", "settings", "model")})
    out = sys.stderr if args.json == "-" else sys.stdout
    options = Options(args.data, args.sets, args.systems, args.languages, args.limit)
    done: list[Found] = []
    try:
        for found in Bench(options, settings, language, work).sets():
            text = table(found.units, found.times, found.ingested, language, args.markdown)
            print(text, end="\n\n", file=out, flush=True)  # a killed run leaves these
            done.append(found)
    except KeyboardInterrupt:
        print(messages().say("bench_stopped", language, folder=folder), file=sys.stderr)
    else:
        if args.work is None:
            shutil.rmtree(folder, ignore_errors=True)  # done: the next run measures anew
    if not done:
        return
    commits = ", ".join(sorted(set().union(*(found.commits for found in done))))
    print(messages().say("bench_note", language, command=command, commits=commits, **origin), file=out)
    if args.json:
        write_json({"command": command, **origin, "sets": [found.record() for found in done]}, args.json, language)


if __name__ == "__main__":
    sys.exit(main())
