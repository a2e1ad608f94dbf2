"""Who may do what at a hub: one NATS user for each section, by its nkey, with lists of what is allowed and nothing else.

A deny list has holes (NATS security note 2026-18); what stands in no list here is refused. Nobody but the administrator makes or
changes streams and consumers, purges, or deletes. ``text`` is what the server's ``authorization`` block includes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from internationale.bus import BLOB, HEADS, INBOX, LOG, PART, PROOF, ROSTER, SEED
from internationale.bus.streams import DELIVERED
from internationale.events.roster import Roster, Status

_STREAMS = (LOG, HEADS, ROSTER, PROOF, PART, SEED, BLOB)
_ANSWERS = {"max": 1000, "expires": "2m"}
"""How many messages one answer to another section's question may have, and how long it may take."""


@dataclass(frozen=True)
class Member:
    """One user. ``speaks``: whether its own log goes on; one that is suspended reads, and carries what others signed."""

    section: str
    nkey: str
    speaks: bool = True


def members(roster: Roster) -> tuple[Member, ...]:
    """Those whom the roster lets use the hubs; a section that is expelled or has resigned is not among them."""
    admitted = (Status.MEMBER, Status.SUSPENDED)
    return tuple(
        Member(entry.code, entry.nkey, entry.status is Status.MEMBER)
        for entry in roster.sections
        if entry.nkey is not None and entry.status in admitted
    )


def nameless(roster: Roster) -> tuple[str, ...]:
    """The members whom no hub can let in, because the roster has no nkey of theirs yet."""
    return tuple(entry.code for entry in roster.sections if entry.nkey is None and entry.status is Status.MEMBER)


def text(administrator: str, users: Sequence[Member]) -> str:
    """The file of users; always the same for the same roster. ``administrator``: the public nkey of who looks after the hub."""
    everything: dict[str, Any] = {"publish": ">", "subscribe": ">"}
    entries = [{"nkey": administrator, "permissions": everything}]
    entries += [{"nkey": user.nkey, "permissions": permissions(user)} for user in users]
    named = ["the administrator", *(f"section {user.section}" for user in users)]
    blocks = [f"  # {name}\n  {json.dumps(entry)}\n" for name, entry in zip(named, entries, strict=True)]
    return f"# Made from the roster by internationale; changes are lost.\nusers = [\n{''.join(blocks)}]\n"


def permissions(user: Member) -> dict[str, Any]:
    """What one section may publish and hear. Its answers go where a question came from, for a while."""
    code = user.section
    publish = [
        f"intl.v1.heads.{code}",
        f"intl.v1.seed.{code}.*.*.*",
        "intl.v1.roster.*.*",
        "intl.v1.proof.*.*.*.*",
        "intl.v1.req.*",
    ]
    if user.speaks:
        publish += [f"intl.v1.log.{code}.*.*", f"intl.v1.part.{code}.*", f"intl.v1.blob.{code}.*.*"]
    for stream in _STREAMS:
        publish += [f"$JS.API.STREAM.INFO.{stream}", f"$JS.API.DIRECT.GET.{stream}"]
    for stream in DELIVERED:
        publish += [
            f"$JS.API.CONSUMER.INFO.{stream}.{code}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{code}",
            f"$JS.ACK.{stream}.{code}.>",
        ]
    return {
        "publish": {"allow": publish},
        "subscribe": {"allow": [f"{INBOX}{code}.>", f"intl.v1.req.{code}"]},
        "allow_responses": _ANSWERS,
    }
