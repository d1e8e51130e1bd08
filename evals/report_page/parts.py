"""The parts of the page above the list of questions, as HTML that needs no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from corpus.dates import display_date
from evals import metrics
from evals.comparison import ALPHA, Comparison, Row
from evals.report import NOTHING, SLICE_COLUMNS, SMALLEST_SLICE, number
from evals.report import messages as evaluation_messages
from evals.report_page.curve import coverage_risk_svg, interval_svg
from evals.report_page.rows import is_search
from rag.messages import Messages, wording_language
from rag.safe import safe

SLICE_KINDS = {"": "slice_tag", "language": "slice_language", "source": "slice_source", "year": "slice_year"}
SMALLEST_P = 0.001  # below it only this is said
Saved = Mapping[str, Any]


@cache
def texts() -> Messages:
    """The texts of the page."""
    return Messages(Path(__file__).parent)


def say(key: str, language: str, **facts: object) -> str:
    """A text of the page, escaped, its holes filled."""
    return safe(texts().say(key, language, **facts))


def title(saved: Saved) -> str:
    """Name and version of the question set. Not escaped."""
    about = saved.get("set") or {}
    return " ".join(str(part) for part in (about.get("name"), about.get("version")) if part)


def measure_names(saved: Saved) -> list[str]:
    """The run's measures in the order of ``metrics.ALL``, unknown ones behind; those that count no question left out."""
    stated = [name for name, mean in (saved.get("measures") or {}).items() if mean.get("value") is not None]
    known = list(metrics.ALL)
    return sorted(stated, key=lambda name: known.index(name) if name in known else len(known))


def label(name: str, language: str) -> str:
    """A measure's name as people read it. Not escaped."""
    return evaluation_messages().texts[wording_language(language)].get(name, name)


def header(saved: Saved, wrong: int, language: str) -> str:
    """The set's name, and what one wants to know first; the number of wrong answers leads to them."""
    records, latency = saved.get("results") or (), saved.get("latency") or {}
    crashed = int(saved.get("crashed") or 0)
    asked = say("questions_one" if len(records) == 1 else "questions", language)
    tiles = [
        f"<li><strong>{whole(len(records), language)}</strong> <span>{asked}</span></li>",
        f'<li class="bad"><a href="#questions" data-show="wrong"><strong>{whole(wrong, language)}</strong> '
        f"<span>{say('missed_tile' if all(map(is_search, records)) else 'wrong_tile', language)}</span></a></li>",
    ]
    if crashed:
        tiles.append(
            f'<li class="bad"><a href="#questions" data-show="crashed"><strong>{whole(crashed, language)}</strong> '
            f"<span>{say('crashed_tile', language)}</span></a></li>"
        )
    for key, name in (("p50", "median_tile"), ("p95", "p95_tile")):
        if latency.get(key) is not None:
            seconds = decimal(latency[key], 2, language)
            tiles.append(f"<li><strong>{seconds}&nbsp;s</strong> <span>{say(name, language)}</span></li>")
    return (
        f'<header><p class="brand">{say("brand", language)}</p><h1>{safe(title(saved))}</h1>'
        f'<ul class="tiles">{"".join(tiles)}</ul></header>'
    )


def origin(saved: Saved, baseline: Saved | None, language: str) -> str:
    """Where the numbers come from: set, settings, models, commit, day, versions; and what they are compared with."""
    about = saved.get("set") or {}
    packages = ", ".join(f"{name} {version}" for name, version in (saved.get("packages") or {}).items() if version)
    facts: list[tuple[str, object]] = [
        ("set", title(saved)),
        ("licence", about.get("licence")),
        ("sha", about.get("sha256")),
        ("settings", saved.get("settings")),
        ("models", ", ".join(map(str, saved.get("models") or ()))),
        ("commit", saved.get("commit")),
        ("date", _moment(saved.get("date"), language)),
        ("python", saved.get("python")),
        ("packages", packages),
    ]
    if baseline is not None:
        other = (
            title(baseline),
            baseline.get("settings"),
            baseline.get("commit"),
            _moment(baseline.get("date"), language),
        )
        facts.append(("against", " · ".join(str(part) for part in other if part)))
    lines = "".join(
        f"<div><dt>{say(key, language)}</dt><dd>{safe(str(fact))}</dd></div>" for key, fact in facts if fact
    )
    return f'<details class="origin"><summary>{say("origin", language)}</summary><dl>{lines}</dl></details>'


def warning(saved: Saved, baseline: Saved | None, compared: Comparison | None, language: str) -> str:
    """Said where the two runs did not answer the same questions."""
    if baseline is None or compared is None:
        return ""
    own, other = ((run.get("set") or {}).get("sha256") for run in (saved, baseline))
    if own == other:
        return ""
    said = say("against_other", language, sha=str(other)[:12], common=whole(compared.questions, language))
    return f'<p class="warning">{said}</p>'


def measures(
    saved: Saved, intervals: Mapping[str, tuple[float, float]], compared: Comparison | None, language: str
) -> str:
    """Every measure with its value, interval and count; beside a baseline also with the difference and its p-value."""
    heads = ["measure", "value", "interval", "counted"] + (["baseline", "difference", "p_value"] if compared else [])
    against = {row.measure: row for row in compared.rows} if compared else {}
    rows = []
    for name in measure_names(saved):
        mean = saved["measures"][name]
        value = mean["value"]
        cells = [f'<td class="n">{value_text(name, value, language)}</td>', _interval(name, value, intervals, language)]
        cells.append(f'<td class="n">{whole(mean.get("counted") or 0, language)}</td>')
        if compared:
            cells.append(_against(name, against.get(name), language))
        rows.append(f'<tr><th scope="row">{_named(name, language)}</th>{"".join(cells)}</tr>')
    note = say("measures_note", language) + (f" {say('p_note', language)}" if compared else "")
    return section("measures", _table(heads, rows, language, "measures") + f'<p class="note">{note}</p>', language)


def _named(name: str, language: str) -> str:
    """A measure's label, with an arrow where less is better."""
    lower = name in metrics.ALL and metrics.ALL[name].lower_is_better
    return safe(label(name, language)) + (" ↓" if lower else "")


def _interval(name: str, value: float, intervals: Mapping[str, tuple[float, float]], language: str) -> str:
    if name not in intervals:
        return f'<td class="n">{NOTHING}</td>'
    low, high = (value_text(name, end, language) for end in intervals[name])
    drawn = interval_svg(value, *intervals[name]) if name not in metrics.COSTS else ""
    unit = next((unit for unit in ("&nbsp;%", "&nbsp;s") if low.endswith(unit)), "")  # said once, after the end
    ends = f"{low.removesuffix(unit)}&nbsp;– {high}"
    return f'<td class="n interval-cell"><span>{ends}</span>{drawn}</td>'


def _against(name: str, row: Row | None, language: str) -> str:
    """The other run's value, the difference to it and the p-value, as ``belegt eval compare`` gives them."""
    before = value_text(name, row.a.value if row else None, language)
    if row is None or row.difference is None or row.p is None:
        return f'<td class="n">{before}</td>' + f'<td class="n">{NOTHING}</td>' * 2
    apart = safe(number(name, row.difference.difference, language, signed=True)).replace(" ", "&nbsp;")
    sure = f"<strong>{apart}</strong>" if row.significant(ALPHA) else apart
    chance = decimal(row.p, 3, language) if row.p >= SMALLEST_P else f"&lt;&nbsp;{decimal(SMALLEST_P, 3, language)}"
    return f'<td class="n">{before}</td><td class="n">{sure}</td><td class="n">{chance}</td>'


def curve(points: Sequence[tuple[float, float]], language: str) -> str:
    """The coverage-risk curve, where confidences exist."""
    if len(points) < 2:
        return ""
    first, last, coverage = (number("F1", share, language) for share in (points[0][1], points[-1][1], points[-1][0]))
    said = texts().say("curve_label", language, first=first, last=last, coverage=coverage)
    axes = [texts().say(key, language) for key in ("coverage", "risk")]
    drawn = coverage_risk_svg(points, said, *axes)
    return section(
        "curve",
        f'<figure>{drawn}<figcaption class="note">{say("curve_note", language)}</figcaption></figure>',
        language,
    )


def slices(saved: Saved, language: str) -> str:
    """Question count and the main measures of every slice; each name shows its questions, where there is a script."""
    every = saved.get("slices") or {}
    found = {name: one for name, one in every.items() if one.get("questions", 0) >= SMALLEST_SLICE or ":" not in name}
    if not found:
        return ""
    shown = [name for name in SLICE_COLUMNS if any(name in each.get("measures", {}) for each in found.values())]
    heads = "".join(f'<th scope="col" class="n">{_named(name, language)}</th>' for name in shown)
    groups: dict[str, list[str]] = {}
    for name, each in found.items():
        kind, value = slice_kind(name)
        cells = "".join(
            f'<td class="n">{value_text(m, each["measures"].get(m, {}).get("value"), language)}</td>' for m in shown
        )
        groups.setdefault(kind, []).append(
            f'<tr><th scope="row"><a href="#questions" data-slice="{safe(name)}"><bdi>{safe(value)}</bdi></a></th>'
            f'<td class="n">{whole(each.get("questions") or 0, language)}</td>{cells}</tr>'
        )
    bodies = "".join(
        f'<tbody><tr class="kind"><th scope="rowgroup" colspan="{len(shown) + 2}">'
        f"{say(SLICE_KINDS[kind], language)}</th></tr>{''.join(groups[kind])}</tbody>"
        for kind in SLICE_KINDS
        if kind in groups
    )
    table = (
        f'<div class="wide" tabindex="0" role="region" aria-label="{say("slices", language)}"><table class="slices"><thead>'
        f'<tr><td></td><th scope="col" class="n">{say("counted", language)}</th>{heads}</tr></thead>{bodies}</table></div>'
    )
    return section("slices", table + f'<p class="note">{say("slices_note", language)}</p>', language)


def slice_kind(name: str) -> tuple[str, str]:
    """("language", "de") for "language:de"; ("", name) for a tag, also for one with a colon in it."""
    kind, _, value = name.partition(":")
    return (kind, value) if kind in SLICE_KINDS and value else ("", name)


def section(key: str, content: str, language: str) -> str:
    return f'<section aria-labelledby="h-{key}"><h2 id="h-{key}">{say(key, language)}</h2>{content}</section>'


def _table(heads: Sequence[str], rows: Iterable[str], language: str, css: str) -> str:
    head = "".join(
        f'<th scope="col"{"" if i == 0 else " class=" + chr(34) + "n" + chr(34)}>{say(key, language)}</th>'
        for i, key in enumerate(heads)
    )
    region = f'class="wide" tabindex="0" role="region" aria-label="{say(css, language)}"'
    return (
        f'<div {region}><table class="{css}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def value_text(name: str, value: float | None, language: str) -> str:
    """A value as its measure is written, with spaces that do not break."""
    if value is None:
        return NOTHING
    if name not in metrics.ALL:
        return decimal(value, 3, language)
    return safe(number(name, value, language)).replace(" ", "&nbsp;")


def decimal(value: float, places: int, language: str) -> str:
    """``value`` with a decimal comma in German."""
    return f"{value:.{places}f}".replace(".", "," if language == "de" else ".")


def whole(number: int, language: str) -> str:
    """``number`` with its thousands apart."""
    return f"{number:,}".replace(",", "." if language == "de" else ",")


def _moment(iso: object, language: str) -> str:
    return display_date(iso, language) or iso if isinstance(iso, str) else ""
