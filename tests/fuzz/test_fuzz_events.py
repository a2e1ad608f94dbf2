"""Events from anywhere: envelope, subject, signature, strict JSON."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from internationale.events import keys, logs, strict
from internationale.events.envelope import Address, Envelope, Signed, recall, seal
from internationale.events.keys import EVENT, SigningKey
from internationale.events.logs import KeyRange, LogRules

from .mutating import byte_mutants, fuzzing, json_mutants, text_mutants, tried

KEY = SigningKey(bytes(range(32)))
KEYRING = {"fr": LogRules("fr", 1, "0" * 64, (KeyRange(KEY.public, 1),))}
DATA = {"text": "Prolétaires de tous les pays, unissez-vous !", "list": [1, {"two": "\u0627"}], "nothing": None}
ENVELOPE = Envelope(
    section="fr",
    epoch=1,
    sequence=7,
    type="org.intl.notes.written.v1",
    time=datetime(2026, 11, 22, 12, tzinfo=UTC),
    dataschema="urn:intl:schema:notes.written:1",
    prevhash="ab" * 32,
    refs=(),
    parts=("cd" * 32,),
    author="rosa",
    data=DATA,
)
TRUE = seal(ENVELOPE, KEY)
SUBJECT = ENVELOPE.address.subject
JSON_REASONS = {"malformed_json", "duplicate_key", "bad_number", "bad_text", "too_deep"}
REASONS = JSON_REASONS | {
    "oversize",
    "subject_malformed",
    "unknown_section",
    "unknown_key",
    "key_not_valid_at_number",
    "bad_signature",
    "malformed_envelope",
    "malformed_refs",
    "subject_mismatch",
    "wrong_epoch",
}


def verified(subject, signed):
    """The envelope, or the reason."""
    envelope, reason = tried(logs.verify, subject, signed, KEYRING)
    assert not reason or reason in REASONS
    return reason or envelope


@fuzzing(300)
@given(st.one_of(byte_mutants(TRUE.body), json_mutants(TRUE.body), st.binary(max_size=50)))
def test_no_byte_can_be_changed(body):
    found = verified(SUBJECT, Signed(body, TRUE.signature))
    assert found in ("bad_signature", "oversize") or body == TRUE.body


@fuzzing(200)
@given(text_mutants(TRUE.signature))
def test_no_other_signature_will_do(signature):
    found = verified(SUBJECT, Signed(TRUE.body, signature))
    assert found in ("bad_signature", "unknown_key") or signature == TRUE.signature


@fuzzing(200)
@given(text_mutants(SUBJECT))
def test_under_no_other_subject(subject):
    found = verified(subject, TRUE)
    assert isinstance(found, str) or subject == SUBJECT


@fuzzing(500)
@given(json_mutants(TRUE.body) | byte_mutants(TRUE.body))
def test_rightly_signed_and_malformed(body):
    """Whatever is accepted is what its subject says, and is read from the log as it was read on arrival."""
    found = verified(SUBJECT, Signed(body, KEY.sign(EVENT, body)))
    if isinstance(found, Envelope):
        assert found.address == Address("fr", 1, 7)
        assert recall(body, found.hash) == found


@fuzzing(500)
@given(st.binary(max_size=60) | byte_mutants(TRUE.body) | json_mutants(TRUE.body))
def test_strict_json_is_json(body):
    """What the strict reader accepts, everyone reads alike."""
    document, reason = tried(strict.read, body)
    if reason:
        assert reason in JSON_REASONS
    else:
        assert json.loads(body) == document
        assert json.loads(json.dumps(document, allow_nan=False)) == document


@fuzzing(300)
@given(st.text(max_size=100) | text_mutants(keys.encode(b"x" * 64)))
def test_one_spelling_for_each_value(text):
    try:
        raw = keys.decode(text)
    except ValueError:
        return
    assert keys.encode(raw) == text
