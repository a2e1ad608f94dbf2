"""Bringing a file here, before it is attached. Nothing leaves the house by it."""

import errno
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import Session

from internationale.errors import Conflict, Invalid, Paused, Untrusted
from internationale.events.refs import Ref
from internationale.kit import audiences
from internationale.kit.attachments import MIB
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.attachments.port.room import ATTACH, room
from internationale.rooms.attachments.queries import files as known
from internationale.rooms.attachments.queries import room as space
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rows.private import Upload
from internationale.rooms.attachments.rules import authority, names
from internationale.rooms.attachments.rules.chunking import Cutter
from internationale.rooms.attachments.rules.hidden import LOOKED_AT, hidden

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


def begin(section: Home, subject: str, on: str, by: Reader) -> "tuple[Place, Incoming]":
    """Where a file is to go, and what takes it. Raises what ``place`` and ``incoming`` raise."""
    with section.reading() as session:
        at = place(section, session, subject, on, by)
        return at, incoming(section, session, at)


class Incoming:
    """A file that comes piece by piece: cut, encrypted where it must be, and kept as it comes. Memory stays flat."""

    def __init__(self, store: Files, limit: int, key: bytes) -> None:
        self._store = store
        self._limit = limit
        self._cutter = Cutter(key)
        self._key = key
        self._beginning = b""

    def add(self, piece: bytes) -> None:
        """Take the next piece. Raises ``Invalid`` when the file is too large, ``Paused`` when the disk is full."""
        if self._cutter.size + len(piece) > self._limit:
            raise Invalid(_("A file may have at most %(mib)s MiB here.") % {"mib": self._limit // MIB}, place="file")
        if len(self._beginning) < LOOKED_AT:
            self._beginning += piece[: LOOKED_AT - len(self._beginning)]
        self._keep(self._cutter.add(piece))

    def upload(self, at: Place, *, id: str, account: str, name: str, media: str, section: Home) -> Upload:
        """The whole file, as a row that is not stored yet."""
        self._keep(self._cutter.end())
        content = self._cutter.content()
        return Upload(
            id=id,
            account=account,
            subject=at.subject,
            base=str(at.on),
            audience=at.audience,
            name=names.safe(name),
            media=names.media(media),
            hidden=hidden(self._beginning).value,
            size=content.size,
            digest=content.digest,
            blob=content.blob,
            chunk=content.chunk,
            chunks=" ".join(content.chunks),
            key=self._key.hex(),
            made=section.now(),
        )

    def _keep(self, chunks: Iterable[bytes]) -> None:
        try:
            for body in chunks:
                self._store.put(body)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise Paused(_("The disk of this section is full. Tell the host; nothing was sent.")) from error


def incoming(section: Home, session: Session, at: Place) -> Incoming:
    """Make ready for a file. Raises ``Conflict`` when attachments take up all the room there is for them."""
    here = room(section)
    left = here.limits.all * MIB - sum(space.taken(session).values()) - space.uploaded(session)
    if left <= 0:
        raise Conflict(_("Attachments already take up all the room that is kept for them here. Tell the host."), place="file")
    key = b"" if at.audience in audiences.OPEN else secrets.token_bytes(32)
    return Incoming(here.store, min(left, here.largest), key)


def bring(section: Home, incoming: Incoming, at: Place, *, name: str, media: str, by: Reader) -> str:
    """Note a file that has come whole; returns the upload's id.

    Raises ``Conflict`` when a piece of it went meanwhile, with the same file of somebody who left.
    """
    row = incoming.upload(at, id=secrets.token_hex(8), account=by.id or "", name=name, media=media, section=section)
    with section.writing() as session:
        if not all(map(room(section).store.has, known.content(row).chunks)):
            raise Conflict(_("This file did not arrive whole. Please bring it once more."), place="file")
        session.add(row)
        return row.id


def give_up(session: Session, upload: str, by: Reader) -> None:
    """Do not attach a file that was brought here. Its chunks are deleted with the next tidying but one."""
    session.delete(known.upload(session, upload, by.id))


def kept(session: Session, account: str) -> dict[str, object] | None:
    """What this person has brought here and not attached, for the export of their data."""
    rows = known.uploads_of(session, account)
    found = [
        {"name": row.name, "size": row.size, "sha256": row.digest, "for": row.subject, "at": row.made.isoformat()} for row in rows
    ]
    return {"uploads": found} if found else None


def forget(section: Home, session: Session, account: str) -> None:
    """Delete what a person who leaves has brought here and not attached, the chunks with the commit."""
    rows = known.uploads_of(session, account)
    needed = space.needed(session, uploads={row.id for row in rows})
    names = {name for row in rows for name in known.content(row).chunks} - needed
    for row in rows:
        session.delete(row)
    began = time.time()

    @event.listens_for(session, "after_commit", once=True)
    def discard(_session: Session) -> None:
        for name in names:
            room(section).store.remove(name, unless_since=began)  # somebody may be bringing the same
