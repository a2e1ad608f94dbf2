"""Handing out the content of an attachment that is here, and of a file that waits to become one."""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import Session

from internationale.errors import Conflict, NotFound
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.attachments.port.room import RELEASE, AttachmentsRoom, room
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.queries.files import Known
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rows.private import Copy, Upload
from internationale.rooms.attachments.rules.chunking import Content

_ = marker("core")

NOTED = timedelta(days=1)
"""How exactly it is noted when a copy was last taken. What is dated later than now was dated by a clock that was wrong."""


class Lost(Exception):
    """A chunk was damaged on the disk while the file was being read; the next reader is told to have it fetched again."""


def take(section: Home, attachment: str, by: Reader | None, part: range | None = None) -> tuple[Known, Iterator[bytes]]:
    """An attachment and its bytes, or a ``part`` of them, chunk by chunk, each verified as it is read.

    Raises ``NotFound`` when it was taken back, ``Conflict`` when it is not here.
    """
    here = room(section)
    with section.reading() as session:
        known = here.find(session, attachment, by)
    copy, content = known.copy, known.content
    if known.removal is not None:
        raise NotFound(_("This attachment was taken back by the section that attached it."))
    if copy is None or copy.complete is None:
        raise Conflict(_("This attachment is not on this machine yet. Have it fetched first."))
    if not all(here.store.has(name) for name in content.chunks):
        _lost(here, known)
        raise Conflict(_("A part of this attachment was lost on this machine. It is being fetched again; try later."))
    if not copy.pinned and (copy.used is None or abs(section.now() - copy.used) > NOTED):
        _note(section, known)
    return known, _bytes(here, known, range(content.size) if part is None else part)


def take_upload(section: Home, upload: str, by: Reader, part: range | None = None) -> tuple[Upload, Iterator[bytes]]:
    """A file that was brought here and is not attached yet, for whoever brought it and, while it waits for a second person, for
    whoever may release it. Raises ``NotFound``, and ``Conflict`` when it is not whole here.
    """
    row = reviewed(section, upload, by)
    content, store = files.content(row), room(section).store
    if not all(store.has(name) for name in content.chunks):
        raise Conflict(_("A part of the file is not on this machine any more. Choose the file again."), place="file")
    return row, _pieces(content, store, range(content.size) if part is None else part)


def reviewed(section: Home, upload: str, by: Reader) -> Upload:
    """What ``take_upload`` hands out; raises its ``NotFound``."""
    with section.reading() as session:
        releases = section.may(by, RELEASE) and upload in section.awaited(session, Upload)
        return files.any_upload(session, upload) if releases else files.upload(session, upload, by.id)


def chunk(session: Session, here: AttachmentsRoom, section: str, blob: str, number: int) -> bytes | None:
    """A chunk as it travels of what ``section`` attached, for another one; None when it is not here, or goes."""
    found = here.living(session, files.travelling(session, section, blob, 1)) or here.living(
        session, files.travelling(session, section, blob)
    )
    names = files.content(found[0]).chunks if found else ()
    return here.store.get(names[number]) if 0 <= number < len(names) else None


def _bytes(here: AttachmentsRoom, known: Known, part: range) -> Iterator[bytes]:
    content = known.content
    try:
        yield from _pieces(content, here.store, part)
    except Lost:
        _lost(here, known)
        raise


def _pieces(content: Content, store: Files, part: range) -> Iterator[bytes]:
    for number in range(part.start // content.chunk, -(-part.stop // content.chunk)):
        body = store.get(content.chunks[number])
        if body is None:
            raise Lost(content.chunks[number])
        at = number * content.chunk
        yield content.plain(number, body)[max(0, part.start - at) : part.stop - at]


def _note(section: Home, known: Known) -> None:
    """Somebody took it: it is kept for longer."""

    def used(session: Session) -> None:
        copy = session.get(Copy, known.file.ref)
        if copy is not None:
            copy.used, copy.untaken = section.now(), None

    section.note_in_passing(used)


def _lost(here: AttachmentsRoom, known: Known) -> None:
    """Have it fetched again."""
    with here.section.writing(anybody=True) as session:
        copy = session.get(Copy, known.file.ref)
        if copy is not None:
            copy.complete, copy.wanted = None, here.section.now()
