"""Causes, pinned; and the order in which an arriving event is verified."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Untrusted
from internationale.events import envelope as envelopes
from internationale.events import logs
from internationale.events.envelope import Address, Envelope, Signed
from internationale.events.keys import EVENT, SigningKey
from internationale.events.logs import KeyRange, LogRules
from internationale.events.refs import Ref

OLD, NEW = SigningKey(b"1" * 32), SigningKey(b"2" * 32)
RULES = LogRules("fr", 1, "0" * 64, (KeyRange(OLD.public, 1, 9), KeyRange(NEW.public, 10)))
KEYRING = {"fr": RULES, "ar": LogRules("ar", 1, "0" * 64, (KeyRange(SigningKey(b"3" * 32).public, 1),))}
SAID = Envelope(
    section="fr",
    epoch=1,
    sequence=7,
    type="org.intl.talk.said.v1",
    time=datetime(2026, 11, 22, tzinfo=UTC),
    dataschema="urn:intl:schema:talk.said:1",
    prevhash="0" * 64,
    data={"text": "hello"},
)


def refused(subject: str, signed: Signed) -> str:
    with pytest.raises(Untrusted) as caught:
        logs.verify(subject, signed, KEYRING)
    return caught.value.reason


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{2}:[0-9]{1,2}:[0-9]{1,3}:[0-9a-f]{16}", fullmatch=True))
def test_a_ref_has_one_spelling(text: str):
    with contextlib.suppress(Untrusted):
        ref = Ref.parse(text)
        assert str(ref) == text
        assert text.startswith(ref.event_id + ":")


@given(st.text(max_size=60) | st.from_regex(r"intl\.v1\.log\.[a-z]{2}\.[0-9]{1,2}\.[0-9]{1,3}", fullmatch=True))
def test_a_subject_has_one_spelling(text: str):
    with contextlib.suppress(Untrusted):
        assert Address.of_subject(text).subject == text


@given(st.integers(1, 10**6))
def test_each_number_has_its_key(sequence: int):
    said = replace(SAID, sequence=sequence)
    right, wrong = (OLD, NEW) if sequence <= 9 else (NEW, OLD)
    assert logs.verify(said.address.subject, envelopes.seal(said, right), KEYRING).sequence == sequence
    assert refused(said.address.subject, envelopes.seal(said, wrong)) == "key_not_valid_at_number"


@given(st.data())
def test_one_flipped_bit_is_noticed_before_anything_is_read(data: st.DataObject):
    signed = envelopes.seal(SAID, OLD)
    bit = data.draw(st.integers(0, len(signed.body) * 8 - 1))
    body = bytearray(signed.body)
    body[bit // 8] ^= 1 << bit % 8
    assert refused(SAID.address.subject, replace(signed, body=bytes(body))) == "bad_signature"


def test_the_signature_is_checked_before_the_json():
    nonsense = b"not JSON at all"
    assert refused(SAID.address.subject, Signed(nonsense, NEW.sign(EVENT, nonsense))) == "key_not_valid_at_number"
    assert refused(SAID.address.subject, Signed(nonsense, f"{OLD.public.id}.x")) == "bad_signature"
    assert refused(SAID.address.subject, Signed(nonsense, OLD.sign(EVENT, nonsense))) == "malformed_json"


def test_size_is_checked_before_the_signature():
    assert refused("nonsense", Signed(b"x" * (envelopes.MAX_BODY + 1), "")) == "oversize"


def test_a_right_event_under_another_subject_is_refused():
    signed = envelopes.seal(SAID, OLD)
    assert refused("intl.v1.log.fr.1.8", signed) == "subject_mismatch"
    assert refused("intl.v1.log.ar.1.7", signed) == "unknown_key"
    assert refused("intl.v1.log.it.1.7", signed) == "unknown_section"


def test_only_the_open_epoch_is_taken():
    later = replace(SAID, epoch=2)
    assert refused(later.address.subject, envelopes.seal(later, OLD)) == "wrong_epoch"


def test_signing_again_changes_no_hash():
    assert envelopes.seal(SAID, OLD).hash == envelopes.seal(SAID, NEW).hash


def test_a_closed_epoch_counts_up_to_its_end():
    closed = LogRules("fr", 1, "0" * 64, (KeyRange(OLD.public, 1, 7),))
    keyring = {"fr": LogRules("fr", 2, "1" * 64, (KeyRange(NEW.public, 1),), {1: closed})}
    assert logs.verify(SAID.address.subject, envelopes.seal(SAID, OLD), keyring).epoch == 1
    later = replace(SAID, sequence=8)
    with pytest.raises(Untrusted, match="key_not_valid_at_number"):
        logs.verify(later.address.subject, envelopes.seal(later, OLD), keyring)
    again = replace(SAID, epoch=2)
    assert logs.verify(again.address.subject, envelopes.seal(again, NEW), keyring).epoch == 2
    with pytest.raises(Untrusted, match="unknown_key"):
        logs.verify(again.address.subject, envelopes.seal(again, OLD), keyring)
