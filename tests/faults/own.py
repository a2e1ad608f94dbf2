"""A section's own house: backups, second instances, disks."""

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from internationale.errors import Misconfigured
from internationale.ledger import tables
from internationale.ledger.database import check
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.testing.founding import open_section

from . import disks
from .faults import fault
from .instance import PLUGINS
from .judgement import Verdict
from .stage import Stage

AT_ONCE = 40


def database(stage: Stage, code: str) -> Path:
    return stage.settings[code].home / "section.db"


def backup(stage: Stage, code: str, target: Path) -> None:
    """As an operator makes one, while it runs."""
    with sqlite3.connect(database(stage, code)) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    source.close()
    copy.close()


def restore(stage: Stage, code: str, source: Path) -> None:
    for end in ("-wal", "-shm"):
        database(stage, code).with_name(f"section.db{end}").unlink(missing_ok=True)
    shutil.copyfile(source, database(stage, code))


def twin(stage: Stage, code: str) -> str:
    """A second instance of a section, from a copy of its home; returns the name under which it is played."""
    name = f"{code}-again"
    home = stage.folder / name
    shutil.copytree(stage.settings[code].home, home, ignore=shutil.ignore_patterns("section.db*"))
    backup(stage, code, home / "section.db")
    stage.settings[name] = replace(stage.settings[code], home=home, database=f"sqlite:///{home / 'section.db'}")
    stage.wire(name)
    return name


@fault(9, "power lost at a section: its last transactions were never written")
def power(stage: Stage) -> None:
    """What had reached the hub is taken back before anything else is said."""
    code = stage.cast[0]
    stage.begin(AT_ONCE)
    backup(stage, code, stage.folder / "a moment ago.db")
    stage.rest(stage.chance.uniform(0.3, 1))
    stage.rate(0)
    stage.until(stage.settled, "the hub has all")
    stage.kill(code)
    restore(stage, code, stage.folder / "a moment ago.db")
    stage.start(code)
    stage.rate(AT_ONCE)
    stage.rest(2)


@fault(28, "a section restored from yesterday's backup")
def yesterday(stage: Stage) -> None:
    code = stage.cast[0]
    stage.start()
    stage.say(code, stage.chance.randrange(5, 30))
    backup(stage, code, stage.folder / "yesterday.db")
    for each in stage.cast:
        stage.say(each, stage.chance.randrange(10, 50))
    stage.until(stage.settled, "all have it")
    stage.stop(code)
    restore(stage, code, stage.folder / "yesterday.db")
    stage.start(code)
    stage.rate(AT_ONCE)
    stage.rest(2)


@fault(28, "a section restored from yesterday's backup, and the hub as well: only the others know the rest")
def yesterday_everywhere(stage: Stage) -> None:
    code = stage.cast[0]
    stage.start()
    stage.say(code, stage.chance.randrange(5, 30))
    stage.until(stage.settled, "all have it")
    backup(stage, code, stage.folder / "yesterday.db")
    stage.hubs[0].stop()
    disks.copy(stage.hubs[0].folder / "store", stage.folder / "store")
    stage.hubs[0].start()
    for each in stage.cast:
        stage.say(each, stage.chance.randrange(10, 50))
    stage.until(stage.settled, "all have it")
    stage.stop(code)
    stage.hubs[0].stop()
    restore(stage, code, stage.folder / "yesterday.db")
    disks.copy(stage.folder / "store", stage.hubs[0].folder / "store")
    stage.hubs[0].start()
    stage.start(code)
    stage.rate(AT_ONCE)
    stage.rest(3)


@fault(26, "a second instance with the same key, at the same hub")
def second(stage: Stage) -> None:
    """It notices that it is not alone, and says nothing more."""
    code = stage.cast[0]
    stage.start()
    stage.say(code, stage.chance.randrange(5, 30))
    stage.until(stage.settled, "all have it")
    name = twin(stage, code)
    stage.start(name)
    stage.until(lambda: stage.fence(name) == "", "the second one may write")
    stage.say(code, stage.chance.randrange(5, 15))
    stage.until(lambda: stage.fence(name) != "", "the second one stops")
    stage.rate(AT_ONCE, name)
    stage.rest(1)
    assert not stage.instances[name].said
    stage.stop(name)
    stage.say(code, 1)


def _frozen(stage: Stage) -> Verdict:
    """Two histories that different sections see: when they meet, the log stops for all at the same number."""
    forked, here, there = stage.cast
    common, ours, theirs = (stage.chance.randrange(*amount) for amount in ((5, 30), (3, 10), (3, 10)))
    stage.start()
    stage.say(forked, common)
    stage.until(stage.settled, "all have it")
    name = twin(stage, forked)
    stage.wires[here, 1].refuse()
    stage.wires[forked, 1].refuse()
    stage.wires[name, 0].refuse()
    stage.wires[there, 0].refuse()
    stage.start(name)
    stage.rest(1)
    stage.until(lambda: stage.fence(name) == "" == stage.fence(forked), "both may write")
    stage.say(forked, ours)
    stage.say(name, theirs)
    stage.until(lambda: stage.holds(here, forked, common + ours), "one side has its history")
    stage.until(lambda: stage.holds(there, forked, common + theirs), "the other has the other")
    stage.stop(name)
    for wire in stage.wires.values():
        wire.heal()
    stage.until(lambda: all(stage.frozen(code, forked, common) for code in stage.codes), "the log has stopped for all")
    stage.unsaid = {f"{forked}:1:{number}" for number in range(common + 1, common + max(ours, theirs) + 1)}
    stage.writers = (here, there)
    return stage.judge()


fault(27, "two hubs show different histories of one section to different sections", hubs=2, judged=False)(_frozen)


@fault(29, "the clock of a section is days wrong, jumps back, and jumps ahead at another")
def clock(stage: Stage) -> None:
    """The order is that of the numbers: nothing is decided by a clock."""
    one, other, _third = stage.cast
    stage.begin(AT_ONCE)
    for _ in range(3):
        wrong = timedelta(seconds=stage.chance.uniform(-3, 3) * 86_400)
        stage.instances[one].order("clock", wrong)
        stage.instances[other].order("clock", -wrong)
        stage.rest(stage.chance.uniform(0.5, 1.5))
    stage.kill(one)
    stage.start(one)


@fault(33, "an event is changed on the disk before it was published")
def flipped(stage: Stage) -> None:
    """It never leaves the house; when the disk is mended and the section started again all goes out."""
    code, other, _third = stage.cast
    stage.start()
    stage.say(code, stage.chance.randrange(5, 30))
    stage.until(stage.settled, "all have it")
    last = stage.head(code, code).sequence
    stage.wires[code, 0].refuse()
    stage.say(code, stage.chance.randrange(2, 10))
    change(stage, code, last + 1, lambda body: bytes([*body[:-10], body[-10] ^ 1, *body[-9:]]))
    stage.wires[code, 0].heal()
    stage.until(lambda: stage.fence(code) != "", "it notices")
    stage.rest(1)
    assert not stage.holds(other, code, last + 1), "what the disk has changed was published"
    change(stage, code, last + 1, lambda body: bytes([*body[:-10], body[-10] ^ 1, *body[-9:]]))
    stage.kill(code)


def change(stage: Stage, code: str, number: int, how: Callable[[bytes], bytes]) -> None:
    """Write something else into a section's own event."""
    here = tables.event.c.section == code, tables.event.c.sequence == number
    with stage.opened(code) as section, section.writing() as session:
        body = session.connection().execute(select(tables.event.c.body).where(*here)).scalar_one()
        session.connection().execute(update(tables.event).where(*here).values(body=how(body)))


@fault(30, "the disk of a section is full", needs_root=True)
def full(stage: Stage) -> None:
    """Writing is refused, reading works; when there is room again it goes on without a restart."""
    code = stage.cast[0]
    place = stage.stack.enter_context(disks.small(stage.folder / "small", 24))
    stage.move(code, place / code)
    stage.begin(AT_ONCE)
    ballast = disks.fill(place)
    stage.rest(1.5)
    said = len(stage.instances[code].said)
    stage.rest(2)
    assert len(stage.instances[code].said) == said, "something was written on a full disk"
    assert "OperationalError" in stage.instances[code].refused
    ballast.unlink()
    stage.rest(1)
    assert len(stage.instances[code].said) > said, "it does not go on when there is room"


@fault(32, "pages of a section's database are flipped, and there is no backup")
def rotten(stage: Stage) -> None:
    """It is noticed before the pages are served; the section joins again with its old key and has all from the others."""
    code, other, _third = stage.cast
    where = stage.chance.apart()
    stage.start()
    for each in stage.cast:
        stage.say(each, stage.chance.randrange(30, 70))
    stage.until(stage.settled, "all have it")
    stage.stop(code)
    file = database(stage, code)
    check(stage.settings[code].database)
    while _sound(stage.settings[code].database):
        for _ in range(20):
            disks.flip_bit(file, where)
    for end in ("", "-wal", "-shm"):
        file.with_name(f"section.db{end}").unlink(missing_ok=True)
    with stage.opened(other) as section, section.reading() as session:
        chain = queries.chain(session)
    again = open_section(stage.settings[code], Plugins(PLUGINS))
    with again.writing() as session:
        port.adopt(session, chain, code=code, key=again.key.public, now=again.now())
    again.close()
    stage.start(code)
    stage.rate(AT_ONCE)
    stage.rest(2)


def _sound(url: str) -> bool:
    try:
        check(url)
    except Misconfigured:
        return False
    return True
