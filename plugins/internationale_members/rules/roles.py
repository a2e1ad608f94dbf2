"""The roles in words."""

from collections.abc import Mapping

from internationale.kit import Message, Role, marker

_ = marker("members")

NAMES: Mapping[Role, Message] = {
    Role.MEMBER: _("Member"),
    Role.TRANSLATOR: _("Translator"),
    Role.DELEGATE: _("Delegate"),
    Role.SECRETARY: _("Secretary"),
    Role.HOST: _("Host"),
}

DUTIES: Mapping[Role, Message] = {
    Role.MEMBER: _("reads, debates and amends"),
    Role.TRANSLATOR: _("translates what the sections share"),
    Role.DELEGATE: _("speaks for the section to the other sections"),
    Role.SECRETARY: _("looks after membership"),
    Role.HOST: _("runs the machine"),
}

MANAGE = "members.manage"
"""The capability of seeing the members and looking after their accounts."""
INVITE = "members.invite"


def on_opening(role: Role) -> tuple[Role, ...]:
    """What a new account holds: who has an office in the section is a member of it too."""
    return (role,) if role is Role.MEMBER else (Role.MEMBER, role)
