"""What a transaction changes in private tables, so that exactly this can be done later.

When something has to wait for a second person, the whole transaction of the first is taken back, also what it changed at home
beside the message (a member's proposal marked as carried, a draft that is done with). These changes are noted row by row, and
are made together with the message when it is released, or never.
"""

import importlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
from sqlmodel import Session, SQLModel

from internationale.errors import Conflict
from internationale.kit import marker
from internationale.rooms.exchange.rows import model_name
from internationale.rooms.exchange.rules import named_anew

_ = marker("core")

_BYTES = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Change:
    """One row: ``insert``, ``update`` or ``delete``. Values are JSON by column; ``before``: what an update or delete found."""

    model: str
    deed: str
    key: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)


class Watch:
    """Notes what one session changes in tables other than ``shared`` (which are made from events anyway)."""

    def __init__(self, session: Session, shared: Collection[str]) -> None:
        self._shared = shared
        self.changes: list[Change] = []
        self.beyond = False
        """Whether rows were changed in bulk, of which we do not know which."""
        event.listen(session, "after_flush", self._note)
        event.listen(session, "do_orm_execute", self._bulk)

    def _note(self, session: Session, _flush: UOWTransaction) -> None:
        for deed, rows in (("insert", session.new), ("update", session.dirty), ("delete", session.deleted)):
            self.changes += [_change(deed, row) for row in rows if self._private(type(row)) and _changed(deed, row)]

    def _bulk(self, state: ORMExecuteState) -> None:
        if (state.is_update or state.is_delete or state.is_insert) and state.bind_mapper is not None:
            self.beyond = self.beyond or self._private(state.bind_mapper.class_)

    def _private(self, model: type[SQLModel]) -> bool:
        return model.__tablename__ not in self._shared


def written(changes: Iterable[Change]) -> str:
    """As JSON, for a column."""
    return json.dumps([asdict(change) for change in changes])


def redo(session: Session, text: str, names: Mapping[str, str]) -> None:
    """Make noted changes now, with the names that the messages have got (``names``: by the reference that each would have had).

    Raises ``Conflict`` where somebody has changed the same row meanwhile.
    """
    every = {**names, **{_number(old): _number(new) for old, new in names.items()}}
    for given in json.loads(text):
        noted = Change(**given)
        change = replace(noted, key=_named_anew(noted.key, every), values=_named_anew(noted.values, every))
        model = _model(change.model)
        if change.deed == "insert":
            session.add(model(**_values(model, change.values)))
        else:
            _alter(session, model, change)
        session.flush()


def _number(ref: str) -> str:
    """A reference without its hash."""
    return ref.rpartition(":")[0]


def _named_anew(texts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {column: json.dumps(named_anew(json.loads(text), names)) for column, text in texts.items()}


def _alter(session: Session, model: type[SQLModel], change: Change) -> None:
    row = session.get(model, _values(model, change.key))
    if row is None or any(_text(model, name, getattr(row, name)) != value for name, value in change.before.items()):
        raise Conflict(_("What this belongs to at home was changed meanwhile. Reject it, and have it written again."))
    if change.deed == "delete":
        session.delete(row)
        return
    for name, value in _values(model, change.values).items():
        setattr(row, name, value)


def _changed(deed: str, row: SQLModel) -> bool:
    return deed != "update" or any(inspect(row).attrs[name].history.has_changes() for name in type(row).model_fields)


def _change(deed: str, row: SQLModel) -> Change:
    model = type(row)
    name = model_name(model)
    keys = [column.name for column in inspect(model).primary_key]
    key = {each: _text(model, each, getattr(row, each)) for each in keys}
    if deed == "insert":
        return Change(name, deed, key, {each: _text(model, each, getattr(row, each)) for each in model.model_fields})
    if deed == "delete":
        return Change(name, deed, key, before={each: _text(model, each, getattr(row, each)) for each in model.model_fields})
    histories = {each: inspect(row).attrs[each].history for each in model.model_fields}
    changed = {each: history for each, history in histories.items() if history.has_changes()}
    before = {each: _text(model, each, history.deleted[0]) for each, history in changed.items() if history.deleted}
    return Change(name, deed, key, {each: _text(model, each, getattr(row, each)) for each in changed}, before)


def _model(name: str) -> type[SQLModel]:
    module, _colon, qualname = name.partition(":")
    model = getattr(importlib.import_module(module), qualname)
    if not (isinstance(model, type) and issubclass(model, SQLModel)):
        raise TypeError(f"{name} is not a table")
    return model


def _text(model: type[SQLModel], name: str, value: object) -> str:
    return _adapter(model, name).dump_json(value).decode()


def _values(model: type[SQLModel], texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: _adapter(model, name).validate_json(text) for name, text in texts.items()}


def _adapter(model: type[SQLModel], name: str) -> TypeAdapter[Any]:
    annotation: Any = model.model_fields[name].annotation
    return TypeAdapter(annotation, config=_BYTES)
