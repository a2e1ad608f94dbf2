"""How an International for tests begins: the settings and key of a section, and a roster that names them all.

Keys are fixed: ``key_of("fr")`` is the log key of every ``fr``, and ``ROOT`` signs every roster for which no other root is given.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from internationale.events import card, roster
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.signed import SignedDocument
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries, rules
from internationale.section import Section, utc_now
from internationale.settings import Federation, Settings, write_key
from internationale.testing.compiling import compile_once
from internationale.testing.preparing import prepare

NAMES = {
    "ic": ("International Committee", ("en",)),
    "fr": ("Section française", ("fr",)),
    "ar": ("الفرع العربي", ("ar",)),
}
ROOT = SigningKey(b"r" * 32)


def key_of(code: str) -> SigningKey:
    """The log key of a section, the same in every test."""
    return SigningKey(hashlib.sha256(code.encode()).digest())


def begin(home: Path, code: str, url: str, **changed: Any) -> Settings:
    """Settings and key of a new section. ``home`` is made where it is missing; ``changed``: settings that are not as usual."""
    name, languages = NAMES.get(code, (f"Section {code}", ("en",)))
    usual = Settings(
        code=code,
        name=name,
        languages=languages,
        home=home,
        database=url,
        base_url="http://127.0.0.1",
        federation=Federation(inner_addresses=True),  # all of them live on this machine
    )
    settings = replace(usual, **changed)
    home.mkdir(parents=True, exist_ok=True)
    write_key(settings.log_key, key_of(code))
    return settings


def open_section(settings: Settings, plugins: Plugins | None, now: Callable[[], datetime] = utc_now) -> Section:
    """A prepared section."""
    section = Section.open(settings, plugins, now)
    compile_once(section.database)
    prepare(section)
    return section


def described(code: str) -> Card:
    """The card of a section that is not there: enough to be named in a roster."""
    name, languages = NAMES.get(code, (f"Section {code}", ("en",)))
    return Card(code=code, name=name, languages=languages, key=key_of(code).public)


def founded(cards: Sequence[Card], root: SigningKey, now: datetime) -> tuple[SignedDocument, ...]:
    """The chain of rosters with which these become an International: the first founds it, the others are admitted in order."""
    first, *others = cards
    chain = [rules.founding(first, root, (), now)]
    latest = roster.verify(None, chain[0])
    for other in others:
        version = rules.admitting(other, latest, root, now)
        if version is not None:
            chain.append(version)
            latest = roster.verify(latest, version)
    return tuple(chain)


def unite(sections: Sequence[Section], root: SigningKey | None = None, absent: Sequence[str] = ()) -> tuple[SignedDocument, ...]:
    """Found an International of these: the first is its committee. ``absent``: codes of more members, who are only named in the
    roster. Returns the chain of rosters.
    """
    cards = [card.verify(port.own_card(section)) for section in sections]
    chain = founded([*cards, *map(described, absent)], root or ROOT, sections[0].now())
    for section in sections:
        adopt(section, chain)
    return chain


def admit(committee: Section, newcomer: Section, root: SigningKey | None = None) -> tuple[SignedDocument, ...]:
    """One more section for an International that exists, with its only root key. Returns the chain of rosters."""
    with committee.writing() as session:
        latest = queries.latest(session)
        if latest is None:
            raise LookupError(f"{committee.code} belongs to no International")
        version = rules.admitting(card.verify(port.own_card(newcomer)), latest, root or ROOT, committee.now())
        if version is not None:
            port.store_version(session, version, committee.now())
        chain = queries.chain(session)
    adopt(newcomer, chain)
    return chain


def adopt(section: Section, chain: Sequence[SignedDocument]) -> None:
    """Have a section join the International of this chain, in which it is named."""
    with section.writing() as session:
        port.adopt(session, chain, code=section.code, key=section.key.public, now=section.now())
