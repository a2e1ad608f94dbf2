"""What the sections that a version would admit have asked for, as far as somebody vouches for it."""

from sqlmodel import Session

from internationale.events.roster import Roster
from internationale.kit import Message
from internationale.rooms.roster import rules
from internationale.rooms.roster.queries.joining import candidates
from internationale.rooms.roster.rules.asking import Vouched


def asked(session: Session, before: Roster, after: Roster) -> tuple[Message, ...]:
    """Against each admission the requests in the name of that section, in words."""
    admitted = rules.asking.admissions(before, after)
    known = candidates(session) if admitted else ()
    requests = [Vouched(each.asked, each.hash, tuple(sorted({voucher.section for voucher in each.vouchers}))) for each in known]
    return tuple(
        message
        for entry in admitted
        for message in rules.asking.compared(entry, [each for each in requests if each.asked.code == entry.code])
    )
