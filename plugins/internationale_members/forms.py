"""What people enter. Forms only bound and clean; what is right and wrong is said by the rules, all in one voice."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from internationale.kit import Message, Role, fields, marker
from internationale_members.rules import terms

_ = marker("members")

Entry = Annotated[str, StringConstraints(max_length=fields.LINE), AfterValidator(fields.clean)]
"""One line as typed: a handle, which the rules look at."""
Password = Annotated[str, StringConstraints(max_length=fields.LINE), AfterValidator(fields.clean)]
OptionalIdentifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
OptionalLine = Annotated[
    str, StringConstraints(max_length=fields.LINE), AfterValidator(lambda text: fields.one_line(text) if text.strip() else "")
]
Until = Annotated[Annotated[fields.Day, Field(le=date(2199, 12, 31))] | None, BeforeValidator(lambda day: day or None)]
"""A last day, or (empty) none."""
Path = Annotated[str, StringConstraints(max_length=2000), AfterValidator(fields.clean)]


PASSING = _("This machine is not mine: keep nothing on it")


class SignIn(fields.Form):
    handle: Entry
    password: Password = Field(repr=False)
    next: Path = "/"
    passing: bool = False
    """At a machine of others: nothing is to stay there that tells of it."""

    labels: ClassVar[Mapping[str, Message]] = {
        "handle": _("Handle"),
        "password": _("Password"),
        "passing": PASSING,
    }


class Accept(fields.Form):
    """Accepting an invitation."""

    handle: Entry
    password: Password = Field(repr=False)
    language: fields.LanguageCode
    accept: bool = False

    labels: ClassVar[Mapping[str, Message]] = {
        "handle": _("Handle"),
        "password": _("Password"),
        "language": _("Language"),
        "accept": _("I accept the principles"),
    }


class AcceptInBrowser(Accept):
    """The same on its page."""

    passing: bool = False
    """As in ``SignIn``."""

    labels: ClassVar[Mapping[str, Message]] = {**Accept.labels, "passing": PASSING}


class AcceptHere(Accept):
    """The same through the API, where the invitation is not in the path (paths end up in logs)."""

    invitation: Annotated[str, StringConstraints(max_length=fields.LINE)] = Field(repr=False)


class Settings(fields.Form):
    language: fields.LanguageCode
    name: OptionalLine = ""

    labels: ClassVar[Mapping[str, Message]] = {"language": _("Language"), "name": _("Name")}


class Handle(fields.Form):
    handle: Entry

    labels: ClassVar[Mapping[str, Message]] = {"handle": _("Handle")}


class NewPassword(fields.Form):
    old: Password = Field("", repr=False)
    new: Password = Field(repr=False)

    labels: ClassVar[Mapping[str, Message]] = {"old": _("Present password"), "new": _("New password")}


class Leave(fields.Form):
    handle: Entry
    password: Password = Field("", repr=False)

    labels: ClassVar[Mapping[str, Message]] = {"handle": _("Handle"), "password": _("Password")}


class MakeToken(fields.Form):
    name: fields.Line
    password: Password = Field("", repr=False)
    days: int = Field(terms.TOKEN_DAYS, ge=1, le=terms.TOKEN_LONGEST_DAYS)

    labels: ClassVar[Mapping[str, Message]] = {"name": _("Name"), "password": _("Present password"), "days": _("Days")}


class Named(fields.Form):
    """A branch."""

    name: fields.Line

    labels: ClassVar[Mapping[str, Message]] = {"name": _("Name")}


class Invite(fields.Form):
    role: Role = Role.MEMBER
    branch: OptionalIdentifier = ""
    days: int = Field(14, ge=1, le=14)
    note: OptionalLine = ""

    labels: ClassVar[Mapping[str, Message]] = {"role": _("Role"), "branch": _("Branch"), "days": _("Days"), "note": _("For whom")}


class PersonBranch(fields.Form):
    branch: OptionalIdentifier = ""

    labels: ClassVar[Mapping[str, Message]] = {"branch": _("Branch")}


class GiveRole(fields.Form):
    role: Role
    until: Until = None

    labels: ClassVar[Mapping[str, Message]] = {"role": _("Role"), "until": _("Last day")}


class GiveCapability(fields.Form):
    capability: fields.Line
    object: OptionalLine = ""
    until: Until = None

    labels: ClassVar[Mapping[str, Message]] = {
        "capability": _("Right"),
        "object": _("For one object only"),
        "until": _("Last day"),
    }


class Follow(fields.Form):
    """Signing in by a link. ``passing``: as in ``SignIn``."""

    passing: bool = False

    labels: ClassVar[Mapping[str, Message]] = {"passing": PASSING}


class Nothing(fields.Form):
    """A button: nothing but the deed itself."""
