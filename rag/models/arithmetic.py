"""In what numbers a model computes: bfloat16 where the CPU multiplies in it and the vectors stay the same.

A vector is stored under the model's name alone, whatever CPU made it, so only ways of computing are taken whose vectors
agree with float32's: on the texts of ``CHECKS`` their cosine must be ``LEAST`` or more. Ways, the fastest first:

bfloat16 layers    the transformer's layers as a copy in bfloat16; word embeddings (shared, not copied), pooling and
                   normalising in float32. Models built like BERT only. .99997 over 96 passages of the bundled model. They
                   run as one graph, without Python in between: hundreds of operations a batch would each wait for
                   their turn beside a thread that reads articles.
bfloat16 autocast  torch's own mixture, for any model: only what multiplies is in bfloat16, everything else goes back to
                   float32 and forth again. .99999, at 1.25 times the CPU time of the layers.
float32            4 to 5 times the CPU time of the layers (Xeon with AMX).
"""

from __future__ import annotations

import copy
import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

log = logging.getLogger(__name__)
LEAST = 0.9999
CHECKS = (
    "Der Stadtrat von Altdorf hat am Montag beschlossen, die Brücke über die Aue für 3,2 Millionen Euro zu erneuern.",
    "Nein.",
    "The ministers agreed on Friday to extend the programme until 2027, officials said, but left its budget open.",
    "Президент заявил, что переговоры продолжатся на следующей неделе.",
    "Nach Angaben der Polizei wurden bei dem Unfall zwei Menschen leicht verletzt. " * 8,
)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A way of computing. ``entered()`` holds for the thread that enters it, and for no other."""

    name: str
    entered: Callable[[], AbstractContextManager[Any]] = nullcontext


FLOAT32 = Arithmetic("float32")


def fastest(model: Any, encode: Callable[[Sequence[str]], np.ndarray]) -> Arithmetic:
    """The fastest way whose vectors agree with float32's. Some tenths of a second.

    ``model``   a SentenceTransformer on a CPU that has bfloat16; its layers may get a copy beside them
    ``encode``  unit vectors of texts by ``model``
    """
    full = encode(CHECKS)
    for offer in (_layers, _autocast):
        if (way := offer(model)) is None:
            continue
        with way.entered():
            found = encode(CHECKS)
        if float(np.sum(full * found, axis=1).min()) >= LEAST:  # NaN is not
            return way
        _without_copy(model)
    return FLOAT32


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies in bfloat16, and both torch and oneDNN are allowed to use what it takes.

    torch asks the hardware alone and would not notice ``ATEN_CPU_CAPABILITY`` or ``ONEDNN_MAX_CPU_ISA``.
    """
    hardware = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    onednn = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    allowed = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return bool(hardware and hardware() and allowed and onednn and onednn())


def _autocast(model: Any) -> Arithmetic:
    return Arithmetic("bfloat16 autocast", lambda: torch.autocast("cpu", dtype=torch.bfloat16))


def _layers(model: Any) -> Arithmetic | None:
    transformer: Any = getattr(model[0], "model", None)
    encoder: Any = getattr(transformer, "encoder", None)
    like_bert = hasattr(transformer, "embeddings") and isinstance(getattr(encoder, "layer", None), nn.ModuleList)
    if not like_bert or transformer.config.is_decoder:
        return None
    transformer.encoder = both = _TwoLayers(encoder, transformer.config.hidden_size)
    return Arithmetic("bfloat16 layers", both.in_bfloat16)


def _without_copy(model: Any) -> None:
    transformer: Any = getattr(model[0], "model", None)
    if isinstance(encoder := getattr(transformer, "encoder", None), _TwoLayers):
        transformer.encoder = encoder.full


class _TwoLayers(nn.Module):
    """A transformer's layers in float32, and in bfloat16 for threads that are ``in_bfloat16()``."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        """``width``: numbers a token between two layers."""
        super().__init__()
        self.full = encoder
        # What the copy would copy is named beforehand: weights in float32 are never in memory twice.
        given: dict[int, Any] = {
            id(weight): nn.Parameter(weight.detach().to(torch.bfloat16), requires_grad=False)
            for weight in encoder.parameters()
        }
        self.brief = _graph(copy.deepcopy(encoder, given), width)
        self._thread = threading.local()

    @contextmanager
    def in_bfloat16(self) -> Iterator[None]:
        self._thread.brief = True
        try:
            yield
        finally:
            self._thread.brief = False

    def forward(self, hidden: torch.Tensor, attention_mask: torch.Tensor | None = None, **options: Any) -> Any:
        if not getattr(self._thread, "brief", False):
            return self.full(hidden, attention_mask=attention_mask, **options)
        brief = hidden.to(torch.bfloat16)
        mask = (
            _added(attention_mask) if attention_mask is not None else brief.new_zeros(len(brief), 1, 1, brief.shape[1])
        )
        found = self.brief(brief, mask)
        return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=found.to(hidden.dtype))


class _Hidden(nn.Module):
    """Layers that take and give tensors alone."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.encoder(hidden, attention_mask=mask).last_hidden_state
        return found


def _graph(encoder: nn.Module, width: int) -> nn.Module:
    """The layers recorded as a TorchScript graph, for batches and lengths of any size; as they are where they can't be."""
    layers = _Hidden(encoder.eval())
    example = torch.zeros(2, 16, width, dtype=torch.bfloat16), torch.zeros(2, 1, 1, 16, dtype=torch.bfloat16)
    try:
        with torch.no_grad(), warnings.catch_warnings():
            # Of a branch that is taken where there is no mask: there always is one.
            warnings.simplefilter("ignore", torch.jit.TracerWarning)
            # What torch offers instead needs a compiler on the user's machine, or runs in Python again.
            warnings.simplefilter("ignore", DeprecationWarning)
            graph: nn.Module = torch.jit.trace(layers, example, check_trace=False)
            return graph
    except (RuntimeError, TypeError) as error:
        log.warning("the model's layers run in Python, which is slower beside other work: %s", error)
        return layers


def _added(mask: torch.Tensor) -> torch.Tensor:
    """The mask as numbers to be added to attention's scores; made here once, it need not be made in every layer."""
    if mask.dtype != torch.bool:
        return mask.to(torch.bfloat16)
    out = torch.zeros(mask.shape, dtype=torch.bfloat16, device=mask.device)
    return out.masked_fill_(~mask, torch.finfo(torch.bfloat16).min)
