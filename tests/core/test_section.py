"""The running section: two doors, who may go through them, and who is told afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.errors import Conflict, Invalid, Misconfigured, Paused, Refused
from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.events.refs import Ref
from internationale.events.roster import BEGINNING, Entry, LastGood, LogKey, Root, Roster, Status
from internationale.events.signed import SignedDocument
from internationale.kit import Capability, Event, EventType, Panel, Payload, Place, Projection, Reader, Role, Utterance, hookimpl
from internationale.kit import Section as Port
from internationale.ledger import deliveries, intake
from internationale.ledger.deliveries import Delivery
from internationale.ledger.log import SAID
from internationale.ledger.records import State
from internationale.messages import Message
from internationale.plugins import Plugins
from internationale.rooms.roster import port
from internationale.section import Section
from internationale.settings import Settings, write_key
from internationale.testing.rows import dump

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = SigningKey(b"r" * 32)
KEYS = {code: SigningKey(code.encode() * 16) for code in ("fr", "ic")}


class Greeted(Payload):
    word: str


class Row(SQLModel, registry=registry(metadata=MetaData())):
    pass


class Greeting(Row, table=True):
    __tablename__ = "greetings_greeting"

    id: str = Field(primary_key=True)
    word: str


def greeting(session, event: Event[Greeted]) -> None:
    session.add(Greeting(id=event.envelope.id, word=event.payload.word))


def greetings() -> ModuleType:
    """A plugin that greets. ``told``: what it was told; ``forbid``: whether it says no to everything."""
    plugin = ModuleType("greetings")
    plugin.told = []
    plugin.forbid = False

    def event_types():
        return [EventType(name="greetings.greeted", payload=Greeted)]

    def projections():
        return [Projection("greetings", 1, (Greeting,), {Greeted: greeting})]

    def capabilities():
        return [Capability("greetings.greeted", Message("Greet."), frozenset({Role.DELEGATE}))]

    def allowed(reader):
        return False if plugin.forbid else True if reader.handle == "host" else None

    def panels(place, subject):
        return [Panel("light.html", {"n": subject}, 1), Panel("heavy.html", {}, 5)] if place is Place.HOME else []

    def recorded(event):
        plugin.told.append(event.envelope.id)

    for hook in (event_types, projections, capabilities, allowed, panels, recorded):
        setattr(plugin, hook.__name__, hookimpl(hook))
    return plugin


def entry(code: str, **changed) -> Entry:
    values = {
        "code": code,
        "name": f"Section {code}",
        "languages": ("en", code),
        "status": Status.MEMBER,
        "epoch": 1,
        "opened": 1,
    }
    return Entry(**(values | {"keys": (LogKey(key=KEYS[code].public, first=1),)} | changed))


def roster_of(*entries: Entry, version: int = 1, prevhash: str = BEGINNING) -> SignedDocument:
    roster = Roster(
        version=version,
        prevhash=prevhash,
        issued=NOW,
        expires=NOW + timedelta(days=300),
        threshold=1,
        roots=(Root(key=ROOT.public, holder="ic"),),
        sections=entries,
    )
    return SignedDocument.seal(keys.ROSTER, roster, ROOT)


FIRST = roster_of(entry("fr"), entry("ic"))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Section]]:
    made: list[Section] = []

    def open_(code: str, document: SignedDocument | None = FIRST, home: str = "") -> Section:
        place = tmp_path / (home or code)
        settings = Settings(code=code, name=f"Section {code}", languages=(code,), home=place, base_url="http://x")
        if not settings.log_key.exists():
            write_key(settings.log_key, KEYS[code])
        made.append(Section.open(settings, Plugins([("greetings", greetings())]), lambda: NOW))
        made[-1].prepare()
        if document is not None:
            with made[-1].writing() as session:
                port.adopt(session, [document], code=code, key=KEYS[code].public, now=NOW)
        return made[-1]

    yield open_
    for section in made:
        section.close()


DELEGATE = Reader(id="1", handle="rosa", capabilities={"greetings.greeted": frozenset([None])})
MEMBER = Reader(id="2", handle="karl")


def say(section: Section, *words: str, by: Reader = DELEGATE):
    with section.writing() as session:
        return section.publish(session, *(Utterance(Greeted(word=word), author=by.handle or None) for word in words), by=by)


def sayings(section: Section, epoch: int = 1) -> list[Delivery]:
    with section.reading() as session:
        stored = section.ledger.own_events_after(session, epoch, 0)
        checked = [(each, each.recheck(section.keyring(session))) for each in stored]
    return [Delivery(each.address.subject, each.signed.body, each.signed.signature, "hub") for each, _envelope in checked]


def words(section: Section) -> list[str]:
    with section.reading() as session:
        return [row[1] for row in dump(session, section.ledger.projections)["greetings_greeting"]]


def test_what_one_says_another_hears(make):
    fr, ic = make("fr"), make("ic")
    assert isinstance(fr, Port)
    first, second = say(fr, "salut", "bonjour")
    assert (first.id, second.sequence, words(fr)) == ("fr:1:1", 2, ["salut", "bonjour"])
    assert ic.accept(sayings(fr)) == ["applied", "applied"]
    assert ic.accept(sayings(fr)) == ["duplicate", "duplicate"]
    assert words(ic) == words(fr)
    assert fr.prepare() == []


def test_what_is_very_large_is_taken_in_by_portions(make, monkeypatch):
    """In memory, what is read may be thirty times as large as on the way."""
    fr, ic = make("fr"), make("ic")
    for number in range(6):
        say(fr, f"comrade {number}")
    batch = sayings(fr)
    monkeypatch.setattr(deliveries, "AT_ONCE", len(batch[0].body) * 2 + 10)
    commits = []
    ic.on_commit(lambda: commits.append(len(words(ic))))
    assert ic.accept(batch) == ["applied"] * 6
    assert (words(ic), commits) == (words(fr), [2, 4, 6])


def long_log(make, monkeypatch) -> tuple[Section, list[Delivery], list[int]]:
    """A section that has eight of ten greetings of another, not the first and the last, the ten, and how many it shows after each
    of its commits from now on, of which each may append two that were put aside.
    """
    monkeypatch.setattr(intake, "AT_ONCE", 2)
    fr, ic = make("fr"), make("ic")
    say(fr, *(f"comrade {number}" for number in range(10)))
    batch = sayings(fr)
    assert ic.accept(batch[1:9]) == ["parked"] * 8
    commits: list[int] = []
    ic.on_commit(lambda: commits.append(len(words(ic))))
    return ic, batch, commits


def test_a_log_that_was_put_aside_goes_on_by_portions_and_others_write_in_between(make, monkeypatch):
    ic, batch, commits = long_log(make, monkeypatch)
    said = []

    def speak() -> None:
        if not said:
            said.append("ours")
            say(ic, "ours")

    ic.on_commit(speak)
    assert ic.accept(batch[:1]) == ["applied"]
    assert (commits, len(words(ic)), ic.accept(batch[:9])) == ([3, 4, 6, 8, 10], 10, ["duplicate"] * 9)


class Killed(BaseException):
    """As if the process had ended."""


@pytest.mark.parametrize("then", ["start", "list", "next", "again"])
def test_a_log_that_was_broken_off_between_two_portions_goes_on_later(make, monkeypatch, then):
    ic, batch, commits = long_log(make, monkeypatch)

    def die() -> None:
        if len(commits) == 2:
            raise Killed

    ic.on_commit(die)
    with pytest.raises(Killed):
        ic.accept(batch[:1])
    assert commits == [3, 5]
    match then:
        case "start":
            ic.prepare()
        case "list":
            assert ic.roster_changed() == ["applied"] * 4
        case "next":
            assert ic.accept(batch[9:]) == ["parked"]
        case "again":
            assert ic.accept(batch[8:9]) == ["duplicate"]
    assert sorted(words(ic)) == [f"comrade {number}" for number in range(10 if then == "next" else 9)]


def test_only_who_holds_the_capability_may_speak(make):
    fr = make("fr")
    for_one = Reader(id="3", capabilities={"greetings.greeted": frozenset(["monday"])})
    for reader in (Reader(), MEMBER):
        with pytest.raises(Refused):
            say(fr, "no", by=reader)
    assert (fr.may(for_one, "greetings.greeted"), fr.may(for_one, "greetings.greeted", "monday")) == (False, True)
    assert say(fr, "yes", by=for_one)[0].sequence == 1
    assert say(fr, "also", by=Reader(id="4", handle="host"))[0].sequence == 2
    dict(fr.plugins.modules())["greetings"].forbid = True
    with pytest.raises(Refused):
        say(fr, "no longer")
    with pytest.raises(Refused):
        fr.require(DELEGATE, "greetings.greeted")


def test_who_is_fenced_or_has_not_joined_waits(make):
    fr, alone = make("fr"), make("ic", None)
    with pytest.raises(Paused):
        say(alone, "hello?")
    fr.fence(Message("Asking the others first."))
    with pytest.raises(Paused, match="Asking the others"):
        say(fr, "not yet")
    fr.unfence()
    assert say(fr, "now")[0].sequence == 1


def test_who_was_expelled_may_not_speak_and_its_log_ends(make):
    fr, ic = make("fr"), make("ic")
    one, two = say(fr, "one", "two")
    ic.accept(sayings(fr))
    good = LastGood(epoch=1, sequence=1, hash=one.hash)
    hash_ = keys.digest(keys.ROSTER, FIRST.body).hex()
    second = roster_of(entry("fr", status=Status.EXPELLED, last_good=good), entry("ic"), version=2, prevhash=hash_)
    for section in (fr, ic):
        with section.writing() as session:
            assert port.store_version(session, second, NOW)
        section.roster_changed()
        with section.reading() as session:
            assert section.ledger.head(session, "fr").sequence == 1
    assert words(ic) == words(fr) == ["one"]
    with pytest.raises(Paused):
        say(fr, "but")
    assert two.sequence == 2


def test_after_a_fork_the_roster_opens_a_new_epoch_and_everyone_goes_on(make):
    """The restored backup: the same key says two things under one number. The committee decides from where it goes on."""
    fr, ic = make("fr"), make("ic")
    common, first = say(fr, "common", "first")
    twin = make("fr", FIRST, home="twin")
    twin.accept(sayings(fr)[:1])
    say(twin, "second")
    ic.accept(sayings(fr))
    assert ic.accept(sayings(twin)) == ["duplicate", "forked"]
    assert fr.accept(sayings(twin)) == ["duplicate", "forked"]
    assert words(ic) == words(fr) == ["common"]
    with pytest.raises(Paused):
        say(fr, "going on regardless")
    hash_ = keys.digest(keys.ROSTER, FIRST.body).hex()
    good = LastGood(epoch=1, sequence=1, hash=common.hash)
    again = entry("fr", epoch=2, opened=2, last_good=good, keys=(LogKey(key=KEYS["fr"].public, first=1),))
    second = roster_of(again, entry("ic"), version=2, prevhash=hash_)
    for section in (fr, ic):
        with section.writing() as session:
            port.store_version(session, second, NOW)
        section.roster_changed()
    (reopened,) = say(fr, "again")
    assert (reopened.id, reopened.prevhash == first.hash) == ("fr:2:1", False)
    assert ic.accept(sayings(fr, epoch=2)) == ["applied"]
    late = make("ic", None, home="late")
    with late.writing() as session:
        port.adopt(session, [FIRST, second], code="ic", key=KEYS["ic"].public, now=NOW)
    assert late.accept(sayings(fr, epoch=2)) == ["applied"]
    assert late.accept([*sayings(fr, epoch=1), *sayings(twin)]) == ["applied", "duplicate", "quarantined"]
    assert sorted(words(late)) == sorted(words(ic)) == sorted(words(fr)) == ["again", "common"]


def test_who_joins_later_is_heard_from_the_beginning(make):
    ic = make("ic", roster_of(entry("ic")))
    fr_entry = entry("fr", opened=2)
    hash_ = keys.digest(keys.ROSTER, roster_of(entry("ic")).body).hex()
    second = roster_of(fr_entry, entry("ic"), version=2, prevhash=hash_)
    fr = make("fr", None)
    with fr.writing() as session:
        port.adopt(session, [roster_of(entry("ic")), second], code="fr", key=KEYS["fr"].public, now=NOW)
    say(fr, "salut")
    assert ic.accept(sayings(fr)) == ["quarantined"]
    with ic.writing() as session:
        port.store_version(session, second, NOW)
    assert ic.roster_changed() == ["applied"]
    assert ic.roster_changed() == []
    assert words(ic) == ["salut"]


def test_commits_wake_whoever_asked_and_only_when_something_was_said(make):
    fr, ic = make("fr"), make("ic")
    woken: list[int] = []
    spoken: list[int] = []
    fr.on_commit(lambda: woken.append(len(words(fr))))
    fr.on_commit(lambda: spoken.append(len(words(fr))), SAID)
    say(fr, "salut")
    assert (woken, spoken) == ([1], [1])
    with fr.writing():
        pass
    with pytest.raises(Invalid):
        say(fr, "x" * 300_000)
    assert fr.accept(sayings(fr)) == ["duplicate"]
    assert woken == [1]
    say(ic, "hello")
    assert fr.accept(sayings(ic)) == ["applied"]
    assert (woken, spoken) == ([1, 2], [1])


def test_plugins_are_told_once_of_what_was_applied(make):
    fr = make("fr")
    say(fr, "one", "two")
    assert fr.tell() == 2
    say(fr, "three")
    assert (fr.tell(), fr.tell()) == (1, 0)
    assert dict(fr.plugins.modules())["greetings"].told == ["fr:1:1", "fr:1:2", "fr:1:3"]


def test_panels_come_heaviest_first(make):
    fr = make("fr")
    assert [panel.template for panel in fr.panels(Place.HOME, 7, MEMBER)] == ["heavy.html", "light.html"]
    assert fr.panels(Place.FRONT, None, MEMBER) == []


def test_the_international_is_as_the_roster_says(make):
    fr = make("fr")
    (said,) = say(fr, "salut")
    with fr.reading() as session:
        assert [card.code for card in fr.sections(session)] == ["fr", "ic"]
        assert fr.federation_languages(session) == ("en", "fr", "ic")
        assert [(each.section, each.holds) for each in fr.receipts(session, said.ref)] == [("fr", True), ("ic", False)]


def test_nobody_else_on_the_machine_reads_the_database(make: Callable[..., Section]) -> None:
    """Also where it was made before, by whatever mask; and what SQLite puts beside it."""
    fr = make("fr")
    if fr.database.engine.dialect.name == "sqlite":
        say(fr, "salut")
        files = [each for each in fr.settings.home.iterdir() if each.name.startswith("section.db")]
        assert {each.name: each.stat().st_mode & 0o777 for each in files} == {each.name: 0o600 for each in files}
        fr.close()
        (fr.settings.home / "section.db").chmod(0o644)
        make("fr", document=None)
        assert (fr.settings.home / "section.db").stat().st_mode & 0o777 == 0o640


def test_a_home_without_its_key_does_not_open(tmp_path: Path):
    with pytest.raises(Misconfigured):
        Section.open(Settings(code="fr", name="x", languages=("fr",), home=tmp_path), Plugins())


def test_bad_refs_and_strangers_never_raise_from_accept(make):
    fr, ic = make("fr"), make("ic")
    say(fr, "salut")
    good = sayings(fr)[0]
    rubbish = [
        replace(good, signature=""),
        replace(good, subject="x" * 10_000),
        replace(good, body=b"\xff\xfe"),
        Delivery("intl.v1.log.fr.1.1", b"[" * 200_000, good.signature),
    ]
    assert ic.accept([*rubbish, good]) == ["quarantined"] * 4 + ["applied"]
    with fr.writing() as session, pytest.raises(Conflict):
        fr.publish(session, Utterance(Greeted(word="?"), (Ref("ic", 1, 9, "0" * 16),)), by=DELEGATE)
    with ic.reading() as session:
        assert ic.ledger.in_state(session, State.VOID) == []


def test_a_list_that_lands_while_signatures_are_checked_counts(make, monkeypatch):
    """They are checked before the transaction. What only the list of before allowed is not appended under the new one."""
    fr, ic = make("fr"), make("ic")
    say(fr, *"abcdefghi")
    new = SigningKey.generate()
    ranges = (LogKey(key=KEYS["fr"].public, first=1, last=5), LogKey(key=new.public, first=6))
    hash_ = keys.digest(keys.ROSTER, FIRST.body).hex()
    second = roster_of(entry("fr", keys=ranges), entry("ic"), version=2, prevhash=hash_)
    check, landed = deliveries.check, []

    def land(batch, *rules):
        arrivals = check(batch, *rules)
        if not landed:
            with ic.writing() as session:
                landed.append(port.store_version(session, second, NOW))
            ic.roster_changed()
        return arrivals

    monkeypatch.setattr(deliveries, "check", land)
    assert ic.accept(sayings(fr)) == ["applied"] * 5 + ["quarantined"] * 4
    assert words(ic) == list("abcde")
