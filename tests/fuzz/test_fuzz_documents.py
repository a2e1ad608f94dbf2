"""Signed documents from anywhere: rosters, heads, cards, the papers of joining, questions over HTTPS, locked keys."""

import json
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Invalid, Untrusted
from internationale.events import card, heads, joining, keys, locks, presence, request, roster
from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.events.sealing import Identity
from internationale.events.signed import SignedDocument
from internationale.testing.world import BEGINNING

from .mutating import HOSTILE, byte_mutants, fuzzing, json_mutants, text_mutants, tried
from .test_fuzz_events import JSON_REASONS

KEY, ROOT = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
NKEY = "U" + "A" * 55


def founded():
    entry = roster.Entry(
        code="fr",
        name="Section française",
        languages=("fr",),
        status=roster.Status.MEMBER,
        mandates=("committee",),
        epoch=1,
        opened=1,
        keys=(roster.LogKey(key=KEY.public, first=1),),
        address="https://fr.example",
        nkey=NKEY,
    )
    return roster.Roster(
        version=1,
        prevhash=roster.BEGINNING,
        issued=BEGINNING,
        expires=BEGINNING + timedelta(days=365),
        threshold=1,
        roots=(roster.Root(key=ROOT.public, holder="fr"),),
        sections=(entry,),
        hubs=(roster.Hub(id="hub-1", urls=("nats://hub.example:4222",)),),
    )


FIRST = roster.verify(None, SignedDocument.seal(keys.ROSTER, founded(), ROOT))
KEYRING = roster.keyring_of([FIRST])
SECOND = founded().model_copy(update={"version": 2, "prevhash": FIRST.hash})
SAID = heads.Heads(section="fr", time=BEGINNING, roster=1, heads={"fr": heads.Head(epoch=1, sequence=3, hash="ab" * 32)})
BESIDE = heads.Beside(epoch=1, sequence=3)
HERE = presence.Presence(section="fr", asked="ab" * 32, to="ic", beside=BESIDE, beside_hash="cd" * 32)
CARD = card.Card(code="fr", name="Section française", languages=("fr", "oc"), key=KEY.public, nkey=NKEY)
ASKING = joining.JoinRequest(**dict(CARD), made=BEGINNING)
SHOWN = joining.RootCard(key=ROOT.public, holder="Section française")
ASKED = request.Request(section="fr", to="ic", time=BEGINNING, log="ic", first=1, last=5)

SIMPLE = st.none() | st.booleans() | st.text() | st.integers()

KINDS = {
    "roster": (
        keys.ROSTER,
        SECOND,
        ROOT,
        lambda document: roster.verify(FIRST, document),
        {"malformed_roster", "roster_rollback", "roster_gap", "roster_fork", "roster_threshold", "roster_history"},
    ),
    "heads": (keys.HEADS, SAID, KEY, lambda document: heads.verify(document, KEYRING), {"malformed_heads", "section_mismatch"}),
    "presence": (
        keys.PRESENCE,
        HERE,
        KEY,
        lambda document: presence.verify(document, KEYRING),
        {"malformed_presence", "section_mismatch"},
    ),
    "card": (keys.CARD, CARD, KEY, card.verify, {"malformed_card"}),
    "join request": (keys.JOIN, ASKING, KEY, joining.read_request, {"malformed_join"}),
    "root card": (keys.ROOT, SHOWN, ROOT, joining.read_root_card, {"malformed_root"}),
    "question": (
        keys.REQUEST,
        ASKED,
        KEY,
        lambda document: request.verify(document, KEYRING, "ic", BEGINNING),
        {"malformed_request", "section_mismatch", "stale"},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rightly_signed_and_malformed(kind):
    payload, document, key, verify, reasons = KINDS[kind]
    body = document.serialize()

    @fuzzing(200)
    @given(json_mutants(body) | byte_mutants(body), st.booleans())
    def rounds(changed, sign):
        signature = key.sign(payload, changed if sign else body)
        _read, reason = tried(verify, SignedDocument(changed, (signature,)))
        assert reason in reasons | JSON_REASONS | {"", "bad_signature", "oversize", "roster_threshold"}
        assert reason or sign or changed == body

    rounds()
    verify(SignedDocument.seal(payload, document, key))


@pytest.mark.parametrize("kind", KINDS)
def test_no_signature_of_another_kind_or_of_nobody(kind):
    payload, document, key, verify, _reasons = KINDS[kind]
    body = document.serialize()
    true = key.sign(payload, body)

    @fuzzing(60)
    @given(st.lists(text_mutants(true) | st.sampled_from([key.sign(keys.EVENT, body), true[:-1]]), max_size=70))
    def rounds(signatures):
        if true in signatures:
            return
        with pytest.raises(Untrusted, match=r"bad_signature|roster_threshold"):
            verify(SignedDocument(body, tuple(signatures)))

    rounds()


@fuzzing(100)
@given(st.recursive(SIMPLE, lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_any_json_where_a_document_should_be(value):
    anywhere = [{"body": value, "signatures": []}, {"body": "", "signatures": value}, {"body": "", "signatures": [value]}]
    for plain in (value, *anywhere):
        document, reason = tried(SignedDocument.from_plain, plain)
        assert reason in ("", "malformed_document")
        if document is not None:
            assert SignedDocument.from_plain(json.loads(json.dumps(document.plain()))) == document


WRITTEN_KEYS = {
    "a root key": (
        partial(locks.unlock, passphrase="passphrase"),
        SigningKey.secret_text,
        KEY.secret_text(),
        (ValueError, Invalid),
    ),
    "a public key": (keys.PublicKey.parse, str, str(KEY.public), ValueError),
    "an nkey": (Nkey.parse, lambda nkey: nkey.seed, Nkey.generate().seed, ValueError),
    "an age identity": (Identity.parse, lambda identity: identity.secret, Identity.generate().secret, ValueError),
}


@pytest.mark.parametrize("kind", WRITTEN_KEYS)
def test_anything_where_a_key_should_be(kind):
    """The key that stands there, or a declared error; never another key."""
    read, write, true, declared = WRITTEN_KEYS[kind]
    assert write(read(true)) == true

    @fuzzing(100)
    @given(
        text_mutants(true)
        | text_mutants("A" * 43)
        | st.sampled_from(HOSTILE)
        | st.sampled_from([locks.BEGINNING, f"{locks.BEGINNING}\nYWdl"])
    )
    def rounds(text):
        try:
            found = read(text)
        except declared:
            return
        assert write(found) in [line.strip() for line in text.splitlines()]

    rounds()
