"""An empty database with the room's tables, and a small International to fill it with."""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session

from internationale.events import keys, roster
from internationale.events.heads import Head, Heads
from internationale.events.keys import SigningKey
from internationale.events.roster import BEGINNING, Entry, LogKey, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.ledger import database, migrate
from internationale.rooms.roster import rows
from internationale.rooms.roster.events import KeyAnnounced
from internationale.rooms.roster.rules import authority
from internationale.section import Section
from internationale.testing import databases
from internationale.testing.founding import ROOT, key_of
from internationale.testing.people import speaker

MIGRATIONS = Path(rows.__file__).parent / "migrations"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOGS = {code: key_of(code) for code in ("ar", "fr", "ic")}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with databases.database(tmp_path) as url:
        opened = database.connect(url)
        with opened.engine.begin() as connection:
            migrate.upgrade(connection, {"roster": MIGRATIONS})
        with database.writing(opened) as session:
            yield session
        opened.dispose()


def entry(code: str, /, **changed: Any) -> Entry:
    values = {"code": code, "name": f"Section {code}", "languages": (code if code != "ic" else "en",), "status": Status.MEMBER}
    return Entry(**(values | {"epoch": 1, "opened": 1, "keys": (LogKey(key=LOGS[code].public, first=1),)} | changed))


def make(previous: Version | None, *entries: Entry, **changed: Any) -> SignedDocument:
    values = {
        "version": 1 if previous is None else previous.roster.version + 1,
        "prevhash": BEGINNING if previous is None else previous.hash,
        "issued": NOW,
        "expires": NOW + timedelta(days=365),
        "threshold": 1,
        "roots": (Root(key=ROOT.public, holder="ic"),),
        "sections": entries,
    }
    return SignedDocument.seal(keys.ROSTER, Roster(**(values | changed)), ROOT)


@pytest.fixture
def world() -> SimpleNamespace:
    """Version 1 with the committee and ``fr``; version 2 with ``ar`` too."""
    first = make(None, entry("fr"), entry("ic", mandates=("committee",)))
    begun = roster.verify(None, first)
    second = make(begun, entry("ar", opened=2), entry("fr"), entry("ic", mandates=("committee",)))
    return SimpleNamespace(first=first, second=second, begun=begun, grown=roster.verify(begun, second))


def said(section: str, time: int | datetime, key: SigningKey | None = None, /, **held: tuple[int, str]) -> SignedDocument:
    """Heads as ``said("fr", 5, ic=(12, "a"))``: five minutes after noon ``fr`` holds ``ic`` up to 12 with hash aaa…"""
    time = NOW + timedelta(minutes=time) if isinstance(time, int) else time
    values = {code: Head(epoch=1, sequence=number, hash=letter * 64) for code, (number, letter) in held.items()}
    document = Heads(section=section, time=time, roster=1, heads=values)
    return SignedDocument.seal(keys.HEADS, document, key or LOGS[section])


def announce_unasked(section: Section, key: SigningKey, first: int) -> None:
    """As an earlier software, or whoever has the section's key, announces it: without asking whether the list can take it."""
    proof = key.sign(keys.SUCCESSION, authority.succession(section.code, 1, first))
    with section.writing() as session:
        announced = KeyAnnounced(key=str(key.public), first=first, proof=proof)
        section.publish(session, Utterance(announced), by=speaker(section))


def propose(pages: Any, form: Mapping[str, str]) -> Any:
    """Look on a page at what a change does, and propose it; the answer."""
    preview = pages.post("/federation/roster/propose", data={**form, "step": "preview"})
    return pages.post("/federation/roster/propose", data=sent_by(preview), follow_redirects=False)


def sent_by(preview: Any) -> dict[str, str]:
    """What a browser sends when somebody presses “Propose” under a preview."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', preview.text)
    return {name: html.unescape(value) for name, value in hidden} | {"step": "sign"}
