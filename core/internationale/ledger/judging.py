"""What becomes of an authentic event: a pure function of what is in the log, the same on every instance.

An event waits until its type is known, all that it refers to is decided and all its parts are here. Only then is it judged,
in the order of its refs, so that the reason of a void event never depends on what came first.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import ValidationError

from internationale.events import sealed
from internationale.events.envelope import Address, Envelope
from internationale.events.refs import Ref
from internationale.events.types import Event, Payload, Vocabulary
from internationale.ledger.records import State

log = logging.getLogger(__name__)


class Known(NamedTuple):
    """What everything that stands on an event is judged by. ``readers``: the sections it is sealed for; None: it is open."""

    hash: str
    state: State
    readers: str | None = None


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


def judge(envelope: Envelope, vocabulary: Vocabulary, lookup: Lookup, has_part: Callable[[str], bool]) -> Verdict:
    """Everything but the authority's word (which needs the causes' contents: see ``authorise``)."""
    if not vocabulary.knows(envelope.type):
        return Verdict(State.WAITING, "unknown_type", (("type", envelope.type),))
    causes = [_cause(envelope, ref, lookup(address(ref))) for ref in envelope.refs]
    missing = [("ref", ref.event_id) for ref, cause in zip(envelope.refs, causes, strict=True) if cause == "missing"]
    if not envelope.sealed:  # what was opened has its parts in it
        missing += [("part", part) for part in envelope.parts if not has_part(part)]
    if missing:
        return Verdict(State.WAITING, f"missing_{'cause' if missing[0][0] == 'ref' else 'part'}", tuple(missing))
    for reason in causes:
        if reason:
            return Verdict(State.VOID, reason)
    try:
        return Verdict(State.APPLIED, payload=vocabulary.decode(envelope))
    except (ValidationError, ValueError, TypeError, KeyError):  # an upcast may stumble over data that has no shape
        return Verdict(State.VOID, "malformed_data")
    except Exception as error:  # a mistake of this build: it must not hold up the events beside this one
        log.exception("the shape of %s failed at %s", envelope.type, envelope.id)
        return Verdict(State.FAILED, f"shape_failed:{type(error).__name__}")


def authorise(event: Event[Payload], vocabulary: Vocabulary) -> str:
    """The reason for which the event's own type makes it void; empty when it may."""
    return vocabulary.authority(event.envelope)(event) or ""


def _cause(envelope: Envelope, ref: Ref, found: Known | None) -> str:
    """``""``: applied; ``missing``: not decided yet; else the reason that makes void what stands on it."""
    if found is None:
        return "missing"
    if not found.hash.startswith(ref.hash16):
        return "cause_mismatch"
    if not sealed.may_stand_on(envelope, found.readers):
        return "stands_on_sealed"
    return {State.APPLIED: "", State.VOID: "stands_on_void"}.get(found.state, "missing")
