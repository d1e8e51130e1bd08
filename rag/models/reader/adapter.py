"""What training changed, in a few megabytes: the difference to the base weights, six levels a weight.

Fine-tuning all weights learnt more from an example than low-rank adapters did in a first trial, so the
whole difference is kept, but coarsely. Each row of a matrix keeps one scale (fp16) and for each weight one of the six levels
that cost a normal distribution the least squared error (Max 1960, "Quantizing for minimum distortion"; Lloyd 1982), three
weights a byte: 2.7 bits a weight. Biases, norms and the new heads are fp16. Loading adds the difference to the base.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import Tensor

from rag.errors import ModelDamagedError, ModelMissingError
from rag.models.bundled import SHA256
from rag.models.reader.network import HEADS, Network

FORMAT = "belegt-reader-1"
_POSITIVE = np.array([0.3177, 1.0, 1.894], np.float32)  # Max's levels for six; the negative ones mirror them
LEVELS = np.concatenate([-_POSITIVE[::-1], _POSITIVE])
_BOUNDS = (LEVELS[1:] + LEVELS[:-1]) / 2
_POWERS = np.array([36, 6, 1], np.uint8)


def quantise(difference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Packed levels, shape (ceil(size / 3),), uint8, and the rows' scales, shape (rows,), float16, of a matrix."""
    scales = np.sqrt((difference**2).mean(1))
    for _ in range(3):  # levels for the scale, then the scale that fits those levels best
        chosen = LEVELS[np.searchsorted(_BOUNDS, difference / np.maximum(scales, 1e-12)[:, None])]
        scales = (difference * chosen).sum(1) / (chosen**2).sum(1)
    scales = scales.astype(np.float16)
    safe = np.maximum(scales.astype(np.float32), 1e-12)[:, None]
    levels = np.searchsorted(_BOUNDS, difference / safe).astype(np.uint8).ravel()
    levels = np.concatenate([levels, np.zeros(-len(levels) % 3, np.uint8)])
    return (levels.reshape(-1, 3) * _POWERS).sum(1, dtype=np.uint8), scales


def restore(packed: np.ndarray, scales: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The matrix, float32, as near as six levels a weight come."""
    levels = np.stack([packed // 36, packed // 6 % 6, packed % 6], 1).ravel()[: shape[0] * shape[1]]
    return LEVELS[levels].reshape(shape) * scales.astype(np.float32)[:, None]


def save_adapter(
    path: Path, weights: Mapping[str, Tensor], base: Mapping[str, Tensor], facts: Mapping[str, object]
) -> None:
    """Writes the difference of ``weights`` to ``base``, both named as ``Network.adapted`` does, and ``facts`` about its
    making, JSON values, as metadata. Replaces the file in one step."""
    tensors: dict[str, np.ndarray] = {}
    for name, weight in weights.items():
        value = weight.detach().float().cpu().numpy()
        if name.split(".")[0] in HEADS:
            tensors[name] = value.astype(np.float16)
            continue
        difference = value - base[name].detach().float().cpu().numpy()
        if difference.ndim == 2:
            tensors[f"{name}.levels"], tensors[f"{name}.scales"] = quantise(difference)
        else:
            tensors[name] = difference.astype(np.float16)
    partial = path.with_name(f".{path.name}.partial")
    metadata = {"format": FORMAT, "base": SHA256, "facts": json.dumps(dict(facts), ensure_ascii=False)}
    save_file(tensors, partial, metadata=metadata)
    partial.replace(path)


def load_adapter(path: Path, network: Network) -> dict[str, object]:
    """Adds the adapter to ``network``, which must hold base weights, and returns its facts.

    Raises ModelMissingError when the file is not there, ModelDamagedError when it is not an adapter for this base.
    """
    if not path.is_file():
        fix = "Get the file back with 'git checkout -- rag/models/reader' or reinstall belegt."
        fix_de = "Die Datei mit 'git checkout -- rag/models/reader' zurückholen oder belegt neu installieren."
        raise ModelMissingError(model="reader", detail=f"{path} is not there", fix=fix, fix_de=fix_de)
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            if (metadata.get("format"), metadata.get("base")) != (FORMAT, SHA256):
                raise ModelDamagedError(path=path, detail="it is not an adapter for the bundled model")
            with torch.no_grad():
                for name, parameter in network.adapted().items():
                    if f"{name}.levels" in file.keys():  # noqa: SIM118  a safetensors file is not a mapping
                        rows, columns = parameter.shape
                        levels, scales = file.get_tensor(f"{name}.levels"), file.get_tensor(f"{name}.scales")
                        change = restore(levels, scales, (rows, columns))
                    else:
                        change = file.get_tensor(name).astype(np.float32)
                    added = torch.from_numpy(change).to(parameter)
                    # Not in place: base weights are mapped from a file, and a page that was written to stays in memory.
                    parameter.data = added if name.split(".")[0] in HEADS else parameter + added
            return json.loads(metadata["facts"])
    except (SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise ModelDamagedError(path=path, detail=f"{type(error).__name__}: {error}") from error
