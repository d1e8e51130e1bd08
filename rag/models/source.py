"""Where a model comes from: a folder, or a hub id that the user named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rag.errors import ModelMissingError

Model = TypeVar("Model")


def find(wanted: str, setting: str, load: Callable[[str, bool], Model], named: str | None = None) -> Model:
    """What ``load(folder or hub id, whether to stay offline)`` makes of the model ``wanted``.

    A folder is never looked for on a hub, and a hub is asked only for what is not on this machine yet. Raises
    ModelMissingError, which tells to check ``setting``; there the model is called ``named``.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Threads that spin while they wait cost a quarter alone but a factor of four beside a second process on two cores,
    # and an ingest beside a chat is an ordinary day. Read by OpenMP when torch is imported, below.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        try:
            return load(str(folder) if folder.is_dir() else wanted, True)
        except (OSError, ValueError):
            if folder.is_dir():
                raise
            return load(wanted, False)
    except Exception as error:
        bundled = "'bundled', " if named else ""
        fix = f"Check {setting}: {bundled}a model folder, or a hub id (needs network once)."
        fix_de = f"{setting} prüfen: {bundled}ein Modellordner oder eine Hub-Kennung (braucht einmal Netz)."
        detail = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise ModelMissingError(model=named or wanted, detail=detail, fix=fix, fix_de=fix_de) from error


def device() -> str:
    """Where models run: "cuda" where there is a GPU."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
