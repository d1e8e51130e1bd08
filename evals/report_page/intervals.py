"""The 95 % intervals of a saved run's measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from evals import metrics
from evals.statistics import Interval, intervals


def stated_intervals(saved: Mapping[str, Any]) -> dict[str, Interval]:
    """The interval of every measure: as the file states it, else by bootstrap over the file's records."""
    means = saved.get("measures") or {}
    stated = {
        n: (m["low"], m["high"]) for n, m in means.items() if m.get("low") is not None and m.get("high") is not None
    }
    missing = [name for name in means if name not in stated and name in metrics.MEASURES]
    records = [record.get("measures") or {} for record in saved.get("results") or ()]
    columns = {name: [record.get(name) for record in records] for name in missing}
    values = {name: np.array([np.nan if v is None else v for v in column], float) for name, column in columns.items()}
    return stated | intervals(values)
