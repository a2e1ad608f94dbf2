"""Why an attachment does not come, in words."""

from collections.abc import Mapping

from internationale.kit import Message, marker

_ = marker("core")

QUOTA_SECTION, QUOTA_ALL, TOO_LARGE = "quota_section", "quota_all", "too_large"
NOBODY, NO_ROOM, NOT_WHOLE = "nobody", "no_room", "not_whole"

TROUBLES: Mapping[str, Message] = {
    QUOTA_SECTION: _(
        "What this section has sent already takes up all the room that is kept for it here. The host can make room or keep more."
    ),
    QUOTA_ALL: _("Attachments already take up all the room that is kept for them here. The host can make room or keep more."),
    TOO_LARGE: _("It is larger than this section takes. The host can allow more."),
    NOBODY: _("Nobody who could be asked has it at the moment. It is looked for again by itself."),
    NO_ROOM: _("The disk of this section is full. The host has to make room."),
    NOT_WHOLE: _(
        "What was sent is not what was announced, so it is not offered here. Ask the section that attached it to do it again."
    ),
}


def trouble(code: str) -> Message | None:
    """The sentence for a code; None where nothing is wrong."""
    return TROUBLES.get(code)
