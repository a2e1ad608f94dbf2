"""A small vocabulary with its projection, authors who sign without a database, and houses that take in what they say."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Envelope
from internationale.events.keys import EVENT, SigningKey
from internationale.events.logs import KeyRange, Keyring, LogRules
from internationale.events.refs import Ref
from internationale.events.types import Event, EventType, Payload, Vocabulary
from internationale.kit.vocabulary import Projection, Utterance, naming
from internationale.ledger import database, deliveries, migrate
from internationale.ledger.deliveries import Delivery
from internationale.ledger.log import MORE, Ledger
from internationale.testing import databases
from internationale.testing.rows import dump

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROSTER_HASH = "ab" * 32


class Said(Payload):
    text: str
    copies: tuple[str, ...] = ()


class Answered(Payload):
    text: str


class Whispered(Payload):
    text: str


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    pass


class Saying(Row, table=True):
    __tablename__ = "talk_saying"

    id: str = Field(primary_key=True)
    section: str
    text: str
    answers: int = 0


class Answer(Row, table=True):
    __tablename__ = "talk_answer"

    id: str = Field(primary_key=True)
    to: str
    first_word: str
    text: str


def said(session: Session, event: Event[Said]) -> None:
    if event.payload.text == "crash":
        raise ValueError("a projection that stumbles")
    content = b"".join(event.parts[name] for name in event.envelope.parts).decode()
    session.add(Saying(id=event.envelope.id, section=event.envelope.section, text=event.payload.text + content))


def answered(session: Session, event: Event[Answered]) -> None:
    """Counts at what it answers, and follows the thread back to its beginning: needs its causes to be there before it."""
    cause = next(iter(event.causes))
    parent: Saying | Answer | None = session.get(Saying, cause.envelope.id) or session.get(Answer, cause.envelope.id)
    assert parent is not None
    if isinstance(parent, Saying):
        parent.answers += 1
    first = parent.text if isinstance(parent, Saying) else parent.first_word
    if event.payload.text == "crash":
        raise ValueError("after having changed something")
    session.add(Answer(id=event.envelope.id, to=cause.envelope.id, first_word=first, text=event.payload.text))


def not_to_oneself(event: Event[Any]) -> str | None:
    causes = list(event.causes)
    if not causes:
        return "answers_nothing"
    return "answers_itself" if causes[0].envelope.section == event.envelope.section else None


SAID = EventType(name="talk.said", payload=Said, parts=True)
ANSWERED = EventType(name="talk.answered", payload=Answered, authority=not_to_oneself)
WHISPERED = EventType(name="talk.whispered", payload=Whispered)
TALK = Projection(name="talk", version=1, tables=(Saying, Answer), on={Said: said, Answered: answered})
VOCABULARY = Vocabulary.of([SAID, ANSWERED])
WIDER = Vocabulary.of([SAID, ANSWERED, WHISPERED])


@dataclass
class Author:
    """A section that says things. Its log is in memory; ``forked`` gives one with the same past and another future."""

    code: str
    key: SigningKey = field(default_factory=SigningKey.generate)
    last: Envelope | None = None

    @property
    def rules(self) -> LogRules:
        genesis = envelopes.genesis(self.code, 1, ROSTER_HASH)
        return LogRules(self.code, 1, genesis, (KeyRange(self.key.public, 1),))

    def forked(self) -> "Author":
        return Author(self.code, self.key, self.last)

    def draft(self, payload: Payload, *refs: Ref, kind: str = "", parts: tuple[str, ...] = (), data: Any = None) -> Envelope:
        known = WIDER.by_payload[type(payload)]
        return Envelope(
            section=self.code,
            epoch=1,
            sequence=self.last.sequence + 1 if self.last else 1,
            type=kind or known.wire,
            time=NOW,
            dataschema=known.dataschema,
            prevhash=self.last.hash if self.last else self.rules.genesis,
            refs=refs,
            parts=parts,
            data=payload.model_dump(mode="json") if data is None else data,
        )

    def send(self, draft: Envelope) -> Delivery:
        body, self.last = envelopes.write(draft)
        return Delivery(self.last.address.subject, body, self.key.sign(EVENT, body), "test")

    def say(self, text: str = "hello", *refs: Ref, parts: tuple[str, ...] = ()) -> Delivery:
        return self.send(self.draft(Said(text=text), *refs, parts=parts))

    def answer(self, to: "Delivery | Ref", text: str = "yes") -> Delivery:
        return self.send(self.draft(Answered(text=text), to if isinstance(to, Ref) else ref(to)))

    def whisper(self, text: str = "psst", *refs: Ref) -> Delivery:
        return self.send(self.draft(Whispered(text=text), *refs))


def ref(delivery: Delivery) -> Ref:
    return envelopes.parse(delivery.body).ref


def where(delivery: Delivery) -> Address:
    return Address.of_subject(delivery.subject)


class House:
    """An instance without plugins: one database, one ledger."""

    def __init__(self, url: str, *authors: Author, vocabulary: Vocabulary = VOCABULARY, projections: tuple[Any, ...] = (TALK,)):
        self.database = database.connect(url)
        self.url = url
        self.authors = {author.code: author for author in authors}
        self.listed: dict[str, LogRules] = {}
        self.vocabulary = vocabulary
        self.projections = projections
        self.prepare()

    def prepare(self) -> list[str]:
        self.ledger = Ledger(self.vocabulary, self.projections, "home")
        with self.database.engine.begin() as connection:
            migrate.upgrade(connection, {})
        with database.writing(self.database) as session:
            return self.ledger.prepare(session, NOW)

    def restart(self, *, vocabulary: Vocabulary | None = None, projections: tuple[Projection, ...] | None = None) -> list[str]:
        self.vocabulary = vocabulary or self.vocabulary
        self.projections = self.projections if projections is None else projections
        return self.prepare()

    @property
    def keyring(self) -> dict[str, LogRules]:
        return {code: author.rules for code, author in self.authors.items()} | self.listed

    def accept(self, *batch: Delivery) -> list[str]:
        addresses = {address for delivery in batch if (address := deliveries.address(delivery))}
        with database.reading(self.database) as session:
            known = self.ledger.known(session, addresses)
        with database.writing(self.database) as session:
            outcomes = self.ledger.accept(session, deliveries.check(batch, self.keyring, known), self.keyring, NOW)
        self._go_on(session, self.keyring)
        return outcomes

    def _follow(self, keyring: Keyring) -> None:
        with database.writing(self.database) as session:
            self.ledger.follow(session, keyring, NOW)
        self._go_on(session, keyring)

    def _go_on(self, session: Session, keyring: Keyring) -> None:
        more = session.info.get(MORE)
        while more:
            with database.writing(self.database) as another:
                self.ledger.go_on(another, keyring, NOW, more)
                more = another.info.get(MORE)

    def publish(self, author: Author, *utterances: Utterance) -> list[Envelope]:
        with database.writing(self.database) as session:
            return self.ledger.publish(session, author.rules, author.key, utterances, NOW)

    def add_parts(self, *bodies: bytes) -> list[str]:
        with database.writing(self.database) as session:
            return self.ledger.add_parts(session, bodies, NOW)

    def end(self, author: Author, last: int) -> None:
        """By the roster, this author's key signs only up to a number."""
        ended = replace(author.rules, keys=(KeyRange(author.key.public, 1, last),))
        self._follow({**self.keyring, author.code: ended})

    def pin(self, author: Author, last: Delivery) -> None:
        """By the roster, this event is the last one that counts of a log."""
        said = envelopes.parse(last.body)
        pinned = replace(author.rules, pin=(said.sequence, said.hash))
        self._follow({**self.keyring, author.code: pinned})

    def follow(self, rules: LogRules) -> None:
        """A new list of sections says this of one log from now on; what was refused under the old one is looked at again."""
        self.listed[rules.section] = rules
        with database.writing(self.database) as session:
            self.ledger.follow(session, self.keyring, NOW)
            again = self.ledger.retry_quarantine(session, self.keyring)
            self.ledger.accept(session, again, self.keyring, NOW)
        self._go_on(session, self.keyring)

    def read(self, question: Callable[[Session], Any]) -> Any:
        with database.reading(self.database) as session:
            return question(session)

    def state(self, delivery: Delivery) -> tuple[str, str] | None:
        stored = self.read(lambda session: self.ledger.event(session, where(delivery)))
        return (stored.state.value, stored.reason) if stored else None

    def states(self) -> dict[str, tuple[str, str]]:
        return self.read(
            lambda session: {str(each.address): (each.state.value, each.reason) for each in self.ledger.every_event(session)}
        )

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        return self.read(lambda session: dump(session, self.projections))

    def replayed(self) -> dict[str, list[tuple[Any, ...]]]:
        with database.writing(self.database) as session:
            self.ledger.replay_all(session, NOW)
            return dump(session, self.projections)

    def head(self, code: str) -> int:
        return self.read(lambda session: self.ledger.head(session, code).sequence)


@pytest.fixture
def fresh_database(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """URLs of new empty databases."""
    with ExitStack() as stack:
        numbers = itertools.count()

        def make() -> str:
            (home := tmp_path / f"ledger-{next(numbers)}").mkdir()
            return stack.enter_context(databases.database(home))

        yield make


@pytest.fixture
def house(fresh_database: Callable[[], str]) -> Iterator[Callable[..., House]]:
    """Makes houses that know some authors; each has its own database."""
    houses: list[House] = []

    def make(*authors: Author, **options: Any) -> House:
        houses.append(House(fresh_database(), *authors, **options))
        return houses[-1]

    yield make
    for each in houses:
        each.database.dispose()


@pytest.fixture
def fr() -> Author:
    return Author("fr")


@pytest.fixture
def ar() -> Author:
    return Author("ar")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that all rows were made anew."""
    found: list[int] = []
    anew = Ledger._anew

    def counted(self: Ledger, *arguments: Any, **options: Any) -> None:
        found.append(len(found))
        anew(self, *arguments, **options)

    monkeypatch.setattr(Ledger, "_anew", counted)
    return found
