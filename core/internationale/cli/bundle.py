"""``internationale bundle …``: what this section holds as a file, and back again: for a first sync, or a journey on a stick."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from internationale.bundle import packing, since
from internationale.bundle.packing import Wanted
from internationale.bundle.unpacking import Unpacked, unpack
from internationale.bus import Unreachable
from internationale.bus.nats import NatsBus
from internationale.cli.root import Home
from internationale.cli.speech import say, tell
from internationale.errors import Conflict, Invalid, Misconfigured, Untrusted
from internationale.kit.calling import Names
from internationale.messages import marker, plural_marker
from internationale.section import Section
from internationale.settings import hub_addresses, whole
from internationale.worker.hubs import Hub, named
from internationale.worker.refilling import Refilled, refill

_ = marker("core")
ngettext = plural_marker("core")

EVERY = 1000
"""Events between two words about how far it has come."""


@click.group()
def bundle() -> None:
    """Events, parts, rosters and heads as one file that can travel any way: each thing in it is verified on arrival."""


@bundle.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--section", "only", multiple=True, help="Only the log of this section. May be repeated.")
@click.option("--since", "earlier", type=click.File("rb"), help="A bundle of who gets it: only what is not in it, nor was there.")
@click.pass_obj
def export(home: Home, file: Path, only: tuple[str, ...], earlier: BinaryIO | None) -> None:
    """Write what this section holds into FILE, which must not exist yet. Sealed events stay sealed."""
    section = home()
    _known(section, only)
    had = _covered(earlier) if earlier is not None else {}
    events = _write(file, packing.lines(section, Wanted(sections=only or None, since=had)))
    told = ngettext(
        "%(n)s event is in %(file)s. On another machine: %(command)s",
        "%(n)s events are in %(file)s. On another machine: %(command)s",
        events,
    )
    say(told % {"n": events, "file": str(file), "command": f"internationale bundle import {file.name}"})


@bundle.command("have")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def have(home: Home, file: Path) -> None:
    """Write into FILE what this section holds, without the events themselves: for “bundle export --since” on another machine."""
    section = home()
    _write(file, packing.lines(section, Wanted(spans=())))
    say(
        _("Take %(file)s to another section's machine. There: %(command)s")
        % {"file": str(file), "command": f"internationale bundle export new.bundle --since {file.name}"}
    )


@bundle.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def take(home: Home, file: BinaryIO, as_json: bool) -> None:
    """Take in everything in FILE that is authentic. Doing it twice is harmless. Exit status 1 when the file is damaged."""
    section = home()
    try:
        found = unpack(section, file, f"bundle {Path(file.name).name}", (lambda _done, _all: None) if as_json else _show)
    except Untrusted as error:
        raise Misconfigured(_("This is not a bundle."), place=file.name) from error
    if as_json:
        tell({**vars(found), "outcomes": dict(found.outcomes), "strange": sorted(found.strange), "new": found.new})
    else:
        with section.reading() as session:
            _report(found, Names.of(section.sections(session)))
    if not found.whole or found.damages:
        raise SystemExit(1)


@bundle.command("seed")
@click.argument("hub")
@click.pass_obj
def seed(home: Home, hub: str) -> None:
    """Give the HUB (its address) everything that this section holds and it lacks: its own events, and others' as seeds."""
    section = home()
    (address,) = hub_addresses((hub,))
    try:
        given = asyncio.run(_refill(section, address))
    except Unreachable as trouble:
        raise Misconfigured(_("The hub does not take it: %(reason)s") % {"reason": str(trouble)}, place=hub) from trouble
    told = _(
        "The hub has everything now. Sent, events of this section: %(own)s; of others: %(seeds)s; versions of the roster:"
        " %(rosters)s."
    )
    say(told % {"own": given.own, "seeds": given.seeds, "rosters": given.rosters})


async def _refill(section: Section, address: str) -> Refilled:
    hub = next((each for each in named(section) if address in each.addresses.split()), Hub(address))
    bus = await NatsBus.connect(hub.addresses, section.code, nkey=section.nkey, certificates=hub.certificates)
    try:
        return await refill(section, bus)
    finally:
        await bus.close()


def _known(section: Section, codes: Iterable[str]) -> None:
    with section.reading() as session:
        known = {log.section for log in section.ledger.all_heads(session)} | {card.code for card in section.sections(session)}
    for code in codes:
        if code not in known:
            raise Invalid(_("There is no section “%(code)s” here.") % {"code": code}, place="--section")


def _covered(earlier: BinaryIO) -> dict[packing.Log, int]:
    try:
        return since.covered(earlier)
    except Untrusted as error:
        raise Misconfigured(_("This is not a bundle."), place=earlier.name) from error


def _write(file: Path, lines: Iterable[bytes]) -> int:
    """Write a file that only has its name once it is whole. Returns how many events are in it."""
    events = 0
    with _new(file) as stream:
        for line in lines:
            stream.write(line)
            events += line.startswith(b'{"subject"')
    return events


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    there = Conflict(_("This file exists already. Nothing was changed."), place=str(file))
    if file.exists():  # before it is written, which may take long; it is looked at once more in the end
        raise there
    try:
        with whole.fresh(file) as part, part.open("wb") as stream:
            yield stream
    except FileExistsError as error:
        raise there from error
    except OSError as error:
        raise Misconfigured(_("The file cannot be written: %(reason)s") % {"reason": error.strerror}, place=str(file)) from error


def _show(done: int, announced: int) -> None:
    if done % EVERY < packing.PAGE * 5 or done == announced:
        say(_("%(done)s of %(all)s events read.") % {"done": done, "all": announced})


def _report(found: Unpacked, names: Names) -> None:
    counts = {"new": found.new, "known": found.outcomes["duplicate"], "refused": found.outcomes["quarantined"]}
    say(_("Events: %(new)s new, %(known)s known before, %(refused)s not authentic.") % counts)
    say(
        _("Besides, new versions of the roster: %(rosters)s; parts: %(parts)s; new heads: %(heads)s.")
        % {"rosters": found.rosters, "parts": found.parts, "heads": found.heads}
    )
    waiting = found.outcomes["waiting"] + found.outcomes["parked"] + found.outcomes["full"]
    if waiting:
        told = ngettext(
            "%(n)s event waits for something that is not here yet.",
            "%(n)s events wait for something that is not here yet.",
            waiting,
        )
        say(told % {"n": waiting})
    if found.strange:
        told = _(
            "What these sections sign to hold is left aside: %(sections)s. By the list of sections here, who signed it is no"
            " member any more, or the key was replaced."
        )
        say(told % {"sections": names.all(sorted(found.strange))})
    for damaged in found.damaged:
        say(_("Line %(n)s is damaged: %(code)s") % {"n": damaged.number, "code": damaged.reason}, problem=True)
    if not found.whole:
        say(_("The file is damaged or cut off. What could be read was taken in; fetch it again for the rest."), problem=True)
