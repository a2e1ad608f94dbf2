"""The codes of what is held back in words: pure."""

from collections.abc import Mapping
from types import MappingProxyType

from internationale.kit import Message, marker
from internationale.ledger.quarantine import RETRIED

_ = marker("core")

READ = "documents.read"
"""Whoever may read what the sections share may read what this one has said to them; not whoever can merely sign in."""
INSPECT = "roster.inspect"
"""The capability of looking into the waiting room and the quarantine. (Named when the page was the roster's.)"""

WITHDRAW = "exchange.part_withdrawn"
"""The capability of taking back the long texts of a message of ours."""
RELEASE = "exchange.release"
"""The capability of deciding, as a second person, on what others have written."""
DOUBTFUL = _(
    "The database of this section was put back since this was written. It may have been signed already, rejected or taken back:"
    " nobody can release it any more. Look whether it was signed, and write it again if it was not."
)
"""Of what waits for a second person."""
VOID = _(
    "A text that this was about was taken back since this was written. What was written here is gone with it, as it may repeat"
    " that text."
)
"""The same."""

REASONS: Mapping[str, Message] = {
    "oversize": _("It is larger than an event may be."),
    "subject_malformed": _("Its address is not one of a log."),
    "unknown_section": _("No section of this name is in the list of sections."),
    "unknown_key": _("It is signed with a key that the list of sections does not know."),
    "key_not_valid_at_number": _("Its key was not valid for this number."),
    "bad_signature": _("Its signature is false: it was altered on the way, or forged."),
    "subject_mismatch": _("It came under another address than the one that was signed."),
    "wrong_epoch": _("It belongs to a closed or unknown epoch of its log."),
    "pinned_otherwise": _("By the list of sections, another event has this number."),
    "wrong_genesis": _("It begins a log in another way than the list of sections says."),
    "malformed_json": _("It is not readable."),
    "malformed_envelope": _("Its form is not that of an event."),
    "malformed_refs": _("What it stands on is not named rightly."),
    "duplicate_key": _("It says the same thing twice."),
    "bad_number": _("It contains a number that is not allowed."),
    "bad_text": _("It contains characters that are not allowed."),
    "too_deep": _("It is nested too deeply."),
    "malformed_data": _("Its content does not have the shape of its kind."),
    "cause_mismatch": _("It stands on another history of a section than the one that is kept here."),
    "part_withdrawn": _("Its section has taken its text back from all sections."),
    "taking_back": _("Its section has taken its text back, which is deleted. What was made of it goes with the next renewal."),
    "cut": _(
        "Its section has signed two different messages. This one is stopped; what was made of it goes with the next renewal."
    ),
    "unexpected_part": _("It carries a long text beside it, and its kind has none."),
    "stands_on_void": _("It stands on something that does not count."),
    "stands_on_sealed": _("It stands on something that was said to some sections only, and tells more of them."),
    "sealed_context": _("What is sealed in it was written for another message, or by another section."),
    "sealed_malformed": _("What is sealed in it does not have the form of a message."),
    "part_mismatch": _("The list that it proposes is not the one that it names."),
    "proposal_missing": _("It signs a proposal that it does not stand on."),
    "request_malformed": _("The request to join that it vouches for is not rightly signed."),
    "vouch_missing": _("It declines a request for which nobody vouches."),
    "number_passed": _("The number from which its new key was to sign had passed already."),
    "key_not_proved": _("It announces a key and does not prove that it holds it."),
    "forked": _("There are two different messages with this number. The log stands still until people decide."),
    "ended_by_roster": _("The list of sections ends this log before this number."),
    "gap": _("Messages before it have not arrived yet."),
}
UNCOUNTED: Mapping[str, Message] = {
    "forked": _("Two different messages were signed with this number, or with one before it."),
}
"""Of what this section itself has signed, where that is said otherwise than of others."""
AWAITED: Mapping[str, Message] = {
    "ref": _("It stands on message number %(n)s of %(section)s, which is not here."),
    "part": _("It waits for a part of its text: %(what)s"),
    "type": _("Its kind is not known here yet: %(what)s. A newer version or a plugin may know it."),
}


WHY_WITHDRAWN: Mapping[str, Message] = {
    "court": _("A court or a law demands it."),
    "safety": _("It endangers somebody."),
    "mistake": _("It should never have been sent."),
}
REMEDIES: Mapping[str, Message] = {
    "waiting": _("It counts by itself as soon as what it waits for is here."),
    "parked": _(
        "It counts by itself as soon as the messages before it are here. They are asked for; a bundle file can bring them."
    ),
    "stopped": _("The committee has to decide from where this log goes on."),
    "void": _("Nothing: it is without effect for all sections alike. Its section can say it again in the right way."),
    "failed": _("An upgrade of this software. It is tried again after each; you can also try it now."),
    "roster": _("A list of sections in which this section has this key. It is tried again by itself when a new list arrives."),
    "false": _("Nothing. If a true message of this number exists, it comes under its own signature and counts."),
}
STOPPED = ("forked", "ended_by_roster")
"""Reasons for which a whole log stands still."""


def why_withdrawn(code: str) -> Message:
    """The reason for which a text was taken back, in words; one of a later version as it is."""
    return WHY_WITHDRAWN.get(code) or _("For this reason: %(code)s") % {"code": code}


def why_uncounted(reason: str) -> Message:
    """Why a message that this section has signed does not count."""
    return UNCOUNTED.get(reason) or worded(reason)


def remedy(kind: str, reason: str) -> Message:
    """What would make something that is held back count."""
    if kind == "parked" and reason in STOPPED:
        return REMEDIES["stopped"]
    if kind == "quarantined":
        return REMEDIES["roster" if reason in RETRIED else "false"]
    return REMEDIES[kind]


def worded(reason: str) -> Message:
    """A code in words; plugins' own codes are shown as they are."""
    return REASONS.get(reason) or _("For this reason: %(code)s") % {"code": reason}


def awaited(kind: str, what: str, names: Mapping[str, str] = MappingProxyType({})) -> Message:
    """What something waits for, in words. ``names``: of the sections, by code."""
    if kind != "ref":
        return AWAITED[kind] % {"what": what}
    section, _epoch, number, *_hash = what.split(":")
    return AWAITED[kind] % {"n": number, "section": names.get(section, section)}
