"""Events with everything as long as it may be: in the log of every section, with the same rows on every database."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from internationale.events import envelope, sealed
from internationale.events.envelope import Envelope, seal
from internationale.events.keys import EVENT
from internationale.kit import audiences
from internationale.ledger.deliveries import Delivery
from internationale.ledger.tables import event, quarantine, waiting
from internationale.rooms.documents.events import OfferedUnit, TranslationOffered
from internationale.rooms.documents.rows.shared import Translation
from internationale.rooms.documents.rules import writing
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing import oracle

DOCUMENT = "fr-aaaaaaaaaaaa"
TIME = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONGEST = "org.intl." + "a" * (envelope.MAX_TYPE - 12) + ".v1"


class Forger:
    """Signs what our own code would not say, as the section whose key it has."""

    def __init__(self, section: Section) -> None:
        self._section = section
        with section.reading() as session:
            self._before = section.keyring(session)[section.code].genesis
        self._number = 0

    def _draft(self, type: str, audience: str, data: dict[str, Any], refs: Sequence[Any]) -> Envelope:
        self._number += 1
        place = {"section": self._section.code, "epoch": 1, "sequence": self._number, "prevhash": self._before}
        said = {"type": type, "dataschema": "urn:intl:schema:x:1", "audience": audience, "data": data, "refs": tuple(refs)}
        return Envelope(**place, **said, time=TIME)

    def _sign(self, said: Envelope) -> tuple[Delivery, Envelope]:
        signed = seal(said, self._section.key)
        self._before = signed.hash
        return Delivery(said.address.subject, signed.body, signed.signature, "hub"), envelope.parse(signed.body)

    def say(self, type: str) -> Delivery:
        return self._sign(self._draft(type, "international", {}, ()))[0]

    def respell(self, said: Delivery, before: str, after: str) -> Delivery:
        """The same with other words in it, rightly signed."""
        body = said.body.replace(before.encode(), after.encode())
        return replace(said, body=body, signature=self._section.key.sign(EVENT, body))

    def whisper(
        self, type: str, audience: str, data: dict[str, Any], recipients: Sequence[str], *refs: Any
    ) -> tuple[Delivery, Any]:
        said = self._draft(type, audience, data, refs)
        outside, parts = sealed.write(said, (), recipients)
        assert not parts
        hidden = outside.model_dump(mode="json", exclude_none=True)
        delivery, read = self._sign(replace(said, type=envelope.SEALED, refs=(), data=hidden))
        return delivery, read.ref


def test_a_type_as_long_as_it_may_be_waits_to_be_known(federation):
    ic, fr = federation("ic", "fr")
    forger = Forger(fr)
    assert ic.accept([forger.say(LONGEST), forger.say("org.intl.short.said.v1")]) == ["waiting", "waiting"]
    with ic.reading() as session:
        connection = session.connection()
        types = set(connection.execute(select(event.c.type).where(event.c.section == "fr")).scalars())
        assert set(connection.execute(select(waiting.c.kind, waiting.c.what)).all()) == {("type", each) for each in types}
    assert types == {LONGEST, "org.intl.short.said.v1"}


def test_what_is_longer_is_refused_and_keeps_out_nobody(federation):
    ic, fr, ar = federation("ic", "fr", "ar")
    forger = Forger(fr)
    short = "org.intl.short.said.v1"
    said, honest = forger.say(short), Forger(ar).say(short)
    batch = [forger.respell(said, short, LONGEST.replace("aa", "a" * more, 1)) for more in (3, 3_000)]
    names = " ".join(f"s{number:031}" for number in range(envelope.MAX_READERS + 1))
    batch.append(forger.respell(forger.respell(said, short, envelope.SEALED), '"international"', f'"{names}"'))
    assert ic.accept([*batch, honest]) == ["quarantined"] * 3 + ["waiting"]
    with ic.reading() as session:
        assert [row.reason for row in session.connection().execute(select(quarantine.c.reason))] == ["malformed_envelope"] * 3
    assert ic.accept([said]) == ["waiting"]


def test_what_is_for_as_many_as_may_be_is_applied_and_translated(federation):
    """Only two of the 128 exist: the others were expelled long ago, or never were."""
    ic, fr = federation("ic", "fr")
    with ic.reading() as session:
        recipients = queries.recipients(session, ["ic"], own="fr", held=lambda: ())
    strangers = ("s" + hashlib.sha256(bytes([each])).hexdigest()[:31] for each in range(envelope.MAX_READERS - 2))
    audience = " ".join(sorted({"ic", "fr", *strangers}))
    forger = Forger(fr)
    said, _parts = writing.opening(DOCUMENT, kind="programme", language="fr", title="Heures", text="Un.\n\nDeux.")
    opened, ref = forger.whisper("org.intl.documents.opened.v1", audience, said.model_dump(mode="json"), recipients)
    assert ic.accept([opened]) == ["applied"]
    with ic.reading() as session:
        reading = ic.documents.read(session, DOCUMENT, "en")
    block = reading.units[1].block
    unit = OfferedUnit(block=block.id, source_hash=block.hash, quote=block.source, text="One.")
    offer = TranslationOffered(document=DOCUMENT, language="en", units=(unit,)).model_dump(mode="json")
    offered = [forger.whisper("org.intl.documents.translation_offered.v1", audience, offer, recipients, ref)[0] for _ in range(2)]
    assert ic.accept(offered) == ["applied", "applied"]
    with ic.reading() as session:
        rows = session.connection().execute(select(Translation.audience, Translation.text, Translation.event)).all()
        assert rows == [(audiences.key(audience), "One.", "fr:1:3")]
        assert [unit.text for unit in ic.documents.read(session, DOCUMENT, "en").units] == [None, "One.", None]
        assert ic.documents.titles(session, [DOCUMENT], "en")[DOCUMENT].text == "Heures"
    assert ic.accept([opened, *offered]) == ["duplicate"] * 3
    oracle.replayed(ic)
