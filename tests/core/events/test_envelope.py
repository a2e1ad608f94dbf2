"""The envelope: what is written can be read, what is read was said in exactly one way, and nothing makes the parser fall over."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Untrusted
from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Envelope
from internationale.events.refs import Ref

from .test_strict import LETTERS

TEXTS = st.text(LETTERS, max_size=30)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
SECTIONS = st.from_regex(r"[a-z][a-z0-9-]{1,31}", fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
REFS = st.builds(
    Ref, SECTIONS, st.integers(1, 10**9 - 1), st.integers(1, 10**15 - 1), st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
)
ENVELOPES = st.builds(
    Envelope,
    section=SECTIONS,
    epoch=st.integers(1, 999_999_999),
    sequence=st.integers(1, 10**15 - 1),
    type=st.just("org.intl.talk.said.v1"),
    time=st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    dataschema=st.just("urn:intl:schema:talk.said:1"),
    prevhash=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    refs=st.lists(REFS, max_size=5, unique=True).map(tuple),
    parts=st.lists(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), max_size=3, unique=True).map(tuple),
    author=st.none() | st.sampled_from(["Rosa", "محمد", "木村 さん", "x" * 64]),
    audience=st.sampled_from([envelopes.PUBLIC, envelopes.INTERNATIONAL]),
    data=st.dictionaries(TEXTS, JSON, max_size=5),
)
SAID = Envelope(
    section="fr",
    epoch=1,
    sequence=7,
    type="org.intl.talk.said.v1",
    time=datetime(2026, 11, 22, 13, 0, 0, 123_456, UTC),
    dataschema="urn:intl:schema:talk.said:1",
    prevhash="0" * 64,
    data={"text": "hello"},
)


@given(ENVELOPES)
def test_what_is_written_is_read_again(said: Envelope):
    body, read = envelopes.write(said)
    assert envelopes.parse(body) == read
    assert read == replace(said, hash=read.hash, time=said.time.replace(microsecond=said.time.microsecond // 1000 * 1000))
    assert Address.of_subject(said.address.subject) == said.address
    assert read.ref.hash16 == read.hash[:16]
    assert envelopes.serialize(said) == body


@given(st.binary(max_size=200))
def test_no_bytes_make_the_parser_fall_over(body: bytes):
    with pytest.raises(Untrusted):
        envelopes.parse(body)


@given(st.data())
def test_one_changed_byte_is_refused_or_is_another_event(data: st.DataObject):
    body, read = envelopes.write(SAID)
    place = data.draw(st.integers(0, len(body) - 1))
    other = body[:place] + bytes([data.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))]) + body[place + 1 :]
    with contextlib.suppress(Untrusted):
        assert envelopes.parse(other).hash != read.hash


@given(JSON)
def test_any_other_json_is_refused(document: object):
    with pytest.raises(Untrusted):
        envelopes.parse(json.dumps(document).encode())


def test_size_is_bounded_to_the_byte():
    empty = len(envelopes.serialize(replace(SAID, data={"text": ""})))
    room = envelopes.MAX_BODY - empty
    assert len(envelopes.serialize(replace(SAID, data={"text": "x" * room}))) == envelopes.MAX_BODY
    with pytest.raises(Untrusted, match="oversize"):
        envelopes.serialize(replace(SAID, data={"text": "x" * (room + 1)}))


def test_nesting_is_bounded():
    """The envelope and ``data`` are the first two levels."""
    inner: object = 1
    for _ in range(29):
        inner = [inner]
    assert envelopes.serialize(replace(SAID, data={"a": inner}))
    with pytest.raises(Untrusted, match="too_deep"):
        envelopes.serialize(replace(SAID, data={"a": [[inner]]}))
    with pytest.raises(Untrusted, match="malformed_json"):
        envelopes.parse(b"[" * 100_000)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": {"a": 1.5}}, "bad_number"),
        ({"data": {"a": 2**53}}, "bad_number"),
        ({"data": {"a": "\0"}}, "bad_text"),
        ({"data": {"a": "\ud800"}}, "bad_text"),
        ({"author": ""}, "malformed_envelope"),
        ({"author": "x" * 65}, "malformed_envelope"),
        ({"section": "F"}, "malformed_envelope"),
        ({"sequence": 0}, "malformed_envelope"),
        ({"epoch": 0}, "malformed_envelope"),
        ({"audience": "everyone"}, "malformed_envelope"),
        ({"parts": ("xy",)}, "malformed_envelope"),
        ({"refs": (Ref("fr", 1, 1, "0" * 15),)}, "malformed_refs"),
        ({"type": "talk.said"}, "malformed_envelope"),
    ],
)
def test_own_events_are_held_to_the_letter(change, reason):
    with pytest.raises(Untrusted, match=reason):
        envelopes.serialize(replace(SAID, **change))


def test_attributes_that_we_do_not_know_are_kept_and_ignored():
    document = json.loads(envelopes.serialize(SAID)) | {"rosterver": 17, "subject": "p12"}
    assert envelopes.parse(json.dumps(document).encode()).data == {"text": "hello"}


def test_times_travel_in_utc_and_milliseconds():
    assert b'"time":"2026-11-22T13:00:00.123Z"' in envelopes.serialize(SAID)


def test_a_genesis_pins_section_epoch_and_roster():
    one = envelopes.genesis("fr", 1, "ab" * 32)
    assert (
        len(
            {
                one,
                envelopes.genesis("ar", 1, "ab" * 32),
                envelopes.genesis("fr", 2, "ab" * 32),
                envelopes.genesis("fr", 1, "ac" * 32),
            }
        )
        == 4
    )


@given(ENVELOPES)
def test_recalling_is_reading_again(said: Envelope):
    body, read = envelopes.write(said)
    assert envelopes.recall(body, read.hash) == read
