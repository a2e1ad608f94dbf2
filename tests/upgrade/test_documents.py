"""Fields that only a later version knows, in everything that is signed: ignored, kept in the bytes, carried on as they came."""

import json
from typing import Any

import pytest

from internationale.errors import Conflict
from internationale.events import card, heads, keys, roster
from internationale.events.envelope import Envelope, serialize
from internationale.events.signed import SignedDocument
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port, queries, rules
from internationale.testing import notes, oracle
from internationale.testing.builds import today
from internationale.testing.founding import ROOT

LATER = {"later": {"of": ["a", "later", "version"]}, "another": None}


def signed(kind: bytes, document: dict[str, Any], *signers: keys.SigningKey) -> SignedDocument:
    body = json.dumps(document, ensure_ascii=False).encode()
    return SignedDocument(body, tuple(key.sign(kind, body) for key in signers))


def grown(value: Any) -> Any:
    """A document with more fields in each of its objects."""
    if isinstance(value, dict):
        return {name: grown(inner) for name, inner in value.items()} | LATER
    return [grown(inner) for inner in value] if isinstance(value, list) else value


@pytest.fixture
def two(federation):
    """``ic`` and ``fr``, as they are built today."""
    return federation("ic", "fr", plugins=today())


def test_attributes_of_an_event(two, carry) -> None:
    ic, fr = two
    with fr.reading() as session:
        genesis = fr.keyring(session)["fr"].genesis
    kind = notes.event_types()[0]
    plain = Envelope(
        section="fr",
        epoch=1,
        sequence=1,
        type=kind.wire,
        time=fr.now(),
        dataschema=kind.dataschema,
        prevhash=genesis,
        data={"text": "note", "newer": {"field": [1]}},
    )
    document = json.loads(serialize(plain)) | {"traceparent": "00-ab", "crit": 0}
    body = json.dumps(document).encode()
    assert fr.accept([Delivery(plain.address.subject, body, fr.key.sign(keys.EVENT, body), "test")]) == ["applied"]
    carry(ic, fr)
    oracle.agree(ic, fr, said=1)
    assert oracle.log(ic)["fr:1:1"][0] == body


def test_fields_of_a_roster(two, carry) -> None:
    """It is followed and handed on byte for byte; but an older version signs no successor, for it would lose what it ignores."""
    ic, fr = two
    with ic.writing() as session:
        latest = queries.latest(session)
        document = grown(json.loads(latest.document.body)) | {"version": 3, "prevhash": latest.hash}
        newer = signed(keys.ROSTER, document, ROOT)
        assert port.store_version(session, newer, ic.now())
    carry(ic, fr)
    with fr.reading() as session:
        version = queries.latest(session)
        assert (version.roster.version, version.document.body) == (3, newer.body)
        assert set(fr.keyring(session)) == {"fr", "ic"}
    with pytest.raises(Conflict, match="newer version"):
        rules.renewing(version, ROOT, (), fr.now())


def test_fields_of_heads(two) -> None:
    ic, fr = two
    held = {"fr": [1, 4, "ab" * 32]}
    moment = fr.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    document = signed(keys.HEADS, {"section": "fr", "time": moment, "roster": 2, "heads": held} | LATER, fr.key)
    with ic.writing() as session:
        assert port.store_heads(session, document, ic.now())
        assert queries.peers(session)["fr"][1].heads["fr"].sequence == 4


def test_fields_of_a_card(two) -> None:
    ic, fr = two
    plain = json.loads(port.own_card(fr).body)
    newer = signed(keys.CARD, grown(plain) | {"name": "Another name"}, fr.key)
    with ic.reading() as session:
        latest = queries.latest(session)
    admitted = rules.admitting(card.verify(newer), latest, ROOT, ic.now())
    version = roster.verify(latest, admitted)
    assert version.roster.entry("fr").name == "Another name"
    assert b"later" not in admitted.body


def test_what_the_release_before_signed_is_the_same_bytes_today(opened) -> None:
    """An older roster read and written again is itself: so today's versions can follow it."""
    section = opened("ic")
    with section.reading() as session:
        chain = queries.chain(session)
        for version in roster.verify_chain(chain):
            assert version.roster.serialize() == version.document.body
        for _heard, said in queries.peers(session).values():
            again = heads.Heads.model_validate_json(said.serialize())
            assert again == said
