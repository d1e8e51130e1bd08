"""Trains the bundled reader: ``python -m rag.models.reader.train --out DIR --data ../shared/data [--minutes N]``.

Full fine-tuning of the encoder in bfloat16 with float32 masters (AdamW, Loshchilov and Hutter 2019), three losses in one
pass: the answer's span (position 0 for none), whether the passage answers, whether the question is about the passage.

How long a machine will be free is not known beforehand, so the rate stays constant after a warm-up and a moving average
of the weights is what is saved as an adapter; ``--decay N`` takes the last state and lets the rate fall to zero over N
steps (warm-up, stable, decay: Hu et al. 2024, https://arxiv.org/abs/2404.06395), leaving that state as it is.

A run can be killed or stopped at any moment: called again, it goes on from DIR/state.pt. The CPU's time is counted, not
the clock's, so a run that was held with SIGSTOP is none the wiser. Every line of DIR/log.jsonl is one report.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported; see rag/models/embed.py

import torch
from filelock import FileLock

from rag.models.bundled import bundled_folder
from rag.models.reader.adapter import load_adapter, save_adapter
from rag.models.reader.batches import Batches
from rag.models.reader.checkpoint import State, load_state, save_state
from rag.models.reader.coding import Coder
from rag.models.reader.network import load_base
from rag.models.reader.pool import Pool, load_pool
from rag.models.reader.trainer import Plan, Trainer
from rag.settings import Settings

STATE, LOG, ADAPTERS = "state.pt", "log.jsonl", "adapters"


class Clock:
    """Seconds of work: the CPU's time over its threads, so waiting and being held do not count."""

    def __init__(self, device: str) -> None:
        self._threads = 1 if device == "cuda" else torch.get_num_threads()
        self._from = time.process_time()

    def seconds(self) -> float:
        """Since the last call."""
        now = time.process_time()
        passed, self._from = (now - self._from) / self._threads, now
        return passed


class Run:
    """A training run in a folder: takes up its last state, saves it every few minutes, adapters as it goes."""

    def __init__(
        self, out: Path, pool: Pool, base: Path, plan: Plan, device: str, decay: int | None = None,
        warm: Path | None = None,
    ) -> None:  # fmt: skip
        """``warm``: an adapter from whose weights and place in the data a new run begins, where its state is lost."""
        out.mkdir(parents=True, exist_ok=True)
        (out / ADAPTERS).mkdir(exist_ok=True)
        self.out, self.decay = out, decay
        self._path = out / (STATE if decay is None else f"decay{decay}.pt")
        state = _last_state(out / STATE, self._path)
        if state is not None:
            plan = Plan(**state.settings)
        self.trainer = Trainer(load_base(base, plan.seed), plan, device)
        if state is not None:
            self.trainer.resume(state)
        elif decay is not None:
            raise FileNotFoundError(f"{out / STATE} is not there: train first, then decay")
        elif warm is not None:
            network = load_base(base)
            self.trainer.begin_from(network.adapted(), load_adapter(warm, network))
        self._batches = batches_of(pool, Coder(base), plan)
        self._clock = Clock(device)
        self.stopping = False

    def go(self, steps: int | None, minutes: float | None, save_every: float = 300, adapter_every: int = 4000) -> None:
        """Trains until the run has done ``steps`` in all, or ``minutes`` of work in this call, or its decay, or is told
        to stop; then saves. Seconds of work lie between states, examples between adapters."""
        progress = self.trainer.progress
        worked = unsaved = 0.0
        parts: list[dict[str, float]] = []
        self._clock.seconds()
        for epoch, number, batch in self._batches.start_from(progress.epoch, progress.batch):
            if self.stopping or self._done(steps) or (minutes is not None and worked >= minutes * 60):
                break
            parts.append(self.trainer.step(batch, self.decay))
            progress.epoch, progress.batch = epoch, number
            seconds = self._clock.seconds()
            progress.seconds += seconds
            worked, unsaved = worked + seconds, unsaved + seconds
            if progress.step % 25 == 0:
                self._report(parts)
                parts = []
            if progress.examples // adapter_every != (progress.examples - len(batch.lengths)) // adapter_every:
                self.save_adapter()
            if unsaved >= save_every:
                save_state(self._path, self.trainer.state())
                unsaved = 0.0
        save_state(self._path, self.trainer.state())
        self.save_adapter()

    def save_adapter(self) -> None:
        """The moving average of the weights; after a decay the weights themselves."""
        trainer, progress = self.trainer, self.trainer.progress
        kind = "stable" if self.decay is None else f"decay{self.decay}"
        path = self.out / ADAPTERS / f"{kind}-{progress.examples:07}.safetensors"
        weights = trainer.average if self.decay is None else trainer.weights
        save_adapter(path, weights, trainer.base, {**asdict(progress), "plan": asdict(trainer.plan)})

    def _done(self, steps: int | None) -> bool:
        progress = self.trainer.progress
        if self.decay is not None:
            return (progress.decayed or 0) >= self.decay
        return steps is not None and progress.step >= steps

    def _report(self, parts: list[dict[str, float]]) -> None:
        means = {name: round(sum(p[name] for p in parts) / len(parts), 4) for name in parts[0]}
        line = {**asdict(self.trainer.progress), **means, "at": time.strftime("%H:%M:%S")}
        line["seconds"] = round(self.trainer.progress.seconds, 1)
        text = json.dumps(line)
        with (self.out / LOG).open("a", encoding="utf-8") as file:
            file.write(text + "\n")
        print(text, file=sys.stderr, flush=True)


def _last_state(stable: Path, path: Path) -> State | None:
    """The stable state, or the one at ``path`` of a decay that was begun from it, not from an earlier one."""
    state = load_state(stable) if stable.is_file() else None
    if state is None or path == stable or not path.is_file():
        return state
    decaying = load_state(path)
    begun = decaying.progress.step - (decaying.progress.decayed or 0)
    return decaying if begun == state.progress.step else state


def batches_of(pool: Pool, coder: Coder, plan: Plan) -> Batches:
    passages, titles = coder(pool.passages), coder(pool.titles)
    questions = coder([asked.question for asked in pool.train])
    return Batches(pool, questions, passages, titles, plan.size, plan.seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="the run's folder: state, log, adapters")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--steps", type=int, help="of the whole run")
    parser.add_argument("--minutes", type=float, help="of work in this call")
    parser.add_argument("--decay", type=int, metavar="STEPS", help="from the last state, let the rate fall to zero")
    parser.add_argument("--warm", type=Path, metavar="ADAPTER", help="new runs only: go on from this adapter")
    for option in fields(Plan):
        name = "--" + option.name.replace("_", "-")
        parser.add_argument(name, type=type(option.default), default=option.default, help="new runs only")
    arguments = parser.parse_args()
    plan = Plan(**{option.name: getattr(arguments, option.name) for option in fields(Plan)})
    arguments.out.mkdir(parents=True, exist_ok=True)
    with FileLock(arguments.out / ".lock", timeout=0):  # a second run in the folder would write over the first
        device = "cuda" if torch.cuda.is_available() else "cpu"
        base = bundled_folder(Settings.load().cache)
        run = Run(arguments.out, load_pool(arguments.data), base, plan, device, arguments.decay, arguments.warm)

        def stop(*_: object) -> None:
            run.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        run.go(arguments.steps, arguments.minutes)


if __name__ == "__main__":
    main()
