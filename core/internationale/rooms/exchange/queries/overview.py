"""How the International stands, as far as this section knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from internationale.events.card import fingerprint
from internationale.events.heads import Head
from internationale.events.roster import Entry, Version
from internationale.kit import HubState, Message
from internationale.ledger import heads, outbox, tables
from internationale.rooms.exchange import rules
from internationale.rooms.exchange.queries.alarms import clocks_ahead, findings, standing_still
from internationale.rooms.exchange.queries.progress import Progress, progress
from internationale.rooms.exchange.rules import Alarm
from internationale.rooms.exchange.rules.alarms import ASKEW
from internationale.rooms.roster.queries import contradictions, latest, own_heads, peers
from internationale.rooms.roster.rules.places import inside
from internationale.rooms.roster.rules.signers import to_come


@dataclass(frozen=True)
class SignerState:
    """The fingerprint of a key that signs a section's log from number ``first`` on."""

    fingerprint: str
    first: int


@dataclass(frozen=True)
class SectionState:
    """One section. ``lacks``: how many of all known events it does not have yet, by its own signed word; None: not heard of.

    ``heard``: when that word reached us; None for ourselves. ``said``: how many events its log has, as far as anybody knows;
    ``here``: how many of them we hold, the last under ``hash``. ``disagrees``: the logs of which it holds something else than
    we do. ``ahead``: minutes by which its clock is ahead of ours, when they are many. ``stopped``: the first number that does not
    count because the log has two histories; 0: it goes on. Nobody lacks what is behind that number. ``signers``: the keys of what
    it says from now on; ``fingerprint``: of the last of them.
    """

    code: str
    name: str
    languages: tuple[str, ...]
    status: str
    mandates: tuple[str, ...]
    address: str | None
    fingerprint: str
    signers: tuple[SignerState, ...]
    said: int
    lacks: int | None
    heard: datetime | None
    own: bool
    disagrees: tuple[str, ...] = ()
    epoch: int = 1
    here: int = 0
    hash: str = ""
    ahead: int = 0
    stopped: int = 0


@dataclass(frozen=True)
class HubCard:
    """One hub. ``id``: as the roster calls it, empty for one of our own settings; ``state`` None: no worker runs here.

    ``inside``: what to know of an address of the roster's that is another place for each section.
    """

    id: str
    url: str
    state: HubState | None
    inside: Message | None = None


@dataclass(frozen=True)
class Federation:
    """The International by the roster in force. ``version`` 0: this section has not joined one."""

    version: int
    issued: datetime | None
    expires: datetime | None
    expired: bool
    sections: tuple[SectionState, ...]
    hubs: tuple[HubCard, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    progress: Progress | None = None
    """While much is still on its way: how far that has come."""


def overview(session: Session, own: str, now: datetime, hubs: Mapping[str, HubState] | None = None) -> Federation:
    """The roster with each section's state. ``own``: this section's code; ``hubs``: as the worker sees them, by address."""
    current = latest(session)
    if current is None:
        return Federation(0, None, None, False, ())
    seen = hubs or {}
    roster = current.roster
    named = {url: hub.id for hub in roster.hubs for url in hub.urls}
    return Federation(
        roster.version,
        roster.issued,
        roster.expires,
        roster.expired(now),
        _sections(session, current, own),
        tuple(_hub(url, named, seen) for url in dict.fromkeys((*named, *seen))),
        findings(session, own, now, tuple(seen.values())),
        progress(session),
    )


def _hub(url: str, named: Mapping[str, str], seen: Mapping[str, HubState]) -> HubCard:
    return HubCard(named.get(url, ""), url, seen.get(url), inside(url, named[url]) if url in named else None)


def _sections(session: Session, current: Version, own: str) -> tuple[SectionState, ...]:
    mine, words, disagreeing = own_heads(session), peers(session), contradictions(session)
    everyone = {code: said.heads for code, (_heard, said) in words.items()} | {own: mine}
    still = dict(standing_still(session))
    furthest = rules.up_to(rules.newest(everyone.values()), still, {entry.code: entry.epoch for entry in current.roster.sections})
    ahead = clocks_ahead(session, own)
    held = _held(session)
    states = []
    for entry in current.roster.sections:
        known = furthest.get(entry.code)
        here = held.get((entry.code, entry.epoch))
        states.append(
            SectionState(
                code=entry.code,
                name=entry.name,
                languages=entry.languages,
                status=entry.status.value,
                mandates=entry.mandates,
                address=entry.address,
                fingerprint=fingerprint(entry.keys[-1].key),
                signers=_signers(entry, here),
                said=known.sequence if known is not None and known.epoch == entry.epoch else 0,
                lacks=rules.lacking(everyone[entry.code], furthest) if entry.code in everyone else None,
                heard=words[entry.code][0] if entry.code in words and entry.code != own else None,
                own=entry.code == own,
                disagrees=disagreeing.get(entry.code, ()),
                epoch=entry.epoch,
                here=here.sequence if here is not None else 0,
                hash=here.hash if here is not None else "",
                ahead=round(by.total_seconds() / 60) if (by := ahead.get(entry.code)) is not None and by > ASKEW else 0,
                stopped=still.get(entry.code, 0),
            )
        )
    return tuple(states)


def _signers(entry: Entry, here: Head | None) -> tuple[SignerState, ...]:
    found = to_come(entry, here.sequence if here is not None else 0)
    return tuple(SignerState(fingerprint(each.key), each.first) for each in found)


def _held(session: Session) -> dict[tuple[str, int], Head]:
    """The ends of all logs here, by section and epoch."""
    rows = session.connection().execute(select(tables.head).where(tables.head.c.sequence > 0))
    return {(row.section, row.epoch): Head(epoch=row.epoch, sequence=row.sequence, hash=row.hash) for row in rows}


@dataclass(frozen=True)
class SentTo:
    """How far our own log is known to be at one hub (``identity``: of the streams there, which a new hub has anew)."""

    hub: str
    identity: str
    sequence: int
    unsent: int


def sent_to(session: Session, own: str) -> tuple[SentTo, ...]:
    """Every hub that ever confirmed something of ours, by address."""
    logs = heads.read(session.connection(), [own])
    if not logs:
        return ()
    rows = session.connection().execute(select(tables.cursor).order_by(tables.cursor.c.hub))
    found = []
    for row in rows:
        url, _space, identity = row.hub.partition(" ")
        sequence = row.sequence if row.epoch == logs[-1].epoch else 0
        found.append(SentTo(url, identity, sequence, outbox.unsent(logs, (row.epoch, row.sequence))))
    return tuple(found)
