"""A proposal as a file: what it says and who has signed it, and one more signature."""

from datetime import datetime
from pathlib import Path

from internationale.cli.files import printed, write
from internationale.cli.speech import say
from internationale.errors import Conflict, Untrusted
from internationale.events import keys
from internationale.events import roster as rosters
from internationale.events.keys import SigningKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument
from internationale.messages import marker
from internationale.rooms.roster import port, rules
from internationale.rooms.roster.queries import Examined
from internationale.rooms.roster.rules.papers import Paper

_ = marker("core")


def examine(copies: list[Paper], before: Version | None) -> Examined:
    """Copies of one proposal, each with some of the signatures. Raises ``Conflict`` when it does not follow ``before``, or
    could not by the rules, whoever signs it.
    """
    found = port.combine([paper.roster for paper in copies], before)
    if before is not None and (found.draft.version, found.draft.prevhash) != (before.roster.version + 1, before.hash):
        raise Conflict(_("This proposal does not follow the version that is in force here."))
    if before is None and (found.draft.version, found.draft.prevhash) != (1, rosters.BEGINNING):
        raise Conflict(_("The version that this proposal follows is not here."))
    try:
        rosters.check_following(before, found.draft)
    except Untrusted as error:
        told = _("Nobody would follow this version, whoever signs it: %(reason)s")
        raise Conflict(told % {"reason": " ".join(each for each in (error.reason, error.place) if each)}) from error
    return found


def sign(file: Path, paper: Paper, before: Version | None, root: SigningKey, now: datetime) -> None:
    """Write a proposal with one more signature, and say what to do with it. Raises ``Conflict`` for a key that does not sign, and
    for a version of a time to come.
    """
    found = examine([paper], before)
    rules.require_dated(found.draft, now)
    if all(holder.key != root.public for holder in found.holders):
        raise Conflict(_("This root key does not sign for this International."))
    signature = root.sign(keys.ROSTER, paper.roster.body)
    signatures = tuple(dict.fromkeys([*found.document.signatures, signature]))
    signed = Paper(SignedDocument(paper.roster.body, signatures), paper.previous)
    write(file, printed(signed.plain()))
    if examine([signed], before).missing:
        say(_("Hand this file on to the others who hold root keys, or back to whoever gathers the signed copies."))
    else:
        say(
            _("Enough root keys have signed. Put it into force: %(command)s") % {"command": f"internationale roster adopt {file}"}
        )
