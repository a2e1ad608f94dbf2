"""Without any hub: the sections ask each other over HTTPS, at the addresses that the roster has for them.

Slower than a hub, and only between those who can be reached; but a federation whose hubs were all taken away goes on hearing
itself. An answer brings later rosters and heads too, so it shows what else is missing, and who of the others has it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from internationale.events.request import AT_ONCE
from internationale.events.roster import Status
from internationale.ledger.reading import Gap
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker import mending
from internationale.worker.origin import Unanswered, ask
from internationale.worker.pace import in_thread, outside

_log = logging.getLogger(__name__)

ROUNDS = 50
"""Questions to one section at a time, at most; the next round goes on."""


@dataclass(frozen=True)
class Heard:
    """Who answered, and how much came."""

    answered: tuple[str, ...] = ()
    came: int = 0


async def hear(section: Section) -> Heard:
    """Ask everybody who has an address: for their own log, then for whatever else is missing. Whether we may speak then is for
    the worker to say, who knows which hubs are waited for.
    """
    answered, came = [], 0
    for code in await in_thread(_neighbours, section):
        try:
            came += await _all_of(section, code, code)
            for log in sorted({claim.gap.section for claim in await in_thread(mending.wanted, section)}):
                came += await _all_of(section, code, log)
        except Unanswered as trouble:
            _log.info("section %s does not answer over HTTPS: %s", code, trouble)
        else:
            answered.append(code)
            section.gate.inquiry.reached()  # who is silent itself sends its log as well, but no heads that answer what is asked
    return Heard(tuple(answered), came)


async def _all_of(section: Section, code: str, log: str) -> int:
    """All that one section holds of one log, after what is here. Raises ``Unanswered``."""
    total = 0
    for _round in range(ROUNDS):
        gap = await in_thread(_after, section, log)
        if gap is None:
            return total
        came = await outside(ask, section, code, {"log": log, "epoch": gap.epoch, "first": gap.first, "last": gap.last})
        if not came:
            return total
        total += came
    return total


def _after(section: Section, log: str) -> Gap | None:
    with section.reading() as session:
        rules = section.keyring(session).get(log)
        head = section.ledger.head(session, log)
    if rules is None:
        return None
    first = head.sequence + 1 if head.epoch == rules.epoch else 1
    return Gap(log, rules.epoch, first, first + AT_ONCE - 1)


def _neighbours(section: Section) -> Sequence[str]:
    with section.reading() as session:
        latest = queries.latest(session)
    entries = latest.roster.sections if latest is not None else ()
    return [each.code for each in entries if each.code != section.code and each.status is Status.MEMBER and each.address]
