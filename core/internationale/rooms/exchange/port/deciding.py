"""What becomes of what waits for a second person.

Whoever releases it says it, unchanged, in a transaction of its own: numbered, signed, appended and projected like anything else,
together with what belongs to it at home.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session, col, select, update

from internationale.errors import Conflict, Refused
from internationale.events.envelope import Envelope
from internationale.events.refs import Ref
from internationale.events.types import Vocabulary
from internationale.kit import Reader, Utterance, marker
from internationale.kit.grants import Grants
from internationale.ledger.database import ERASED
from internationale.plugins import Plugins
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.port.releasing import RELEASING
from internationale.rooms.exchange.port.watching import redo
from internationale.rooms.exchange.rows import HeldRow
from internationale.rooms.exchange.rules import DOUBTFUL, RELEASE, named_anew

_ = marker("core")
_LOOKED = "exchange, looked through what waits"
"""The mark of how many texts had been taken back when that was done last."""


class Speaking(Protocol):
    """The running section as far as it says what was released."""

    @property
    def plugins(self) -> Plugins: ...
    @property
    def grants(self) -> Grants: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def now(self) -> Callable[[], datetime]: ...

    def writing(self) -> AbstractContextManager[Session]: ...
    def publish(self, session: Session, *utterances: Utterance, by: Reader) -> Sequence[Envelope]: ...
    def require(self, reader: Reader, capability: str, subject: str | None = None) -> None: ...
    def may(self, reader: Reader, capability: str, subject: str | None = None) -> bool: ...
    def closed(self, session: Session, account: str) -> bool: ...


def release(section: Speaking, id: str, by: Reader) -> Sequence[Envelope]:
    """Say what waits. Raises ``Refused`` for the first person, for a token, and when the first person's account was closed
    meanwhile or may not say it any more, ``Conflict`` when it no longer fits; then it goes on waiting.
    """
    section.require(by, RELEASE)
    with section.writing() as session:
        row = _second(session, id, by)
        if section.closed(session, row.account):
            sentence = _("The account of whoever wrote this is closed. Reject it; somebody else can write it in their own name.")
            raise Refused(sentence)
        session.info[RELEASING] = True
        envelopes = _say(section, session, row)
        row = queries.held_row(session, id)  # what was said may have had all rows made anew
        _delete_parts(session, row)
        redo(session, row.changes, _names(row, envelopes))
        row.said = json.dumps([_signed(envelope) for envelope in envelopes])
        _decide(row, "released", by, section.now())
    return envelopes


def reject(section: Speaking, id: str, reason: str, by: Reader) -> None:
    """Do not say it; the reason goes to whoever wrote it. Raises ``Refused`` for the first person and a token."""
    section.require(by, RELEASE)
    with section.writing() as session:
        row = _second(session, id, by)
        row.reason = reason
        _decide(row, "rejected", by, section.now())


def take_back(section: Speaking, id: str, by: Reader) -> None:
    """The first person thinks better of it, or has read why it was rejected."""
    with section.writing() as session:
        row = queries.held_row(session, id)
        if by.id is None or row.account != by.id:
            raise Refused(_("Only whoever wrote this takes it back."))
        if row.state == "released":
            raise Conflict(_("This was already decided."))
        _delete_parts(session, row)
        session.delete(row)


def doubt_all(session: Session) -> None:
    """The database was put back: what waits in it may have been signed since, rejected or taken back. Nobody releases it."""
    waiting = update(HeldRow).where(col(HeldRow.state) == "waiting")
    session.execute(waiting.values(state="doubtful"))


def empty_void(section: Any) -> None:
    """Of what was not released: nothing is kept of what stands on a text that was taken back since, for it may repeat that."""
    with section.reading() as session:
        count = queries.withdrawals(session)
        if count == section.ledger.mark(session, _LOOKED):
            return
    with section.writing() as session:
        for row in session.exec(select(HeldRow).where(HeldRow.state != "released", HeldRow.state != "void")).all():
            refs = {Ref.parse(ref) for given in json.loads(row.said) for ref in given["refs"]}
            if any(queries.taken_back_of(session, ref) for ref in refs):
                _delete_parts(session, row)
                said = [_emptied(given["type"], given["audience"]) for given in json.loads(row.said)]
                row.state, row.said, row.changes = "void", json.dumps(said), "[]"
                session.info[ERASED] = True
        section.ledger.set_mark(session, _LOOKED, count)


def _second(session: Session, id: str, by: Reader) -> HeldRow:
    row = queries.held_row(session, id)
    if row.state == "doubtful":
        raise Conflict(DOUBTFUL)
    if row.state != "waiting":
        raise Conflict(_("This was already decided."))
    if by.by_token:  # whoever has stolen one, and is somebody's first person, would need no second
        raise Refused(_("A second person decides on this in person, not a program with a token. Please sign in."))
    if by.id is None or by.id == row.account:
        raise Refused(_("A second person has to decide on this: not whoever wrote it."))
    return row


def _decide(row: HeldRow, state: str, by: Reader, now: datetime) -> None:
    row.state, row.decider, row.decider_handle, row.decided_at = state, by.id, by.handle, now
    if state == "released":
        row.changes = "[]"


def _say(section: Speaking, session: Session, row: HeldRow) -> list[Envelope]:
    writer = section.grants.writer(session, id=row.account, handle=row.handle, language=row.language)
    if not all(section.may(writer, capability, subject) for capability, subject in json.loads(row.required)):
        raise Refused(_("Whoever wrote this may not say it any more: a right was taken from them. Reject it."))
    envelopes: list[Envelope] = []
    for place, given in enumerate(json.loads(row.said)):
        parts = queries.held_parts(session, row.id, place)
        utterance = _utterance(section.vocabulary, named_anew(given, _names(row, envelopes)), parts)
        asked = {"session": session, "utterance": utterance, "by": writer, "written": row.written_at}
        for _name, anew in section.plugins.strictly("releasing", section=section, **asked):
            utterance = anew
        envelopes += section.publish(session, utterance, by=writer)
    return envelopes


def _signed(envelope: Envelope) -> dict[str, Any]:
    """What is kept here of a message that was released: which it is. What it says is in the log, and may be taken back there."""
    return _emptied(envelope.type, envelope.audience) | {"ref": str(envelope.ref)}


def _emptied(type_: str, audience: str) -> dict[str, Any]:
    """Of which kind a message is and for whom, without what it says."""
    return {"type": type_, "ref": "", "audience": audience, "data": {}, "refs": [], "parts": 0, "author": None}


def _utterance(vocabulary: Vocabulary, given: Mapping[str, Any], parts: tuple[bytes, ...]) -> Utterance:
    kind, version = vocabulary.by_wire.get(given["type"], (None, 0))
    if kind is None or version != kind.version:
        raise Conflict(_("This was written with another version of the software. Reject it, and have it written again."))
    return Utterance(
        kind.payload.model_validate_json(json.dumps(given["data"])),
        refs=tuple(map(Ref.parse, given["refs"])),
        parts=parts,
        audience=given["audience"],
        author=given["author"],
    )


def _names(row: HeldRow, envelopes: Sequence[Envelope]) -> dict[str, str]:
    """What the messages would have been called, and what they are called: they got other numbers and hashes."""
    would = [given["ref"] for given in json.loads(row.said)]
    return {old: str(new.ref) for old, new in zip(would, envelopes, strict=False)}


def _delete_parts(session: Session, row: HeldRow) -> None:
    for part in queries.held_part_rows(session, row.id):
        session.delete(part)
