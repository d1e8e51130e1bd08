"""Evidence -> Answer without a language model, in words of the articles."""

from rag.compose.answer import compose

__all__ = ["compose"]
