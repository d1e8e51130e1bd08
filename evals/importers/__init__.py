"""Public data sets and own tables -> a folder with the articles and the question sets, for ``belegt eval run FOLDER``."""

from evals.importers.beir import import_beir
from evals.importers.folder import ARTICLES, Imported
from evals.importers.nomiracl import import_nomiracl
from evals.importers.pairs import import_pairs
from evals.importers.squad import import_squad
from evals.importers.tables import import_table

__all__ = [
    "ARTICLES",
    "Imported",
    "import_beir",
    "import_nomiracl",
    "import_pairs",
    "import_squad",
    "import_table",
]
