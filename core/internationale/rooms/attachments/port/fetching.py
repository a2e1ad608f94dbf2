"""Having the contents of attachments here: what is to be fetched, what came, whether it is whole."""

import errno
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from internationale.errors import Conflict
from internationale.kit.attachments import MIB
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.attachments.port.room import FETCH, AttachmentsRoom, room
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.queries import room as space
from internationale.rooms.attachments.rows.private import Copy
from internationale.rooms.attachments.rows.shared import File
from internationale.rooms.attachments.rules import words
from internationale.rooms.attachments.rules.chunking import Content

_ = marker("core")


@dataclass(frozen=True)
class Wanted:
    """An attachment (by its event's ``ref``) that is to be fetched: who sent it, what it is made of, which chunks (numbers
    from 0) are not here, since when it is wanted.
    """

    ref: str
    section: str
    content: Content
    missing: tuple[int, ...]
    since: datetime | None


def request(section: Home, session: Session, attachment: str, by: Reader | None) -> None:
    """Have an attachment fetched. ``by`` None: the host. Raises ``Conflict``, in words, when there is no room for it."""
    here = room(section)
    known = here.find(session, attachment, by)
    if by is not None:
        section.require(by, FETCH, known.file.subject)
    if known.removal is not None:
        raise Conflict(_("This attachment was taken back by the section that attached it."))
    if known.copy is not None and known.copy.complete is not None:
        return
    refusal = words.trouble(refused(session, here, known.file))
    if refusal is not None:
        raise Conflict(refusal)
    _want(session, here, known.file)


def stop(section: Home, session: Session, attachment: str, by: Reader) -> None:
    """Do not fetch it any further. What came already stays for a day, should somebody want it after all."""
    known = room(section).find(session, attachment, by)
    section.require(by, FETCH, known.file.subject)
    if known.copy is not None and known.copy.complete is None:
        known.copy.wanted, known.copy.trouble, known.copy.dropped = None, "", section.now()


def refused(session: Session, here: AttachmentsRoom, file: File) -> str:
    """The code of why there is no room for a file; ``""`` when there is. One's own are always taken."""
    if file.section == here.section.code:
        return ""
    taken = space.taken(session)
    if file.size > here.largest:
        return words.TOO_LARGE
    if taken.get(file.section, 0) + file.size > here.limits.section * MIB:
        return words.QUOTA_SECTION
    in_all = sum(taken.values()) + space.uploaded(session)
    return words.QUOTA_ALL if in_all + file.size > here.limits.all * MIB else ""


def look(here: AttachmentsRoom) -> list[Wanted]:
    """What is to be fetched now; small files, and our own that got lost, are wanted by themselves."""
    with here.section.reading() as session:
        fresh, wanted = _unlooked(session, here), _living(session, here)
    if fresh:
        with here.section.writing() as session:
            for file in _unlooked(session, here):
                _decide(session, here, file)
            wanted = _living(session, here)
    return [_wanted(here, known) for known in wanted]


def add(here: AttachmentsRoom, wanted: Wanted, number: int, body: bytes) -> bool:
    """Keep a chunk that came on any way; False when it is not what was attached.

    Raises ``OSError`` when the disk is full.
    """
    if not wanted.content.fits(number, body):
        return False
    here.store.put(body)
    return True


def settle(here: AttachmentsRoom, wanted: Wanted, trouble: str = "") -> bool:
    """After a round: note what hinders it, or, when all is here, that it is whole. Returns whether it is."""
    content = wanted.content
    missing = _missing(here, content)
    whole = not missing and _is_whole(here, content)
    if not (missing or whole):
        missing = _missing(here, content)  # the disk had damaged one
    with here.section.writing() as session:
        copy = session.get(Copy, wanted.ref)
        if copy is None or copy.wanted is None:  # somebody gave it up meanwhile
            return False
        if whole:
            copy.complete, copy.wanted, copy.trouble, copy.untaken = here.section.now(), None, "", None
        else:
            copy.trouble = trouble if missing else words.NOT_WHOLE
    return whole


def settle_here(here: AttachmentsRoom) -> int:
    """Note as whole what is wanted and already here: our own words that a second person released, or what a crash cut off
    at the very end. Needs no hub. Returns how many.
    """
    return sum(settle(here, wanted) for wanted in look(here) if not wanted.missing)


def is_full(error: OSError) -> bool:
    """Whether the disk is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _unlooked(session: Session, here: AttachmentsRoom) -> list[File]:
    after = here.section.now() - timedelta(days=here.limits.days)
    return space.unlooked(session, here.section.code, here.limits.automatic * MIB, after)


def _living(session: Session, here: AttachmentsRoom) -> list[files.Known]:
    """What is to be fetched, but for what does not count any more."""
    wanted = space.wanted(session)
    living = {file.ref for file in here.living(session, [known.file for known in wanted])}
    return [known for known in wanted if known.file.ref in living]


def _decide(session: Session, here: AttachmentsRoom, file: File) -> None:
    trouble = refused(session, here, file)
    if trouble:
        session.add(Copy(ref=file.ref, trouble=trouble))
    else:
        _want(session, here, file)
    session.flush()


def _want(session: Session, here: AttachmentsRoom, file: File) -> None:
    copy = session.get(Copy, file.ref) or Copy(ref=file.ref)
    copy.wanted, copy.dropped, copy.trouble = here.section.now(), None, ""
    copy.pinned = copy.pinned or file.section == here.section.code
    session.add(copy)


def _wanted(here: AttachmentsRoom, known: files.Known) -> Wanted:
    since = known.copy.wanted if known.copy else None
    return Wanted(known.file.ref, known.file.section, known.content, _missing(here, known.content), since)


def _missing(here: AttachmentsRoom, content: Content) -> tuple[int, ...]:
    return tuple(number for number, name in enumerate(content.chunks) if not here.store.has(name))


def _is_whole(here: AttachmentsRoom, content: Content) -> bool:
    """The whole as it travels; a chunk that the disk has damaged meanwhile is thrown away by reading it."""
    whole = hashlib.sha256()
    for name in content.chunks:
        body = here.store.get(name)
        if body is None:
            return False
        whole.update(body)
    return whole.hexdigest() == content.blob
