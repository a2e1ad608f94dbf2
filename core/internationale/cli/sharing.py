"""Keeping anybody from filling a hub for all, and saying who holds how much of it, for who runs it. The rule: ``bus.shares``."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import click

from internationale.bus import Unreachable, users
from internationale.bus import shares as rule
from internationale.bus.shares import Room
from internationale.bus.weighing import Scales
from internationale.cli import provisioning, userfile
from internationale.cli.provisioning import Operation
from internationale.cli.speech import say, worded
from internationale.errors import InternationaleError, Misconfigured
from internationale.kit.calling import Names
from internationale.messages import Message, marker
from internationale.section import Section

_ = marker("core")
_log = logging.getLogger(__name__)

SECONDS = 5.0
"""That one look takes at most, so that nobody who is expelled waits for it. What is not counted by then is another time."""
LONGEST = 3600.0
"""The same for who asks once."""
_MIB = 1024 * 1024
_NAMED = 10
"""How many sections are named for each room, those that hold the most."""
KINDS: Mapping[str, Message] = {
    "log": _("what the sections say"),
    "blob": _("attachments"),
    "seed": _("what sections bring of others"),
    "roster": _("lists of sections"),
    "proof": _("proofs that somebody signed two different messages"),
}
"""The kinds of ``shares.KINDS``, in words."""
UNWATCHED = _("Nobody watches this hub: who fills it up is not kept from it. Let “hub watch” run, with --users.")
OPEN = _("Nobody can be kept from filling it up, or from speaking under any name. It is for trying.")


@dataclass(frozen=True)
class Standing:
    """A hub at a moment. ``cut``: kind -> who may not add to it; ``sections``: how many have a share.
    ``watched``: whether somebody looks at it again and again, and cuts whom it has to. ``names``: what the sections are called.
    """

    url: str
    rooms: tuple[Room, ...]
    cut: Mapping[str, tuple[str, ...]]
    sections: int
    watched: bool
    names: Names


def look(section: Section, scales: Scales, operation: Operation) -> None:
    """Count what came, cut who is above its share where room runs short, let in again who is not, and say so.

    A hub that is away is no reason to stop, and is said by others. Nothing is done where the users are not ours to write. Raises
    ``Misconfigured`` when the file of users cannot be read or written, or the server does not read it.
    """
    if operation.users is None or not operation.users.exists():
        return
    before = _written(operation)
    try:
        rooms, codes, names = _weighed(section, scales, operation, SECONDS, watching=True)
        loud = {kind: scales.overrunning.cut(kind, time.monotonic()).intersection(codes) for kind in rule.KINDS}
        found = Standing(operation.url, rooms, _decided(rooms, codes, before, loud), len(codes), watched=True, names=names)
    except InternationaleError as error:
        _log.info("what the hub holds could not be looked at: %s", error.message)
        return
    written = userfile.write(section, operation.users, found.cut)
    try:
        _have_read(section, operation, anew=written)
    finally:
        _say_changes(found, before, loud)


def _say_changes(found: Standing, before: Mapping[str, frozenset[str]], loud: Mapping[str, frozenset[str]]) -> None:
    names = found.names
    for kind in rule.KINDS:
        for code in sorted(loud[kind] - before.get(kind, frozenset())):
            told = _("%(section)s publishes without a pause, so that nobody else gets through. It may not for a while.")
            say(told % {"section": names[code]}, problem=True)
        _say_change(found, kind, before.get(kind, frozenset()), loud[kind])


def _have_read(section: Section, operation: Operation, *, anew: bool) -> None:
    """The server goes by what the file says, also when it was told so in vain before. Raises ``Misconfigured``."""
    try:
        if not provisioning.is_read(section, operation, anew=anew, patience=SECONDS):
            raise Misconfigured(userfile.UNREAD, place=str(operation.users))
    except Unreachable as error:
        _log.info("whether the hub goes by its file of users could not be asked: %s", error)


def ask(section: Section, operation: Operation) -> Standing:
    """How full a hub is, who holds what, and who is cut by the file of users. Changes nothing. Raises ``Paused``, ``Refused``."""
    scales = Scales()
    rooms, codes, names = _weighed(section, scales, operation, LONGEST)
    cut = {kind: tuple(sorted(cut)) for kind, cut in _written(operation).items()}
    return Standing(operation.url, rooms, cut, len(codes), scales.watched, names)


def _written(operation: Operation) -> Mapping[str, frozenset[str]]:
    return users.cut(userfile.read(operation.users)) if operation.users is not None else {}


def _weighed(
    section: Section, scales: Scales, operation: Operation, seconds: float, *, watching: bool = False
) -> tuple[tuple[Room, ...], list[str], Names]:
    """The rooms now, whose shares they have, and what these are called."""
    hub, administrator = provisioning.hub_at(section, operation.url), provisioning.administrator_of(section)
    with provisioning.asking(section, operation.url):
        asyncio.run(scales.look(hub.addresses, administrator, hub.certificates, seconds, watching=watching))
    roster = provisioning.roster_of(section)
    if roster is None:
        return scales.rooms(), [], Names()
    return scales.rooms(), [member.section for member in users.members(roster)], Names.of(roster.sections)


def _decided(
    rooms: tuple[Room, ...], codes: list[str], before: Mapping[str, frozenset[str]], loud: Mapping[str, frozenset[str]]
) -> dict[str, tuple[str, ...]]:
    """Who is cut of each kind. Of what cannot be judged now it stays as it was."""
    found = {kind: before.get(kind, frozenset()).intersection(codes) for kind in rule.KINDS}
    for kind in {room.kind for room in rooms}:
        its = [room for room in rooms if room.kind == kind]
        cut = frozenset[str]().union(*(rule.cut(room, codes, before.get(kind, ())) for room in its))
        found[kind] = cut if all(room.limit for room in its) else cut | found[kind]
    return {kind: tuple(sorted(sections | loud[kind])) for kind, sections in found.items() if sections | loud[kind]}


def told(standing: Standing) -> None:
    """Each room, and who holds the most of it."""
    for room in standing.rooms:
        _say_room(room, standing)
    for kind in rule.KINDS:
        _say_change(standing, kind, frozenset(), frozenset())
    if not standing.watched:
        say(UNWATCHED, problem=True)


def _say_room(room: Room, standing: Standing) -> None:
    words = {"what": KINDS[room.kind], "used": room.used // _MIB, "limit": room.limit // _MIB}
    if room.limit:
        say(_("%(what)s: %(used)s of %(limit)s MiB are taken.") % words)
    else:
        say(_("%(what)s: %(used)s MiB are taken. How much room there is cannot be told now.") % words)
    most = sorted(room.held.items(), key=lambda item: (-item[1], item[0]))[:_NAMED]
    for code, held in most:
        words = {
            "section": standing.names[code] if code else "?",
            "held": held // _MIB,
            "share": int(room.share(standing.sections)) // _MIB,
        }
        told = _("%(section)s holds %(held)s MiB; its share is %(share)s MiB.")  # in an f-string it is no sentence of the catalog
        click.echo(f"  {worded(told % words)}")


def _say_change(standing: Standing, kind: str, before: frozenset[str], loud: frozenset[str]) -> None:
    """``loud``: those of whom it was said already why."""
    now = frozenset(standing.cut.get(kind, ()))
    for code in sorted(before - now):
        say(_("%(section)s may add to this again: %(what)s.") % {"section": standing.names[code], "what": KINDS[kind]})
    before |= loud
    if not now - before:
        return
    for room in standing.rooms:
        if room.kind == kind:
            _say_room(room, standing)
    for code in sorted(now - before):
        told = _("Room runs short, and %(section)s holds more than its share. It may not add to this for now: %(what)s.")
        say(told % {"section": standing.names[code], "what": KINDS[kind]}, problem=True)
    say(_("It reads as before, and has its right back when there is room. Give the hub more, or ask the section what it is."))
    for code in sorted(now - before):
        command = f"internationale hub purge {standing.url} {code} --kind {kind}"
        say(_("What it has left stays until somebody deletes it: %(command)s") % {"command": command})
