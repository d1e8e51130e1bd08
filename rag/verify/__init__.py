"""Sentence x cited passages -> supported, partly or unsupported, and which words are not borne out."""

from rag.verify.check import Check, Source, Support, verify
from rag.verify.ground import Fault, Reason

__all__ = ["Check", "Fault", "Reason", "Source", "Support", "verify"]
