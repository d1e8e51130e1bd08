"""English: what a date looks like in a news text, and what it means there."""

from __future__ import annotations

from corpus.mention_rules import Rules

ENGLISH = Rules()
