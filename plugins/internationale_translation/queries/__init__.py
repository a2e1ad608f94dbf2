"""What the pages, the API and the home page show."""

from .desk import Bench, Desk, desk, drafts, kept, suggestions, translating, with_suggestions
from .matrix import Row, matrix, page_of_matrix
from .waiting import DRAFT, READ, needs

__all__ = [
    "DRAFT",
    "READ",
    "Bench",
    "Desk",
    "Row",
    "desk",
    "drafts",
    "kept",
    "matrix",
    "needs",
    "page_of_matrix",
    "suggestions",
    "translating",
    "with_suggestions",
]
