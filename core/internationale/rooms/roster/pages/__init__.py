"""The list of sections in a browser: versions, proposals and their signatures, comparing fingerprints, joining."""

from collections.abc import Sequence
from typing import Any

from .founding import FoundingPages
from .joining import JoiningPages, VouchingPages
from .proposing import ProposingPages
from .roster import RosterPages
from .signing import SigningPages


def routes() -> Sequence[Any]:
    """Litestar copies the handlers of a Controller for each application, so the classes themselves may be handed out."""
    return [FoundingPages, RosterPages, ProposingPages, SigningPages, JoiningPages, VouchingPages]
