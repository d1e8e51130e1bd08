"""Every reason for which cleaning takes something out has a name in both languages."""

from __future__ import annotations

import pytest

from corpus.rules import RULES
from rag.cli_corpus import say_reason


@pytest.mark.parametrize("language", ["de", "en"])
def test_reasons_have_names(language: str) -> None:
    reasons = {rule.reason for rule in RULES} | {"recurring", "byline", "date line", "category line", "repeated"}
    assert all(say_reason(reason, language) for reason in reasons)
