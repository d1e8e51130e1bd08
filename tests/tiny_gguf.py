"""A language model of a few kilobytes in GGUF format, with weights drawn at random: it writes nonsense, but it writes.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3). The vocabulary is one token a byte, in the
letters that byte-level BPE has for them, and the two marks of a turn.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEADS, WIDER = 32, 4, 64
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_ALIGNED = 32  # bytes


def write(path: Path, context: int = 512, template: str | None = TEMPLATE) -> Path:
    """Writes the model: trained, it says, for ``context`` tokens; without a template it is no model for a chat."""
    tokens = [*_letters(), "<|im_start|>", "<|im_end|>"]
    about: dict[str, Any] = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "llama.context_length": context,
        "llama.embedding_length": WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": WIDER,
        "llama.attention.head_count": HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": WIDTH // HEADS,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * 256 + [3, 3],  # normal, control
        "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.bos_token_id": 256,
        "tokenizer.ggml.eos_token_id": 257,
    }
    if template:
        about["tokenizer.chat_template"] = template
    random = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return random.normal(0, 0.3, shape).astype(np.float32)

    block = "blk.0."
    tensors = {
        "token_embd.weight": drawn(len(tokens), WIDTH),
        "output_norm.weight": np.ones(WIDTH, np.float32),
        f"{block}attn_norm.weight": np.ones(WIDTH, np.float32),
        **{f"{block}attn_{name}.weight": drawn(WIDTH, WIDTH) for name in ("q", "k", "v", "output")},
        f"{block}ffn_norm.weight": np.ones(WIDTH, np.float32),
        f"{block}ffn_gate.weight": drawn(WIDER, WIDTH),
        f"{block}ffn_up.weight": drawn(WIDER, WIDTH),
        f"{block}ffn_down.weight": drawn(WIDTH, WIDER),
    }
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(about))
    head += b"".join(_text(name) + _typed(value) for name, value in about.items())
    data = b""
    for name, tensor in tensors.items():
        sizes = tensor.shape[::-1]  # the fastest dimension first
        head += _text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, 0, len(data))
        data += tensor.tobytes()
        data += bytes(-len(data) % _ALIGNED)
    path.write_bytes(head + bytes(-len(head) % _ALIGNED) + data)
    return path


def _letters() -> list[str]:
    """The letter of each byte in byte-level BPE (Radford et al. 2019): itself where it can be seen, else one from 256 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return [chr(byte) if byte in seen else chr(256 + hidden.index(byte)) for byte in range(256)]


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _typed(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    texts = isinstance(value[0], str)
    items = b"".join(_text(one) if texts else struct.pack("<i", one) for one in value)
    return struct.pack("<IIQ", 9, 8 if texts else 5, len(value)) + items
