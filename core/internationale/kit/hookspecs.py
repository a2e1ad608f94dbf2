"""The hooks: every place where a plugin (or a room) may speak. Synchronous, no network, plain values.

Declarations are asked once, at start; an error in one is an error at start. Questions are asked as they come up: a plugin
that raises loses its own answer and nothing else, except ``allowed``, where raising means no, and ``starting``, ``releasing``,
``kept`` and ``forgotten``, where it stops the whole.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pluggy
from sqlmodel import Session

from internationale.events.types import Event, EventType
from internationale.kit.ports import Section
from internationale.kit.vocabulary import (
    Capability,
    Check,
    DocumentKind,
    MenuItem,
    Need,
    Panel,
    Place,
    Projection,
    Reader,
    Restored,
    Task,
    Utterance,
)

hookspec = pluggy.HookspecMarker("internationale")
hookimpl = pluggy.HookimplMarker("internationale")


@hookspec
def event_types() -> Sequence[EventType]:
    """What can be said to other sections.

    Asked once. Names begin with the plugin's own name. Example: ``return [EventType(name="actions.called", payload=Called)]``.
    """
    return []


@hookspec
def projections() -> Sequence[Projection]:
    """How applied events become rows.

    Asked once. Table names begin with the plugin's name and an underscore.
    """
    return []


@hookspec
def capabilities() -> Sequence[Capability]:
    """What can be allowed, in words for the secretary, and which roles hold it to begin with.

    Asked once. Every event type needs a capability of its name.
    """
    return []


@hookspec
def document_kinds() -> Sequence[DocumentKind]:
    """The kinds of shared text that this plugin brings.

    Asked once. The documents room does the rest: reading, revisions, debate, amendments, translation.
    """
    return []


@hookspec
def routes() -> Sequence[Any]:
    """Litestar handlers: pages under ``/<plugin>``, API under ``/api/v1/<plugin>``.

    Asked once for each application. Make the handlers *inside* a function (a factory), never at module level: Litestar
    handlers cache what the first application gave them.
    """
    return []


@hookspec
def commands(cli: Any) -> None:
    """Add click commands to ``cli`` (a ``click.Group``), in a group named like the plugin.

    Asked once, when the command line starts. The section is ``ctx.obj()``: opened only when called. A command that publishes
    takes ``ctx.obj.speaking()`` instead, before its transaction: that makes sure first that nothing said before is forgotten.

    Write docstrings and ``help`` in English: ``--help`` looks them up in the plugin's catalog, each paragraph on one line.
    """


@hookspec
def tasks() -> Sequence[Task]:
    """Work to be done again and again by the worker.

    Asked once. Each must be safe to run twice.
    """
    return []


@hookspec
def checks() -> Sequence[Check]:
    """What ``internationale status`` should look at.

    Asked once. An empty list of messages means healthy.
    """
    return []


@hookspec
def starting(section: Section, session: Session, restored: Restored | None) -> None:
    """The section starts, in an instance or for one command: bring your own tables into order before the doors open.

    ``restored``: its database was put back from a copy, and you have not heard it yet (also
    when you were off at the start that told the others). What was ended since the copy was made
    (sign-ins, secrets that were handed out) is there again: end it. Called in one transaction; raising stops the start.
    Also while it runs, when only what comes back of its own log shows that the database is an old one.
    """


@hookspec(firstresult=True)
def identify(section: Section, session: Session, scope: str, secret: str, again: bool) -> Reader | None:
    """Who this is. ``scope`` is ``session`` (the id in the cookie) or ``token`` (a personal API token).

    Asked when a request comes that carries a secret, and ``again`` at the beginning of each of its transactions, within it: then
    no other transaction may be begun, and what was ended or taken away since must show. Exactly one plugin may implement it.
    None: nobody.
    """
    return None


@hookspec
def closed(section: Section, session: Session, account: str) -> bool | None:
    """Whether an account was closed, so that nothing is done in its name any more.

    Asked before what a person wrote earlier is signed for them. One True is enough, and so is raising; None: not known, or open.
    """
    return None


@hookspec
def releasing(section: Section, session: Session, utterance: Utterance, by: Reader, written: datetime) -> Utterance | None:
    """A second person releases what ``by`` wrote, perhaps days ago (``written``): it is about to be said as it stands.

    Asked once for each message, before it is said. Raise ``Conflict`` where the deed that wrote it would not do it any more: it
    would be said in vain, as somebody was faster, or mean something else than it did. What only carries other messages is read
    anew: return the utterance with these.
    """


@hookspec
def allowed(section: Section, reader: Reader, capability: str, subject: str | None) -> bool | None:
    """Whether a reader may, beyond the grants.

    Everyone is asked: one False forbids (and so does raising), one True allows, otherwise the grants decide. Order never
    decides security.
    """
    return None


@hookspec
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    """Entries of the main menu for this reader.

    Asked once per page. Leave out what the reader may not open: an entry that leads to a refusal helps nobody.
    """
    return []


@hookspec
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    """What waits for this person, for the home page: few, concrete, each with the page where it is done.

    Asked once per home page of a signed-in reader.
    """
    return []


@hookspec
def panels(place: Place, subject: Any, section: Section, session: Session, reader: Reader) -> Sequence[Panel]:
    """Pieces of other people's pages.

    Asked once per page, never per row. ``subject`` is what ``Place`` says. Example: the statements plugin answers at
    ``Place.DOCUMENT`` with the co-signatures when ``subject.document.kind == "statement"``, and with ``[]`` otherwise.
    """
    return []


@hookspec
def kept(section: Section, session: Session, account: str) -> Mapping[str, Any] | None:
    """What you keep of a person, for the export of their data: plain JSON values, no secrets, nothing of other people.

    Asked once per export, of an account's id; None: nothing. A plugin that raises stops the export, which would otherwise
    look complete. Example: the translation plugin answers ``{"drafts": [...]}``.
    """
    return None


@hookspec
def forgotten(section: Section, session: Session, account: str) -> None:
    """A person leaves, or was erased: delete what is theirs alone, and take their id and handle from what others need.

    Called once, in the transaction of the leaving, for an account's id; raising stops the leaving, so that nobody is erased
    by halves. Example: the documents room keeps contributions to a debate as those of a former member.
    """


@hookspec
def recorded(section: Section, event: Event[Any]) -> None:
    """An event, own or foreign, was applied and committed. At least once; errors are logged, never raised."""
