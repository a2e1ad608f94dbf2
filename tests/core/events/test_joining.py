"""Requests to join, root cards, fingerprints, locked keys."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Invalid, Untrusted
from internationale.events import fingerprints, joining, keys, locks
from internationale.events.card import fingerprint
from internationale.events.joining import JoinRequest, RootCard
from internationale.events.keys import SigningKey
from internationale.events.signed import SignedDocument

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
ASKED = JoinRequest(code="de", name="Sektion", languages=("de",), key=KEY.public, made=NOW)


def test_a_request_is_signed_by_the_key_that_it_shows() -> None:
    assert joining.read_request(joining.request(ASKED, KEY)) == ASKED
    for wrong in (joining.request(ASKED, OTHER), SignedDocument(joining.request(ASKED, KEY).body, ())):
        with pytest.raises(Untrusted, match="bad_signature"):
            joining.read_request(wrong)
    doubled = joining.request(ASKED, KEY)
    with pytest.raises(Untrusted, match="bad_signature"):
        joining.read_request(SignedDocument(doubled.body, doubled.signatures * 2))


def test_a_card_is_no_request_and_a_root_card_is_neither() -> None:
    card = SignedDocument.seal(keys.CARD, ASKED, KEY)
    with pytest.raises(Untrusted, match="bad_signature"):
        joining.read_request(card)
    shown = joining.root_card("Office", KEY)
    assert joining.read_root_card(shown) == RootCard(key=KEY.public, holder="Office")
    with pytest.raises(Untrusted, match="malformed_join"):
        joining.read_request(shown)
    with pytest.raises(Untrusted, match="bad_signature"):
        joining.read_root_card(SignedDocument(shown.body, joining.root_card("Office", OTHER).signatures))


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    for read in (joining.read_request, joining.read_root_card):
        with pytest.raises(Untrusted):
            read(SignedDocument(body, ("x",)))


def test_a_fingerprint_has_three_forms_of_the_same_bits() -> None:
    assert fingerprints.groups(KEY.public) == fingerprint(KEY.public)
    assert fingerprints.scanned(KEY.public) == "INTL:KEY:" + fingerprint(KEY.public).replace(" ", "").upper()
    words = fingerprints.words(KEY.public).split()
    assert len(words) == 12
    assert words == ["snow", "later", "boy", "width", "sand", "allow", "opera", "success", "embody", "catalog", "nut", "only"]
    assert fingerprints.words(OTHER.public).split() != words


@pytest.mark.parametrize("spelled", [str.upper, lambda text: "\n  ".join(text.split()), lambda text: f" {text} "])
def test_what_people_type_is_compared_generously_and_fully(spelled) -> None:
    for form in (fingerprints.words, fingerprints.groups):
        assert fingerprints.matches(KEY.public, spelled(form(KEY.public)))
        assert not fingerprints.matches(OTHER.public, spelled(form(KEY.public)))
        assert not fingerprints.matches(KEY.public, form(KEY.public)[:-1])
    assert not fingerprints.matches(KEY.public, "")


def test_a_locked_key_opens_with_its_passphrase_only() -> None:
    content = locks.lock(KEY, "bread and roses")
    assert locks.is_locked(content)
    assert KEY.secret_text() not in content
    assert locks.unlock(content, "bread and roses") == KEY
    with pytest.raises(Invalid):
        locks.unlock(content, "")


def test_an_open_key_needs_none() -> None:
    content = locks.lock(KEY, "")
    assert not locks.is_locked(content)
    assert locks.unlock(content, "whatever") == KEY
    with pytest.raises(ValueError, match="base64url"):
        locks.unlock("nonsense!", "")
