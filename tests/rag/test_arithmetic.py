"""In what numbers passages are computed: taken only where the vectors stay the same, and for one thread at a time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from rag.errors import SettingsError
from rag.models import side_by_side
from rag.models.bundled import bundled_folder
from rag.models.embed import Embedder
from rag.settings import Settings

TEXTS = [f"Satz {n}: " + "Die Brücke von Altdorf ist gesperrt. " * (n % 9 + 1) for n in range(70)]


@pytest.fixture(scope="module")
def in_bfloat16() -> Embedder:
    """Correct on every CPU, and slow on one that has no bfloat16."""
    return Embedder(Settings.load(embed_dtype="bfloat16"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """``small("bert")``: the folder of a sentence-transformers model of that kind, tiny and untrained."""

    def make(kind: str) -> str:
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Pooling, Transformer
        from transformers import AutoTokenizer, BertConfig, BertModel, DistilBertConfig, DistilBertModel

        folder = tmp_path_factory.mktemp(kind)
        tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder(Settings.load().cache)))
        words = len(tokenizer)
        if kind == "bert":
            sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
            BertModel(BertConfig(vocab_size=words, **sizes)).save_pretrained(folder / "raw")
        else:
            sizes = {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}
            DistilBertModel(DistilBertConfig(vocab_size=words, **sizes)).save_pretrained(folder / "raw")
        tokenizer.save_pretrained(folder / "raw")
        modules = [Transformer(str(folder / "raw")), Pooling(32)]
        SentenceTransformer(modules=modules, device="cpu").save(str(folder / "model"))
        return str(folder / "model")

    return make


def test_layers_in_bfloat16_give_the_same_vectors(in_bfloat16: Embedder) -> None:
    assert in_bfloat16.arithmetic.name == "bfloat16 layers"
    found, full = in_bfloat16.passages(TEXTS), in_bfloat16._encode(TEXTS, in_bfloat16._passage_prompt)
    assert np.sum(found * full, axis=1).min() >= 0.9999
    assert not np.array_equal(found, full)  # it was bfloat16 indeed
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_layers_in_bfloat16_wait_for_no_turn_of_python(in_bfloat16: Embedder) -> None:
    """While they run, another thread runs Python freely: no layer is a call of Python."""
    import torch

    with in_bfloat16.arithmetic.entered():
        in_bfloat16._encode(TEXTS, "")
        brief = in_bfloat16._model[0].model.encoder.brief
        assert isinstance(brief, torch.jit.ScriptModule)
        called: list[str] = []
        sys.setprofile(lambda frame, event, _: called.append(frame.f_code.co_qualname) if event == "call" else None)
        try:
            in_bfloat16._encode(TEXTS, "")
        finally:
            sys.setprofile(None)
    assert not [name for name in called if name.startswith(("BertLayer", "BertSelfAttention", "BertIntermediate"))]


def test_batches_of_any_size_and_length_are_the_same_in_bfloat16(in_bfloat16: Embedder) -> None:
    for texts in (["Nein."], ["Nein.", "Ja. " * 700], ["Die Brücke über die Aue wird erneuert. " * 20] * 5):
        found, full = in_bfloat16.passages(texts), in_bfloat16._encode(texts, in_bfloat16._passage_prompt)
        assert np.sum(found * full, axis=1).min() >= 0.9999


def test_questions_are_computed_as_passages_are(in_bfloat16: Embedder) -> None:
    questions = ["Wer?", "Wie viele Brücken sind in Altdorf gesperrt?"]
    found, full = in_bfloat16.questions(questions), in_bfloat16._encode(questions, in_bfloat16._query_prompt)
    assert np.sum(found * full, axis=1).min() >= 0.9999
    assert not np.array_equal(found, full)


def test_a_question_does_not_wait_for_the_passages_of_an_ingest(in_bfloat16: Embedder) -> None:
    in_bfloat16.questions(["Wer?"])
    with in_bfloat16._lock, ThreadPoolExecutor(1) as other:  # which a batch of passages holds
        assert len(other.submit(in_bfloat16.questions, ["Wer?"]).result(timeout=60)) == 1


def test_a_thread_stays_in_float32_while_another_is_in_bfloat16(in_bfloat16: Embedder) -> None:
    def plain() -> np.ndarray:
        return in_bfloat16._encode(["query: Wer?"], "")

    before = plain()
    entered, done, found = threading.Event(), threading.Event(), []

    def other() -> None:
        with in_bfloat16.arithmetic.entered():
            entered.set()
            done.wait(60)
            found.append(in_bfloat16._encode(["query: Wer?"], ""))

    thread = threading.Thread(target=other)
    thread.start()
    assert entered.wait(60)
    assert np.array_equal(plain(), before)
    done.set()
    thread.join(60)
    assert not np.array_equal(found[0], before)  # the thread that entered did compute otherwise


def test_word_embeddings_are_not_in_memory_twice(in_bfloat16: Embedder) -> None:
    _ = in_bfloat16.arithmetic
    sizes = [weight.numel() for weight in in_bfloat16._model.parameters() if weight.shape[0] > 200_000]
    assert len(sizes) == 1


class Noisy:
    """Stands for a model that bfloat16 changes: its vectors turn when a thread computes in it."""

    def __init__(self) -> None:
        self.model = [object()]

    def __getitem__(self, place: int) -> Any:
        return self.model[place]


def test_a_way_that_changes_the_vectors_is_not_taken() -> None:
    import torch

    from rag.models.arithmetic import FLOAT32, fastest

    def turning(texts: Any) -> np.ndarray:
        unit = np.array([0.999, 0.0447]) if torch.is_autocast_enabled("cpu") else np.array([1, 0])  # cosine .999
        return np.tile(unit, (len(texts), 1))

    def steady(texts: Any) -> np.ndarray:
        return np.tile([1.0, 0.0], (len(texts), 1))

    assert fastest(Noisy(), turning) is FLOAT32
    assert fastest(Noisy(), steady).name == "bfloat16 autocast"
    assert fastest(Noisy(), lambda texts: steady(texts) * np.nan) is FLOAT32


def test_bfloat16_that_is_asked_for_and_changes_the_vectors_is_an_error(
    small: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Embedder(Settings.load(embed_model=small("bert"), embed_dtype="bfloat16"))
    with monkeypatch.context() as patch:
        patch.setattr("rag.models.arithmetic.LEAST", 1.1)
        with pytest.raises(SettingsError, match="embed_dtype"):
            asked.passages(["Die Brücke ist gesperrt."])
    types = {weight.dtype for weight in asked._model.parameters()}
    assert len(types) == 1  # the copy that was no good is gone


def test_a_model_that_is_not_built_like_bert_goes_through_autocast(small: Callable[[str], str]) -> None:
    other = Embedder(Settings.load(embed_model=small("distilbert"), embed_dtype="bfloat16"))
    assert other.arithmetic.name == "bfloat16 autocast"
    found, full = other.passages(TEXTS), other._encode(TEXTS, "")
    assert np.sum(found * full, axis=1).min() >= 0.999


def test_any_model_on_a_cpu_without_bfloat16_is_computed_in_float32(
    small: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.arithmetic.cpu_has_bfloat16", lambda: False)
    other = Embedder(Settings.load(embed_model=small("bert")))
    assert other.arithmetic.name == "float32"
    assert np.allclose(other.passages(TEXTS), other._encode(TEXTS, ""), atol=1e-5)


def test_every_job_is_done_once_by_threads_with_their_share_of_the_cores() -> None:
    import torch

    before = torch.get_num_threads()
    done: list[tuple[int, int]] = []
    side_by_side.run(range(50), lambda job: done.append((job, torch.get_num_threads())), nullcontext)
    assert sorted(job for job, _ in done) == list(range(50))
    assert {threads for _, threads in done} == {max(1, before // side_by_side.width())}
    assert torch.get_num_threads() == before
    later: list[int] = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert later == [before]  # nor did threads to come lose their cores


def test_an_error_ends_the_run_and_the_next_one_works() -> None:
    begun: list[int] = []

    def work(job: int) -> None:
        begun.append(job)
        if job == 3:
            raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        side_by_side.run(range(1000), work, nullcontext)
    assert len(begun) < 1000
    again: list[int] = []
    side_by_side.run(range(5), again.append, nullcontext)
    assert sorted(again) == [0, 1, 2, 3, 4]
