"""News articles from files: read, cleaned, dated. Knows nothing of indexes, models or pages."""

from corpus.article import Article
from corpus.load import load

__all__ = ["Article", "load"]
