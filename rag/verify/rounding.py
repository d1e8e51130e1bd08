"""Whether one amount bears out another: "rund 300" is true of 298, "300" of "rund 300" only loosely."""

from __future__ import annotations

import math
from typing import Literal

from rag.verify.amounts import Amount

Degree = Literal["yes", "loose", "no"]


def bears_out(claim: Amount, source: Amount) -> Degree:
    """Whether ``source`` bears out ``claim``, units aside: "loose" where a rounding word or some precision was lost."""
    if claim.kind != source.kind:
        return "no"
    if claim.kind != "amount" or claim.low != claim.high or source.low != source.high:
        return _spans(claim, source)
    value, known = claim.low, source.low
    if math.isclose(value, known, rel_tol=1e-9):
        return _equal(claim.rounding, source.rounding)
    return _near(claim, value, known, source.rounding)


_FITS = {
    "": {""},
    "about": {"", "about", "nearly", "good"},
    "nearly": {"nearly"},
    "good": {"good"},
    "over": {"over", "good"},
    "under": {"under", "nearly"},
    "least": {"", "least", "over", "good"},
    "most": {"", "most", "under", "nearly"},
}
_AGAINST_EACH = {  # what can't both be true, or is more than was said
    "over": {"", "under", "nearly", "most"}, "under": {"", "over", "good", "least"}, "good": {"under", "nearly", "most"},
    "nearly": {"over", "good", "least"}, "least": {"under", "nearly", "most"}, "most": {"over", "good", "least"},
}  # fmt: skip


def _equal(claim: str, source: str) -> Degree:
    if source in _FITS[claim]:
        return "yes"
    return "no" if source in _AGAINST_EACH.get(claim, ()) else "loose"


def _near(claim: Amount, value: float, known: float, rounding: str) -> Degree:
    """The same for two numbers that differ."""
    ratio = known / value if value else math.inf
    up, down = 1 < ratio <= 1.5, 0.67 <= ratio < 1
    kind = claim.rounding
    if kind in ("over", "least") and ratio > 1:
        if rounding in ("under", "most") or (rounding in ("over", "least") and not _rounder(value, known)):
            return "no"
        return "yes" if up else "loose"
    if kind in ("under", "most") and ratio < 1:
        if rounding in ("over", "least") or (rounding in ("under", "most") and not _rounder(value, known)):
            return "no"
        return "yes" if down else "loose"
    if not _rounder(value, known) or abs(ratio - 1) > 0.05:
        return "no"
    if kind == "about" or (kind == "nearly" and down) or (kind == "good" and up):
        return "yes" if rounding in ("", "about", "nearly", "good") else "loose"
    return "loose" if kind == "" and abs(ratio - 1) <= 0.02 else "no"


def _rounder(value: float, known: float) -> bool:
    """Whether ``value`` has fewer digits that say something than ``known``: 300 than 298."""
    return len(f"{value:.12g}".replace(".", "").rstrip("0").lstrip("0")) < len(
        f"{known:.12g}".replace(".", "").rstrip("0").lstrip("0")
    )


def _spans(claim: Amount, source: Amount) -> Degree:
    """The same where one is a range, a score, an ordinal or a vague word."""
    same = math.isclose(claim.low, source.low, rel_tol=1e-9) and math.isclose(claim.high, source.high, rel_tol=1e-9)
    if same:
        return "yes" if claim.kind != "amount" else _equal(claim.rounding, source.rounding)
    if claim.kind != "amount":
        return "no"
    if claim.low == claim.high and claim.rounding:
        if claim.rounding in ("least", "over") and claim.low <= source.low:
            return "yes" if claim.low == source.low and claim.rounding == "least" else "loose"
        if claim.rounding in ("most", "under") and claim.low >= source.high:
            return "yes" if claim.low == source.high and claim.rounding == "most" else "loose"
        if claim.rounding == "about" and source.low <= claim.low <= source.high:
            return "loose"
    return "loose" if claim.low < claim.high and claim.low <= source.low and source.high <= claim.high else "no"
