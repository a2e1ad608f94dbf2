"""Statements in a browser."""

from litestar import Controller

from .reading import Statements
from .signing import Proposing, Signing


def routes() -> list[type[Controller]]:
    """Litestar copies the handlers of a Controller for each application, so the classes themselves may be handed out."""
    return [Statements, Proposing, Signing]
