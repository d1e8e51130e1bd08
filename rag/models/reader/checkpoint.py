"""The state of a training run on disk, whole at any moment: a kill loses what came after the last checkpoint only."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


@dataclass(slots=True)
class Progress:
    """Where a run is: the batch it takes next, and what it has done. ``decayed``: steps of the decay done, or None."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    examples: int = 0
    seconds: float = 0.0
    decayed: int | None = None


@dataclass(slots=True)
class State:
    """Everything a run needs to go on as if it had not stopped. ``weights`` and ``average`` are float32, by name."""

    progress: Progress
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    optimizer: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)


def save_state(path: Path, state: State) -> None:
    """Writes beside ``path`` and renames, so the old state stays until the new one is complete on disk."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        torch.save(
            {**{name: getattr(state, name) for name in State.__slots__}, "progress": asdict(state.progress)}, file
        )
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load_state(path: Path) -> State:
    """Reads what ``save_state`` wrote; tensors are on the CPU."""
    read = torch.load(path, map_location="cpu", weights_only=True)
    return State(**{**read, "progress": Progress(**read["progress"])})
