"""Events with everything as long as it may be: in the log of every section, with the same rows on every database."""

import hashlib

from sqlalchemy import select

from internationale.events import envelope
from internationale.kit import audiences
from internationale.ledger.tables import event, quarantine, waiting
from internationale.rooms.documents.events import OfferedUnit, TranslationOffered
from internationale.rooms.documents.rows.shared import Translation
from internationale.rooms.documents.rules import writing
from internationale.rooms.roster import queries
from internationale.testing import oracle
from internationale.testing.forging import Forger

DOCUMENT = "fr-aaaaaaaaaaaa"
LONGEST = "org.intl." + "a" * (envelope.MAX_TYPE - 12) + ".v1"


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
        recipients = queries.recipients(session, ["ic"], own="fr", held=fr.sealing)
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
