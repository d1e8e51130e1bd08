"""The network: multilingual-e5-small's encoder with heads for the answer's span, answerability and relevance.

The encoder is BERT's (Devlin et al. 2019, https://arxiv.org/abs/1810.04805: post-norm blocks, exact GELU), written out
because it is a page of code: query, key and value are one multiplication, nothing but torch is imported, and what is
exported is exactly what is read here. A test holds it to transformers' ``BertModel``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = ("span", "verdict", "decide")
FROZEN = ("word", "position", "norm")  # embeddings: half the file, and German words must not drift from English ones


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits of a batch, float32. ``start`` and ``end``: shape (texts, tokens), position 0 standing for "no answer"
    and positions outside the passage at -inf; ``answerable`` and ``relevant``: shape (texts,)."""

    start: Tensor
    end: Tensor
    answerable: Tensor
    relevant: Tensor


class Block(nn.Module):
    """One layer of BERT."""

    def __init__(self, hidden: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.out = nn.Linear(hidden, hidden)
        self.out_norm = nn.LayerNorm(hidden, epsilon)
        self.up = nn.Linear(hidden, inner)
        self.down = nn.Linear(inner, hidden)
        self.down_norm = nn.LayerNorm(hidden, epsilon)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        texts, tokens, hidden = x.shape
        q, k, v = self.qkv(x).view(texts, tokens, 3, self.heads, hidden // self.heads).permute(2, 0, 3, 1, 4)
        if self.training and x.device.type == "cpu":
            # torch's backward pass of attention takes a third less time in float32 (61 against 98 ms a layer).
            q, k, v = q.float(), k.float(), v.float()
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask).to(x.dtype)
        x = self.out_norm(x + self.out(seen.transpose(1, 2).reshape(texts, tokens, hidden)))
        return self.down_norm(x + self.down(functional.gelu(self.up(x))))


class Network(nn.Module):
    """Token ids of question and passage -> Scores."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        hidden, epsilon = config["hidden_size"], config["layer_norm_eps"]
        self.longest = int(config["max_position_embeddings"])
        self.word = nn.Embedding(config["vocab_size"], hidden)
        self.position = nn.Embedding(self.longest, hidden)
        self.norm = nn.LayerNorm(hidden, epsilon)
        self.blocks = nn.ModuleList(
            Block(hidden, config["num_attention_heads"], config["intermediate_size"], epsilon)
            for _ in range(config["num_hidden_layers"])
        )
        self.span = nn.Linear(hidden, 2)
        self.verdict = nn.Linear(hidden, hidden)
        self.decide = nn.Linear(hidden, 2)

    def forward(self, ids: Tensor, lengths: Tensor, passages: Tensor) -> Scores:
        """``ids``: (texts, tokens), padded at the right; ``lengths``: tokens of each text; ``passages``: where in each
        the passage begins. The passage ends before the closing token."""
        place = torch.arange(ids.shape[1], device=ids.device)
        there = place[None] < lengths[:, None]
        # Without padding there is nothing to mask, and attention is faster without a mask.
        mask = None if bool(there.all()) else there[:, None, None, :]
        # The words' embeddings may be in float32 where all else is not (``lightened``).
        x = self.norm(self.word(ids).to(self.position.weight.dtype) + self.position(place)).to(self.span.weight.dtype)
        for block in self.blocks:
            x = block(x, mask)
        allowed = (place >= passages[:, None]) & (place < lengths[:, None] - 1) | (place == 0)
        span = self.span(x).float().masked_fill(~allowed[..., None], -torch.inf)
        verdict = self.decide(torch.tanh(self.verdict(x[:, 0]))).float()
        return Scores(span[..., 0], span[..., 1], verdict[:, 0], verdict[:, 1])

    def lightened(self, device: str, dtype: torch.dtype) -> Network:
        """This network for reading. On a CPU the embeddings of words stay as they are: mapped from their file, of which a
        page is read when a word of it comes by, where a copy in bfloat16 would hold 192 MB."""
        for name, child in self.named_children():
            child.to(device=device, dtype=None if name == "word" and device == "cpu" else dtype)
        return self.eval()

    def adapted(self) -> dict[str, nn.Parameter]:
        """Parameters that training changes, by name: all but the embeddings."""
        return {name: p for name, p in self.named_parameters() if name.split(".")[0] not in FROZEN}


def load_base(folder: Path, seed: int = 0) -> Network:
    """The network with the decoded model's weights; its heads are small random numbers drawn from ``seed``."""
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = load_file(folder / "model.safetensors")
    with torch.device("meta"):
        network = Network(config)
    network.load_state_dict(_renamed(weights, config["num_hidden_layers"]), strict=False, assign=True)
    generator = torch.Generator().manual_seed(seed)
    for name in HEADS:
        head = getattr(network, name)
        head.weight = nn.Parameter(torch.randn(head.weight.shape, generator=generator) * 0.02)
        head.bias = nn.Parameter(torch.zeros(head.bias.shape))
    return network.requires_grad_(False)


def _renamed(given: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """BERT's names to ours. The type embedding is the same for every token here, so it goes into the positions."""
    embeddings = "embeddings."
    state = {
        "word.weight": given[embeddings + "word_embeddings.weight"],
        "position.weight": given[embeddings + "position_embeddings.weight"]
        + given[embeddings + "token_type_embeddings.weight"][0],
    }
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = given[f"{embeddings}LayerNorm.{kind}"]
        for i in range(layers):
            theirs, ours = f"encoder.layer.{i}.", f"blocks.{i}."
            state[f"{ours}qkv.{kind}"] = torch.cat(
                [given[f"{theirs}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
            )
            state[f"{ours}out.{kind}"] = given[f"{theirs}attention.output.dense.{kind}"]
            state[f"{ours}out_norm.{kind}"] = given[f"{theirs}attention.output.LayerNorm.{kind}"]
            state[f"{ours}up.{kind}"] = given[f"{theirs}intermediate.dense.{kind}"]
            state[f"{ours}down.{kind}"] = given[f"{theirs}output.dense.{kind}"]
            state[f"{ours}down_norm.{kind}"] = given[f"{theirs}output.LayerNorm.{kind}"]
    return state
