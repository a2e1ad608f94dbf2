"""What becomes of an authentic event: a pure function of what is in the log, the same on every instance.

An event waits until its type is known, all that it refers to is decided and all its parts are here. Only then is it judged,
in the order of its refs, so that the reason of a void event never depends on what came first. Nor does it depend on an open
event that is not decided itself, be it another than the one that is meant: it may be of a history that does not count, and go
again. What is sealed shows whom it is for, and which event it is, also to those who cannot open it; so what names it is judged by
that alone, whatever is inside and wherever that can be decided. One whose parts were taken back is judged by all but them and its
authority, which may need them: it is void in any case.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import ValidationError

from internationale.errors import without_content
from internationale.events import sealed
from internationale.events.envelope import Address, Envelope
from internationale.events.refs import Ref
from internationale.events.types import Event, EventType, Payload, Vocabulary, kind_name
from internationale.events.withdrawn import REASON as TAKEN_BACK
from internationale.ledger.records import ASIDE, CUT, State

log = logging.getLogger(__name__)


class Known(NamedTuple):
    """What everything that stands on an event is judged by. ``readers``: the sections it is sealed for; None: it is open."""

    hash: str
    state: State
    readers: str | None
    type: str
    reason: str


MALFORMED = "malformed_data"
UNDECIDED = (State.WAITING, State.FAILED)
Lookup = Callable[[Address], "Known | None"]
"""An event of the log; None when it is not here."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``missing``: what it waits for, as (kind, what). ``payload``: its data, when it may be applied."""

    state: State
    reason: str = ""
    missing: tuple[tuple[str, str], ...] = ()
    payload: Payload | None = None


def address(ref: Ref) -> Address:
    """Where a ref points."""
    return Address(ref.section, ref.epoch, ref.sequence)


def judge(
    envelope: Envelope,
    vocabulary: Vocabulary,
    lookup: Lookup,
    has_part: Callable[[str], bool],
    *,
    beside: Sequence[str] = (),
    taken_back: bool = False,
) -> Verdict:
    """Everything but the authority's word (which needs the causes' contents: see ``authorise``).

    ``beside``: the parts that travel beside its signed bytes; of a sealed event they are not those that were inside.
    ``taken_back``: nobody has them any more.
    """
    if not vocabulary.knows(envelope.type):
        return Verdict(State.WAITING, "unknown_type", (("type", envelope.type),))
    kind = vocabulary.kind(envelope.type)
    if not kind.parts and (beside or envelope.parts):
        return Verdict(State.VOID, "unexpected_part")
    causes = [_cause(envelope, kind, ref, lookup(address(ref))) for ref in envelope.refs]
    missing = [("ref", ref.event_id) for ref, cause in zip(envelope.refs, causes, strict=True) if cause == "missing"]
    if not envelope.sealed and not taken_back:  # what was opened has its parts in it
        missing += [("part", part) for part in envelope.parts if not has_part(part)]
    if missing:
        return Verdict(State.WAITING, f"missing_{'cause' if missing[0][0] == 'ref' else 'part'}", tuple(missing))
    verdict = _decoded(envelope, vocabulary)
    reason = next(filter(None, causes), TAKEN_BACK if taken_back else "")
    return Verdict(State.VOID, reason) if reason and verdict.payload is not None else verdict


def authorise(event: Event[Payload], vocabulary: Vocabulary) -> str:
    """The reason for which the event's own type makes it void; empty when it may."""
    return vocabulary.kind(event.envelope.type).authority(event) or ""


def _cause(envelope: Envelope, kind: EventType, ref: Ref, found: Known | None) -> str:
    """``""``: applied; ``missing``: not decided yet; else the reason that makes void what stands on it."""
    if found is None or (_open(found) and found.state in UNDECIDED and address(ref) != envelope.address):  # none for itself
        return "missing"
    if not found.hash.startswith(ref.hash16):
        return "cause_mismatch"
    if not sealed.may_stand_on(envelope, found.readers):
        return "stands_on_sealed"
    if found.state is State.VOID:
        return "" if _outlived(kind, found) else "stands_on_void"
    return "" if found.state is State.APPLIED else "missing"


def _open(found: Known) -> bool:
    """Whether it counts by what becomes of it. What is sealed and put aside goes, or is decided anew, in a moment."""
    return found.readers is None or found.reason in (ASIDE, CUT)


def _outlived(kind: EventType, found: Known) -> bool:
    """Whether a void cause is one that is only counted, so that its being taken back changes nothing. One without a shape is
    none, nor a sealed one: who joins later cannot look into it any more.
    """
    return found.reason != MALFORMED and found.readers is None and kind_name(found.type) in kind.outlives


def _decoded(envelope: Envelope, vocabulary: Vocabulary) -> Verdict:
    try:
        return Verdict(State.APPLIED, payload=vocabulary.decode(envelope))
    except (ValidationError, ValueError, TypeError, KeyError):  # an upcast may stumble over data that has no shape
        return Verdict(State.VOID, MALFORMED)
    except Exception as error:  # a mistake of this build: it must not hold up the events beside this one
        log.error("the shape of %s failed at %s: %s", envelope.type, envelope.id, without_content(error))
        return Verdict(State.FAILED, f"shape_failed:{type(error).__name__}")
