"""Who may look, and the codes of what is held back in words: pure."""

from collections.abc import Mapping

from internationale.errors import Refused
from internationale.kit import Message, Reader, marker

_ = marker("core")

INSPECT = "roster.inspect"
"""The capability of looking into the waiting room and the quarantine."""

REASONS: Mapping[str, Message] = {
    "oversize": _("It is larger than an event may be."),
    "subject_malformed": _("Its address is not one of a log."),
    "unknown_section": _("No section of this name is in the roster."),
    "unknown_key": _("It is signed with a key that the roster does not know."),
    "key_not_valid_at_number": _("Its key was not valid for this number."),
    "bad_signature": _("Its signature is false: it was altered on the way, or forged."),
    "subject_mismatch": _("It came under another address than the one that was signed."),
    "wrong_epoch": _("It belongs to a closed or unknown epoch of its log."),
    "wrong_genesis": _("It begins a log in another way than the roster says."),
    "malformed_json": _("It is not readable."),
    "malformed_envelope": _("Its form is not that of an event."),
    "malformed_refs": _("What it stands on is not named rightly."),
    "duplicate_key": _("It says the same thing twice."),
    "bad_number": _("It contains a number that is not allowed."),
    "bad_text": _("It contains characters that are not allowed."),
    "too_deep": _("It is nested too deeply."),
    "malformed_data": _("Its content does not have the shape of its kind."),
    "cause_mismatch": _("It stands on another history of a section than the one that is kept here."),
    "stands_on_void": _("It stands on something that does not count."),
    "forked": _("There are two different messages with this number. The log stands still until people decide."),
    "gap": _("Messages before it have not arrived yet."),
}
AWAITED: Mapping[str, Message] = {
    "ref": _("It waits for a message that it stands on: %(what)s"),
    "part": _("It waits for a part of its text: %(what)s"),
    "type": _("Its kind is not known here yet: %(what)s. A newer version or a plugin may know it."),
}


def require_member(reader: Reader) -> None:
    """The state of the federation is for the members of the section. Raises ``Refused``."""
    if not reader.signed_in:
        raise Refused(_("Sign in to see this page."))


def worded(reason: str) -> Message:
    """A code in words; plugins' own codes are shown as they are."""
    return REASONS.get(reason) or _("For this reason: %(code)s") % {"code": reason}


def awaited(kind: str, what: str) -> Message:
    """What something waits for, in words."""
    return AWAITED.get(kind, AWAITED["ref"]) % {"what": what}
