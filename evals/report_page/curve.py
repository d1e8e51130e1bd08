"""Drawings in SVG: the coverage-risk curve, and an interval on a line. Colours come from the page's style."""

from __future__ import annotations

from collections.abc import Sequence

from rag.safe import safe

WIDTH, HEIGHT = 560, 320  # of the curve, in its own units; the style makes it fit
LEFT, RIGHT, TOP, BOTTOM = 80, 30, 14, 62
BAR = 100  # width of a measure's line, which is 0..1
MAX_POINTS = 300


def coverage_risk_svg(points: Sequence[tuple[float, float]], title: str, coverage: str, risk: str) -> str:
    """``points`` are (coverage, risk), both 0..1, in order of coverage; the axes are labelled ``coverage`` and ``risk``."""
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    top = _ceiling(max((r for _, r in points), default=0.0))

    def x(share: float) -> str:
        return f"{LEFT + width * share:.1f}"

    def y(share: float) -> str:
        return f"{TOP + height * (1 - share / top):.1f}"

    shown = _thinned(points)
    line = " ".join(f"{x(c)},{y(r)}" for c, r in shown)
    area = f"{x(shown[0][0])},{y(0)} {line} {x(shown[-1][0])},{y(0)}" if shown else ""
    grid = []
    for step in range(5):
        share = step / 4
        grid.append(
            f'<line x1="{x(0)}" x2="{x(1)}" y1="{y(share * top)}" y2="{y(share * top)}"/>'
            f'<text x="{LEFT - 8}" y="{y(share * top)}" dy=".35em" text-anchor="end">{_percent(share * top)}</text>'
            f'<text x="{x(share)}" y="{HEIGHT - BOTTOM + 24}" text-anchor="middle">{_percent(share)}</text>'
        )
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{safe(title)}">'
        f'<g class="grid">{"".join(grid)}</g>'
        f'<polygon class="area" points="{area}"/><polyline class="line" points="{line}"/>'
        f'<text class="axis" x="{LEFT + width / 2}" y="{HEIGHT - 8}" text-anchor="middle">{safe(coverage)}</text>'
        f'<text class="axis" transform="translate(14 {TOP + height / 2}) rotate(-90)" text-anchor="middle">'
        f"{safe(risk)}</text></svg>"
    )


def interval_svg(value: float, low: float, high: float) -> str:
    """A value and its interval on a line from 0 to 1; said beside it in numbers, so hidden from screen readers."""
    at, first, last = (f"{4 + (BAR - 8) * min(max(number, 0.0), 1.0):.1f}" for number in (value, low, high))
    return (
        f'<svg class="interval" viewBox="0 0 {BAR} 14" aria-hidden="true"><line class="track" x1="4" x2="{BAR - 4}"'
        f' y1="7" y2="7"/><line class="span" x1="{first}" x2="{last}" y1="7" y2="7"/>'
        f'<circle cx="{at}" cy="7" r="3.6"/></svg>'
    )


def _ceiling(highest: float) -> float:
    """The end of the risk axis: a round share not below ``highest``."""
    return next((end for end in (0.1, 0.2, 0.4, 0.6, 0.8) if highest <= end), 1.0)


def _percent(share: float) -> str:
    number = f"{100 * share:.1f}".removesuffix(".0")
    return f"{number}&nbsp;%"


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most about ``MAX_POINTS`` of the points, the first and the last among them."""
    step = max(1, len(points) // MAX_POINTS)
    return [*points[:-1:step], *points[-1:]]
