"""The file of a hub's users: written whole, by one at a time, and read by the server, which is asked whether it has."""

import asyncio
import os
import signal
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from internationale.bus import NotAuthorised, Unreachable, users
from internationale.bus.connecting import reach
from internationale.bus.current import Current, current
from internationale.errors import Conflict, Misconfigured
from internationale.events.nkey import Nkey
from internationale.messages import marker
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.settings import read_nkey, whole
from internationale.worker.hubs import Hub

_ = marker("core")

PAUSE = 0.2
"""Seconds between two questions whether a server has read it by now."""
SOON = 3.0
"""Seconds that somebody else has for having it read, before it is said that it is not."""
NONE = "none"
"""Goes by no file that has a mark."""
_NEWER = _(
    "The file of the hub's users was made from version %(there)s of the list of sections, and the newest here is version"
    " %(here)s. The file stays as it is: otherwise whoever was expelled since would be let in again. Let this section catch up"
    " (“internationale run”) and try again. Only if that file is of another International, delete it."
)
UNREAD = _(
    "The server does not go by its file of users as it is now: who is expelled or cut may still get in there. Have it read its"
    " configuration again, and look whether it includes this file; the server's log says what it could not read."
)


def write(section: Section, path: Path, cut: Mapping[str, Collection[str]] | None = None) -> bool:
    """Write the file from the roster in force. Whether it is another than before. Raises ``Conflict`` without a roster, or with
    one that is older than that of the file, and ``Misconfigured`` where it cannot be read or written: then it is as before.

    ``cut``: kind (of ``shares.KINDS``) -> sections that may not add to it; None: as the file says already.
    """
    administrator = read_nkey(section.settings.hub_admin_key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole.alone(path.parent):  # who is next has a roster that is as new, and the cuts of who was before
            return _write(section, path, administrator, cut)
    except OSError as error:
        told = _("The file of the hub's users cannot be written: %(why)s. Whoever was let in still is.")
        raise Misconfigured(told % {"why": error.strerror or error}, place=str(path)) from error


def read(path: Path) -> str:
    """What it says; nothing when there is none. Raises ``Misconfigured`` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        told = _("The file of the hub's users cannot be read: %(why)s.")
        raise Misconfigured(told % {"why": error.strerror or error}, place=str(path)) from error


def reload(pid_file: Path) -> None:
    """Have a server on this machine read its configuration again. Raises ``Misconfigured``."""
    try:
        os.kill(_number(pid_file), signal.SIGHUP)
    except (OSError, ValueError) as error:
        told = _("The server cannot be told to read its users again: %(why)s. Reload it yourself.")
        raise Misconfigured(told % {"why": error}, place=str(pid_file)) from error


def _number(pid_file: Path) -> int:
    number = int(pid_file.read_text(encoding="ascii"))
    if number <= 0:
        raise ValueError(number)  # it would be a whole group of processes
    return number


def bring(hub: Hub, administrator: Nkey, path: Path, pid_file: Path | None, *, anew: bool, patience: float) -> bool:
    """Have a server go by the file as it is now. Whether it does. Where there is no ``pid_file`` somebody else has it read.

    ``anew``: it is told to in any case; otherwise only one that answers, for the process of one that is away may be another's by
    now. ``patience``: seconds to wait for it. Raises ``Misconfigured`` when it is told and goes by another file; ``Unreachable``.
    """
    began = time.monotonic()
    asked, trouble = anew, _told(pid_file) if anew else None
    while (found := _found(hub, administrator)) != users.mark(read(path)):
        away = isinstance(found, Unreachable) and not isinstance(found, NotAuthorised)
        seconds = min(patience, SOON) if pid_file is None and not away else patience
        if (trouble and not away) or time.monotonic() > began + seconds:
            return _given_up(found, trouble, path, pid_file)
        if not away and not asked:
            asked, trouble = True, _told(pid_file)
        time.sleep(PAUSE)
    return True


def _found(hub: Hub, administrator: Nkey) -> str | Unreachable:
    """The ``users.mark`` of the file that a server goes by, or why it does not tell."""
    try:
        return asyncio.run(ask(hub, administrator)).users or NONE
    except Unreachable as error:
        return error


def _given_up(found: str | Unreachable, trouble: Misconfigured | None, path: Path, pid_file: Path | None) -> bool:
    if trouble is not None and (isinstance(found, str | NotAuthorised)):
        raise trouble
    if isinstance(found, Unreachable):
        raise found
    if pid_file is None:
        return False
    raise Misconfigured(UNREAD, place=str(path))


async def ask(hub: Hub, administrator: Nkey) -> Current:
    """What a server goes by. Raises ``Unreachable``."""
    line = await reach(hub.addresses, "administrator", administrator, hub.certificates)
    try:
        return await current(line.client)
    finally:
        await line.close()


def _told(pid_file: Path | None) -> Misconfigured | None:
    """Tell the server to read it. What hindered that."""
    try:
        if pid_file is not None:
            reload(pid_file)
    except Misconfigured as error:
        return error
    return None


def _write(section: Section, path: Path, administrator: Nkey, cut: Mapping[str, Collection[str]] | None) -> bool:
    with section.reading() as session:
        latest = queries.latest(session)
    if latest is None:
        raise Conflict(_("This section does not belong to an International yet: “found” one first."))
    before = read(path)
    if users.version(before) > latest.roster.version:
        words = {"there": users.version(before), "here": latest.roster.version}
        raise Conflict(_NEWER % words, place=str(path))
    barred = users.cut(before) if cut is None else cut
    members = [
        replace(member, cut=frozenset(kind for kind, codes in barred.items() if member.section in codes))
        for member in users.members(latest.roster)
    ]
    text = users.text(administrator.public, members, latest.roster.version)
    if before == text:
        return False
    with whole.instead(path) as part:
        part.write_text(text, encoding="utf-8")
    return True
