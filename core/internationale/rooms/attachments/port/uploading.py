"""Bringing a file here, before it is attached. Nothing leaves the house by it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import Session

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events.refs import Ref
from internationale.kit import audiences
from internationale.kit.attachments import MIB
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.attachments.port import watching
from internationale.rooms.attachments.port.coming import FULL, Incoming
from internationale.rooms.attachments.port.room import ATTACH, room
from internationale.rooms.attachments.queries import files as known
from internationale.rooms.attachments.queries import room as space
from internationale.rooms.attachments.rows.private import Upload
from internationale.rooms.attachments.rules import authority, names

_ = marker("core")

PATIENCE = timedelta(days=7)
"""How long a file waits to be attached; then it is deleted."""


@dataclass(frozen=True)
class Place:
    """Where a file is to be attached: to what (whose page is at ``path``), on which event, for whom."""

    subject: str
    path: str
    on: Ref
    audience: str


def place(section: Home, session: Session, subject: str, on: str, by: Reader) -> Place:
    """Where this person may attach something. ``on``: the ref of an event that names the subject; ``""`` for a document."""
    section.require(by, ATTACH, subject)
    try:
        ref = Ref.parse(on) if on else section.documents.get(session, subject).ref
    except Untrusted as error:
        raise Invalid(_("What this is to be attached to is not known here."), place="on") from error
    cause = section.event(session, ref)
    if cause is None or subject not in cause.envelope.data.values():
        raise Invalid(_("What this is to be attached to is not known here."), place="on")
    path = f"/{cause.envelope.type.split('.')[2]}/{subject}"
    return Place(subject, path, ref, authority.audiences(cause.envelope, section.code, subject)[0])


def begin(section: Home, subject: str, on: str, by: Reader) -> tuple[Place, Incoming]:
    """Where a file is to go, and what takes it. Raises what ``place`` and ``incoming`` raise."""
    with section.reading() as session:
        at = place(section, session, subject, on, by)
        return at, incoming(section, session, at)


def incoming(section: Home, session: Session, at: Place) -> Incoming:
    """Make ready for a file. Raises ``Conflict`` when attachments take up all the room there is for them."""
    here = room(section)
    key = b"" if at.audience in audiences.OPEN else secrets.token_bytes(32)
    return here.coming.begin(_taken(session), here.limits.all * MIB, here.largest, key)


def bring(section: Home, incoming: Incoming, at: Place, *, name: str, media: str, by: Reader) -> str:
    """Note a file that has come whole; returns the upload's id. When it cannot be noted, its pieces go.

    Raises ``Conflict`` when a piece of it went meanwhile, with the same file of somebody who left, or when others took the room.
    """
    noted = False
    try:
        content, beyond = incoming.end()
        row = Upload(
            id=secrets.token_hex(8),
            account=by.id or "",
            subject=at.subject,
            base=str(at.on),
            audience=at.audience,
            name=names.safe(name),
            media=names.media(media),
            hidden=beyond.value,
            size=content.size,
            digest=content.digest,
            blob=content.blob,
            chunk=content.chunk,
            chunks=" ".join(content.chunks),
            key=incoming.key.hex(),
            made=section.now(),
        )
        with section.writing() as session:
            if not all(map(room(section).store.has, content.chunks)):
                raise Conflict(_("This file did not arrive whole. Please bring it once more."), place="file")
            if _taken(session) + row.size > room(section).limits.all * MIB:
                raise Conflict(FULL, place="file")
            session.add(row)
        noted = True
        return row.id
    finally:
        incoming.over(kept=noted)


def give_up(section: Home, session: Session, upload: str, by: Reader) -> None:
    """Do not attach a file that was brought here."""
    row = known.upload(session, upload, by.id)
    _let_go(section, session, [row])


def kept(session: Session, account: str) -> dict[str, object] | None:
    """What this person has brought here and not attached, for the export of their data."""
    rows = known.uploads_of(session, account)
    found = [
        {"name": row.name, "size": row.size, "sha256": row.digest, "for": row.subject, "at": row.made.isoformat()} for row in rows
    ]
    return {"uploads": found} if found else None


def forget(section: Home, session: Session, account: str) -> None:
    """Delete what a person who leaves has brought here and not attached."""
    _let_go(section, session, known.uploads_of(session, account))


def _taken(session: Session) -> int:
    return sum(space.taken(session).values()) + space.uploaded(session)


def _let_go(section: Home, session: Session, rows: Sequence[Upload]) -> None:
    """Delete these, the chunks with the commit; where the section may have forgotten that one of them was attached, they are left
    to tidying, which waits.
    """
    here = room(section)
    names = {name for row in rows for name in known.content(row).chunks}
    for row in rows:
        session.delete(row)
    if not watching.is_certain(section, session, here.store):
        return

    @event.listens_for(session, "after_commit", once=True)
    def discard(_session: Session) -> None:
        here.coming.discard(names)
