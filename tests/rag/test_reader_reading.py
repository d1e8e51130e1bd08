"""The reader in use: spans lie verbatim in the passage, windows and batches change nothing, a damaged file is an error."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelDamagedError, ModelMissingError
from rag.models.reader.adapter import load_adapter, quantise, restore, save_adapter
from rag.models.reader.coding import Coder, padded, trimmed
from rag.models.reader.model import LONGEST, OVERLAP, SpanReader, _windows
from rag.models.reader.network import load_base
from rag.models.reader.spans import TokenSpan, best_spans, null_score
from tests.reader_base import write_base

WORDS = "eins zwei drei vier fünf sechs sieben acht ,"
INF = np.inf


@pytest.fixture(scope="module")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base") / "tiny", WORDS)


@pytest.fixture(scope="module")
def reader(tiny_base: Path) -> SpanReader:
    return SpanReader(load_base(tiny_base), Coder(tiny_base), dtype=torch.float32)


def test_embeddings_left_in_float32_give_the_same_scores(tiny_base: Path) -> None:
    whole, light = load_base(tiny_base).to(torch.bfloat16).eval(), load_base(tiny_base).lightened("cpu", torch.bfloat16)
    assert (light.word.weight.dtype, light.position.weight.dtype) == (torch.float32, torch.bfloat16)
    ids = torch.tensor([[0, 4, 5, 2, 2, 6, 7, 8, 2], [0, 5, 2, 2, 7, 2, 1, 1, 1]])
    with torch.inference_mode():
        one, other = (network(ids, torch.tensor([9, 6]), torch.tensor([5, 4])) for network in (whole, light))
    for name in ("start", "end", "answerable", "relevant"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name


def test_the_best_spans_are_those_of_trying_all() -> None:
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(2, 12))
    start[[1, 2, 11]] = end[[1, 2, 11]] = -INF
    spans = best_spans(start, end, count=1, longest=4)
    allowed = [(a, b) for a, b in itertools.product(range(1, 12), repeat=2) if a <= b < a + 4]
    first, last = max(allowed, key=lambda p: start[p[0]] + end[p[1]])
    assert spans == [TokenSpan(first, last, pytest.approx(start[first] + end[last]))]
    assert null_score(start, end) == start[0] + end[0]


def test_further_spans_do_not_overlap_and_end_when_nothing_is_left() -> None:
    # 1..4 may answer; 2-3 scores 5 + 5; left of it 1-1: 1 + 0, right of it 4-4: 2 + 3; then nothing is left.
    start = np.array([9, 1, 5, 0, 2, -INF])
    end = np.array([9, 0, 1, 5, 3, -INF])
    assert [(s.first, s.last, s.score) for s in best_spans(start, end, count=9)] == [(2, 3, 10), (4, 4, 5), (1, 1, 1)]
    assert best_spans(np.array([1.0]), np.array([1.0])) == []
    assert best_spans(np.array([1.0, -INF]), np.array([1.0, -INF])) == []


@given(st.lists(st.sampled_from([*WORDS.split(), " ", "\n", "unbekannt", "Ö"]), max_size=120), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_spans_lie_in_the_passage_without_blanks_at_their_ends(
    reader: SpanReader, words: list[str], count: int
) -> None:
    text = " ".join(words)
    (reading,) = reader.read_pairs([("eins zwei ?", ("drei vier", text))], spans=count)
    assert bool(reading.spans) == bool(text.strip())
    assert len(reading.spans) <= count
    for span in reading.spans:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
    assert [s.score for s in reading.spans] == sorted((s.score for s in reading.spans), reverse=True)
    for one, other in itertools.combinations(reading.spans, 2):
        assert one.end <= other.start or other.end <= one.start


def test_a_batch_reads_each_passage_as_if_it_were_alone(reader: SpanReader) -> None:
    passages = ["eins", "zwei drei vier , fünf sechs", "", "acht " * 30, "sieben"]
    together = reader.read_pairs([("eins zwei", ("", passage)) for passage in passages])
    for passage, reading in zip(passages, together, strict=True):
        (alone,) = reader.read_pairs([("eins zwei", ("", passage))])
        assert [(s.start, s.end) for s in alone.spans] == [(s.start, s.end) for s in reading.spans]
        assert alone.answerable == pytest.approx(reading.answerable, abs=1e-4)
        assert alone.relevant == pytest.approx(reading.relevant, abs=1e-4)
    assert together[2].spans == ()
    assert together[2].answerable == -INF


def test_a_long_passage_is_read_to_its_end(tiny_base: Path) -> None:
    """The word that the network is made to choose stands at the end, far behind the first window."""
    network = load_base(tiny_base)
    coder = Coder(tiny_base)
    chosen = int(coder(["acht"])[0].ids[0])
    with torch.no_grad():
        network.position = torch.nn.Embedding(512, network.word.weight.shape[1], _weight=torch.zeros(512, 32))
        network.span.weight.zero_()

    def choose(module: torch.nn.Module, given: tuple[torch.Tensor, ...], result: torch.Tensor) -> torch.Tensor:
        return seen[0].eq(chosen).float()[..., None].expand(*seen[0].shape, 2) * 9

    seen: list[torch.Tensor] = []
    network.word.register_forward_hook(lambda module, given, result: seen.insert(0, given[0]))
    network.span.register_forward_hook(choose)
    text = "eins zwei drei vier " * 250 + "acht fünf"
    (reading,) = SpanReader(network, coder, dtype=torch.float32).read_pairs([("sechs", ("", text))])
    assert text[reading.spans[0].start : reading.spans[0].end] == "acht"
    assert reading.spans[0].score == pytest.approx(18)  # 9 for its start, 9 for its end, none for "no answer"


def test_the_title_is_read_above_every_window_and_never_answers(tiny_base: Path) -> None:
    network, coder = load_base(tiny_base), Coder(tiny_base)
    chosen = int(coder(["acht"])[0].ids[0])
    network.position = torch.nn.Embedding(512, network.word.weight.shape[1])
    seen: list[torch.Tensor] = []
    network.word.register_forward_hook(lambda module, given, result: seen.insert(0, given[0]))
    network.span.register_forward_hook(
        lambda module, given, result: seen[0].eq(chosen).float()[..., None].expand(*seen[0].shape, 2) * 9
    )
    text = "eins zwei drei vier " * 150 + "fünf"
    (reading,) = SpanReader(network, coder, dtype=torch.float32).read_pairs([("sechs", ("acht sieben", text))])
    assert len(seen[0]) > 1 and (seen[0] == chosen).sum(1).tolist() == [1] * len(seen[0])
    assert all(span.score == pytest.approx(0) for span in reading.spans)  # 18 where the title may be chosen
    assert (seen[0] != 1).sum(1).max() == LONGEST


def test_windows_cover_everything_and_share_their_bounds() -> None:
    room = LONGEST - 14
    assert list(_windows(room, room)) == [(0, room)]
    assert list(_windows(0, room)) == []
    windows = list(_windows(1000, room))
    assert windows[0][0] == 0
    assert windows[-1][1] == 1000
    assert all(b - a <= room for a, b in windows)
    assert all(before[1] - after[0] == OVERLAP for before, after in itertools.pairwise(windows))


def test_padding_goes_in_steps_of_16_at_the_right() -> None:
    ids, lengths = padded([np.array([0, 5, 2]), np.arange(17)])
    assert ids.shape == (2, 32)
    assert lengths.tolist() == [3, 17]
    assert ids[0].tolist() == [0, 5, 2] + [1] * 29


def test_blanks_at_the_ends_are_no_part_of_a_span() -> None:
    assert trimmed("ein  Turm ", 3, 10) == (5, 9)


def test_six_levels_lose_what_max_says() -> None:
    # Max 1960, table I: 6 levels, mean squared error .05798 of a normal distribution's variance.
    matrix = np.random.default_rng(0).normal(size=(50, 401)).astype(np.float32) * np.linspace(1e-4, 1, 50)[:, None]
    packed, scales = quantise(matrix)
    lost = ((restore(packed, scales, (50, 401)) - matrix) ** 2).mean(1) / (matrix**2).mean(1)
    assert packed.nbytes == -(-50 * 401 // 3)
    assert lost.mean() == pytest.approx(0.058, abs=0.003)


def test_an_unchanged_row_stays_unchanged() -> None:
    packed, scales = quantise(np.zeros((2, 6), np.float32))
    assert not restore(packed, scales, (2, 6)).any()


def test_an_adapter_adds_what_was_learnt(tiny_base: Path, tmp_path: Path) -> None:
    base, trained = load_base(tiny_base), load_base(tiny_base)
    with torch.no_grad():
        for name, parameter in trained.adapted().items():
            parameter += torch.randn(parameter.shape, generator=torch.Generator().manual_seed(len(name))) * 0.01
    save_adapter(tmp_path / "a.safetensors", trained.adapted(), base.adapted(), {"examples": 7})
    assert load_adapter(tmp_path / "a.safetensors", base) == {"examples": 7}
    ids, lengths = torch.tensor([[0, 5, 2, 2, 6, 7, 2]]), torch.tensor([7])
    with torch.no_grad():
        one, other, plain = (n(ids, lengths, torch.tensor([4])) for n in (base, trained, load_base(tiny_base)))
    error, change = (one.start[0, 4:6] - other.start[0, 4:6]).norm(), (plain.start - other.start)[0, 4:6].norm()
    assert error < change / 2


def test_a_missing_or_damaged_adapter_is_an_error(tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="not there"):
        SpanReader.load(tiny_base, tmp_path / "none.safetensors")
    broken = tmp_path / "broken.safetensors"
    network = load_base(tiny_base)
    save_adapter(broken, network.adapted(), network.adapted(), {})
    broken.write_bytes(broken.read_bytes()[:-100])
    with pytest.raises(ModelDamagedError, match="broken"):
        SpanReader.load(tiny_base, broken)
    base_file = tiny_base / "model.safetensors"
    with pytest.raises(ModelDamagedError, match="not an adapter"):
        SpanReader.load(tiny_base, base_file)
