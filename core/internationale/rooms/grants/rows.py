"""The lasting table of the grants room."""

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit import naming


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of this room's tables."""


class GrantRow(Row, table=True):
    """One grant. A withdrawn one stays, so that it can be seen who held what; it goes when the person leaves."""

    __tablename__ = "grants_grant"

    id: str = Field(primary_key=True)
    person: str = Field(index=True)
    role: str | None = None
    capability: str | None = None
    object: str | None = None
    until: datetime | None = None
    granted_by: str | None = None
    granted_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
