"""What is sealed: only those for whom it is can open it, and nobody can pass it off as their own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internationale.errors import Untrusted
from internationale.events import envelope as envelopes
from internationale.events import keys, sealed, sealing
from internationale.events.envelope import SEALED, Envelope
from internationale.events.refs import Ref
from internationale.events.sealing import Identity

from .test_strict import LETTERS

IDENTITIES = {code: Identity.generate() for code in ("ar", "de", "fr", "ic")}
SAID = Envelope(
    section="fr",
    epoch=1,
    sequence=7,
    type="org.intl.notes.written.v1",
    time=datetime(2026, 11, 22, 12, tzinfo=UTC),
    dataschema="urn:intl:schema:notes.written:1",
    prevhash="0" * 64,
    refs=(Ref("ic", 1, 3, "a" * 16),),
    author="rosa",
    audience="de fr",
    data={"text": "the strike begins on Monday"},
)
CONTENTS = st.lists(st.binary(max_size=3000), max_size=4)


def seal(said: Envelope, contents: list[bytes] = [], *, for_: str = "") -> tuple[Envelope, dict[str, bytes]]:  # noqa: B006
    data, parts = sealed.write(said, contents, [IDENTITIES[code].recipient for code in (for_ or said.audience).split()])
    names = tuple(f"{number:064x}" for number in range(len(parts)))
    plain = data.model_dump(exclude_none=True)
    outer = replace(said, type=SEALED, dataschema=sealed.DATASCHEMA, refs=(), author=None, data=plain, parts=names)
    return envelopes.parse(envelopes.serialize(outer)), dict(zip(names, parts, strict=True))


def opened(outer: Envelope, parts: dict[str, bytes], code: str) -> sealed.Opened:
    return sealed.open(outer, parts.__getitem__, [Identity.generate(), IDENTITIES[code]])


def reason(outer: Envelope, parts: dict[str, bytes], code: str) -> str:
    with pytest.raises(Untrusted) as refused:
        opened(outer, parts, code)
    return refused.value.reason


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(LETTERS, max_size=5000),
    contents=CONTENTS,
    author=st.sampled_from([None, "rosa"]),
    audience=st.sets(st.sampled_from(["de", "fr", "ic"])).map(lambda codes: " ".join(sorted(codes | {"fr"}))),
)
def test_only_the_audience_opens_it_and_reads_what_was_said(text, contents, author, audience):
    said = replace(SAID, data={"text": text}, author=author, audience=audience)
    outer, parts = seal(said, contents)
    for code in IDENTITIES:
        if code not in audience.split():
            assert reason(outer, parts, code) == "not_readable"
            continue
        found = opened(outer, parts, code)
        assert [found.parts[name] for name in found.envelope.parts] == contents
        assert replace(found.envelope, parts=(), hash="") == said
        assert found.envelope.hash == outer.hash
        assert sealed.check(outer, found.plain) == found


def test_nothing_of_it_shows_outside():
    outer, parts = seal(SAID, [b"a long annex " * 20_000])
    seen = envelopes.serialize(outer) + b"".join(parts.values())
    for secret in (b"strike", b"annex", b"rosa", b"notes.written", b"aaaaaaaaaaaaaaaa"):
        assert secret not in seen
    assert (outer.author, outer.refs) == (None, ())


def test_lengths_show_only_in_steps():
    sizes = {sealed.outside(seal(replace(SAID, data={"text": "x" * length}))[0]).size for length in range(0, 3000, 300)}
    assert sizes == {sealing.STEP}
    assert sealed.outside(seal(replace(SAID, data={"text": "x" * 5000}))[0]).size == 2 * sealing.STEP


def test_what_is_long_travels_in_parts():
    outer, parts = seal(SAID, [bytes(1_000_000)])
    assert len(outer.parts) == 4
    assert all(len(content) <= sealed.PART for content in parts.values())
    assert len(opened(outer, parts, "de").parts[opened(outer, parts, "de").envelope.parts[0]]) == 1_000_000


@given(place=st.integers(0, 10**6), bit=st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_a_changed_byte_is_never_opened_as_something_else(place, bit):
    outer, _ = seal(SAID)
    file = bytearray(keys.decode(str(outer.data["content"])))
    file[place % len(file)] ^= bit
    changed = replace(outer, data={**outer.data, "content": keys.encode(bytes(file))})
    with pytest.raises(Untrusted, match="not_readable"):
        opened(changed, {}, "de")


@pytest.mark.parametrize("other", [{"section": "ar"}, {"sequence": 8}, {"epoch": 2}, {"audience": "ar de fr"}])
def test_a_copied_file_is_nobody_elses_word(other):
    outer, parts = seal(SAID, for_="ar de fr ic")
    assert reason(replace(outer, **other), parts, "ar") == "sealed_context"


def test_what_is_inside_must_be_what_was_pinned():
    outer, parts = seal(SAID)
    other, _ = seal(replace(SAID, data={"text": "something else"}))
    assert reason(replace(other, data={**other.data, "content": outer.data["content"]}), parts, "de") == "sealed_context"


@pytest.mark.parametrize(
    "data",
    [{}, {"digest": "0" * 64}, {"digest": "0" * 64, "size": 4095, "content": ""}, {"digest": 1, "size": 4096, "content": "AA"}],
)
def test_a_malformed_outside_is_known_to_everybody(data):
    assert reason(replace(seal(SAID)[0], data=data), {}, "ar") == "malformed_data"


@pytest.mark.parametrize(
    "plain",
    [
        b"not json\n",
        b"[]\n",
        b'{"section":"fr"}\n',
        b'{"section":"fr","section":"fr"}\n',
        b"no end of the line",
        b"[" * 3000 + b"\n",
    ],
)
def test_what_is_malformed_inside_is_refused(plain):
    import hashlib

    content = sealing.padded(plain)
    data = {"digest": hashlib.sha256(content).hexdigest(), "size": len(content)}
    data["content"] = keys.encode(sealing.encrypt(content, [IDENTITIES["de"].recipient]))
    assert reason(replace(seal(SAID)[0], data=data), {}, "de") == "sealed_malformed"


def test_whoever_reads_an_event_must_be_able_to_read_what_it_stands_on():
    assert sealed.may_stand_on(SAID, None)
    assert sealed.may_stand_on(SAID, "de fr ic")
    assert sealed.may_stand_on(SAID, "de fr")
    assert not sealed.may_stand_on(SAID, "de ic")
    assert not sealed.may_stand_on(replace(SAID, audience="international"), "de fr")


def test_identities_are_read_as_age_writes_them():
    identity = Identity.generate()
    text = f"# created: today\n# public key: {identity.recipient}\n{identity.secret}\n"
    assert Identity.parse(text) == identity
    assert identity.secret not in repr(identity)
    for wrong in ("", "# nothing", "AGE-SECRET-KEY-1XYZ", f"{identity.secret}\n{identity.secret}"):
        with pytest.raises(ValueError, match=r".+"):
            Identity.parse(wrong)


def test_too_many_recipients_are_not_tried():
    recipient = IDENTITIES["de"].recipient
    header = b"age-encryption.org/v1\n" + b"-> X25519 AAAA\nBBBB\n" * 200
    with pytest.raises(Untrusted, match="not_readable"):
        sealing.decrypt(header + sealing.encrypt(b"x", [recipient]), [IDENTITIES["de"]])


def test_nobody_and_nonsense_are_not_encrypted_to():
    for wrong in ([], ["age1nonsense"]):
        with pytest.raises(ValueError, match=r".+"):
            sealing.encrypt(b"x", wrong)
    with pytest.raises(Untrusted, match="not_readable"):
        sealing.decrypt(b"x", [])
