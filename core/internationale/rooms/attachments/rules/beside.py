"""In which group a file stands beside the thing that it belongs to. Pure: by whose it is and by logs, never by who came first."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from internationale.events.refs import Ref
from internationale.kit.attachments import Attachment
from internationale.rooms.documents.rules.ids import section_of


class Group(StrEnum):
    """The groups, in the order in which they are shown."""

    OWN = "own"
    """Attached by the section whose thing it is."""
    LATER = "later"
    """The same, but after the thing was signed."""
    OTHERS = "others"
    """Attached by other sections: nobody puts a file among those of another's text."""


def beside(attachments: Sequence[Attachment], subject: str, signed: Ref | None) -> Mapping[Group, Sequence[Attachment]]:
    """The attachments of a thing in their groups, each in its order; groups without any are left out.

    ``signed``: the event with which the thing's section had it signed; None: it was not.
    """
    found: dict[Group, list[Attachment]] = {group: [] for group in Group}
    for attachment in attachments:
        found[_group(attachment, section_of(subject), signed)].append(attachment)
    return {group: files for group, files in found.items() if files}


def _group(attachment: Attachment, home: str, signed: Ref | None) -> Group:
    if attachment.section != home:
        return Group.OTHERS
    later = signed is not None and (attachment.ref.epoch, attachment.ref.sequence) > (signed.epoch, signed.sequence)
    return Group.LATER if later else Group.OWN
