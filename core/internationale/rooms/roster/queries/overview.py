"""How the International stands, as far as this section knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from internationale.events.card import fingerprint
from internationale.rooms.roster import rules
from internationale.rooms.roster.queries.chain import latest
from internationale.rooms.roster.queries.heads import contradictions, own_heads, peers


@dataclass(frozen=True)
class SectionState:
    """One section. ``lacks``: how many of all known events it does not have yet, by its own signed word; None: not heard of.

    ``heard``: when that word reached us; None for ourselves. ``said``: how many events its log has,
    as far as anybody knows.
    ``disagrees``: the logs of which it holds something else than we do.
    """

    code: str
    name: str
    languages: tuple[str, ...]
    status: str
    mandates: tuple[str, ...]
    address: str | None
    fingerprint: str
    said: int
    lacks: int | None
    heard: datetime | None
    own: bool
    disagrees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Federation:
    """The International by the roster in force. ``version`` 0: this section has not joined one."""

    version: int
    issued: datetime | None
    expires: datetime | None
    expired: bool
    sections: tuple[SectionState, ...]


def overview(session: Session, own: str, now: datetime) -> Federation:
    """The roster with each section's state. ``own``: this section's code."""
    current = latest(session)
    if current is None:
        return Federation(0, None, None, False, ())
    mine, words, disagreeing = own_heads(session), peers(session), contradictions(session)
    everyone = {code: said.heads for code, (_heard, said) in words.items()} | {own: mine}
    furthest = rules.newest(everyone.values())
    states = []
    for entry in current.roster.sections:
        heard = words[entry.code][0] if entry.code in words and entry.code != own else None
        known = furthest.get(entry.code)
        states.append(
            SectionState(
                code=entry.code,
                name=entry.name,
                languages=entry.languages,
                status=entry.status.value,
                mandates=entry.mandates,
                address=entry.address,
                fingerprint=fingerprint(entry.keys[-1].key),
                said=known.sequence if known is not None and known.epoch == entry.epoch else 0,
                lacks=rules.lacking(everyone[entry.code], furthest) if entry.code in everyone else None,
                heard=heard,
                own=entry.code == own,
                disagrees=disagreeing.get(entry.code, ()),
            )
        )
    roster = current.roster
    return Federation(roster.version, roster.issued, roster.expires, roster.expired(now), tuple(states))
