"""Which units a question may be answered in, by its words."""

from __future__ import annotations

import re

from rag.verify.numerals import MONEY

SPAN = frozenset(("sekunde", "minute", "tag", "monat"))
# What a question may be answered in; "" is a bare number.
UNITS_ASKED = tuple(
    (re.compile(pattern, re.IGNORECASE), units)
    for pattern, units in (
        (r"\b(?:wie ?viel uhr|what time)\b", frozenset(("uhr", ""))),
        (
            r"\bwas kost|\b(?:kosten|kostet|gekostet)\W*\Z|\bwie teuer|\bwie ?viel geld"
            r"|\bwelche[rnms]? (?:geldwert|betrag|summe)\b|\bhow much (?:money|does)\b.*\bcost|\bwhat\b.*\bcost|\bhow expensive",
            MONEY | {""},
        ),
        (r"\bwie lange\b", SPAN),
        (r"\bhow long\b", frozenset(("meter", "meile", *SPAN))),
        (r"\b(?:wie alt|how old)\b", SPAN | {""}),
        (r"\b(?:wie weit|how far)\b", frozenset(("meter", "meile", "minute", "lichtjahr"))),
        (r"\b(?:wie lang|wie tief|how deep|how tall)\b", frozenset(("meter", "meile", *SPAN))),
        (r"\b(?:wie schwer|how heavy)\b", frozenset(("gramm", ""))),
        (r"\b(?:wie viel prozent|welcher anteil|what (?:share|percentage))\b", frozenset(("prozent",))),
        (
            r"\b(?:wie ?viele|how many)\b(?! (?:prozent|euro|dollar|meter|kilo|tonnen|liter|hektar|jahre|tage|wochen"
            r"|stunden|minuten|grad|per ?cent|miles|years|days|weeks|hours|minutes|tonnes|hectares|metres))",
            frozenset(("",)),
        ),
    )
)
