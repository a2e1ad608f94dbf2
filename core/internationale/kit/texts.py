"""Comparing texts by words, for plugins: exact, and readable in every script."""

from internationale.text.compare import Piece, words
from internationale.text.words import content, resemblance, similarity

__all__ = ["Piece", "content", "resemblance", "similarity", "words"]
