"""The one lasting table: translations that only their translator has seen yet. It holds account ids and never leaves home."""

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit import naming


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of this plugin's tables."""


class DraftRow(Row, table=True):
    """What one person has written for one unit so far. ``source`` is the wording that they had before them."""

    __tablename__ = "translation_draft"

    account: str = Field(primary_key=True)
    document: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    block: str = Field(primary_key=True)
    source: str
    source_hash: str
    text: str
    changed: datetime
