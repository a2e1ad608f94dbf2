"""What people enter. Forms only bound and clean; what is right and wrong is said by the rules, all in one voice."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from internationale.kit import Role, fields

Entry = Annotated[str, StringConstraints(max_length=fields.LINE), AfterValidator(fields.clean)]
"""One line as typed: a handle, which the rules look at."""
Password = Annotated[str, StringConstraints(max_length=fields.LINE), AfterValidator(fields.clean)]
OptionalIdentifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
OptionalLine = Annotated[
    str, StringConstraints(max_length=fields.LINE), AfterValidator(lambda text: fields.one_line(text) if text.strip() else "")
]
Until = Annotated[date | None, Field(le=date(2199, 12, 31)), BeforeValidator(lambda day: day or None)]
"""A last day, or (empty) none."""
Path = Annotated[str, StringConstraints(max_length=2000), AfterValidator(fields.clean)]


class SignIn(fields.Form):
    handle: Entry
    password: Password = Field(repr=False)
    next: Path = "/"


class Accept(fields.Form):
    """Accepting an invitation."""

    handle: Entry
    password: Password = Field(repr=False)
    language: fields.LanguageCode
    accept: bool = False


class AcceptHere(Accept):
    """The same through the API, where the invitation is not in the path (paths end up in logs)."""

    invitation: Annotated[str, StringConstraints(max_length=fields.LINE)] = Field(repr=False)


class Settings(fields.Form):
    language: fields.LanguageCode
    name: OptionalLine = ""


class Handle(fields.Form):
    handle: Entry


class NewPassword(fields.Form):
    old: Password = Field("", repr=False)
    new: Password = Field(repr=False)


class Leave(fields.Form):
    handle: Entry
    password: Password = Field("", repr=False)


class Named(fields.Form):
    """A new token, a branch."""

    name: fields.Line


class Invite(fields.Form):
    role: Role = Role.MEMBER
    branch: OptionalIdentifier = ""
    days: int = Field(14, ge=1, le=14)
    note: OptionalLine = ""


class PersonBranch(fields.Form):
    branch: OptionalIdentifier = ""


class GiveRole(fields.Form):
    role: Role
    until: Until = None


class GiveCapability(fields.Form):
    capability: fields.Line
    object: OptionalLine = ""
    until: Until = None


class Nothing(fields.Form):
    """A button: nothing but the deed itself."""
