"""Who may do what at a hub: one NATS user for each section, by its nkey, with lists of what is allowed and nothing else.

A deny list has holes (NATS security note 2026-18); what stands in no list here is refused. Nobody but the administrator makes or
changes streams and consumers, purges, or deletes. ``text`` is what the server's configuration includes.

Lists alone do not suffice. Who asks a stream something names where the answer goes, and the server itself sends it there, with no
look at anybody's list: as an event in another's log, or as an order to delete a stream. So the streams are in an account of their
own, of which the sections' account reaches what it needs (``_imports``): an answer that leads anywhere else ends there.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from internationale.bus import BLOB, HEADS, INBOX, LOG, PART, PROOF, ROSTER, SEED
from internationale.bus.streams import DELIVERED
from internationale.events.roster import Roster, Status

_STREAMS = (LOG, HEADS, ROSTER, PROOF, PART, SEED, BLOB)
STREAMS, SECTIONS = "STREAMS", "SECTIONS"
"""The two accounts."""
_LEADING = ("log.*.*.*", "heads.*", "roster.*.*", "proof.*.*.*.*", "part.*.*", "seed.*.*.*.*", "blob.*.*.*")
_SERVICES = (*(f"intl.v1.{each}" for each in _LEADING), *(f"$JS.ACK.{stream}.>" for stream in DELIVERED))
"""What is stored, and acknowledged."""
_ASKED = (
    *(f"$JS.API.DIRECT.GET.{stream}" for stream in _STREAMS),
    *(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*" for stream in DELIVERED),
)
"""What is answered with several messages."""
_TOLD = (
    *(f"STREAM.INFO.{stream}" for stream in _STREAMS),
    *(f"CONSUMER.INFO.{stream}.*" for stream in DELIVERED),
)
"""What is told of streams and consumers, asked under ``$JS.API.``. There the server would answer for the sections' own account as
well, that it has none; so these are led elsewhere, and permissions are looked at only then.
"""
_LED = "$JS.STREAMS."
_ADDED = {
    "heads": ("heads.{}",),
    "seed": ("seed.{}.*.*.*",),
    "roster": ("roster.{}.*",),
    "proof": ("proof.{}.*.*.*",),
    "log": ("log.{}.*.*", "part.{}.*"),
    "blob": ("blob.{}.*.*",),
}
"""What a section may add to the streams, by what the right is about (``shares.KINDS``)."""
_SPEAKING = ("log", "blob")
MARK = "intl.v1.users."
"""Begins the name of a file of users, which the administrator's rights have: so who asks the server learns which it goes by."""
_MARK = re.compile(rf'"{re.escape(MARK)}([0-9a-f]{{64}})"')
_BEGINNING = "# Made from the roster by internationale; changes are lost.\n"
_VERSION = "# Of its version %s.\n"
_OF_VERSION = re.compile(r"^# Of its version ([0-9]{1,15})\.$", re.MULTILINE)
_CUT = re.compile(r"^  # section (\S+), without: ([a-z ]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Member:
    """One user. ``speaks``: whether its own log goes on; one that is suspended reads, and carries what others signed. ``cut``: to
    what (of ``shares.KINDS``) it may not add for a while.
    """

    section: str
    nkey: str
    speaks: bool = True
    cut: frozenset[str] = frozenset()


def members(roster: Roster) -> tuple[Member, ...]:
    """Those whom the roster lets use the hubs; a section that is expelled or has resigned is not among them.

    An nkey is public, so a section can name another's as its own. Then it is neither's: which of them it is nobody can tell from
    here, and with one nkey for two users the server does not start.
    """
    admitted = (Status.MEMBER, Status.SUSPENDED)
    let_in = [entry for entry in roster.sections if entry.status in admitted]
    named = Counter(entry.nkey for entry in let_in)
    return tuple(
        Member(entry.code, entry.nkey, entry.status is Status.MEMBER)
        for entry in let_in
        if entry.nkey is not None and named[entry.nkey] == 1
    )


def nameless(roster: Roster) -> tuple[str, ...]:
    """The members whom no hub can let in, because the roster has no nkey of theirs yet."""
    return tuple(entry.code for entry in roster.sections if entry.nkey is None and entry.status is Status.MEMBER)


def text(administrator: str, users: Sequence[Member], version: int = 0) -> str:
    """The file of users; always the same for the same roster. ``administrator``: the public nkey of who looks after the hub,
    and of no section, whatever one says. ``version``: of which roster it is; 0: it does not say.
    """
    beginning = f"{_BEGINNING}{_VERSION % version if version else ''}"
    content = beginning + _accounts(administrator, users, ())
    return beginning + _accounts(administrator, users, (MARK + hashlib.sha256(content.encode()).hexdigest(),))


def version(text: str) -> int:
    """Of which version of the roster such a file is; 0 for one of an older make, or for none."""
    found = _OF_VERSION.search(text)
    return int(found[1]) if found else 0


def mark(text: str) -> str:
    """What such a file is called: a hash of what it says; empty for one of an older make, or for none."""
    found = _MARK.search(text)
    return found[1] if found else ""


def _accounts(administrator: str, users: Sequence[Member], marks: Sequence[str]) -> str:
    users = [user for user in users if user.nkey != administrator]
    everything: dict[str, Any] = {"publish": [">", *marks], "subscribe": ">"}
    blocks = [_user("the administrator", {"nkey": administrator, "permissions": everything})]
    streams = f"jetstream: enabled, exports: {json.dumps(_exports())},\n{_users(blocks)}"
    blocks = [_user(f"section {user.section}{_without(user)}", _entry(user)) for user in users]
    sections = f"imports: {json.dumps(_imports())}, mappings: {json.dumps(_mappings())},\n{_users(blocks)}"
    return f"accounts {{\n{STREAMS} {{ {streams} }}\n{SECTIONS} {{ {sections} }}\n}}\n"


def cut(text: str) -> dict[str, frozenset[str]]:
    """Who was cut of what, by such a file: kind -> sections. So it outlasts whoever wrote it."""
    found = dict[str, set[str]]()
    for code, kinds in _CUT.findall(text):
        for kind in kinds.split():
            found.setdefault(kind, set()).add(code)
    return {kind: frozenset(codes) for kind, codes in found.items()}


def _without(user: Member) -> str:
    return f", without: {' '.join(sorted(user.cut))}" if user.cut else ""


def _entry(user: Member) -> dict[str, Any]:
    return {"nkey": user.nkey, "permissions": permissions(user)}


def _user(name: str, entry: Mapping[str, Any]) -> str:
    return f"  # {name}\n  {json.dumps(entry)}\n"


def _users(blocks: Sequence[str]) -> str:
    return f"users: [\n{''.join(blocks)}]"


def _exports() -> list[dict[str, Any]]:
    single = [*_SERVICES, *(f"$JS.API.{each}" for each in _TOLD)]
    return [{"service": each} for each in single] + [{"service": each, "response_type": "Stream"} for each in _ASKED]


def _imports() -> list[dict[str, Any]]:
    plain = [{"service": {"account": STREAMS, "subject": each}} for each in (*_SERVICES, *_ASKED)]
    return plain + [{"service": {"account": STREAMS, "subject": f"$JS.API.{each}"}, "to": _LED + each} for each in _TOLD]


def _mappings() -> dict[str, str]:
    return {f"$JS.API.{each}": _LED + each.replace("*", "$1") for each in _TOLD}


def permissions(user: Member) -> dict[str, Any]:
    """What one section may publish and hear: questions and answers under its own name, and those that are for itself.

    Never the server's ``allow_responses``: it lets whoever hears a question publish wherever that wants its answer, and a section
    can ask itself.
    """
    code = user.section
    added = {kind: [f"intl.v1.{each.format(code)}" for each in subjects] for kind, subjects in _ADDED.items()}
    silent = user.cut if user.speaks else {*user.cut, *_SPEAKING}
    publish = [subject for kind, subjects in added.items() if kind not in silent for subject in subjects]
    publish += [f"intl.v1.req.*.{code}", f"intl.v1.ans.*.{code}.*"]
    for stream in _STREAMS:
        publish += [f"{_LED}STREAM.INFO.{stream}", f"$JS.API.DIRECT.GET.{stream}"]
    for stream in DELIVERED:
        publish += [
            f"{_LED}CONSUMER.INFO.{stream}.{code}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{code}",
            f"$JS.ACK.{stream}.{code}.>",
        ]
    return {
        "publish": {"allow": publish},
        "subscribe": {"allow": [f"{INBOX}{code}.>", f"intl.v1.req.{code}.*", f"intl.v1.ans.{code}.*.*"]},
    }
