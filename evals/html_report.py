"""``belegt eval report``: a saved run as one HTML file that needs nothing else, neither a network nor a server.

What is said of the run as a whole is plain HTML. The questions lie in the file as JSON; a script shows them, by setting
text alone. The page's own policy forbids everything but this one script and style, known by their hashes, so that
nothing that an article holds can load or do anything.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from evals import metrics
from evals.cli import check_writable
from evals.comparison import Comparison, compare
from evals.report import messages
from evals.report_page import parts
from evals.report_page.intervals import stated_intervals
from evals.report_page.rows import CHANGES, FLAGS, Rows, cleaned, is_wrong, slow_from
from evals.results import Run
from evals.saved import load_run
from rag.display import visible
from rag.messages import wording_language
from rag.settings import Settings

Saved = Mapping[str, Any]
SCRIPT_TEXTS = "script_"
SCRIPTS = ("elements.js", "detail.js", "list.js")  # in one function, in this order
# What would end the script element or, in older engines, a line of it.
_UNSAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def page(saved: Saved, baseline: Saved | None = None, language: str = "de") -> str:
    """The report of a run as ``Run.to_json`` gives it, beside that of another run if there is one.

    ``language``: "de" or "en", of the page; the questions stay in theirs. Raises NothingComparedError when the two share
    no question; with a baseline also KeyError, TypeError or ValueError for what is not a run as this version saves it.
    """
    against = None
    if baseline is not None:
        against = compare(Run.from_json(baseline), Run.from_json(saved), common=True)
    measured = [name for name in parts.measure_names(saved) if name in metrics.MEASURES]
    rows = Rows(saved, baseline, _changed(against), measured, language)
    wrong = sum(is_wrong(record) for record in saved.get("results") or ())
    body = "".join(
        (
            parts.header(saved, wrong, language),
            parts.warning(saved, baseline, against, language),
            parts.origin(saved, baseline, language),
            parts.measures(saved, stated_intervals(saved), against, language),
            parts.curve(saved.get("risk") or (), language),
            parts.slices(saved, language),
            f'<section id="questions" aria-labelledby="h-list"><h2 id="h-list">{parts.say("list", language)}</h2>'
            f'<div id="app"><p class="note">{parts.say("noscript", language)}</p></div></section>',
        )
    )
    style = _asset("page.css")
    script = '"use strict";(() => {' + "".join(map(_asset, SCRIPTS)) + "})();"
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="{wording_language(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{parts.say('document', language, title=parts.title(saved))}</title>\n<style>{style}</style>\n</head>\n"
        f'<body>\n<a class="skip" href="#questions">{parts.say("skip", language)}</a>\n<main>{body}</main>\n'
        f'<script type="application/json" id="data">{_embedded(_data(saved, rows, baseline, language))}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def write(saved: Saved, path: Path | str, baseline: Saved | None = None, language: str = "de") -> None:
    """Writes ``page`` to a file, in UTF-8. Raises OutputError."""
    check_writable(str(path))
    Path(path).write_text(page(saved, baseline, language), "utf-8", newline="\n")


def _data(saved: Saved, rows: Rows, baseline: Saved | None, language: str) -> dict[str, Any]:
    limit = slow_from(saved.get("results") or ())
    own = parts.texts().texts[wording_language(language)]
    say = {key.removeprefix(SCRIPT_TEXTS): text for key, text in own.items() if key.startswith(SCRIPT_TEXTS)}
    say["slow_title"] = say["slow_title"].replace("{s}", parts.decimal(limit, 2, language))
    return {
        "language": wording_language(language),
        "say": say,
        "flags": [*FLAGS, *(CHANGES if baseline is not None else ())],
        "measures": [[parts.label(name, language), _kind(name)] for name in rows.measures],
        "passages": rows.passages,
        "articles": list(rows.articles.items()),
        "rows": rows.rows,
        "slices": cleaned(_slices(rows, language)),
    }


def _changed(compared: Comparison | None) -> dict[str, str]:
    """The questions that were won and lost against the baseline, by id."""
    if compared is None:
        return {}
    lost, won = CHANGES
    pairs = [(lost, compared.lost), (won, compared.won)]
    return {result.case.id: name for name, found in pairs for _, result in found}


def _slices(rows: Rows, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds of slices as people read them, each with its slices as (name, value)."""
    kinds: dict[str, list[tuple[str, str]]] = {kind: [] for kind in parts.SLICE_KINDS}
    for name in sorted({name for row in rows.rows for name in row["slices"]}):
        kind, value = parts.slice_kind(name)
        kinds[kind].append((name, value))
    own = parts.texts()
    return [(own.say(parts.SLICE_KINDS[kind], language), found) for kind, found in kinds.items() if found]


def _kind(name: str) -> str:
    """How the script writes a measure: "percent", or "score" with three decimals."""
    return metrics.MEASURES[name].unit


def _embedded(data: object) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


@cache
def _asset(name: str) -> str:
    """A file of the page, without what only its readers need: comments that fill a line, indentation."""
    text = (Path(__file__).parent / "report_page" / name).read_text("utf-8")
    lines = (
        line.strip() for line in re.sub(r"^\s*/\*.*?\*/\s*$", "", text, flags=re.DOTALL | re.MULTILINE).splitlines()
    )
    return "\n" + "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _hash(content: str) -> str:
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``RUN``, ``--baseline`` and ``--out``; help texts in ``language``."""
    say = messages().say
    parser.add_argument("run", type=Path, metavar="RUN", help=say("report_run_help", language))
    parser.add_argument("--baseline", type=Path, metavar="RUN", help=say("report_baseline_help", language))
    parser.add_argument("--out", type=Path, metavar="FILE", help=say("report_out_help", language))


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Writes the report of ``args.run``, beside it unless told otherwise, and says where. 0.

    Raises RunMissingError, RunFormatError, NothingComparedError and OutputError.
    """
    out = args.out or args.run.with_suffix(".html")
    saved, baseline = _read(args.run), _read(args.baseline) if args.baseline else None
    write(saved, out, baseline, language)
    print(messages().say("written", language, path=visible(str(out))), file=sys.stderr)
    return 0


def _read(path: Path) -> dict[str, Any]:
    """The JSON of a saved run, once ``load_run`` has found it in order."""
    load_run(path)
    return json.loads(path.read_bytes())
