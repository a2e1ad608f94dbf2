"""``log verify`` finds every kind of damage; ``log export`` gives out what travelled."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import update

from internationale import settings
from internationale.events import envelope, keys
from internationale.events.envelope import Address, Envelope, Signed
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.section import Section

from .conftest import plain

Command = Callable[..., Result]
CHECKER = Path(__file__).parents[2] / "deploy" / "verify" / "verify.py"


def section_at(home: Path) -> Section:
    opened = Section.open(settings.load(home, {}), Plugins([]))
    opened.prepare()
    return opened


@pytest.fixture
def spoken(joined: Command, tmp_path: Path) -> list[Signed]:
    """Three events of ``fr`` in both logs, of a type that nobody here knows: they wait, and are in the log all the same."""
    section = section_at(tmp_path / "fr")
    with section.reading() as session:
        previous = section.keyring(session)["fr"].genesis
    said: list[Signed] = []
    for number in (1, 2, 3):
        event = Envelope(
            section="fr",
            epoch=1,
            sequence=number,
            type="org.intl.tests.said.v1",
            time=datetime(2026, 11, 22, tzinfo=UTC),
            dataschema="urn:intl:schema:tests.said:1",
            prevhash=previous,
            data={"number": number},
        )
        said.append(envelope.seal(event, section.key))
        previous = said[-1].hash
    for each in (section, other := section_at(tmp_path / "ic")):
        deliveries = [Delivery(Address("fr", 1, n).subject, signed.body, signed.signature) for n, signed in enumerate(said, 1)]
        assert each.accept(deliveries) == ["waiting"] * 3
    section.close()
    other.close()
    return said


def damage(home: Path, number: int, **values: object) -> None:
    section = section_at(home)
    with section.writing() as session:
        session.execute(update(tables.event).where(tables.event.c.sequence == number).values(**values))
    section.close()


def test_a_sound_log_is_proved(joined: Command, spoken: list[Signed]) -> None:
    assert plain(joined("ic", "log", "verify", "--json")) == {
        "roster": 2,
        "logs": [{"section": "fr", "epoch": 1, "events": 3, "wrong_at": None, "reason": ""}],
    }
    assert "Section française (fr), epoch 1: 3 events, all signed and chained." in joined("ic", "log", "verify").output


def test_an_empty_log_and_no_roster_are_sound(command: Command) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    assert plain(command("ic", "log", "verify", "--json")) == {"roster": 0, "logs": []}


def other_body(signed: Signed) -> bytes:
    return signed.body.replace(b'"number":2', b'"number":9')


@pytest.mark.parametrize("kind", ["byte", "hash too", "signature", "gap", "chain"])
def test_damage_is_found(joined: Command, spoken: list[Signed], tmp_path: Path, kind: str) -> None:
    home, changed = tmp_path / "ic", Signed(other_body(spoken[1]), spoken[1].signature)
    key = settings.read_key(tmp_path / "fr/keys/log.key")
    if kind == "byte":
        damage(home, 2, body=changed.body)
    elif kind == "hash too":
        damage(home, 2, body=changed.body, hash=changed.hash)
    elif kind == "signature":
        damage(home, 2, signature=spoken[2].signature)
    elif kind == "gap":
        damage(home, 2, sequence=9)
    else:
        damage(home, 2, body=changed.body, hash=changed.hash, signature=key.sign(keys.EVENT, changed.body))
    (proof,) = plain(joined("ic", "log", "verify", "--json", status=1))["logs"]
    found = {"byte": (2, "hash_mismatch"), "hash too": (2, "bad_signature"), "signature": (2, "bad_signature")}
    assert (proof["wrong_at"], proof["reason"]) == (found | {"gap": (3, "missing_before"), "chain": (3, "broken_chain")})[kind]
    assert "WRONG" in joined("ic", "log", "verify", status=1).output


def test_the_export_is_what_travelled(joined: Command, spoken: list[Signed], tmp_path: Path) -> None:
    """And anybody can check it, without our software."""
    lines = [json.loads(line) for line in joined("ic", "log", "export").stdout.splitlines()]
    assert [line["subject"].rpartition(".")[0] for line in lines[:2]] == ["intl.v1.roster.1", "intl.v1.roster.2"]
    assert lines[2:] == [
        {"subject": f"intl.v1.log.fr.1.{number}", "body": keys.encode(signed.body), "signature": signed.signature}
        for number, signed in enumerate(spoken, 1)
    ]
    (exported := tmp_path / "export").write_text(joined("ic", "log", "export").stdout)
    checked = subprocess.run([sys.executable, "-I", CHECKER, exported], capture_output=True, text=True, check=True).stdout
    assert "fr, epoch 1: 3 events, all signed and chained" in checked
    assert len(joined("ic", "log", "export", "--section", "ic").stdout.splitlines()) == 2
    assert len(joined("ic", "log", "export", "--section", "fr").stdout.splitlines()) == 2 + 3
