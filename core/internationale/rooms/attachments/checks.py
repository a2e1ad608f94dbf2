"""What ``internationale status`` says about attachments."""

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Check
from internationale.messages import Message, marker
from internationale.rooms.attachments.port import falling, keeping
from internationale.rooms.attachments.queries import room as space

_ = marker("core")

NEARLY = 0.9
"""From this share of the room on, the host is told."""


def checks() -> list[Check]:
    return [Check("attachments", full), Check("own attachments", lost)]


def full(section: Section) -> list[Message]:
    """Little room is left for attachments."""
    with section.reading() as session:
        kept = keeping.taken(section, session)
    if kept.taken < kept.all * NEARLY:
        return []
    told = {"taken": kept.taken // 2**20, "all": kept.all // 2**20}
    return [
        _(
            "Attachments take %(taken)s of the %(all)s MiB that are kept for them. Run “internationale attachments gc”, or raise"
            " “all” in the table [attachments] of section.toml."
        )
        % told
    ]


def lost(section: Section) -> list[Message]:
    """Files that this section attached itself are not here, and nobody has brought them back yet."""
    with section.reading() as session:
        missing = space.lost(session, section.code, falling.let_go(section, session))
    if not missing:
        return []
    return [
        _(
            "Files that this section attached are not in its home any more: %(names)s. The other sections are asked for them."
            " If you have a copy of the folder “attachments”, put it back."
        )
        % {"names": tuple(missing)}
    ]
