"""How much of our own log others have signed to hold, and whether that is more than is here.

Nothing but the events themselves proves such a word, and who signed it may be away or may lie: so people are told whom to ask.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from internationale.kit.calling import Names
from internationale.ledger import reasons
from internationale.ledger.reading import Gap
from internationale.ledger.reasons import Lasting
from internationale.messages import Message, marker
from internationale.rooms.roster import queries
from internationale.section import Section

_ = marker("core")
_log = logging.getLogger(__name__)

BEHIND = _(
    "Others hold %(theirs)s events of this section's own log, and %(ours)s are here. The rest is being fetched. This was signed"
    " by: %(who)s."
)
"""Nothing but the events themselves proves it, and who signed it may be away or may lie: so people are told whom to ask."""


def own_log(section: Section) -> tuple[int, int] | None:
    """Epoch and last number of our own log; None before joining."""
    with section.reading() as session:
        rules = section.keyring(session).get(section.code)
        if rules is None:
            return None
        head = section.ledger.head(session, section.code)
        return rules.epoch, head.sequence if head.epoch == rules.epoch else 0


def behind(section: Section) -> Message | None:
    """Why to stay silent, where others have signed to hold more of our own log than is here. Closes the fence, with who."""
    gap = claimed(section)
    if gap is None:
        return None
    ours = gap.first - 1
    who = sorted({claim.who for claim in _claims(section) if claim.epoch == gap.epoch and claim.sequence > ours})
    _log.error("our own log ends at %d here, but others hold %d", ours, gap.last)
    reason = BEHIND % {"theirs": gap.last, "ours": ours, "who": _called(section, who)}
    section.gate.close(reason, Lasting.BEHIND, [code for code in who if code != section.code])
    return reason


def claimed(section: Section) -> Gap | None:
    """What others have signed to hold of our own log, or we ourselves, and is not here."""
    claims = _claims(section)  # first: what we say meanwhile nobody has signed to hold before it is here
    epoch, number = own_log(section) or (0, 0)
    most = max((claim.sequence for claim in claims if claim.epoch == epoch), default=0)
    return Gap(section.code, epoch, number + 1, most) if most > number else None


class _Claim(NamedTuple):
    """That somebody holds so much of our log."""

    who: str
    epoch: int
    sequence: int


def _claims(section: Section) -> list[_Claim]:
    """Who has signed to hold how much of our log, but for those whom the host does not believe in this; and how far it goes by
    what is parked here: we have signed that, whoever else knows of it.
    """
    with section.reading() as session:
        held, liars = queries.held(session, section.code), reasons.claimants(session.connection(), disbelieved=True)
    claims = [_Claim(who, head.epoch, head.sequence) for who, head in held.items() if who not in liars]
    return [*claims, *(_Claim(section.code, epoch, number) for epoch, number in behind_a_hole(section).items())]


def behind_a_hole(section: Section) -> dict[int, int]:
    """How far our own log goes by what is parked here, by epoch: we have signed it, whoever else knows of it."""
    with section.reading() as session:
        gaps = section.ledger.gaps(session)
    return {gap.epoch: gap.last + 1 for gap in gaps if gap.section == section.code}


def _called(section: Section, codes: Sequence[str]) -> tuple[str, ...]:
    with section.reading() as session:
        return Names.of(section.sections(session)).all(codes)
