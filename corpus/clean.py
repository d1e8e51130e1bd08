"""What does not belong to an article: teasers, appeals, credits. A paragraph goes only with a reason, and is kept.

The rules are conservative: a cue alone removes short paragraphs only; a long one needs several cues of one kind.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from corpus.article import Removed

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_BLANKS = re.compile(r"[ \t\u00a0\u2007\u202f]+")
_SENTENCE_END = re.compile(r"[.!?…:][\"'“”»«)\]]*$")
SHORT = 240  # characters; a teaser or a credit is rarely longer
HEADING = 120


@dataclass(frozen=True, slots=True)
class Rule:
    """Removes a paragraph that ``opens`` so (and is short), or that holds at least ``least`` of the ``cues``."""

    reason: str
    opens: re.Pattern[str] | None = None
    cues: tuple[re.Pattern[str], ...] = ()
    least: int = 3

    def applies(self, paragraph: str) -> bool:
        if self.opens and len(paragraph) <= SHORT and self.opens.match(paragraph):
            return True
        return bool(self.cues) and sum(bool(cue.search(paragraph)) for cue in self.cues) >= self.least


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)


def _cues(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in patterns)


RULES = (
    Rule(
        "teaser",
        opens=_any(
            r"\+\+\+.*\+\+\+$",
            r"mehr themen für (?:dich|sie)\b",
            r"(?:lesen sie|lies|lest)(?: hierzu| dazu)? (?:auch|mehr|weiter)\b",
            r"(?:auch|ebenfalls) interessant\b",
            r"das könnte (?:dich|sie|euch) (?:auch )?interessieren\b",
            r"mehr (?:zum thema|dazu|aus der region)\b.{0,160}$",
            r"(?:read|see) (?:also|more)\b",
            r"(?:related|more on this)(?: stories| articles| story)?:",
        ),
    ),
    Rule(
        "newsletter",
        opens=_any(
            r".*\bnewsletter\b.*\b(?:abonnier|anmeld|bestell|sign up|subscribe)",
            r"(?:abonnieren|bestellen|melden|sign up|subscribe|get)\b.*\bnewsletter\b",
        ),
        cues=_cues(
            r"\bnewsletter",
            r"\babonnier|\bsubscrib",
            r"\banmeld|\bsign up",
            r"\bpostfach|\binbox",
            r"\bkostenlos|\bfree\b",
        ),
    ),
    Rule(
        "donation",
        cues=_cues(
            r"\bspende(?!rorgan)|\bdonat",
            r"\bunterstütz(?:en sie|ung)\b.*\b(?:uns|wir)\b|\bjetzt unterstützen\b|\bsupport (?:us|our)\b",
            r"\bunser(?:e[nmrs]?)? (?:journalis|community|arbeit|redaktion|leser)|\bour (?:journalis|newsroom|readers|reporting)",
            r"\bpaywall\b|\bfrei (?:zugänglich|zur verfügung)|\bfree to read\b|\bfree for everyone\b",
            r"\bmit (?:nur |schon )?\d+(?:,\d+|,-)? (?:euro|€)|\bfrom (?:just )?[$£€]\d|\bas little as\b",
            r"\bleser:innen|\bleserinnen und leser\b.*\b(?:unterstütz|spende|beitrag)|\breaders? like you\b",
            r"\bunabhängige[nrs]? journalismus\b|\bindependent journalism\b",
        ),
    ),
    Rule(
        "subscription",
        opens=_any(r"(?:jetzt|hier) (?:abonnieren|abo )", r"sie möchten weiterlesen\b", r"already a subscriber\b"),
    ),
    Rule(
        "cookies",
        cues=_cues(
            r"\bcookies?\b",
            r"\b(?:akzeptier|zustimm|einwillig|accept|consent)",
            r"\b(?:datenschutz|privacy|einstellungen|settings)",
        ),
    ),
    Rule(
        "photo credit",
        opens=_any(r"(?:foto|bild|symbolbild|symbolfoto|archivbild|archivfoto|photo|image)s?(?: credit)?\s*:\s*\S"),
    ),
)


def tidy(text: str) -> str:
    """``text`` in NFC without control characters and lone surrogates, one "\\n" a line end, blanks collapsed.

    Everything after this step counts characters in its result.
    """
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    text = _CONTROL.sub("", _LINE_ENDS.sub("\n", text))
    lines = (_BLANKS.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip()


def clean(text: str) -> tuple[str, tuple[Removed, ...]]:
    """The article's own paragraphs, joined by blank lines, and what was taken out with the reason for each.

    ``text`` should come from ``tidy``. Lines are paragraphs; scraped text rarely wraps lines.
    """
    paragraphs = [line for line in text.split("\n") if line]
    reasons = [next((rule.reason for rule in RULES if rule.applies(p)), None) for p in paragraphs]
    for i in range(len(paragraphs) - 1):
        # An appeal's own heading goes with it: short, no sentence, directly above.
        heading = len(paragraphs[i]) <= HEADING and not _SENTENCE_END.search(paragraphs[i])
        if reasons[i] is None and reasons[i + 1] in ("donation", "newsletter") and heading and i > 0:
            reasons[i] = reasons[i + 1]
    kept = [p for p, reason in zip(paragraphs, reasons, strict=True) if reason is None]
    removed = tuple(Removed(p, reason) for p, reason in zip(paragraphs, reasons, strict=True) if reason)
    return "\n\n".join(kept), removed
