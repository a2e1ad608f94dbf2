"""What one person wrote and a second decides on, for programs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from internationale.kit import Reader
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.forms import RejectForm
from internationale.rooms.exchange.queries import Waiting
from internationale.rooms.roster.rules import require_member

PATH = "/api/v1/federation/release"


@dataclass(frozen=True)
class WaitingOut:
    """Something that waits, or was rejected. ``own``: whoever asks wrote it."""

    id: str
    own: bool
    handle: str
    written: datetime
    state: str
    reason: str
    decider: str
    messages: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, held: Waiting, reader: Reader) -> "WaitingOut":
        messages = tuple(asdict(message) for message in held.messages)
        own = held.account == reader.id
        return cls(held.id, own, held.handle, held.written, held.state, held.reason, held.decider, messages)


@dataclass(frozen=True)
class Released:
    """The numbers of the messages that were signed."""

    ids: tuple[str, ...]


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get(PATH, sync_to_thread=True, summary="What waits for a second person: all for those who release, else one's own")
    def waiting(section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Sequence[WaitingOut]:
        require_member(reader)
        with section.reading() as session:
            mine = queries.held_of(session, reader.id or "")
            others = queries.held(session, but=reader.id or "") if section.may(reader, rules.RELEASE) else ()
        return [WaitingOut.of(held, reader) for held in (*others, *mine)]

    @post(PATH + "/{id:str}/release", status_code=200, sync_to_thread=True, summary="Have it signed and sent, as it stands")
    def release(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Released:
        return Released(tuple(envelope.id for envelope in port.release(section, id, reader)))

    @post(PATH + "/{id:str}/reject", status_code=204, sync_to_thread=True, summary="Do not have it signed, with the reason")
    def reject(
        id: FromPath[str], data: JSONBody[RejectForm], section: NamedDependency[Any], reader: NamedDependency[Reader]
    ) -> None:
        port.reject(section, id, data.reason, reader)

    @post(PATH + "/{id:str}/take-back", status_code=204, sync_to_thread=True, summary="Take back what one wrote oneself")
    def take_back(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> None:
        require_member(reader)
        port.take_back(section, id, reader)

    return [waiting, release, reject, take_back]
