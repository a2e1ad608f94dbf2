"""What a revision says: derived from its event and the revisions it stands on, the same on every instance.

Deriving walks back through the causes to the nearest revision that is known and applies every list of operations after it. Known
are those of which the rows keep what was derived (``Event.recall``), and the last few results by the hash of the signed bytes,
which pins all that went into them. Both change speed, never a verdict.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from pydantic import ValidationError

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import strict
from internationale.events.types import Event
from internationale.rooms.documents.events import AmendmentProposed, Changes, Opened, Revised
from internationale.rooms.documents.rules.ids import is_block_id
from internationale.text.blocks import Piece
from internationale.text.operations import Insert, Operation, Split, applied, digest, from_json

MAX_CHANGES = 16 * 1024 * 1024
"""The most bytes of one list of operations: far above the largest text with its quotes."""
REMEMBERED = 32


class Void(Exception):
    """The event has no effect; ``reason`` is the code that every instance gives."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class State:
    """One revision of a document: who and what it is, and its blocks with their frozen numbers.

    The blocks are without their kinds: whoever judges what was said needs none, and they cost a reading of the whole text.
    """

    document: str
    home: str
    kind: str
    language: str
    audience: str
    number: int
    title: str
    blocks: tuple[Piece, ...]
    numbers: tuple[str, ...]


class _Memory:
    """The states derived last, by the hash of their event."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, State] = OrderedDict()
        self._lock = Lock()

    def get(self, hash_: str) -> State | None:
        with self._lock:
            state = self._states.get(hash_)
            if state is not None:
                self._states.move_to_end(hash_)
            return state

    def keep(self, hash_: str, state: State) -> None:
        with self._lock:
            self._states[hash_] = state
            while len(self._states) > REMEMBERED:
                self._states.popitem(last=False)


_memory = _Memory()


def state(event: Event[Any]) -> State:
    """What the text is after this event. Raises ``Void`` when the event may not be, or does not do what it claims."""
    ahead: list[Event[Any]] = []
    found = _memory.get(event.envelope.hash)
    while found is None:
        ahead.append(event)
        if isinstance(event.payload, Opened):
            break
        event = base(event)
        found = _known(event)
    for following in reversed(ahead):
        found = _opened(following) if found is None else _revised(following, found)
        _memory.keep(following.envelope.hash, found)
    if found is None:
        raise Void("no_base")
    return found


def standing(event: Event[Any]) -> State:
    """The same of a revision that is among the causes of what is judged, and so was applied. Raises ``Void``."""
    return _known(event) or state(event)


def _known(event: Event[Any]) -> State | None:
    found = _memory.get(event.envelope.hash)
    if found is not None or (kept := event.recall()) is None:
        return found
    recalled: State | None = kept.state()
    if recalled is not None:
        _memory.keep(event.envelope.hash, recalled)
    return recalled


def base(event: Event[Any]) -> Event[Any]:
    """The revision that an event stands on: its first cause. Raises ``Void``."""
    first: Event[Any] | None = next(iter(event.causes), None)
    if first is None:
        raise Void("no_base")
    if not isinstance(first.payload, Opened | Revised) or first.payload.document != event.payload.document:
        raise Void("wrong_base")
    return first


def changed(event: Event[Any], blocks: tuple[Piece, ...]) -> tuple[Changes, tuple[Piece, ...]]:
    """The changes that an event carries and the blocks that come of them, proved by the digest. Raises ``Void``."""
    changes = carried(event)
    try:
        operations = from_json(list(changes.operations))
        _check_ids(operations)
        result = applied(blocks, operations)
    except Conflict as error:
        raise Void("does_not_apply") from error
    except Invalid as error:
        raise Void("malformed_changes") from error
    if digest(result) != event.payload.digest:
        raise Void("digest_mismatch")
    return changes, result


def carried(event: Event[Opened | Revised | AmendmentProposed]) -> Changes:
    """The changes, from inside the event or from its parts. Raises ``Void``."""
    if event.payload.changes is not None:
        return event.payload.changes
    content = b"".join(event.parts[name] for name in event.envelope.parts)
    if not 0 < len(content) <= MAX_CHANGES:
        raise Void("malformed_changes")
    try:
        return Changes.model_validate_json(_checked(content))
    except (Untrusted, ValidationError) as error:
        raise Void("malformed_changes") from error


def _checked(content: bytes) -> bytes:
    """The same bytes, when they are JSON with one meaning only."""
    strict.read(content)
    return content


def _opened(event: Event[Opened]) -> State:
    changes, blocks = changed(event, ())
    opening = event.payload
    return State(
        document=opening.document,
        home=event.envelope.section,
        kind=opening.kind,
        language=opening.language,
        audience=event.envelope.audience,
        number=1,
        title=opening.title,
        blocks=blocks,
        numbers=_numbers(changes, blocks),
    )


def _revised(event: Event[Revised], before: State) -> State:
    changes, blocks = changed(event, before.blocks)
    revision = event.payload
    return replace(before, number=revision.number, title=revision.title, blocks=blocks, numbers=_numbers(changes, blocks))


def _numbers(changes: Changes, blocks: tuple[Piece, ...]) -> tuple[str, ...]:
    if len(changes.numbers) != len(blocks) or any(len(number) > 32 for number in changes.numbers):
        raise Void("wrong_numbers")
    return changes.numbers


def _check_ids(operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        if isinstance(operation, Insert) and not is_block_id(operation.id):
            raise Void("bad_block_id")
        if isinstance(operation, Split) and not is_block_id(operation.new):
            raise Void("bad_block_id")
