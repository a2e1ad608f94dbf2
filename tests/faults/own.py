"""A section's own house: backups, second instances, disks."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

from internationale.errors import Misconfigured
from internationale.ledger.database import check
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.section import Section
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
    stage.begin(AT_ONCE)
    backup(stage, "fr", stage.folder / "a moment ago.db")
    stage.rest(stage.chance.uniform(0.3, 1))
    stage.rate(0)
    stage.until(stage.settled, "the hub has all")
    stage.kill("fr")
    restore(stage, "fr", stage.folder / "a moment ago.db")
    stage.start("fr")
    stage.rate(AT_ONCE)
    stage.rest(2)


@fault(28, "a section restored from yesterday's backup")
def yesterday(stage: Stage) -> None:
    stage.start()
    stage.say("fr", 20)
    backup(stage, "fr", stage.folder / "yesterday.db")
    for code in stage.codes:
        stage.say(code, 30)
    stage.until(stage.settled, "all have it")
    stage.stop("fr")
    restore(stage, "fr", stage.folder / "yesterday.db")
    stage.start("fr")
    stage.rate(AT_ONCE)
    stage.rest(2)


@fault(28, "a section restored from yesterday's backup, and the hub as well: only the others know the rest")
def yesterday_everywhere(stage: Stage) -> None:
    stage.start()
    stage.say("fr", 20)
    stage.until(stage.settled, "all have it")
    backup(stage, "fr", stage.folder / "yesterday.db")
    stage.hubs[0].stop()
    disks.copy(stage.hubs[0].folder / "store", stage.folder / "store")
    stage.hubs[0].start()
    for code in stage.codes:
        stage.say(code, 30)
    stage.until(stage.settled, "all have it")
    stage.stop("fr")
    stage.hubs[0].stop()
    restore(stage, "fr", stage.folder / "yesterday.db")
    disks.copy(stage.folder / "store", stage.hubs[0].folder / "store")
    stage.hubs[0].start()
    stage.start("fr")
    stage.rate(AT_ONCE)
    stage.rest(3)


@fault(26, "a second instance with the same key, at the same hub")
def second(stage: Stage) -> None:
    """It notices that it is not alone, and says nothing more."""
    stage.start()
    stage.say("fr", 20)
    stage.until(stage.settled, "all have it")
    name = twin(stage, "fr")
    stage.start(name)
    stage.until(lambda: stage.fence(name) == "", "the second one may write")
    stage.say("fr", 10)
    stage.until(lambda: stage.fence(name) != "", "the second one stops")
    stage.rate(AT_ONCE, name)
    stage.rest(1)
    assert not stage.instances[name].said
    stage.stop(name)


def _frozen(stage: Stage) -> Verdict:
    """Two histories that different sections see: when they meet, the log stops for all at the same number."""
    stage.start()
    stage.say("fr", 20)
    stage.until(stage.settled, "all have it")
    name = twin(stage, "fr")
    stage.wires["ic", 1].refuse()
    stage.wires["fr", 1].refuse()
    stage.wires[name, 0].refuse()
    stage.wires["ar", 0].refuse()
    stage.start(name)
    stage.rest(1)
    stage.until(lambda: stage.fence(name) == "" == stage.fence("fr"), "both may write")
    stage.say("fr", 5)
    stage.say(name, 8)
    stage.until(lambda: stage.holds("ic", "fr", 25) and stage.holds("ar", "fr", 28), "each side has its own")
    stage.stop(name)
    for wire in stage.wires.values():
        wire.heal()
    stage.until(lambda: all(stage.frozen(code, "fr", 20) for code in stage.codes), "the log has stopped for all")
    stage.unsaid = {f"fr:1:{number}" for number in range(21, 29)}
    stage.writers = ("ic", "ar")
    return stage.judge()


fault(27, "two hubs show different histories of one section to different sections", hubs=2, judged=False)(_frozen)


@fault(30, "the disk of a section is full", needs_root=True)
def full(stage: Stage) -> None:
    """Writing is refused, reading works; when there is room again it goes on without a restart."""
    place = stage.stack.enter_context(disks.small(stage.folder / "small", 24))
    stage.move("fr", place / "fr")
    stage.begin(AT_ONCE)
    ballast = disks.fill(place)
    stage.rest(1.5)
    said = len(stage.instances["fr"].said)
    stage.rest(2)
    assert len(stage.instances["fr"].said) == said, "something was written on a full disk"
    assert "OperationalError" in stage.instances["fr"].refused
    ballast.unlink()
    stage.rest(1)
    assert len(stage.instances["fr"].said) > said, "it does not go on when there is room"


@fault(32, "pages of a section's database are flipped, and there is no backup")
def rotten(stage: Stage) -> None:
    """It is noticed before the pages are served; the section joins again with its old key and has all from the others."""
    stage.start()
    for code in stage.codes:
        stage.say(code, 60)
    stage.until(stage.settled, "all have it")
    stage.stop("fr")
    file = database(stage, "fr")
    check(stage.settings["fr"].database)
    while _sound(stage.settings["fr"].database):
        for _ in range(20):
            disks.flip_bit(file, stage.chance)
    for end in ("", "-wal", "-shm"):
        file.with_name(f"section.db{end}").unlink(missing_ok=True)
    committee = Section.open(stage.settings["ic"], Plugins(PLUGINS))
    with committee.reading() as session:
        chain = queries.chain(session)
    committee.close()
    again = open_section(stage.settings["fr"], Plugins(PLUGINS))
    with again.writing() as session:
        port.adopt(session, chain, code="fr", key=again.key.public, now=again.now())
    again.close()
    stage.start("fr")
    stage.rate(AT_ONCE)
    stage.rest(2)


def _sound(url: str) -> bool:
    try:
        check(url)
    except Misconfigured:
        return False
    return True
