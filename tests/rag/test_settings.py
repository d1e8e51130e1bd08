"""Settings fail early, errors speak two languages, the public names are few."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import rag
from corpus import errors as corpus_errors
from rag import errors
from rag.errors import BelegtError, SettingsError, UnreadableError
from rag.messages import Messages, user_language
from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_order_of_sources(tmp_path: Path) -> None:
    file = tmp_path / "belegt.toml"
    file.write_text("top_k = 3\ncandidates = 7\n")
    settings = Settings.load(
        file, environ={"BELEGT_TOP_K": "4", "HOME": "x"}, answer_sentences=None, min_confidence=0.7
    )
    assert (settings.top_k, settings.candidates, settings.min_confidence) == (4, 7, 0.7)
    assert settings.answer_sentences == Settings(index=Path("x")).answer_sentences


@pytest.mark.parametrize(
    ("environ", "named"),
    [({"BELEGT_TOP_KK": "4"}, "top_kk"), ({"BELEGT_TOP_K": "many"}, "top_k"), ({"BELEGT_TOP_K": "0"}, "top_k")],
)
def test_unknown_and_wrong_settings_are_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=f"'{named}'"):
        Settings.load(environ=environ)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("top_k = ")
    with pytest.raises(SettingsError, match=r"x\.toml"):
        Settings.load(tmp_path / "x.toml", environ={})


def test_every_setting_is_explained() -> None:
    keys = Messages(ROOT / "rag" / "locale").texts["en"]
    assert {key.removeprefix("setting_") for key in keys if key.startswith("setting_")} == set(Settings.model_fields)


def test_fingerprint_follows_what_changes_answers() -> None:
    base = Settings.load(environ={})
    assert base.fingerprint() == Settings.load(environ={}, index=Path("elsewhere"), language="de").fingerprint()
    assert base.fingerprint() != Settings.load(environ={}, top_k=3).fingerprint()


def every_error() -> list[type[BelegtError]]:
    named = {**vars(corpus_errors), **vars(errors)}
    return [c for c in named.values() if isinstance(c, type) and issubclass(c, BelegtError)]


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__name__)
def test_errors_in_both_languages_have_the_same_holes(error: type[BelegtError]) -> None:
    def holes(text: str) -> set[str]:
        return {name.removesuffix("_de") for _, name, _, _ in string.Formatter().parse(text) if name}

    assert holes(error.en) == holes(error.de)
    assert error.exit_code in (1, 2)
    if issubclass(error, UnreadableError):
        for english, german in error.REASONS.values():
            assert holes(english) == holes(german)
            assert english != german


def test_every_error_stands_in_the_tree() -> None:
    for error in every_error():
        assert error.__name__ in (errors.__doc__ or ""), error


def test_messages_have_the_same_keys_and_holes_in_both_languages() -> None:
    for folder in (ROOT / "rag" / "locale", ROOT / "ui" / "locale", ROOT / "evals" / "locale"):
        texts = Messages(folder).texts
        for key, german in texts["de"].items():
            parse = string.Formatter().parse
            assert {h for _, h, _, _ in parse(german) if h} == {h for _, h, _, _ in parse(texts["en"][key]) if h}, key


def test_language_of_messages() -> None:
    assert user_language("auto", {"LANG": "de_AT.UTF-8"}) == "de"
    assert user_language("auto", {"LANG": "fr_FR.UTF-8"}) == "en"
    assert user_language("auto", {}) == "en"
    assert user_language("de", {"LANG": "en_US"}) == "de"


def test_public_names() -> None:
    assert rag.__all__ == sorted(rag.__all__)
    for name in rag.__all__:
        assert getattr(rag, name).__doc__, name
    with pytest.raises(AttributeError):
        rag.nonsense  # noqa: B018


def test_imports_point_one_way() -> None:
    """ui, evals -> rag -> corpus; only the command line looks up, and only when its command is called."""
    forbidden = {
        "corpus": ("rag", "ui", "evals", "chromadb", "gradio"),
        "rag": ("ui", "evals", "gradio"),
        "evals": ("ui", "gradio"),
    }
    for package, names in forbidden.items():
        for path in (ROOT / package).rglob("*.py"):
            if path.name == "cli.py":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not [m for m in modules if m.split(".")[0] in names], f"{path} imports {modules}"
