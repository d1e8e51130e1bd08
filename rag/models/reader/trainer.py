"""One step of training: the losses, the optimizer, the moving average, and how to put all of it down and take it up."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rag.models import side_by_side
from rag.models.reader.batches import Batch
from rag.models.reader.checkpoint import Progress, State
from rag.models.reader.network import HEADS, Network, Scores


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. What a state was trained with is kept in it and can't be changed on the way."""

    size: int = 32
    rate: float = 1.5e-4
    head_rate: float = 6e-4
    warmup: int = 100
    weight_decay: float = 0.01
    average: float = 0.995  # of the moving average, a step
    span: float = 1.0
    answerable: float = 0.3
    relevant: float = 0.3
    seed: int = 0
    precision: str = "auto"

    def dtype(self, device: str) -> torch.dtype:
        """bfloat16 where the machine multiplies in it."""
        if self.precision != "auto":
            return getattr(torch, self.precision)
        fast = device == "cuda" or torch.cpu._is_avx512_bf16_supported()
        return torch.bfloat16 if fast else torch.float32


def loss_of(scores: Scores, batch: Batch, plan: Plan) -> tuple[Tensor, dict[str, float]]:
    """The sum to minimise, and its parts by name."""
    span = (functional.cross_entropy(scores.start, batch.starts) + functional.cross_entropy(scores.end, batch.ends)) / 2
    answerable = functional.binary_cross_entropy_with_logits(scores.answerable, batch.answerable)
    relevant = functional.binary_cross_entropy_with_logits(scores.relevant, batch.relevant)
    total = plan.span * span + plan.answerable * answerable + plan.relevant * relevant
    return total, {"span": span.item(), "answerable": answerable.item(), "relevant": relevant.item()}


def _weighted(gradients: list[Tensor], sizes: list[float]) -> Tensor:
    """The mean of gradients over shares of a batch, always added in the same order."""
    total = gradients[0] * sizes[0]
    for gradient, size in zip(gradients[1:], sizes[1:], strict=True):
        total.add_(gradient, alpha=size)
    return total


class Trainer:
    """A network in training: masters in float32, a working copy in the machine's fast precision."""

    def __init__(self, base: Network, plan: Plan, device: str) -> None:
        self.plan, self.device = plan, device
        self.network = base.to(device=device, dtype=plan.dtype(device)).train()
        self.working = self.network.adapted()
        self.progress = Progress()
        self.weights = {name: p.detach().float().clone() for name, p in self.working.items()}
        self.base = {name: w.clone() for name, w in self.weights.items()}
        for parameter in self.working.values():
            parameter.requires_grad_(True)
        self.average = {name: w.clone() for name, w in self.weights.items()}
        groups: dict[tuple[bool, bool], list[Tensor]] = {}
        for name, weight in self.weights.items():
            groups.setdefault((name.split(".")[0] in HEADS, weight.ndim == 2), []).append(weight)
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": params,
                    "peak": plan.head_rate if head else plan.rate,
                    "weight_decay": plan.weight_decay if matrix else 0.0,
                }
                for (head, matrix), params in groups.items()
            ],
            betas=(0.9, 0.98),
            fused=True,
        )

    def step(self, batch: Batch, decay: int | None = None) -> dict[str, float]:
        """One update; ``decay``: the steps over which the rate falls to zero. Returns the loss's parts."""
        batch = batch.to(self.device)
        shares = batch.dealt(side_by_side.width() if self.device == "cpu" else 1)
        found: dict[int, tuple[tuple[Tensor, ...], dict[str, float]]] = {}
        side_by_side.run(range(len(shares)), lambda i: found.update({i: self._gradients(shares[i])}), nullcontext)
        sizes = [len(share.lengths) / len(batch.lengths) for share in shares]
        for place, weight in enumerate(self.weights.values()):
            weight.grad = _weighted([found[i][0][place].float() for i in range(len(shares))], sizes)
        parts = {name: sum(found[i][1][name] * size for i, size in enumerate(sizes)) for name in found[0][1]}
        norm = torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self._share(decay)
        self.optimizer.step()
        # An average over the first steps alone would remember the untrained heads for a long time.
        keep = min(self.plan.average, (1 + self.progress.step) / (10 + self.progress.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.values()), list(self.weights.values()), 1 - keep)
            torch._foreach_copy_(list(self.working.values()), list(self.weights.values()))
        self.progress.step += 1
        self.progress.examples += len(batch.lengths)
        if decay is not None:
            self.progress.decayed = (self.progress.decayed or 0) + 1
        return {**parts, "norm": float(norm)}

    def _gradients(self, batch: Batch) -> tuple[tuple[Tensor, ...], dict[str, float]]:
        """Of the loss by the working weights, in their order, and the loss's parts."""
        loss, parts = loss_of(self.network(batch.ids, batch.lengths, batch.passages), batch, self.plan)
        return torch.autograd.grad(loss, list(self.working.values())), parts

    def _share(self, decay: int | None) -> float:
        """Of the peak rate, at this step."""
        if decay is not None:
            return max(1 - (self.progress.decayed or 0) / decay, 0.0)
        return min((self.progress.step + 1) / self.plan.warmup, 1.0)

    def state(self) -> State:
        return State(self.progress, self.weights, self.average, self.optimizer.state_dict(), asdict(self.plan))

    def resume(self, state: State) -> None:
        self.progress = state.progress
        self._take(state.weights, state.average)
        self.optimizer.load_state_dict(state.optimizer)

    def begin_from(self, weights: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """A new run with an adapter's weights, at its place in the data, as ``facts`` says; the rate warms up anew."""
        self._take(weights, weights)
        self.progress = Progress(epoch=facts["epoch"], batch=facts["batch"], examples=facts["examples"])

    @torch.no_grad()
    def _take(self, weights: Mapping[str, Tensor], average: Mapping[str, Tensor]) -> None:
        for name, weight in self.weights.items():
            weight.copy_(weights[name])
            self.average[name].copy_(average[name])
            self.working[name].copy_(weight)
