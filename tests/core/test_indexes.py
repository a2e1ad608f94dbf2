"""Whatever may be said is short enough for every index: PostgreSQL has no room in one for a row of 2,704 bytes, SQLite has.

Every column of text that is in a key or an index is in ``LONGEST`` with what bounds it. A new one without a bound fails here.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column, Table, UniqueConstraint
from sqlmodel import SQLModel

import internationale.rooms.attachments.events as attachments
import internationale.rooms.documents.events as documents
import internationale_actions.events as actions
import internationale_statements.events as statements
from internationale.errors import InternationaleError
from internationale.events import envelope, sealed, signed
from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.events.types import Payload
from internationale.kit import audiences, fields
from internationale.ledger import tables
from internationale.settings import values
from internationale_members.rules import handles, terms

ROOM = 2_600
"""Bytes of one row of an index: 2,704 less what is around the values."""
NUMBER = 8
PACKAGES = (
    "internationale",
    *(f"internationale_{each}" for each in ("actions", "members", "programme", "statements", "translation")),
)
LETTERS = ("\U00010400", "a", "0")
"""The widest letter that UTF-8 has, and the narrow ones that patterns allow."""


def longest(accepts: Callable[[str], bool], *around: tuple[str, str]) -> int:
    """The bytes of the longest text that is accepted, of one letter (with something ``around`` it). It must have an end."""
    fits = [
        text
        for before, after in around or (("", ""),)
        for letter in LETTERS
        for count in range(2 * ROOM)
        if accepts(text := before + letter * count + after)
    ]
    found = max(fits, key=lambda text: len(text.encode()))
    assert 0 < len(found) < ROOM, "nothing bounds it"
    return len(found.encode())


def shape(kind: Any, *around: tuple[str, str]) -> int:
    """The longest that a payload's or a form's field may be."""
    adapter = TypeAdapter(kind)

    def accepts(text: str) -> bool:
        try:
            adapter.validate_python(text)
        except ValidationError:
            return False
        return True

    return longest(accepts, *around)


def field(payload: type[Payload], name: str) -> Any:
    """The shape of one field of a payload."""
    return Annotated[str, *payload.model_fields[name].metadata]


def widened(change: Callable[[str], str]) -> int:
    """How many bytes one character may become. (Beyond these planes are ideographs: each stays one.)"""
    return max(len(change(chr(code)).encode()) for code in range(0x20000) if not 0xD800 <= code < 0xE000)


def address(text: str) -> bool:
    try:
        return values.hub_addresses([text]) == (text,)
    except InternationaleError:
        return False


CODE = shape(signed.Code)
FARTHEST = Address("a" * CODE, 999_999_999, 10**15 - 1)
assert Address.of_subject(FARTHEST.subject) == FARTHEST
EVENT = len(str(FARTHEST))
REF = len(str(Ref(FARTHEST.section, FARTHEST.epoch, FARTHEST.sequence, "a" * 16)))
assert Ref.parse(f"{FARTHEST}:{'a' * 16}").event_id == str(FARTHEST)
HASH = shape(signed.Hash)
TYPE = longest(envelope.is_type, ("org.intl.", ".v1"), ("org.intl.a", ".v9999"))
LANGUAGE = shape(documents.Language, ("aaa-", ""), ("", ""))
URL = max(shape(signed.Url, ("nats://", "")), longest(address, ("nats://", "")))
AUDIENCE = max(len(audiences.key(each)) for each in ("public", "international", " ".join(["a" * CODE] * envelope.MAX_READERS)))
DOCUMENT, FILE = shape(documents.Id), shape(attachments.Id)
STATED, ACTION = shape(statements.Id), shape(actions.Id)
KIND = shape(field(documents.Opened, "kind"))
SUBJECT = shape(field(sealed.Reshared, "subject"))
RECIPIENT = shape(signed.Recipient, ("age1", ""))
HUB = URL + len(f" {datetime.now(UTC).isoformat()}")
FILE_NAME = 255
"""Of any file system."""
HANDLE = handles.LONGEST * widened(handles.key)
BRANCH = fields.LINE * widened(str.casefold)
OURS = max(HASH, len(terms.new_id()))
"""What this software makes itself, random or a digest: nobody else's words."""
WORD = 64
"""A word of this software: a state, a reason, the name of a projection."""

_ADDRESSED = {"section": CODE}


def alike(names: Sequence[str], columns: dict[str, int]) -> dict[str, dict[str, int]]:
    """Several tables with the same columns."""
    return dict.fromkeys(names, columns)


LONGEST: dict[str, dict[str, int]] = {
    "actions_call": {**_ADDRESSED, "action": ACTION},
    **alike(
        ("actions_closing", "actions_commitment", "actions_report", "actions_withdrawal"),
        {**_ADDRESSED, "action": ACTION, "call": REF},
    ),
    "attachments_copy": {"ref": REF},
    "attachments_file": {"id": FILE, "blob": HASH, "subject": FILE},
    "attachments_removal": {"event": EVENT, "target": EVENT},
    "attachments_trace": {**_ADDRESSED, "hash16": HASH},
    "attachments_unnamed": {"name": FILE_NAME},
    "attachments_upload": {"id": OURS, "account": OURS},
    "attachments_watch": {"mark": OURS},
    "documents_amendment": {"id": DOCUMENT, "document": DOCUMENT},
    "documents_content": {"event": EVENT},
    "documents_debate": {"id": OURS, "document": DOCUMENT},
    "documents_document": {"id": DOCUMENT, "kind": KIND},
    "documents_motion": {"id": OURS, "document": DOCUMENT},
    "documents_revision": {"event": EVENT, "document": DOCUMENT},
    "documents_translation": {
        **_ADDRESSED,
        "document": DOCUMENT,
        "audience": AUDIENCE,
        "language": LANGUAGE,
        "block": DOCUMENT,
        "source_hash": HASH,
    },
    "documents_verdict": {"event": EVENT, "document": DOCUMENT, "target": EVENT},
    "exchange_held": {"id": OURS, "state": WORD, "account": OURS},
    "exchange_held_part": {"held": OURS},
    "exchange_muted": {"source": CODE},
    "exchange_withdrawal": {"event": EVENT, "target": EVENT},
    "grants_grant": {"id": OURS, "person": OURS},
    "ledger_cursor": {"hub": HUB},
    "ledger_event": {**_ADDRESSED, "state": WORD, "type": TYPE},
    "ledger_fence": {"reason": WORD},
    **alike(("ledger_claimant", "ledger_fork", "ledger_head", "ledger_parked", "ledger_withdrawn"), _ADDRESSED),
    "ledger_identity": {"recipient": RECIPIENT},
    "ledger_mark": {"name": WORD},
    "ledger_mention": {**_ADDRESSED, "part": HASH},
    "ledger_part": {"hash": HASH},
    "ledger_projection": {"name": WORD},
    "ledger_quarantine": {"id": HASH, "reason": WORD},
    "ledger_refusal": {"source": CODE, "reason": WORD},
    "ledger_shown": {**_ADDRESSED, "digest": HASH},
    "ledger_waiting": {**_ADDRESSED, "kind": WORD, "what": max(EVENT, HASH, TYPE)},
    "members_account": {"id": OURS, "branch": OURS, "key": HANDLE},
    "members_branch": {"id": OURS, "key": BRANCH},
    "members_browser": {"hash": HASH, "account": OURS},
    "members_failure": {"id": OURS, "bucket": HASH},
    "members_former": {"hash": HASH, "account": OURS},
    "members_invitation": {"id": OURS, "hash": HASH},
    **alike(("members_link", "members_session", "members_token"), {"id": OURS, "hash": HASH, "account": OURS}),
    **alike(
        ("roster_announcement", "roster_decline", "roster_proposal", "roster_signature", "roster_vouch"),
        {**_ADDRESSED, "hash": HASH},
    ),
    "roster_heads": {"witness": CODE},
    "roster_held": {"witness": CODE, "origin": CODE, "hash": HASH},
    "roster_peer_head": {"witness": CODE, "origin": CODE},
    "roster_rival": {"hash": HASH},
    "roster_secret": {"check": OURS},
    "sealing_reshared": {**_ADDRESSED, "original": REF, "subject": SUBJECT},
    **alike(("statements_cosignature", "statements_issue", "statements_withdrawal"), {**_ADDRESSED, "document": STATED}),
    "translation_draft": {"account": OURS, "document": DOCUMENT, "language": LANGUAGE, "block": DOCUMENT},
}
"""The most bytes of every column of text that is in a key or an index, by table."""


def models(parent: type[SQLModel] = SQLModel) -> Iterator[type[SQLModel]]:
    for model in parent.__subclasses__():
        yield model
        yield from models(model)


def every_table() -> dict[str, Table]:
    """Of the core and the plugins of the project, not what tests make up."""
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if module.name.rpartition(".")[2] in ("rows", "private", "shared", "projection"):
                importlib.import_module(module.name)
    known = [model for model in models() if model.__module__.partition(".")[0] in PACKAGES and ".testing" not in model.__module__]
    found: list[Table] = [model.__table__ for model in known if hasattr(model, "__table__")]
    return {table.name: table for table in (*tables.metadata.tables.values(), *found)}


def indexed(table: Table) -> Iterator[list[Any]]:
    """The columns of each key and index."""
    yield list(table.primary_key.columns)
    yield from (list(index.columns) for index in table.indexes)
    yield from (list(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint))


def kind(column: Column[Any]) -> type[Any]:
    return getattr(column.type, "impl_instance", column.type).python_type


TABLES = every_table()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_index_has_room_for_the_longest_that_may_be_said(name: str) -> None:
    bounds, wanted = LONGEST.get(name, {}), set()
    for columns in indexed(TABLES[name]):
        texts = [column.name for column in columns if kind(column) is str]
        assert {kind(column) for column in columns} <= {str, int, bool, date, datetime}
        wanted.update(texts)
        assert sum(bounds[each] for each in texts) + NUMBER * (len(columns) - len(texts)) < ROOM
    assert bounds.keys() == wanted


def test_no_table_is_forgotten() -> None:
    assert LONGEST.keys() <= TABLES.keys()
    assert len(TABLES) > 50
