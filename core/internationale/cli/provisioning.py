"""Preparing a hub from the roster: its users, its streams, a consumer for each section. Safe to repeat."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from internationale.bus import Declined, NotAllowed, NotAuthorised, Unreachable, users, watched
from internationale.bus.connecting import reach
from internationale.bus.nats import NatsBus
from internationale.bus.reading import unreachable
from internationale.cli import userfile
from internationale.errors import InternationaleError, Misconfigured, Paused, Refused
from internationale.events.nkey import Nkey
from internationale.events.roster import Roster, Status
from internationale.ledger import database
from internationale.messages import Message, marker
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.settings import read_nkey
from internationale.worker.hubs import Hub, named

_ = marker("core")

LOOK = 5.0
"""Seconds between two looks at the roster."""
AGAIN = 60.0
"""Seconds after which a hub is prepared again under the same roster: it may have lost its disk meanwhile."""
PATIENCE = 15.0
"""Seconds in which a server has read its users again, and the servers of a cluster know of each other what they have."""
_BEFORE = ("no suitable peers for placement", "error creating store for stream")
"""What a cluster says before that, and a server in the moment in which it reads its users."""


@dataclass(frozen=True)
class Operation:
    """One hub and how it is looked after.

    ``users``: the file that its configuration includes; None: it has none, or they are somebody else's to write. ``pid_file``:
    where the server's process is told; None: another reloads it. ``replicas``, ``blob_bytes``: see ``streams.provision``.
    """

    url: str
    users: Path | None = None
    pid_file: Path | None = None
    replicas: int | None = None
    blob_bytes: int | None = None


@dataclass(frozen=True)
class Prepared:
    """Who may use the hub now, who cannot because the roster does not tell its nkey, and whether anybody else may too.

    ``read``: whether the server goes by the file of users as it is now. ``closed``: whether it lets in nobody if that is empty.
    """

    sections: tuple[str, ...]
    nameless: tuple[str, ...]
    open_to_all: bool
    read: bool
    closed: bool


def prepare(section: Section, operation: Operation) -> Prepared:
    """Bring a hub in line with the roster. Raises ``Paused`` when it does not answer, ``Conflict``, ``Misconfigured``."""
    administrator = administrator_of(section) if operation.users is not None else whoever(section)
    written = operation.users is not None and userfile.write(section, operation.users)
    roster = roster_of(section)
    present = (Status.MEMBER, Status.SUSPENDED)
    codes = tuple(entry.code for entry in roster.sections if entry.status in present) if roster else (section.code,)
    hub = hub_at(section, operation.url)
    with asking(section, operation.url):
        read = operation.users is None or is_read(section, operation, anew=written, patience=PATIENCE)
        asyncio.run(_make(hub, administrator, codes, operation))
        found = asyncio.run(userfile.ask(hub, administrator))
        everybody = asyncio.run(_lets_in(hub))
    return Prepared(codes, users.nameless(roster) if roster else (), everybody, read, found.closed or not found.ours)


def is_read(section: Section, operation: Operation, *, anew: bool, patience: float) -> bool:
    """Whether the server goes by the file of users as it is now; see ``userfile.bring``, and for what it raises."""
    if operation.users is None:
        return False
    hub, administrator = hub_at(section, operation.url), administrator_of(section)
    return userfile.bring(hub, administrator, operation.users, operation.pid_file, anew=anew, patience=patience)


@contextmanager
def asking(section: Section, url: str) -> Iterator[None]:
    """A block in which a hub is asked what only who looks after it may ask. Raises ``Refused``, ``Misconfigured``, ``Paused``."""
    try:
        yield
    except (NotAuthorised, NotAllowed) as error:
        told = _(
            "This instance does not look after that hub. Only where its administrator's key is can it be asked that: %(path)s"
        )
        raise Refused(told % {"path": section.settings.hub_admin_key}, place=url) from error
    except Declined as error:
        raise Misconfigured(_("The hub does not do this: %(why)s") % {"why": error}, place=url) from error
    except Unreachable as error:
        raise Paused(_("The hub does not answer: %(why)s") % {"why": error}, place=url) from error


def hub_at(section: Section, url: str) -> Hub:
    """This address, with the certificates that the roster has for its hub."""
    found = next((hub for hub in named(section) if url in hub.addresses.split()), Hub(url))
    return Hub(url, found.certificates)


def administrator_of(section: Section) -> Nkey:
    """The key with which this instance looks after hubs; made when there is none."""
    return read_nkey(section.settings.hub_admin_key)


def whoever(section: Section) -> Nkey:
    """The administrator where there is one; a hub without users takes anybody."""
    return administrator_of(section) if section.settings.hub_admin_key.exists() else section.nkey


def follow(section: Section, do: Callable[[], bool], look: Callable[[], None], failed: Callable[[Message], None]) -> None:
    """Do something now, whenever there is another roster and every now and then, for ever; again soon when it was not done.
    ``look``: what is done each time in between. ``failed``: is told why either, or looking for a roster, did not go; it is tried
    again.
    """
    done: str | None = ""
    when = 0.0
    while True:
        with _passing(section, failed):
            with section.reading() as session:
                latest = queries.latest_hash(session)
            if (latest != done or time.monotonic() > when + AGAIN) and do():
                done, when = latest, time.monotonic()
        with _passing(section, failed):
            look()
        time.sleep(LOOK)


@contextmanager
def _passing(section: Section, failed: Callable[[Message], None]) -> Iterator[None]:
    """A block that may fail for what passes: a full disk, a file or a database that cannot be read, a hub that is away."""
    try:
        yield
    except InternationaleError as error:
        why = error.message
    except DatabaseError as error:
        trouble = database.trouble(error, section.settings.database)
        if trouble is None:
            raise
        why = trouble.message
    except OSError as error:
        why = _("The file or folder cannot be read or written: %(why)s") % {"why": error}
    else:
        return
    with suppress(OSError):  # who listens may be away, or the disk of what is noted of it full
        failed(why)


def roster_of(section: Section) -> Roster | None:
    """The roster in force; None before founding or joining."""
    with section.reading() as session:
        latest = queries.latest(session)
    return None if latest is None else latest.roster


def is_watched(section: Section, operation: Operation) -> bool:
    """Whether somebody cuts who fills the hub up. Raises ``Paused``, ``Refused``."""
    hub, administrator = hub_at(section, operation.url), whoever(section)

    async def ask() -> bool:
        line = await reach(hub.addresses, "administrator", administrator, hub.certificates)
        try:
            with unreachable():
                return await watched.watched(line.client)
        finally:
            await line.close()

    with asking(section, operation.url):
        return asyncio.run(ask())


async def _make(hub: Hub, administrator: Nkey, codes: Sequence[str], operation: Operation) -> None:
    """The server may need a moment until it knows a new administrator, and until its streams are to be reached again."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            bus = await NatsBus.connect(hub.addresses, "administrator", nkey=administrator, certificates=hub.certificates)
            try:
                return await bus.prepare(codes, replicas=operation.replicas, blob_bytes=operation.blob_bytes)
            finally:
                await bus.close()
        except NotAllowed:
            raise
        except Declined as error:
            if not any(each in str(error) for each in _BEFORE) or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.5)
        except Unreachable as error:
            passing = operation.users is not None or isinstance(error, NotAuthorised)
            if not passing or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)


async def _lets_in(hub: Hub) -> bool:
    """Whether somebody without any key gets in."""
    try:
        bus = await NatsBus.connect(hub.addresses, "nobody", certificates=hub.certificates)
    except NotAuthorised:
        return False
    await bus.close()
    return True
