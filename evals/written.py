"""``python -m evals.written QUESTIONS --index DIR --drafts FILE``: what checking makes of a language model's answers.

Each question is asked once of the model that BELEGT_LLM_URL and BELEGT_LLM_MODEL (or BELEGT_LLM_GGUF) name, from the passages
of the search; what it wrote is kept in FILE, and whoever starts again goes on from there. The same drafts are then measured
twice: as written, and as belegt shows them. ``--seconds`` ends the asking early; ``--only`` takes the questions of one
language, ``--limit`` so many, spread evenly.

Citation recall and precision after ALCE (Gao et al. 2023): the share of sentences that what they cite bears out, and of
citations that help to. ``rag.verify`` judges instead of an entailment model, and it is also what drops sentences: so for
"as shown" these two tell how well belegt keeps to its own rule, not how good the rule is. Gold articles and wordings, which
no rule of belegt's has seen, tell that. 95 % intervals over resampled questions.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.cases import Case, load_set, read_records
from evals.cli import at_least_one
from evals.held import Kept, judged, prompt, table, task
from rag.answerer import Answerer
from rag.errors import BelegtError, LlmError
from rag.messages import user_language
from rag.models.writer import Writer
from rag.settings import Settings


def asked(answerer: Answerer, case: Case, llm: Writer, most: int) -> Kept:
    """Asks the model, once, for at most ``most`` tokens. Raises LlmError when it wrote nothing."""
    settings, of = answerer.settings, task(answerer, case)
    sent, started, text, fault = prompt(of, settings), time.monotonic(), "", None
    try:
        for piece in llm.stream(sent.messages, min(most, sent.room), started + settings.llm_timeout):
            text += piece
    except LlmError as error:
        if not text:
            raise
        fault = error.reason
    chunks = tuple(passage.chunk_id for passage in of.passages)
    return Kept(case.id, llm.model, chunks, text, fault, round(time.monotonic() - started, 2))


def read_drafts(path: Path) -> dict[str, Kept]:
    """The drafts of a file by question; none where there is no file yet. Raises SetFormatError."""
    if not path.exists() or not path.stat().st_size:
        return {}
    found = (Kept(**{**record, "chunks": tuple(record["chunks"])}) for _, record in read_records(path))
    return {kept.id: kept for kept in found}


def main(argv: Sequence[str] | None = None) -> int:
    at_least = at_least_one(user_language("auto"))
    parser = argparse.ArgumentParser(prog="python -m evals.written", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--drafts", type=Path, required=True)
    parser.add_argument("--only", metavar="LANGUAGE", help="questions of this language")
    parser.add_argument("--limit", type=at_least, metavar="N")
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="S")
    parser.add_argument("--tokens", type=at_least, default=200, metavar="N", help="that the model may write")
    args = parser.parse_args(argv)
    started = time.monotonic()
    try:
        cases = tuple(case for case in load_set(args.questions).cases if args.only in (None, case.language))
        places = np.linspace(0, len(cases) - 1, min(args.limit or len(cases), len(cases))).astype(int)
        cases = tuple(cases[place] for place in places)
        done = read_drafts(args.drafts)
        with Answerer.open(Settings.load(index=args.index)) as answerer:
            with args.drafts.open("a", encoding="utf-8") as out:
                for case in cases:
                    if case.id in done or time.monotonic() - started > args.seconds:
                        continue
                    done[case.id] = asked(answerer, case, answerer.llm, args.tokens)
                    out.write(json.dumps(dataclasses.asdict(done[case.id]), ensure_ascii=False) + "\n")
                    out.flush()
            results = [judged(answerer, case, done[case.id]) for case in cases if case.id in done]
    except BelegtError as error:
        print(error.text(user_language("auto")), file=sys.stderr)
        return error.exit_code
    if len(results) < len(cases):
        print(f"{len(results)} of {len(cases)} questions asked", file=sys.stderr)
        return 1
    print(table(results))
    for language in sorted({case.language or "?" for case in cases}):
        print(f"\n{language}")
        print(table([result for result in results if (result.case.language or "?") == language]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
