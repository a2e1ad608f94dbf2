"""``kit.attachments.Attachments``, for one section, with all that the deeds of the room need."""

from collections.abc import Sequence

from sqlmodel import Session

from internationale.errors import NotFound
from internationale.events.envelope import PUBLIC
from internationale.events.refs import Ref
from internationale.kit.attachments import MIB, Attachment, Limits, Presence
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Panel, Reader
from internationale.rooms.attachments.port import falling
from internationale.rooms.attachments.port.coming import Coming
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.queries.files import Known
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rows.shared import File
from internationale.rooms.attachments.rules.beside import beside
from internationale.rooms.attachments.rules.chunking import CHUNK, MOST

ATTACH = "attachments.attached"
WITHDRAW = "attachments.withdrawn"
FETCH = "attachments.fetch"
KEEP = "attachments.keep"
READ = "documents.read"
RELEASE = "exchange.release"


class AttachmentsRoom:
    """Made once per section."""

    def __init__(self, section: Home, limits: Limits, store: Files) -> None:
        self.section = section
        self.limits = limits
        self.store = store
        self.coming = Coming(section, store)

    @property
    def largest(self) -> int:
        """The largest file that is taken, in bytes."""
        return min(self.limits.file * MIB, CHUNK * MOST)

    def of(self, session: Session, subject: str, reader: Reader) -> Sequence[Attachment]:
        seen = [known for known in files.of_subject(session, subject) if self.sees(reader, known)]
        living = {file.ref for file in self.living(session, [known.file for known in seen])}
        return [self.card(known) for known in seen if known.file.ref in living]

    def panel(self, session: Session, subject: str, on: Ref, reader: Reader, *, signed: Ref | None = None) -> Panel | None:
        found = self.of(session, subject, reader)
        may = self.section.may(reader, ATTACH, subject)
        if not found and not may:
            return None
        context = {
            "attachments": found,
            "groups": beside(found, subject, signed),
            "subject": subject,
            "on": on,
            "may_attach": may,
            "inside": self.section.may(reader, READ),
        }
        return Panel("attachments/panel.html", context, weight=-10)

    def sees(self, reader: Reader, known: Known) -> bool:
        """Whether the reader may know of it: the public ones everybody, the others whoever reads what is shared."""
        return self.reads(reader, known.file.audience, known.file.subject)

    def reads(self, reader: Reader, audience: str, subject: str) -> bool:
        """The same, of all attachments to a thing that are for these readers."""
        return audience == PUBLIC or self.section.may(reader, READ, subject)

    def find(self, session: Session, id: str, reader: Reader | None) -> Known:
        """One attachment that the reader may see; None is the host, who sees all. A passer-by gets the same answer for what is
        not public and for what is not there. What does not count any more is not there, also while there is still a row of it.

        Raises ``NotFound`` and ``Refused``.
        """
        if reader is None:
            return self._find(session, id)
        try:
            known = self._find(session, id)
        except NotFound:
            self.section.require(reader, READ)
            raise
        if known.file.audience != PUBLIC:
            self.section.require(reader, READ, known.file.subject)
        return known

    def living(self, session: Session, some: Sequence[File]) -> list[File]:
        """These but for those that do not count any more."""
        fallen = falling.fallen(self.section, session, some)
        return [file for file in some if file.ref not in fallen]

    def _find(self, session: Session, id: str) -> Known:
        known = files.find(session, id)
        if not self.living(session, [known.file]):
            raise files.unknown()
        return known

    def card(self, known: Known) -> Attachment:
        """An attachment as pages show it."""
        row, copy, content = known.file, known.copy, known.content
        presence = self._presence(known)
        here = sum(self.store.has(name) for name in content.chunks) if presence is Presence.COMING else 0
        return Attachment(
            id=row.id,
            subject=row.subject,
            path=f"/{row.owner}/{row.subject}",
            section=row.section,
            author=row.author,
            name=row.name,
            media=row.media,
            size=row.size,
            digest=row.digest,
            note=row.note,
            audience=row.audience,
            time=row.time,
            ref=Ref.parse(row.ref),
            presence=presence,
            chunks=len(content.chunks) if presence is Presence.HERE else here,
            total=len(content.chunks),
            trouble=copy.trouble if copy and presence is not Presence.HERE else "",
            reason=known.removal.reason if known.removal else "",
        )

    def _presence(self, known: Known) -> Presence:
        if known.removal is not None:
            return Presence.WITHDRAWN
        if known.copy is None or (known.copy.complete is None and known.copy.wanted is None):
            return Presence.ABSENT
        return Presence.HERE if known.copy.complete is not None else Presence.COMING


def room(section: Home) -> AttachmentsRoom:
    """The whole room, of which plugins see only ``kit.attachments``."""
    found = section.attachments
    if not isinstance(found, AttachmentsRoom):
        raise TypeError(f"another room of attachments: {type(found).__name__}")
    return found
