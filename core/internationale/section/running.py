"""One section at work. It has two doors: ``publish`` for what it says, ``accept`` for what it hears.

With what it answers (``answering``) and what it takes in (``hearing``) this is the one place that knows everything: it puts
settings, plugins, rooms and ledger together (``kit.ports.Section`` is what the rest sees of it) and does nothing itself that one
of them could do.
"""

import hmac
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Self

from sqlmodel import Session

from internationale.errors import Paused, Refused
from internationale.events.envelope import Envelope
from internationale.events.keys import SigningKey
from internationale.events.logs import LogRules
from internationale.kit.vocabulary import HubState, Reader, Utterance
from internationale.ledger import awake, database, migrate, reasons, untold
from internationale.ledger.fencing import Fence
from internationale.ledger.log import WROTE
from internationale.ledger.noting import Noting
from internationale.ledger.ownkeys import OwnKeys
from internationale.ledger.reasons import WORDS, Lasting
from internationale.ledger.records import CHUNK
from internationale.messages import Message, marker
from internationale.plugins import Plugins
from internationale.rooms.attachments.port import AttachmentsRoom
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.documents.port import DocumentsRoom
from internationale.rooms.exchange import port as exchange_port
from internationale.rooms.grants.port import Room as GrantsRoom
from internationale.rooms.roster import queries
from internationale.rooms.roster.port import READERS, note_readers, secret
from internationale.section.asking import ask_again
from internationale.section.hearing import Hearing
from internationale.settings import Settings, read_nkey, read_secret
from internationale.settings.outside import Outside

_ = marker("core")
_log = logging.getLogger(__name__)

_CLOSINGS, _SIGNING = "closings", "signing"
"""Keys in ``session.info``: how often the fence had been closed when something was said in a transaction; what it has signed."""
NEVER = awake.Signing()
_JUMPED = _("The clock of this machine has jumped: the other sections are asked first how far this section's own log goes.")
EXCHANGED = _(
    "This section's database was taken away, or another file put in its place, while it runs. It says nothing any more. Stop it,"
    " see to it that the right file is there (“internationale restore” puts a backup back), and start it again."
)
RECORDED = "recorded"
"""The name of the mark up to which plugins were told of applied events."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def _nothing(_session: Session) -> None:
    """Nothing is asked first."""


class Section(Hearing):
    """A running section. Made with ``open``; usable after ``prepare``; all methods may be called from several threads."""

    def __init__(self, settings: Settings, plugins: Plugins, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(settings, plugins)
        self.now = now
        self.log_keys = OwnKeys(settings.log_key)
        self.nkey = read_nkey(settings.hub_key)
        made = {str(model.__tablename__) for projection in self.ledger.projections for model in projection.tables}
        shared = frozenset([*made, str(READERS.__tablename__)])
        self.releasing = exchange_port.Releasing(settings.release, self.vocabulary, shared)
        self.grants = GrantsRoom(self.capabilities, now)
        self.documents = DocumentsRoom(self)
        self.attachments = AttachmentsRoom(self, settings.attachments, Files(settings.home / "attachments"))
        self.gate = Fence(self.database, now)
        self._noting = Noting(self.database)
        self.hubs: dict[str, HubState] = {}
        """What the worker of this process sees of each hub, by address; empty where no worker runs."""
        self._callbacks: list[tuple[str, Callable[[], None]]] = [(database.ERASED, self.database.scrub)]

    @classmethod
    def open(cls, settings: Settings, plugins: Plugins | None = None, now: Callable[[], datetime] = utc_now) -> Self:
        """The section of these settings, with the installed plugins unless others are given."""
        return cls(settings, Plugins.installed(settings.off) if plugins is None else plugins, now)

    def prepare(self) -> list[str]:
        """Bring tables and rows up to date before the doors open. Returns the names of the projections made anew.

        Raises ``Misconfigured`` when the secret is not the one with which the database was written.
        """
        with self.database.engine.begin() as connection:
            secret.require(connection, self.settings.secret_key)
            changed = migrate.upgrade(connection, self.plugins.folders("migrations"), self.secret)
            secret.note(connection, self.settings.secret_key)
        if changed:
            self.database.scrub()  # a migration may be about what must not stay
        self.gate.load()
        with self.writing() as session:
            outdated = self.ledger.prepare(session, self.now())
            self._follow(session)  # a crash may have come after a new version
            self._begin(session)
        self._go_on(session)
        return outdated

    def begin(self) -> None:
        """Tell rooms and plugins that the section starts, and whether its database was put back; ``prepare`` does so too."""
        with self.writing() as session:
            self._begin(session)

    def _begin(self, session: Session) -> None:
        connection, plugins = session.connection(), self.plugins
        restored, before = reasons.restored(connection), untold.of(connection)
        plugins.starting(self, session, lambda name: restored or before.get(name))
        names = {name for name, _module in plugins.modules()}
        if restored is not None or names & before.keys():
            session.info[database.ERASED] = True
        untold.clear(connection, names)
        if restored is not None:
            untold.keep(connection, plugins.off | plugins.broken.keys(), restored)
            reasons.heard(connection)
            untold.told(connection)

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()

    # Sessions

    @contextmanager
    def writing(self, *, anybody: bool = False) -> Iterator[Session]:
        begin = _nothing if anybody else partial(ask_again, self, self.plugins)
        with self.releasing.writing(self.database, self.now, begin) as session:
            yield session
            self._still(session)
        self.gate.know(session.info.get(_SIGNING, NEVER))
        for mark, callback in tuple(self._callbacks):
            if session.info.get(mark):
                callback()

    def _still(self, session: Session) -> None:
        """Raise ``Paused`` where something was said in this transaction, and the fence was closed meanwhile, or has to be."""
        if not session.in_transaction():  # it was rolled back, and comes to nothing
            session.info.pop(_CLOSINGS, None)
            session.info.pop(_SIGNING, None)
        if _CLOSINGS not in session.info:
            return
        jumped, closed = self.gate.jumped(self.now()), self.gate.closings != session.info[_CLOSINGS]
        if jumped or closed or self.fenced is not None:
            raise Paused(self.fenced or _JUMPED)

    def note_in_passing(self, write: Callable[[Session], object]) -> None:
        signed = NEVER

        def noted(session: Session) -> None:
            nonlocal signed
            write(session)
            signed = session.info.get(_SIGNING, NEVER)

        if self._noting.note(noted):
            self.gate.know(signed)

    def signing(self, session: Session) -> None:
        """Count, in the transaction that keeps it, that something is signed. Raises ``Paused`` where this is not the database
        with which it was done before, but one that was put back.
        """
        if self.database.exchanged():
            self.gate.stop(EXCHANGED)
            raise Paused(EXCHANGED)
        known = self.gate.signing  # first: what is committed meanwhile may be known before it is read
        recent = awake.note(session.connection(), self.now())
        if not recent.follow(known):
            self.gate.close(WORDS[Lasting.RESTORED])  # noted when this transaction has ended, by who looks each second
            raise Paused(WORDS[Lasting.RESTORED])
        session.info[_SIGNING] = recent.last

    def on_commit(self, callback: Callable[[], None], mark: str = WROTE) -> None:
        """Have it called, in the committing thread, after each commit with which something (``SAID``: of ours) came in."""
        self._callbacks.append((mark, callback))

    @property
    def key(self) -> SigningKey:
        """With which this section signs its heads and its card: the one that signs its log, or will when its numbers come."""
        return self.log_keys.current(self._keyring[1].get(self.code))

    def secret(self, purpose: str) -> bytes:
        return hmac.digest(read_secret(self.settings.secret_key), purpose.encode(), "sha256")

    def outside(self, name: str) -> Outside:
        return Outside(self.settings.secret_key.with_name(name))

    @property
    def recipients(self) -> tuple[str, ...]:
        """For whom the others seal what is for us, by our own keys: the newest."""
        return self.sealing.recipients()

    # The two doors

    def publish(self, session: Session, *utterances: Utterance, by: Reader) -> Sequence[Envelope]:
        """See ``kit.ports.Section``. The capability is needed for some object; for which one is asked by who calls this."""
        for utterance in utterances:
            name = self.vocabulary.by_payload[type(utterance.payload)].name
            if not self._may_somewhere(by, name):
                raise self._refusal(by)
        session.info.setdefault(_CLOSINGS, self.gate.closings)
        jumped = self.gate.jumped(self.now())  # first: the errands close before they move the mark that this goes by
        if self.fenced is not None:
            raise Paused(self.fenced)
        if jumped:
            raise Paused(_JUMPED)
        rules = self._own_log(session)
        if self.log_keys.unconfirmed(rules):
            queries.check_announced(session, rules, len(utterances))
        recipients = partial(queries.recipients, session, own=self.code, held=self.sealing)
        keys = self.log_keys.at(rules)
        if not self.log_keys.pledged(keys):
            self.log_keys.pledge(keys, queries.hashes(session)[1])
        said = self.ledger.publish(session, rules, keys, utterances, self.now(), recipients=recipients)
        self.signing(session)
        note_readers(session, said)
        return self.releasing.said(session, utterances, said, by)

    @property
    def fenced(self) -> Message | None:
        """Why nothing may be said at the moment; None: it may."""
        return self.gate.reason

    def fence(self, reason: Message, lasting: Lasting | None = None) -> None:
        """Say nothing from now on: our own log may be behind what others have of it. ``lasting``: also after a restart."""
        self.gate.close(reason, lasting)

    def unfence(self, closings: int | None = None) -> None:
        """Speaking is safe again, if the fence was not closed since ``gate.closings`` was so many."""
        self.gate.open(closings)

    def tell(self) -> int:
        """Tell plugins (``recorded``) of events that were applied since the last time; returns how many. At least once each.

        While nobody listens nothing is read or noted: who begins to listen hears everything from the last mark on.
        """
        if not self.plugins.listens(RECORDED):
            return 0
        with self.reading() as session:
            since = self.ledger.mark(session, RECORDED)
            applied = self.ledger.applied_after(session, self.vocabulary, since, CHUNK)
            for _position, event in applied:
                self.plugins.each("recorded", section=self, event=event)
        if applied:
            with self.writing(anybody=True) as session:
                self.ledger.set_mark(session, RECORDED, applied[-1][0])
        return len(applied)

    def _own_log(self, session: Session) -> LogRules:
        rules = self.keyring(session).get(self.code)
        if rules is None:
            raise Paused(_("This section has not joined an International yet."))
        if all(entry.last is not None for entry in rules.keys) and (standing := queries.standing(session, self.code)):
            raise Paused(standing)
        return rules

    # Who may

    def may(self, reader: Reader, capability: str, subject: str | None = None) -> bool:
        word = self.plugins.allowed(section=self, reader=reader, capability=capability, subject=subject)
        if word is not None:
            return word
        objects = reader.capabilities.get(capability, frozenset())
        return None in objects or (subject is not None and subject in objects)

    def require(self, reader: Reader, capability: str, subject: str | None = None) -> None:
        if not self.may(reader, capability, subject):
            raise self._refusal(reader)
        self.releasing.required(capability, subject)

    def _may_somewhere(self, reader: Reader, capability: str) -> bool:
        word = self.plugins.allowed(section=self, reader=reader, capability=capability, subject=None)
        return bool(reader.capabilities.get(capability)) if word is None else word

    def _refusal(self, reader: Reader) -> Refused:
        return Refused(_("You have not been given the right to do this.") if reader.signed_in else _("Sign in to do this."))
