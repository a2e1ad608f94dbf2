"""Actions in a browser."""

from litestar import Controller

from .answering import Answering
from .calling import Calling
from .reading import Actions
from .reporting import Reporting


def routes() -> list[type[Controller]]:
    """Litestar copies the handlers of a Controller for each application, so the classes themselves may be handed out."""
    return [Actions, Calling, Answering, Reporting]
