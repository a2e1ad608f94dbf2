"""Who of the others has shown, since this section fell silent, how far its own log goes.

Whose database was put back has forgotten what it said last. A hub may have been put back with it, another may not have what the
first one had, and one that is hostile can show words of yesterday. So no old word counts: the others are asked a new question,
and sign it with what they hold (a challenge and its response; no clock is believed). One section alone may be behind: more than
half of the others have to answer. What any of these had received is known then.

A database may also be put back without a word of it, with a snapshot of the whole machine. What tells is how long ago the section
signed its last heads: running, it does so every minute. After a longer silence the others are asked in the same way, and waited
for a little, from the first answer on: those who are there have come back to the hub by then. Put back with its memory it never
starts: its clock tells.

Where all were away at the same time (a power cut), each is silent, and none can answer. They tell each other that they are there,
with the furthest that they have of the asker's log: when more than half of the others are, whoever is will have come, as after an
answer. Who is known to have been put back needs answers all the same, and gets them from those who go on.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlmodel import Session

from internationale.bundle import majority, taking
from internationale.bus import Bus
from internationale.events.signed import SignedDocument
from internationale.ledger import awake
from internationale.ledger.patience import AWAY, apart
from internationale.ledger.reasons import Lasting
from internationale.messages import Message, marker
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.pace import in_thread
from internationale.worker.questions import PATIENCE, Question, heads_subject, presence_subject
from internationale.worker.receiving import take_back

_ = marker("core")
ASKED = 64
"""Sections that are asked at a time."""
MOST, LARGEST = 2, 1024 * 1024
"""Parcels of one answer, and its bytes: the heads, and an event of ours."""
FEW = 3
"""Where the list that is here has fewer others, a later one is waited for although they have answered."""
WAITS = _(
    "This section's database was put back, or made anew: it may have forgotten what it said last. It says nothing until more than"
    " half of the other sections have shown anew how far its own log had come (%(heard)s of %(needed)s so far)."
)
ASKS = _(
    "This section was away for a while. The others are asked how far its own log goes. It goes on half a minute after the first"
    " of them has answered, or more than half of them have come back as well; or after five minutes in which nobody does."
)
ALONE = _(
    "This section's database was put back, or made anew: it may have forgotten what it said last. By the list of sections that is"
    " here nobody else belongs to the International, and no hub is known: there is nobody to ask. It goes on when its host says"
    " that nobody holds more of its log: %(command)s"
)


def was_away(section: Section) -> bool:
    """Whether this database has signed heads so long ago, or dated ahead, that it may be an old one; where it has none, whether
    the list has named its key for so long that they may have been forgotten.
    """
    with section.reading() as session:
        said = awake.last(session.connection()) or _said_before(session, section.code)
        moment = said or queries.named_since(session, section.code, section.key.public)
    return moment is not None and apart(moment, section.now(), AWAY)


def _said_before(session: Session, code: str) -> datetime | None:
    """By the heads themselves, where the build before this one signed them."""
    return next((word.said_at for word in queries.latest_words(session, [code])), None)


def objection(section: Section) -> Message | None:
    """Why the others have to be waited for; None: they have not. Who stands in the list that is here, and was away as well since
    that night, knows no more than we do: those who were let in since bring the later list, also to a hub that has lost it, as
    soon as they are back. They are waited for where the database is known to be an old one, and where a few alone would do.
    """
    gate, others = section.gate, majority.others(section)
    reason, restored = missing(section), gate.lasting is Lasting.RESTORED
    if reason is not None and restored:
        return reason
    if not gate.inquiry.patience.lasts or gate.final:  # whom no answer helps
        return None
    few = len(others) < FEW and gate.lasting in (None, Lasting.ANOTHER)
    return ASKS if reason is not None or restored or few else None


def missing(section: Section) -> Message | None:
    """What is said while not enough have spoken; None: enough have. Who stands alone in the list lacks nobody."""
    others = majority.others(section)
    heard, needed = len(others) - len(_unheard(section, others)), majority.most(others)
    return WAITS % {"heard": heard, "needed": needed} if others and heard < needed else None


def nobody(section: Section) -> Message | None:
    """Why it is silent where no hub is known (what else is so does not matter) and the list that is here has nobody to ask."""
    if section.gate.lasting is not Lasting.RESTORED or majority.others(section):
        return None
    return ALONE % {"command": f"internationale --home {section.settings.home} fence open"}


def lonely(section: Section) -> bool:
    """Whether there is nobody in the list who could answer, nor a sign that it is an old one: whoever has just founded an
    International, and stops for a night, is not kept waiting for long.
    """
    return section.gate.lasting is None and not majority.others(section)


async def ask(section: Section, bus: Bus) -> None:
    """Ask those who have not answered yet over this hub, until enough have."""
    unheard = await in_thread(_unheard, section, await in_thread(majority.others, section))
    question = section.gate.inquiry.question
    for start in range(0, len(unheard), ASKED):
        if await in_thread(missing, section) is None:
            return
        await asyncio.gather(*(_ask(section, bus, code, question) for code in unheard[start : start + ASKED]))


async def _ask(section: Section, bus: Bus, code: str, question: str) -> None:
    """Take in what one answers as soon as it does, whoever else keeps us waiting: the heads that were signed, and before them
    what else shows how far our log goes, so that nobody counts without.
    """
    asked = msgspec.json.encode(Question(section=section.code, asked=question))
    answer = (await bus.ask(code, asked, PATIENCE, LARGEST))[:MOST]
    own = [one for one in answer if one.subject.startswith(f"intl.v1.log.{section.code}.")]
    await take_back(section, own, bus.hub, by=code)  # another answer may have opened the fence meanwhile
    words = [one for one in answer if one.subject == heads_subject(code)]
    await in_thread(taking.hear, section, [SignedDocument.from_header(one.body, one.signature) for one in words])
    present = [one for one in answer if one.subject == presence_subject(code)]
    await in_thread(taking.meet, section, [SignedDocument.from_header(one.body, one.signature) for one in present])


def _unheard(section: Section, others: Sequence[str]) -> list[str]:
    return [code for code in others if code not in section.gate.inquiry.heard]
