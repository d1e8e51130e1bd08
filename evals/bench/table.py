"""What the bench found as text: a table for each set, the systems side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.bench.scores import MEASURES, Score, latency, scores
from evals.bench.systems import OURS, Ingested
from evals.bench.units import SEARCH, WORDS, Times, Unit
from evals.metrics import ALL
from evals.report import NOTHING, align, messages
from rag.messages import wording_language

Row = tuple[str, ...]


def table(
    units: Sequence[Unit],
    times: Sequence[Times],
    ingested: Mapping[str, Ingested],
    language: str,
    markdown: bool = False,
) -> str:
    """The units of one set: a row for each slice and measure, then the times.

    Cells are "mean [low–high]", of 1 for rankings and of 100 for answers. A star marks what differs from belegt by more
    than chance.
    """
    systems = list(dict.fromkeys(unit.system for unit in units))
    rows = [_head(systems, language)]
    for name in dict.fromkeys(unit.slice for unit in units):
        own = {unit.system: unit for unit in units if unit.slice == name}
        rows += _measured(name, own, systems, language)
        rows += (row for one in times if one.slice == name for row in _times(one, systems, language))
    rows.append(_ingest(units[0].slice.partition(" ")[0], ingested, systems, language))
    return _markdown(rows) if markdown else align(rows)


def _head(systems: Sequence[str], language: str) -> Row:
    return (*(messages().say(key, language) for key in ("slice", "measure", "counted")), *systems)


def _measured(name: str, units: Mapping[str, Unit], systems: Sequence[str], language: str) -> list[Row]:
    found = {system: scores(unit, units.get(OURS)) for system, unit in units.items()}
    rows: list[Row] = []
    for measure in MEASURES:
        own = {system: values[measure] for system, values in found.items() if measure in values}
        if own:
            counted = max(score.counted for score in own.values())
            cells = (_cell(measure, own.get(system), language) for system in systems)
            rows.append((name, label(measure, language), str(counted), *cells))
    return rows


def _times(times: Times, systems: Sequence[str], language: str) -> list[Row]:
    rows: list[Row] = []
    for kind, spent in times.seconds.items():
        cells = (_percentiles(spent.get(system, ()), language) for system in systems)
        counted = max(map(len, spent.values()))
        rows.append((times.slice, messages().say(f"bench_{kind}", language), str(counted), *cells))
    return rows


def _ingest(name: str, ingested: Mapping[str, Ingested], systems: Sequence[str], language: str) -> Row:
    articles = max((took.articles for took in ingested.values()), default=0)
    cells = (_decimal(took.seconds, 1, language) if (took := ingested.get(s)) else "=" for s in systems)
    return (name, messages().say("bench_ingest", language), str(articles), *cells)


def label(measure: str, language: str) -> str:
    """The measure's name for people."""
    texts = messages().texts[wording_language(language)]
    return texts.get(measure, measure)


def _cell(measure: str, score: Score | None, language: str) -> str:
    if score is None:
        return NOTHING
    ranked = measure in SEARCH or (measure in ALL and ALL[measure].unit == "score")
    factor, places = (1, 0) if measure == WORDS else (1, 3) if ranked else (100, 1)
    value, low, high = (_decimal(factor * v, places, language) for v in (score.value, score.low, score.high))
    return f"{value} [{low}–{high}]{'*' if score.differs else ''}"


def _percentiles(seconds: Sequence[float], language: str) -> str:
    found = latency(seconds)
    return " / ".join(_decimal(1000 * value, 0, language) for value in found.values()) if found else NOTHING


def _decimal(value: float, places: int, language: str) -> str:
    return f"{value:.{places}f}".replace(".", "," if language == "de" else ".")


def _markdown(rows: Sequence[Row]) -> str:
    lines = ["| " + " | ".join(cell.replace("*", r"\*") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * 3 + "|--:" * (len(rows[0]) - 3) + "|", *lines[1:]])
