"""What our own code would not say, rightly signed by the section whose key it is: a hostile member's log from its beginning."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from internationale.events import envelope, sealed
from internationale.events.envelope import Envelope, seal
from internationale.events.keys import EVENT
from internationale.events.refs import Ref
from internationale.ledger.deliveries import Delivery
from internationale.section import Section


class Forger:
    """Says one event after another in place of a section that has said nothing."""

    def __init__(self, section: Section) -> None:
        self._section = section
        with section.reading() as session:
            self._before = section.keyring(session)[section.code].genesis
        self._number = 0

    def say(self, type: str, data: Mapping[str, Any] | None = None, *refs: Ref, time: datetime | None = None) -> Delivery:
        """An event for all sections."""
        return self._sign(self._draft(type, "international", data or {}, refs, time))[0]

    def whisper(
        self, type: str, audience: str, data: Mapping[str, Any], recipients: Sequence[str], *refs: Ref
    ) -> tuple[Delivery, Ref]:
        """A sealed event (too short for parts), and how others name it."""
        said = self._draft(type, audience, data, refs)
        outside, _parts = sealed.write(said, (), recipients)
        hidden = outside.model_dump(mode="json", exclude_none=True)
        return self._sign(replace(said, type=envelope.SEALED, refs=(), data=hidden))

    def respell(self, said: Delivery, before: str, after: str) -> Delivery:
        """The same with other words in its bytes, signed again; what follows still follows the first."""
        body = said.body.replace(before.encode(), after.encode())
        return replace(said, body=body, signature=self._section.key.sign(EVENT, body))

    def _draft(
        self, type: str, audience: str, data: Mapping[str, Any], refs: Sequence[Ref], time: datetime | None = None
    ) -> Envelope:
        self._number += 1
        return Envelope(
            section=self._section.code,
            epoch=1,
            sequence=self._number,
            type=type,
            time=time or datetime(2026, 11, 22, 12, tzinfo=UTC),
            dataschema="urn:intl:schema:forged:1",
            prevhash=self._before,
            refs=tuple(refs),
            audience=audience,
            data=data,
        )

    def _sign(self, said: Envelope) -> tuple[Delivery, Ref]:
        signed = seal(said, self._section.key)
        self._before = signed.hash
        return Delivery(said.address.subject, signed.body, signed.signature, "hub"), envelope.parse(signed.body).ref
