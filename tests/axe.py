"""What axe-core finds wrong with a page for people who can't see, point or tell colours apart."""

from __future__ import annotations

from typing import Any

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs pip install 'belegt[dev]'")


def faults(page: Any) -> list[str]:
    """Every violation that axe calls serious or critical."""
    page.wait_for_timeout(2000 if page.locator(".pointed").count() else 100)  # colours in motion are none
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
