"""The members' lasting tables. They are the section's alone: nothing in them is ever said to other sections."""

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit import naming


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of this plugin's tables."""


class Branch(Row, table=True):
    """A local group of the section."""

    __tablename__ = "members_branch"

    id: str = Field(primary_key=True)
    name: str
    key: str = Field(unique=True)
    """The name case-folded: no two branches of one name."""


class Account(Row, table=True):
    """One person who can sign in. The id is random and stays inside the section."""

    __tablename__ = "members_account"

    id: str = Field(primary_key=True)
    handle: str
    key: str = Field(unique=True)
    """``rules.handles.key`` of the handle."""
    name: str = ""
    branch: str | None = Field(default=None, index=True)
    language: str
    password: str | None = None
    """Argon2id; None: signs in by a one-time link only."""
    joined_at: datetime
    principles_at: datetime | None = None
    """When the person accepted the principles; None for accounts that the host opened."""
    invited_by: str | None = None
    disabled_at: datetime | None = None


class FormerHandle(Row, table=True):
    """A handle that was given up. Nobody else can take it: what was said under it stays said by its person.

    Whose handles these were is nobody's to read any more: only whoever wants the very same one can be told that it was there.
    """

    __tablename__ = "members_former"

    hash: str = Field(primary_key=True)
    """``rules.handles.former`` of its key, with a secret that is not in the database."""
    account: str | None = Field(default=None, index=True)
    """Whose it was and who may take it back; None once they have left."""


class Invitation(Row, table=True):
    """A link with which one person can open an account."""

    __tablename__ = "members_invitation"

    id: str = Field(primary_key=True)
    hash: str = Field(unique=True)
    role: str
    branch: str | None = None
    note: str = ""
    """For whom, as the secretary remembers it."""
    invited_by: str | None = None
    """None: the host, on the command line."""
    made_at: datetime
    until: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None


class SignInLink(Row, table=True):
    """A link with which one person can sign in once."""

    __tablename__ = "members_link"

    id: str = Field(primary_key=True)
    hash: str = Field(unique=True)
    account: str = Field(index=True)
    made_by: str | None = None
    made_at: datetime
    until: datetime
    used_at: datetime | None = None


class SignedIn(Row, table=True):
    """A browser in which somebody is signed in."""

    __tablename__ = "members_session"

    hash: str = Field(primary_key=True)
    id: str = Field(unique=True)
    """What pages call it by: never the secret nor its hash."""
    account: str = Field(index=True)
    device: str = ""
    by_link: bool = False
    begun_at: datetime
    seen_at: datetime


class KnownBrowser(Row, table=True):
    """A browser in which a person has signed in before: nobody else's attempts delay theirs there."""

    __tablename__ = "members_browser"

    hash: str = Field(primary_key=True)
    """Of the person and the secret in its cookie, with a key that is not in the database: rows of one browser have nothing in
    common, so that nobody can read who shares one."""
    account: str = Field(index=True)
    at: datetime


class Token(Row, table=True):
    """A personal token for the API."""

    __tablename__ = "members_token"

    id: str = Field(primary_key=True)
    hash: str = Field(unique=True)
    account: str = Field(index=True)
    name: str
    made_at: datetime
    until: datetime
    used_at: datetime | None = None


class Reverted(Row, table=True):
    """The accounts are as they were in a copy of the database, and nobody has looked through them since. One row, or none."""

    __tablename__ = "members_reverted"

    at: datetime = Field(primary_key=True)
    copied_at: datetime | None = None
    """When the copy was made; None: nobody knows."""


class Unnoted(Row, table=True):
    """What could not be noted yet in the list that outlasts the database (``queries.closings``), in the order of ``id``."""

    __tablename__ = "members_unnoted"

    id: int | None = Field(default=None, primary_key=True)
    word: str


class FailedSignIn(Row, table=True):
    """An attempt with a password that was wrong; ``bucket`` is of the handle's key and where it came from (the network, the
    line, the known browser), or of the handle alone: a hash with a key that is written nowhere. Or somebody has changed a
    password, or tried a handle that they would like: then it is of their account or invitation.
    """

    __tablename__ = "members_failure"

    id: str = Field(primary_key=True)
    bucket: str = Field(index=True)
    at: datetime = Field(index=True)
