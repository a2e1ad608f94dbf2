"""The signed word of a section that it is there, and silent."""

from typing import Any

import pytest

from internationale.errors import Untrusted
from internationale.events import keys, presence
from internationale.events.presence import Presence
from internationale.events.signed import SignedDocument

from .test_heads import KEYRING, KEYS


def here(**changed: Any) -> Presence:
    return Presence(**({"section": "fr", "asked": "ab" * 32} | changed))


def refusal(candidate: SignedDocument) -> str:
    with pytest.raises(Untrusted) as caught:
        presence.verify(candidate, KEYRING)
    return caught.value.reason


def test_only_the_section_itself_says_that_it_is_there_and_only_with_its_current_key() -> None:
    candidate = presence.seal(here(), KEYS["fr"])
    assert presence.verify(candidate, KEYRING) == here()
    assert refusal(presence.seal(here(), KEYS["ar"])) == "section_mismatch"
    assert refusal(presence.seal(here(), KEYS["old"])) == "bad_signature"
    assert refusal(SignedDocument(candidate.body + b" ", candidate.signatures)) == "bad_signature"
    assert refusal(SignedDocument.seal(keys.HEADS, here(), KEYS["fr"])) == "bad_signature"
    assert refusal(SignedDocument(b" " * 300_000, ())) == "oversize"


@pytest.mark.parametrize("body", [b'{"section":"fr"}', b'{"section":"fr","asked":""}', b'{"section":"fr","asked":"AB"}', b"[]"])
def test_what_answers_no_question_is_none(body: bytes) -> None:
    assert refusal(SignedDocument(body, (KEYS["fr"].sign(keys.PRESENCE, body),))) == "malformed_presence"
