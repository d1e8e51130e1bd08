"""The reader's training: the network is BERT, a run that was killed ends where an undisturbed one does."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from rag.models.reader import pool as pool_module
from rag.models.reader.adapter import load_adapter
from rag.models.reader.average import average
from rag.models.reader.batches import ALL_TITLED, REPEATED, TITLED, Batches
from rag.models.reader.checkpoint import load_state
from rag.models.reader.coding import Coder, head, pair
from rag.models.reader.negatives import Negatives
from rag.models.reader.network import load_base
from rag.models.reader.pool import OWN, SOURCES, digest, load_pool, paragraphs
from rag.models.reader.train import STATE, Run
from rag.models.reader.trainer import Plan
from tests.reader_base import write_base

QUESTIONS = Path(__file__).parents[2] / "evals" / "questions"
MADE = (  # sources whose passages are ours too
    *("own-de", "own-en", "plain-de", "plain-en", "parts-de", "parts-en"),
    *("articles-de", "actors-de", "actors-en", "stories-de", "stories-en"),
)
PLAN = Plan(size=2, warmup=2, rate=1e-3, head_rate=1e-3, precision="float32")


def test_the_network_computes_what_transformers_computes(tiny_base: Path) -> None:
    from transformers import BertModel

    theirs = BertModel.from_pretrained(tiny_base, add_pooling_layer=False, attn_implementation="eager").eval()
    ours = load_base(tiny_base)
    ids = torch.tensor([[0, 5, 6, 2, 2, 7, 8, 9, 2], [0, 5, 2, 2, 7, 2, 1, 1, 1]])
    lengths = torch.tensor([9, 6])
    seen = []
    ours.blocks[-1].register_forward_hook(lambda module, given, result: seen.append(result))
    with torch.no_grad():
        scores = ours(ids, lengths, torch.tensor([5, 4]))
        wanted = theirs(ids, attention_mask=(ids != 1).long()).last_hidden_state
    assert torch.allclose(seen[0][0], wanted[0], atol=1e-5)
    assert torch.allclose(seen[0][1, :6], wanted[1, :6], atol=1e-5)
    # Only the place of "no answer" and the passage may be chosen: 0, and 5..7 of the first, 4 of the second.
    assert torch.isfinite(scores.start).nonzero().tolist() == [[0, 0], [0, 5], [0, 6], [0, 7], [1, 0], [1, 4]]


def test_a_killed_run_ends_where_an_undisturbed_one_does(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    pool = load_pool(toy_data)
    whole = Run(tmp_path / "whole", pool, tiny_base, PLAN, "cpu")
    whole.go(steps=6, minutes=None)
    first = Run(tmp_path / "parts", pool, tiny_base, PLAN, "cpu")
    first.go(steps=3, minutes=None)
    second = Run(tmp_path / "parts", pool, tiny_base, PLAN, "cpu")
    second.go(steps=6, minutes=None)
    one, other = load_state(tmp_path / "whole" / STATE), load_state(tmp_path / "parts" / STATE)
    assert (one.progress.step, one.progress.epoch, one.progress.batch) == (
        6,
        other.progress.epoch,
        other.progress.batch,
    )
    for name, weight in one.weights.items():
        assert torch.equal(weight, other.weights[name]), name
        assert torch.equal(one.average[name], other.average[name]), name
    moments = [state.optimizer["state"][0]["exp_avg"] for state in (one, other)]
    assert torch.equal(*moments)
    assert moments[0].abs().max() > 0


def test_training_learns_the_toy_file(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "run", load_pool(toy_data), tiny_base, PLAN, "cpu")
    batch = run._batches.tensors(run._batches.epoch(0)[0])
    before = run.trainer.step(batch)["span"]
    for _ in range(60):
        after = run.trainer.step(batch)["span"]
    assert after < before / 4


def test_a_decay_leaves_the_stable_state_as_it_is(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    pool = load_pool(toy_data)
    Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu").go(steps=3, minutes=None)
    stable = (tmp_path / "run" / STATE).read_bytes()
    decay = Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu", decay=4)
    decay.go(steps=None, minutes=None)
    assert (tmp_path / "run" / STATE).read_bytes() == stable
    assert (decay.trainer.progress.step, decay.trainer.progress.decayed) == (3 + 4, 4)
    # Called again it has nothing left to do; after more training it begins anew, from there.
    assert Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu", decay=4).trainer.progress.decayed == 4
    # The rate of the last step is a quarter of the peak: 1 - 3/4.
    assert decay.trainer.optimizer.param_groups[0]["lr"] == pytest.approx(PLAN.rate / 4)
    Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu").go(steps=5, minutes=None)
    anew = Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu", decay=4).trainer.progress
    assert (anew.step, anew.decayed) == (5, None)


def test_a_decay_needs_a_state(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train first"):
        Run(tmp_path / "run", load_pool(toy_data), tiny_base, PLAN, "cpu", decay=4)


def test_two_decays_of_a_state_are_averaged(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    pool = load_pool(toy_data)
    Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu").go(steps=3, minutes=None)
    for steps in (2, 4):
        Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu", decay=steps).go(steps=None, minutes=None)
    states = [load_state(tmp_path / "run" / f"decay{steps}.pt") for steps in (2, 4)]
    average(states, tiny_base, tmp_path / "mean.safetensors")
    network = load_base(tiny_base)
    facts = load_adapter(tmp_path / "mean.safetensors", network)
    assert (facts["averaged"], facts["decayed"]) == (2, 4)  # the facts of the one that has seen most
    for name, parameter in network.adapted().items():
        if parameter.ndim == 1:  # not cut to six levels
            one, other = (state.weights[name] for state in states)
            assert torch.allclose(parameter, (one + other) / 2, atol=1e-3), name
    assert not torch.equal(*(state.weights["blocks.0.qkv.weight"] for state in states))
    states[0].weights.pop("blocks.0.qkv.weight")
    with pytest.raises(ValueError, match="different weights"):
        average(states, tiny_base, tmp_path / "none.safetensors")


def test_a_warm_start_goes_on_from_an_adapter(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    pool = load_pool(toy_data)
    lost = Run(tmp_path / "lost", pool, tiny_base, PLAN, "cpu")
    lost.go(steps=5, minutes=None)
    (adapter,) = (tmp_path / "lost" / "adapters").iterdir()
    run = Run(tmp_path / "run", pool, tiny_base, PLAN, "cpu", warm=adapter)
    was, is_ = lost.trainer.progress, run.trainer.progress
    assert (is_.epoch, is_.batch, is_.examples, is_.step) == (was.epoch, was.batch, was.examples, 0)
    network = load_base(tiny_base)
    load_adapter(adapter, network)
    for name, parameter in network.adapted().items():
        assert torch.equal(run.trainer.weights[name], parameter), name
        assert torch.equal(run.trainer.working[name], parameter), name
    assert not torch.equal(run.trainer.weights["blocks.0.qkv.weight"], run.trainer.base["blocks.0.qkv.weight"])


def test_batches_hold_the_answers_even_of_cut_passages(tiny_base: Path, toy_data: Path) -> None:
    pool, coder = load_pool(toy_data), Coder(tiny_base)
    questions, passages, titles = coder([a.question for a in pool.train]), coder(pool.passages), coder(pool.titles)
    batches = Batches(pool, questions, passages, titles, size=3, longest=16)
    answered, titled = 0, dict[bool, int]()
    for example in (e for batch in batches.epoch(0) for e in batch):
        above = titles[example.passage].ids if example.titled else titles[example.passage].ids[:0]
        before = head(questions[example.question].ids, above)
        assert batches._length(example) == len(before) + example.last - example.first <= 15
        if pool.articles[example.passage].startswith(ALL_TITLED):
            assert example.titled  # what their questions ask about is named in the title alone
        elif len(titles[example.passage].ids):
            titled[example.titled] = titled.get(example.titled, 0) + 1
        if example.span is None:
            continue
        answered += 1
        asked = pool.train[example.question]
        ids = passages[example.passage].ids[example.first : example.last]
        start, end = asked.best or (0, 0)
        wanted = coder([pool.passages[asked.passage][start:end]])[0].ids
        first, last = example.span
        assert ids[first : last + 1].tolist() == wanted.tolist()
        tensors = batches.tensors([example])
        assert tensors.ids[0, tensors.starts[0] : tensors.ends[0] + 1].tolist() == wanted.tolist()
        assert tensors.ids[0, : len(before) + len(ids) + 1].tolist() == pair(before, ids).tolist()
        assert tensors.passages.tolist() == [len(before)]
    assert titled[True] / sum(titled.values()) == pytest.approx(TITLED, abs=0.05)
    assert answered == sum(REPEATED.get(a.source, 1) for a in pool.train if a.answers)


def test_negatives_do_not_hold_the_answer_and_speak_the_passage_s_language(toy_data: Path) -> None:
    pool = load_pool(toy_data)
    negatives, rng = Negatives(pool), np.random.default_rng(0)
    drawn = 0
    for asked in pool.train:
        for _ in range(5):
            number = negatives.draw(asked, rng)
            if number is None:
                continue
            drawn += 1
            assert number != asked.passage
            assert pool.languages[number] == pool.languages[asked.passage]
            own = pool.passages[asked.passage]
            assert not any(own[a:b].casefold() in pool.passages[number].casefold() for a, b in asked.answers)
    assert drawn > 20


def test_nothing_of_development_is_trained_on(toy_data: Path) -> None:
    pool = load_pool(toy_data)
    assert pool.development
    assert not {a.passage for a in pool.train} & {a.passage for a in pool.development}
    mlqa = [{a.id for a in part if a.source.startswith("mlqa")} for part in (pool.train, pool.development)]
    assert mlqa[0] and mlqa[1] and not mlqa[0] & mlqa[1]  # the ids are those of parallel questions


def test_what_is_measured_on_is_not_trained_on() -> None:
    # What is measured on lies in folders of its own beside these: xquad, nomiracl, mlqa_test_de_retrieval, xnli.
    folders = {file.split("/")[0] for source, (file, _) in SOURCES.items() if source not in MADE}
    assert folders == {"train", "mlqa_dev", "wikinews"}
    # Of Wikinews it is articles: none that a question set is about.
    trained = {json.loads(line)["about"] for line in OWN["news"].read_text("utf-8").splitlines()}
    names = ("wikinews", *(f"wikinews-{number}" for number in "234567"), "temporal")
    sets = [QUESTIONS / f"{name}.jsonl" for name in names]
    lines = [json.loads(line) for file in sets for line in file.read_text("utf-8").splitlines()]
    measured = {article for line in lines for article in line.get("articles", [])}
    assert len(trained) > 500 and len(measured) > 150 and not trained & measured


@pytest.mark.parametrize("source", MADE)
def test_answers_lie_in_the_passages_of_our_own(source: str) -> None:
    passages = [
        json.loads(line) for line in (OWN[source].parent / f"{source}.passages.jsonl").read_text("utf-8").splitlines()
    ]
    texts = {passage["id"]: passage["text"] for passage in passages}
    asked = [json.loads(line) for line in OWN[source].read_text("utf-8").splitlines()]
    assert len(texts) == len(passages) and {one["about"] for one in asked} == texts.keys()
    assert len({(one["about"], one["question"]) for one in asked}) == len(asked)
    for one in asked:
        if one["answer"] is not None:
            start, end = one["answer"]
            answer = texts[one["about"]][start:end]
            assert answer and answer == answer.strip() and 0 <= start < end <= len(texts[one["about"]]), one


def test_an_adapter_of_a_run_brings_its_weights_back(tiny_base: Path, toy_data: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "run", load_pool(toy_data), tiny_base, PLAN, "cpu")
    run.go(steps=8, minutes=None)
    (path,) = (tmp_path / "run" / "adapters").iterdir()
    network = load_base(tiny_base)
    facts = load_adapter(path, network)
    assert facts["step"] == 8
    for name, parameter in network.adapted().items():
        trained, base = run.trainer.average[name], run.trainer.base[name]
        error = (parameter - trained).norm() / max(float((trained - base).norm()), 1e-9)
        # Six levels lose 5.8 % of a normal distribution's variance (Max 1960): sqrt(.058) = .24 of its norm.
        assert error < (0.35 if parameter.ndim == 2 else 0.02), name


@pytest.fixture(scope="module")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = " ".join(map(str, range(100)))
    names = " ".join(source for source in SOURCES) + " " + " ".join(source[-2:] for source in SOURCES)
    words = f"Stadt town ciudad hat den Turm und Fluss gebaut im Jahr . ? Zoo {numbers} {names}"
    return write_base(tmp_path_factory.mktemp("base") / "tiny", words)


@pytest.fixture(scope="module")
def toy_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every source with a few passages about numbered towns; MLQA's files are parallel, as the real ones are."""
    folder = tmp_path_factory.mktemp("data")
    for source, (name, language) in SOURCES.items():
        if source in OWN:
            continue
        word = {"de": "Stadt", "en": "town", "es": "ciudad"}[language]
        pages = []
        for n in range(12):
            text = f"{word} {n} hat den Turm {n + 40} und den Fluss {n + 70} gebaut im Jahr {n + 10} ."
            answer = {"text": f"Turm {n + 40}", "answer_start": text.index("Turm")}
            asked = [{"id": str(n), "question": f"{source[-2:]} Turm {word} {n} ?", "answers": [answer]}]
            if source == "squad2":
                asked.append({"id": f"{n}x", "question": f"Zoo {word} {n} ?", "answers": [], "is_impossible": True})
            pages.append({"title": f"{word} {n // 3}", "paragraphs": [{"context": f"{source} {text}", "qas": asked}]})
            answer["answer_start"] = pages[-1]["paragraphs"][0]["context"].index("Turm")
        raw = json.dumps({"data": pages}).encode()
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    news, asked = [], []
    for n in range(12):
        text = f"Stadt {n} hat den Turm {n + 40} gebaut ."
        news.append({"id": str(n), "title": f"Turm {n}", "text": text})
        answer = [text.index("Turm"), text.index(" gebaut")]
        asked.append({"about": str(n), "question": f"Turm Stadt {n} ?", "answer": answer})
        asked.append({"about": str(n), "question": f"Zoo Stadt {n} ?", "answer": None})
    own = []
    for _, _, text, _ in paragraphs(folder / SOURCES["wikipedia"][0]):
        river = [text.index("Fluss"), text.index(" gebaut")]
        own.append({"about": digest(text), "question": "Fluss Stadt ?", "answer": river})
    (folder / "wikinews").mkdir()
    for file, lines in (
        (folder / SOURCES["news"][0], news),
        (folder / "news.jsonl", asked),
        *((folder / f"{source}.jsonl", asked) for source in MADE),
        *((folder / f"{source}.passages.jsonl", news) for source in MADE),
        (folder / "wikipedia.jsonl", own),
    ):
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        for source in MADE:
            patched.setitem(SOURCES, source, (f"{source}.passages.jsonl", source[-2:]))
        patched.setattr(pool_module, "OWN", {name: folder / f"{name}.jsonl" for name in OWN})
        yield folder
