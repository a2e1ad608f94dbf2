"""What a section answers from what it holds: who belongs to the International, what was said, what rooms and plugins know."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlmodel import Session, SQLModel

from internationale.events.logs import Keyring
from internationale.events.refs import Ref
from internationale.events.types import Event, Vocabulary
from internationale.kit.undecided import Undecided
from internationale.kit.vocabulary import Capability, DocumentKind, Panel, Place, Reader, Receipt, SectionCard
from internationale.ledger import database
from internationale.ledger.identities import Identities
from internationale.ledger.log import Ledger
from internationale.ledger.undecided import Sought
from internationale.plugins import Plugins
from internationale.rooms import attachments, documents, exchange, grants, roster, sealing
from internationale.rooms.roster import queries
from internationale.settings import Settings

ROOMS = (
    ("documents", documents),
    ("roster", roster),
    ("exchange", exchange),
    ("grants", grants),
    ("attachments", attachments),
    ("sealing", sealing),
)


class Answering:
    """The half of a section that says nothing and takes nothing in."""

    def __init__(self, settings: Settings, plugins: Plugins) -> None:
        self.settings = settings
        self.code = settings.code
        self.name = settings.name
        self.languages = settings.languages
        self.base_url = settings.base_url
        self.plugins = plugins.with_rooms(ROOMS)
        self.vocabulary = Vocabulary.of(self.plugins.all("event_types"))
        self.capabilities: tuple[Capability, ...] = tuple(self.plugins.all("capabilities"))
        self.kinds: dict[str, DocumentKind] = {kind.name: kind for kind in self.plugins.all("document_kinds")}
        self.sealing = Identities(settings.sealing_keys)
        self.sealing.begin()
        self.ledger = Ledger(self.vocabulary, self.plugins.all("projections"), self.code, self.sealing.all)
        self.database = database.connect(settings.database or f"sqlite:///{settings.home / 'section.db'}")
        self._keyring: tuple[str, Keyring] = ("", {})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with database.reading(self.database) as session:
            yield session

    def keyring(self, session: Session) -> Keyring:
        """The rules of every log, by the roster in force; empty before joining."""
        latest = queries.latest_hash(session)
        if latest is None:
            return {}
        version, keyring = self._keyring
        if version != latest:
            keyring = queries.keyring(session)
            self._keyring = (latest, keyring)
        return keyring

    def sections(self, session: Session) -> Sequence[SectionCard]:
        return queries.sections(session)

    def federation_languages(self, session: Session) -> tuple[str, ...]:
        return queries.federation_languages(session)

    def event(self, session: Session, ref: Ref) -> Event[Any] | None:
        return self.ledger.applied(session, self.vocabulary, ref)

    def undecided(self, session: Session, ref: Ref, types: Collection[str], name: str) -> Sequence[Undecided]:
        keyring = self.keyring(session) if ref.epoch > 1 else {}  # it says where earlier epochs end
        return self.ledger.undecided(session, keyring, Sought(ref, types, name))

    def receipts(self, session: Session, ref: Ref) -> Sequence[Receipt]:
        known = self.ledger.readers(session, ref)
        found = queries.receipts(session, ref, self.code)
        return found if known is None else [receipt for receipt in found if receipt.section in known]

    def panels(self, place: Place, subject: Any, reader: Reader) -> Sequence[Panel]:
        with self.reading() as session:
            answers = self.plugins.each("panels", place=place, subject=subject, section=self, session=session, reader=reader)
        return sorted((panel for _name, panels in answers for panel in panels), key=lambda panel: -panel.weight)

    def awaited(self, session: Session, table: type[SQLModel]) -> Mapping[str, str]:
        return exchange.queries.awaited(session, table)

    def closed(self, session: Session, account: str) -> bool:
        return any(answer for _name, answer in self.plugins.strictly("closed", section=self, session=session, account=account))

    def kept(self, session: Session, account: str) -> dict[str, Any]:
        return dict(self.plugins.strictly("kept", section=self, session=session, account=account))

    def forget(self, session: Session, account: str) -> None:
        self.plugins.strictly("forgotten", section=self, session=session, account=account)
        session.info[database.ERASED] = True
