"""What a new roster makes of the logs that are here: stopped ones go on, false histories give way to the pinned one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from internationale.errors import Paused
from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.events.roster import LastGood, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Utterance
from internationale.ledger.deliveries import Delivery
from internationale.ledger.following import unfinished
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.founding import begin, database, open_section, unite
from internationale.testing.rows import dump

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = SigningKey(b"r" * 32)


class World:
    """``ic`` and ``fr``, and a twin of ``fr``: a second instance with its key, as after a restored backup."""

    def __init__(self, make: Callable[[str, str], Section]) -> None:
        self.ic, self.fr = make("ic", "ic"), make("fr", "fr")
        unite([self.ic, self.fr], ROOT)
        self._make = make

    def late(self, code: str, home: str) -> Section:
        """An instance that has the roster as it is now and no events."""
        section = self._make(code, home)
        with self.ic.reading() as session:
            chain = queries.chain(session)
        with section.writing() as session:
            port.adopt(session, chain, code=code, key=section.key.public, now=NOW)
        section.roster_changed()
        return section

    def decide(self, change: Callable[[Version], Roster], *sections: Section) -> None:
        """A new version, followed by these sections."""
        with self.ic.reading() as session:
            document = SignedDocument.seal(keys.ROSTER, change(port.latest(session)), ROOT)
        for section in sections:
            with section.writing() as session:
                port.store_version(session, document, NOW)
            section.roster_changed()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(code: str, home: str) -> Section:
            folder = tmp_path / home
            folder.mkdir()
            settings = begin(folder, code, stack.enter_context(database(folder)))
            settings.log_key.unlink()
            settings.log_key.write_text(SigningKey(code.encode() * 16).secret_text())
            settings.log_key.chmod(0o600)
            section = open_section(settings, Plugins([("notes", notes)]))
            stack.callback(section.close)
            return section

        yield World(make)


def say(section: Section, *texts: str) -> None:
    me = Reader(id="x", capabilities={each.name: frozenset({None}) for each in section.capabilities})
    for text in texts:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=me)


def said(section: Section, epoch: int = 1) -> list[Delivery]:
    with section.reading() as session:
        events = section.ledger.events_after(session, "fr", epoch, 0)
    return [Delivery(each.address.subject, each.signed.body, each.signed.signature, "test") for each in events]


def words(section: Section) -> list[str]:
    with section.reading() as session:
        rows = session.exec(select(notes.NoteRow).where(notes.NoteRow.section == "fr")).all()
    return [row.text for row in sorted(rows, key=lambda row: (row.epoch, row.sequence))]


def replayed(section: Section) -> bool:
    with section.writing() as session:
        before = dump(session, section.ledger.projections)
        section.ledger.replay_all(session, NOW)
        return dump(session, section.ledger.projections) == before


def pin(deliveries: Sequence[Delivery]) -> LastGood:
    last = deliveries[-1]
    return LastGood(epoch=1, sequence=len(deliveries), hash=last.signed.hash)


def reopening(good: LastGood) -> Callable[[Version], Roster]:
    return lambda latest: changes.reopened(latest, "fr", SigningKey(b"fr" * 16).public, good, NOW)


@pytest.fixture
def forked(world: World) -> tuple[World, Section, list[Delivery], list[Delivery]]:
    """``fr`` and its twin have said different things from number 2 on; everybody has the proof and has stopped at 1."""
    twin = world.late("fr", "twin")
    say(world.fr, "common")
    twin.accept(said(world.fr))
    say(world.fr, "true 2", "true 3", "true 4")
    say(twin, "false 2", "false 3")
    true, false = said(world.fr), said(twin)
    world.ic.accept(false)
    assert "forked" in world.ic.accept(true)
    assert "forked" in world.fr.accept(false)
    assert words(world.ic) == words(world.fr) == ["common"]
    return world, twin, true, false


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_pin_at_or_after_the_fork_lets_that_history_count(
    forked: tuple[World, Section, list[Delivery], list[Delivery]], number: int
) -> None:
    world, twin, true, false = forked
    world.decide(reopening(pin(true[:number])), world.ic, world.fr, twin)
    for section in (world.ic, twin):
        for delivery in [*false, *true, *false]:
            section.accept([delivery])
    expected = ["common", "true 2", "true 3", "true 4"][:number]
    assert words(world.fr) == words(world.ic) == words(twin) == expected
    say(world.fr, "and on")
    assert world.ic.accept(said(world.fr, 2)) == ["applied"]
    late = world.late("ic", "late")
    for delivery in [*reversed([*true, *false]), *said(world.fr, 2), *true, *false]:
        late.accept([delivery])
    assert words(late) == words(world.ic) == [*expected, "and on"]
    assert replayed(late)
    assert replayed(world.ic)


def test_what_is_missing_of_the_pinned_history_is_asked_for(
    forked: tuple[World, Section, list[Delivery], list[Delivery]],
) -> None:
    world, _twin, true, false = forked
    late = world.late("ic", "late")
    late.accept(false)
    world.decide(reopening(pin(true[:3])), world.ic, late)
    assert words(late) == ["common", "false 2"]  # nothing speaks against number 2 yet
    with late.reading() as session:
        (gap,) = unfinished(late.ledger.all_heads(session), late.keyring(session))
    assert (gap.first, gap.last) == (3, 3)
    late.accept(true[2:3])
    late.accept(true[1:2])
    assert words(late) == ["common", "true 2", "true 3"]
    assert replayed(late)


def test_what_a_suspended_section_says_waits_until_it_is_readmitted(world: World) -> None:
    say(world.fr, "one")
    world.ic.accept(said(world.fr))
    say(world.fr, "two")
    good = pin(said(world.fr)[:1])
    late = said(world.fr)
    world.decide(lambda latest: changes.ended(latest, "fr", Status.SUSPENDED, good, NOW), world.ic, world.fr)
    with pytest.raises(Paused, match="suspended"):
        say(world.fr, "three")
    assert world.ic.accept(late)[1] == "quarantined"
    assert words(world.fr) == words(world.ic) == ["one"]
    world.decide(lambda latest: changes.readmitted(latest, "fr", NOW), world.ic, world.fr)
    assert words(world.fr) == words(world.ic) == ["one", "two"]
    say(world.fr, "three")
    assert world.ic.accept(said(world.fr))[-1] == "applied"
    assert words(world.ic) == ["one", "two", "three"]
    assert replayed(world.ic)
