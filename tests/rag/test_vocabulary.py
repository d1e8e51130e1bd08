"""One vocabulary for two tokenizers: they cut the same, keep their own padding, and free it together."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from rag.models import vocabulary
from rag.models.embed import Embedder
from rag.models.reader.coding import Coder
from rag.models.vocabulary import FILE, share
from tests.reader_base import write_base

TEXTS = ["Zwei Brücken, drei  Flüsse.", "eins <mask> zwei", "</s> eins", "Straßenbahnlinie 7\u00a0fährt", "你好 😀", ""]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_base(tmp_path / "tiny", "eins zwei drei")


def test_the_reader_cuts_as_before_with_the_embedder_s_vocabulary(embedder: Embedder) -> None:
    folder = Path(embedder._model.tokenizer.name_or_path)
    alone = Tokenizer.from_file(str(folder / FILE))
    coder = Coder(folder)
    assert coder._vocabulary is embedder._model.vocabulary
    for text, coded in zip(TEXTS, coder(TEXTS), strict=True):
        wanted = alone.encode(text, add_special_tokens=False)
        assert coded.ids.tolist() == wanted.ids
        assert coded.offsets.tolist() == [list(bounds) for bounds in wanted.offsets]


def test_padding_and_truncation_are_each_tokenizer_s_own(folder: Path) -> None:
    first, second = (Tokenizer.from_file(str(folder / FILE)) for _ in range(2))
    held = share(first, folder)
    assert share(second, folder) is held
    first.enable_truncation(1)
    first.enable_padding(length=5)
    assert len(first.encode("eins zwei drei").ids) == 5
    assert len(second.encode("eins zwei drei").ids) == 3


def test_it_is_freed_with_the_last_who_holds_it(folder: Path) -> None:
    coders = [Coder(folder), Coder(folder)]
    (key,) = [key for key in vocabulary._held if key[0] == (folder / FILE).resolve()]
    coders.pop()
    gc.collect()
    assert key in vocabulary._held
    coders.pop()
    gc.collect()
    assert key not in vocabulary._held


def test_a_file_that_changed_is_another_vocabulary(folder: Path) -> None:
    before = Coder(folder)
    text = (folder / FILE).read_text("utf-8")
    (folder / FILE).write_text(text.replace('"zwei"', '"zwanzig"'), "utf-8")
    after = Coder(folder)
    assert before._vocabulary is not after._vocabulary
    assert before(["zwei"])[0].ids.tolist() != after(["zwei"])[0].ids.tolist()


def test_a_folder_without_the_file_has_none(tmp_path: Path, folder: Path) -> None:
    assert share(Tokenizer.from_file(str(folder / FILE)), tmp_path) is None
