"""What a server goes by now: which file of users it has read, and whether its configuration lets in nobody without one.

A reload can be lost, and fail, and nobody is told. So the server itself is asked, as whom it knows who asks (``users.MARK``).
"""

from dataclasses import dataclass

import msgspec
from nats.aio.client import Client

from internationale.bus import users
from internationale.bus.configuration import CLOSED
from internationale.bus.connecting import TIMEOUT
from internationale.bus.reading import told, unreachable


@dataclass(frozen=True)
class Current:
    """``users``: the ``users.mark`` of the file that it goes by; empty: one of an older make, or none. ``ours``: whether it goes
    by a file of users as we make them at all. ``closed``: whether it lets in nobody when that file is empty.
    """

    users: str
    ours: bool
    closed: bool


class _Server(msgspec.Struct):
    tags: list[str] = msgspec.field(default_factory=list)


class _Subjects(msgspec.Struct):
    allow: list[str] = msgspec.field(default_factory=list)


class _Permissions(msgspec.Struct):
    publish: _Subjects = msgspec.field(default_factory=_Subjects)


class _User(msgspec.Struct):
    account: str = ""
    permissions: _Permissions = msgspec.field(default_factory=_Permissions)


class _Info(msgspec.Struct):
    server: _Server = msgspec.field(default_factory=_Server)
    data: _User = msgspec.field(default_factory=_User)


async def current(client: Client) -> Current:
    """Ask the server; for the administrator. Raises ``Unreachable``."""
    with unreachable():
        answer = await client.request("$SYS.REQ.USER.INFO", b"", timeout=TIMEOUT)
    info = told(answer.data, _Info, "users")
    marks = [each.removeprefix(users.MARK) for each in info.data.permissions.publish.allow if each.startswith(users.MARK)]
    return Current(next(iter(marks), ""), info.data.account == users.STREAMS, CLOSED in info.server.tags)
