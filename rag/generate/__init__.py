"""Passages and a language model -> an answer that is held to the evidence, sentence by sentence."""

from rag.generate.answer import answered
from rag.generate.followup import worded
from rag.generate.gather import deeper, gathered
from rag.generate.write import Task

__all__ = ["Task", "answered", "deeper", "gathered", "worded"]
