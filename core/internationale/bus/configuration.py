"""The configuration of a plain ``nats-server`` that is a hub: what an operator needs and nothing else.

``sync_interval: always``, because an acknowledged event must be on the disk; ``no_advertise``, because clients know a hub by the
addresses that the roster names; ``handshake_first: auto``, because clients of ``tls://`` begin with TLS; ``max_control_line``,
because names are told to whoever asks for them, and every member may leave names: none is longer than it need be.

A server without any user lets in everybody. So before the file of users stand the same accounts with a user as whom nobody can
sign in, and the file's own take their place: with an empty file, or half a one, nobody is let in who was not before, and the
streams stay.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from internationale.bus.users import SECTIONS, STREAMS

LINE = 1024
"""Bytes of a line that a client may say, with the name and all; the server's own limit is 4,096. The longest of ours, with which
a section signs in, has half of it.
"""


BUFFERED = 3000
"""Messages that wait for each stream at most; the server's own limit is 10,000. Who asks the stream something waits behind them,
and where somebody publishes without a pause that is longer than anybody waits for an answer.
"""


CLOSED = "internationale:closed"
"""What a server with such a configuration says of itself to who looks after it."""
NOBODY = "UBRYFM6MRAKBFN337SXO2ATAAHAA3HRQEXTGYIHW47US6B4YKFDCURCQ"
"""An nkey of which nobody has the private half: it is made of the SHA-256 hash of ``nobody``."""


@dataclass(frozen=True)
class Tls:
    """A server's certificate (with its chain) and private key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Cluster:
    """This server among those that together are one hub. ``routes``: the other servers' cluster addresses, ``nats://host:port``."""

    name: str
    listen: str
    routes: Sequence[str] = ()


@dataclass(frozen=True)
class Configuration:
    """One server. ``folder`` has its store and its files; ``users``: a file as ``bus.users`` writes it, in that folder.

    ``listen`` and ``websocket`` are ``host:port``; ``websocket`` is encrypted with ``tls``, and without it meant for a reverse
    proxy that does that.
    """

    folder: Path
    listen: str
    name: str = ""
    tls: Tls | None = None
    websocket: str = ""
    users: str = ""
    cluster: Cluster | None = None
    largest: str = ""
    """How much the store may take, such as ``20GB``; empty: what the server finds right."""
    more: Sequence[str] = field(default_factory=tuple)
    """Further lines, as they are."""

    def text(self) -> str:
        """The file."""
        lines = [f"listen: {_said(self.listen)}", *([f"server_name: {_said(self.name)}"] if self.name else []), *self.more]
        lines.append(f"max_control_line: {LINE}")
        lines.append(f"pid_file: {_said(self.folder / 'hub.pid')}")
        limits = f", max_file_store: {self.largest}" if self.largest else ""
        buffer = f"max_buffered_msgs: {BUFFERED}"
        lines.append(f"jetstream {{ store_dir: {_said(self.folder / 'store')}, sync_interval: always, {buffer}{limits} }}")
        if self.users:
            lines.append(f"server_tags: [{_said(CLOSED)}]")
            nobody = f"{STREAMS} {{ jetstream: enabled, users: [ {{ nkey: {_said(NOBODY)} }} ] }}"
            lines.append(f"accounts {{ {nobody}, {SECTIONS} {{ users: [] }} }}")
            lines.append(f"include {_said(self.users)}")
        if self.tls:
            lines.append(f"tls {{ {_files(self.tls)}, handshake_first: auto }}")
        if self.websocket:
            encryption = f"tls {{ {_files(self.tls)} }}" if self.tls else "no_tls: true"
            lines.append(f"websocket {{ listen: {_said(self.websocket)}, {encryption} }}")
        if self.cluster:
            routes = ", ".join(map(_said, self.cluster.routes))
            name, listen = _said(self.cluster.name), _said(self.cluster.listen)
            lines.append(f"cluster {{ name: {name}, listen: {listen}, no_advertise: true, routes: [{routes}] }}")
        return "\n".join(lines) + "\n"


def _said(value: object) -> str:
    """A text in quotation marks, as NATS reads it."""
    return json.dumps(str(value), ensure_ascii=False)


def _files(tls: Tls) -> str:
    return f"cert_file: {_said(tls.certificate)}, key_file: {_said(tls.key)}"
