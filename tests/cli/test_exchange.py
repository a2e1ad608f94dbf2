"""What the host does about what is held back, what left the house, and proofs: on the command line."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from internationale import settings
from internationale.events import envelope, keys
from internationale.events.envelope import Envelope
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.section import Section

from .conftest import plain

Command = Callable[..., Result]


@pytest.fixture
def troubled(joined: Command, tmp_path: Path) -> Command:
    """In the house of ``ic``: something of ``fr`` that waits, another under the same number, and a forgery."""
    fr = Section.open(settings.load(tmp_path / "fr", {}), Plugins([]))
    with fr.reading() as session:
        genesis = fr.keyring(session)["fr"].genesis
    first = Envelope(
        section="fr",
        epoch=1,
        sequence=1,
        type="org.intl.tests.said.v1",
        time=fr.now(),
        dataschema="urn:intl:schema:tests.said:1",
        prevhash=genesis,
        data={},
    )
    ic = Section.open(settings.load(tmp_path / "ic", {}), Plugins([]))
    ic.prepare()
    for author, outcome in (("rosa", "waiting"), ("clara", "forked")):
        body, written = envelope.write(replace(first, author=author))
        assert ic.accept([Delivery(written.address.subject, body, fr.key.sign(keys.EVENT, body))]) == [outcome]
    assert ic.accept([Delivery("intl.v1.log.fr.1.2", b"{}", "0.0", "a hub")]) == ["quarantined"]
    fr.close()
    ic.close()
    return joined


def test_what_is_held_back_is_listed_tried_again_and_muted(troubled: Command) -> None:
    listed = troubled("ic", "waiting", "list").output
    for words in ("parked: 1", "The committee has to decide from where this log goes on.", "fr: turned away 1 times"):
        assert words in listed
    (held,) = plain(troubled("ic", "waiting", "list", "quarantined", "--json"))["held"]
    (forgery,) = held["held"]
    saved = plain(troubled("ic", "waiting", "export", "quarantined", forgery["id"]))
    assert (saved["subject"], saved["reason"]) == ("intl.v1.log.fr.1.2", "unknown_key")
    troubled("ic", "waiting", "export", "quarantined", "nothing", status=1)
    assert "0 messages are held back no longer." in troubled("ic", "waiting", "retry", "quarantined", forgery["id"]).output
    assert "0 messages" in troubled("ic", "waiting", "retry", "waiting").output
    troubled("ic", "waiting", "retry", "void", status=2)
    assert "only counted" in troubled("ic", "waiting", "mute", "fr").output
    assert "It is muted" in troubled("ic", "waiting", "list").output
    troubled("ic", "waiting", "mute", "de", status=2)
    assert "kept again" in troubled("ic", "waiting", "unmute", "fr").output


def test_a_proof_is_written_out_and_checked_without_a_section(troubled: Command, tmp_path: Path) -> None:
    file = tmp_path / "proof.jsonl"
    file.write_text(troubled("ic", "log", "proof").output, encoding="utf-8")
    checked = troubled("nowhere", "log", "proof", str(file)).output
    assert "fr:1:1: two different messages, rightly signed" in checked
    assert "It holds if this root key is the International's" in checked
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    assert "Nothing is proved" in troubled("nowhere", "log", "proof", str(file), status=1).output
    file.write_bytes(b"\xff")
    assert "not a proof" in troubled("nowhere", "log", "proof", str(file), status=1).output
    troubled("ic", "log", "proof", "--of", "fr:1:9", status=1)
    troubled("fr", "log", "proof", status=1)


def test_what_left_the_house_is_listed(joined: Command, tmp_path: Path) -> None:
    assert "has not said anything" in joined("fr", "sent").output
    section = Section.open(settings.load(tmp_path / "fr", {}), Plugins([]))
    section.prepare()
    with section.reading() as session:
        genesis = section.keyring(session)["fr"].genesis
    for number in (1, 2):
        event = Envelope(
            section="fr",
            epoch=1,
            sequence=number,
            type="org.intl.tests.said.v1",
            time=section.now(),
            dataschema="urn:intl:schema:tests.said:1",
            prevhash=genesis,
            author="rosa",
            data={},
        )
        signed = envelope.seal(event, section.key)
        assert section.accept([Delivery(event.address.subject, signed.body, signed.signature)]) == ["waiting"]
        genesis = signed.hash
    section.close()
    assert [line.split()[0] for line in joined("fr", "sent").output.splitlines()] == ["fr:1:2", "fr:1:1"]
    lines = [json.loads(line) for line in joined("fr", "sent", "--json").output.splitlines()]
    assert [(line["id"], line["author"], line["audience"]) for line in lines] == [
        ("fr:1:2", "rosa", "international"),
        ("fr:1:1", "rosa", "international"),
    ]
    assert joined("fr", "sent", "--csv", "--type", "org.intl.other.v1").output.startswith("number,time,type")
