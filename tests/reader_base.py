"""A base model small enough for tests that train: two layers, 32 numbers wide, words for tokens."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

HIDDEN, LAYERS, INNER, POSITIONS = 32, 2, 64, 64


def write_base(folder: Path, words: str) -> Path:
    """A folder as ``bundled_folder`` gives it, with BERT's own names; its tokens are ``words`` and three specials."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir()
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *dict.fromkeys(words.split())])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": 4, "intermediate_size": INNER, "vocab_size": len(vocabulary),
        "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 1,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    generator = torch.Generator().manual_seed(1)
    shapes = {
        "embeddings.word_embeddings.weight": (len(vocabulary), HIDDEN),
        "embeddings.position_embeddings.weight": (POSITIONS, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
        "embeddings.LayerNorm.weight": (HIDDEN,),
        "embeddings.LayerNorm.bias": (HIDDEN,),
    }
    for i in range(LAYERS):
        parts = {f"attention.self.{name}": (HIDDEN, HIDDEN) for name in ("query", "key", "value")}
        parts |= {"attention.output.dense": (HIDDEN, HIDDEN), "attention.output.LayerNorm": (HIDDEN,)}
        parts |= {"intermediate.dense": (INNER, HIDDEN), "output.dense": (HIDDEN, INNER), "output.LayerNorm": (HIDDEN,)}
        for name, shape in parts.items():
            shapes[f"encoder.layer.{i}.{name}.weight"] = shape
            shapes[f"encoder.layer.{i}.{name}.bias"] = shape[:1]
    weights = {
        name: torch.randn(shape, generator=generator) * 0.2 + (1.0 if name.endswith("LayerNorm.weight") else 0.0)
        for name, shape in shapes.items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder
