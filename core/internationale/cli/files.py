"""The files that people hand on, on this machine."""

from pathlib import Path

from internationale.cli.speech import say
from internationale.errors import Misconfigured
from internationale.events import card
from internationale.events.card import Card
from internationale.messages import marker
from internationale.rooms.roster.rules import papers
from internationale.rooms.roster.rules.papers import invitation, printed, read_invitation

__all__ = ["invitation", "printed", "read_card", "read_invitation", "write"]

_ = marker("core")


def read_card(content: bytes, name: str) -> Card:
    """Raises ``Invalid`` for what is no card, ``Untrusted`` when its own key has not signed it."""
    return card.verify(papers.signed_document(papers.read(content, name), name))


def write(path: Path, text: str) -> None:
    """Write a file to be handed on, and say so. Raises ``Misconfigured`` when that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Misconfigured(_("The file cannot be written: %(why)s") % {"why": error}, place=str(path)) from error
    say(_("Written: %(path)s") % {"path": path})
