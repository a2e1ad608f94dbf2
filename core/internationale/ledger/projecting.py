"""Turning applied events into rows: the handlers of one set of projections, run so that one that fails takes nothing with it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlmodel import Session

from internationale.errors import without_content
from internationale.events.types import Event, Payload
from internationale.kit.vocabulary import Projection
from internationale.ledger.outages import outage

log = logging.getLogger(__name__)

Handler = Callable[[Session, Event[Any]], None]


class Projector:
    """The handlers of some projections, by the payload they are for."""

    def __init__(self, projections: Iterable[Projection]) -> None:
        self._handlers: dict[type[Payload], list[tuple[str, Handler]]] = {}
        for projection in projections:
            for payload, handler in projection.on.items():
                self._handlers.setdefault(payload, []).append((projection.name, handler))

    @property
    def payloads(self) -> frozenset[type[Payload]]:
        """The payloads for which there is anything to do."""
        return frozenset(self._handlers)

    def of(self, payload: Payload) -> Sequence[tuple[str, Handler]]:
        """Projection's name and handler, for one payload."""
        return self._handlers.get(type(payload), ())


class Run:
    """One pass of handlers over a chunk of events.

    The first try is one savepoint for the whole chunk and one flush at its end. When anything raises, everything is taken
    back and done again with a savepoint and a flush for each event, so that exactly the failing ones fail. ``strict``: no
    second try, the error is the caller's.
    """

    def __init__(self, session: Session, projector: Projector, *, strict: bool = False) -> None:
        self._session = session
        self._projector = projector
        self._strict = strict
        self._careful = False

    def all(self, work: Callable[[], None]) -> None:
        """Do ``work``, which calls ``project`` for each event and can be done again from the beginning."""
        if self._strict:
            work()
            self._session.flush()
            return
        try:
            with self._session.begin_nested():
                work()
        except Exception as error:
            if trouble := outage(error):
                raise trouble from None
            log.warning("a chunk of events is projected again one by one: %r", error)
            self._careful = True
            work()

    def project(self, event: Event[Any], payload: Payload) -> str:
        """Run the handlers for one event; the reason when it failed, else empty."""
        handlers = self._projector.of(payload)
        if not handlers:
            return ""
        if self._careful:
            return self._alone(event, handlers)
        for _name, handler in handlers:
            handler(self._session, event)
        return ""

    def _alone(self, event: Event[Any], handlers: Sequence[tuple[str, Handler]]) -> str:
        running = handlers[0][0]
        try:
            with self._session.begin_nested():
                for name, handler in handlers:
                    running = name
                    handler(self._session, event)
                    self._session.flush()
        except Exception as error:
            if trouble := outage(error):
                raise trouble from None
            log.error("projection %s failed at %s: %s", running, event.envelope.id, without_content(error))
            return f"projection_failed:{running}:{type(error).__name__}"
        return ""
