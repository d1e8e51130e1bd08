"""The mean of several decays' weights as one adapter: ``python -m rag.models.reader.average STATE STATE ... --out FILE``.

Weights that were trained apart from one stable state, on other batches or other data, lie in one valley of the loss, and
their mean answers better than each (model soups, Wortsman et al. 2022, https://arxiv.org/abs/2203.05482).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from rag.models.bundled import bundled_folder
from rag.models.reader.adapter import save_adapter
from rag.models.reader.checkpoint import State, load_state
from rag.models.reader.network import load_base
from rag.models.reader.trainer import Plan
from rag.settings import Settings


def average(states: Sequence[State], base: Path, out: Path) -> None:
    """Writes the mean of the states' weights, each counted alike, as a run's own adapters are written: as the difference to
    the weights that training began with, of the model in the folder ``base``. The facts in the file are those of the state
    that has seen most. Raises ValueError where states are of different networks."""
    if any(state.weights.keys() != states[0].weights.keys() for state in states):
        raise ValueError("the states have different weights")
    mean = {name: torch.stack([state.weights[name] for state in states]).mean(0) for name in states[0].weights}
    most = max(states, key=lambda state: state.progress.examples)
    plan = Plan(**most.settings)
    begun = load_base(base, plan.seed).to(dtype=plan.dtype("cpu")).adapted()
    save_adapter(out, mean, begun, {**asdict(most.progress), "plan": most.settings, "averaged": len(states)})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("states", type=Path, nargs="+", help="DIR/decayN.pt of training runs")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    average([load_state(path) for path in arguments.states], bundled_folder(Settings.load().cache), arguments.out)


if __name__ == "__main__":
    main()
