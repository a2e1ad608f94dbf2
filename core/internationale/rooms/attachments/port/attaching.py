"""Attaching a file that was brought here, and taking it back: signed, and sent to the other sections."""

import secrets

import msgspec
from sqlmodel import Session

from internationale.errors import Conflict, Refused
from internationale.events.refs import Ref
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader, Utterance
from internationale.messages import marker
from internationale.rooms.attachments.events import Attached, Manifest, Withdrawn
from internationale.rooms.attachments.port import telling
from internationale.rooms.attachments.port.room import ATTACH, WITHDRAW, room
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.private import Copy

_ = marker("core")
_GONE = _("This attachment was already taken back.")


def attach(section: Home, session: Session, upload: str, *, name: str, note: str, by: Reader) -> str:
    """Sign and send; returns the attachment's id. ``name``: as it is to be called from now on."""
    row = files.upload(session, upload, by.id)
    section.require(by, ATTACH, row.subject)
    content = files.content(row)
    if not all(room(section).store.has(chunk) for chunk in content.chunks):
        raise Conflict(_("A part of the file is not on this machine any more. Choose the file again."), place="file")
    said = Attached(
        attachment=f"{section.code}-{secrets.token_hex(6)}",
        subject=row.subject,
        name=name,
        media=row.media,
        size=row.size,
        chunk=row.chunk,
        note=note,
        key=row.key or None,
    )
    listed = Manifest(digest=row.digest, blob=row.blob, chunks=content.chunks)
    part = msgspec.json.encode(listed.model_dump(mode="json"))
    published = section.publish(
        session,
        Utterance(said, refs=(Ref.parse(row.base),), parts=(part,), audience=row.audience, author=by.handle or None),
        by=by,
    )
    session.add(Copy(ref=str(published[0].ref), complete=section.now(), pinned=True))
    session.delete(row)
    return said.attachment


def withdraw(section: Home, session: Session, attachment: str, *, reason: str, by: Reader) -> None:
    """Take back an attachment of one's own section; every section then deletes the content. Those to whom this section has shown
    it later are told, too.
    """
    known = mine(section, session, attachment, by)
    said = Withdrawn(attachment=attachment, reason=reason)
    utterance = Utterance(said, refs=(Ref.parse(known.file.ref),), audience=known.file.audience, author=by.handle or None)
    section.publish(session, utterance, by=by)
    telling.tell(section, session, by, known.file.subject)


def mine(section: Home, session: Session, attachment: str, by: Reader) -> files.Known:
    """An attachment that this person may take back for the section."""
    known = room(section).find(session, attachment, by)
    section.require(by, WITHDRAW, known.file.subject)
    if known.file.section != section.code:
        raise Refused(_("Only the section that attached a file takes it back."))
    if known.removal is not None:
        raise Conflict(_GONE)
    return known


def check(session: Session, utterance: Utterance) -> None:
    """Of what was written earlier and is released now: raises ``Conflict`` where a file was taken back since."""
    said = utterance.payload
    if isinstance(said, Withdrawn) and files.find(session, said.attachment).removal is not None:
        raise Conflict(_GONE)
