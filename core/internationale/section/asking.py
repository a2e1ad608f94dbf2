"""Whether whoever asked for something is still who they were, when it is their turn to write.

Who it is, and what they may, is found when a request comes. Until it writes, it may have waited for a turn, hashed a password, or
taken in a large file: long enough for somebody to sign them out, close their account, take a right from them, or for themselves
to leave. So it is asked once more within the transaction, where nothing changes any more until it is committed.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from internationale.errors import Conflict, SignedOut
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.plugins import Plugins

_ = marker("core")


@dataclass(frozen=True)
class Asking:
    """Who asks, as they were found when their request came, and by which secret (see ``kit.hookspecs.identify``)."""

    section: Any
    """Of which they ask it: no other section of this process knows their secret."""
    scope: str
    secret: str = field(repr=False)
    reader: Reader


asking: ContextVar[Asking | None] = ContextVar("asking", default=None)
"""The request under way, in its threads too; None: nobody asks, as in commands and the worker, or somebody unknown."""


def ask_again(section: Any, plugins: Plugins, session: Session) -> None:
    """Raise ``SignedOut`` when whoever asks is nobody any more, ``Conflict`` when they are called otherwise by now or have lost
    something that they might: what they do was decided by what they were.
    """
    asked = asking.get()
    if asked is None or asked.section is not section:
        return
    before = asked.reader
    now = plugins.identify(section=section, session=session, scope=asked.scope, secret=asked.secret, again=True)
    if now is None or now.id != before.id:
        raise SignedOut(_("Sign in to do this."))
    if now.handle != before.handle or not _holds_all(now, before):
        raise Conflict(_("Your rights or your handle were changed while this was under way. Nothing was done."))


def _holds_all(now: Reader, before: Reader) -> bool:
    """Whether nothing was taken away."""
    if not before.roles <= now.roles:
        return False
    held = now.capabilities
    return held == before.capabilities or all(
        objects <= held.get(capability, frozenset()) for capability, objects in before.capabilities.items()
    )
