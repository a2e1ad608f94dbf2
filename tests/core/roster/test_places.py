"""Where hubs are that the list names: an address inside a network is another place for each section, and everybody is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from internationale.errors import Invalid
from internationale.events import keys, roster
from internationale.events.roster import Hub, Version
from internationale.events.signed import SignedDocument
from internationale.rooms.exchange import queries as exchange
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import told
from internationale.rooms.roster.rules.hubs import hub_list
from internationale.rooms.roster.rules.places import Place, place
from internationale.section import Section
from internationale.worker import hubs

from .conftest import NOW, ROOT

PLACES = {
    Place.WORLD: ("nats://hub.example:4222", "tls://8.8.8.8:4222", "wss://[2001:4860:4860::8888]", "nats://10.example"),
    Place.MACHINE: ("nats://127.0.0.1:4222", "nats://127.1", "nats://0x7f000001", "ws://[::1]:80", "nats://localhost", "tls://0.0.0.0"),
    Place.NETWORK: ("nats://10.1.1.1", "tls://[fd00::1]", "nats://192.168.1.2:4222", "nats://hub", "wss://hub.local", "nats://100.64.0.1"),
    Place.LINK: (
        "ws://169.254.169.254/latest",
        "nats://[fe80::1]",
        "nats://[::ffff:169.254.169.254]",
        "nats://[64:ff9b::a9fe:a9fe]",
        "nats://0xa9fea9fe",
        "nats://2852039166",
        "nats://[2002:a9fe:a9fe::1]",
    ),
}  # fmt: skip
SAYS = {
    Place.MACHINE: "means the very machine that connects to it",
    Place.NETWORK: "lies inside a network: each section reaches what has this address in its own",
    Place.LINK: "is none of a hub",
}


@pytest.mark.parametrize("where", Place)
def test_whoever_signs_is_told_what_an_address_is(where: Place) -> None:
    first = roster.Roster.model_validate(
        {"version": 1, "prevhash": "0" * 64, "issued": NOW, "expires": NOW + timedelta(days=300), "threshold": 1}
        | {"roots": (roster.Root(key=ROOT.public, holder="ic"),), "sections": ()}
    )
    for url in PLACES[where]:
        assert place(url) is where, url
        named = first.model_copy(update={"hubs": (Hub(id="hub-1", urls=("tls://hub.example", url)),)})
        words = [str(each) for each in told(first, named) if each.id.startswith("The address")]
        assert [f"The address {url} (hub-1) {SAYS[where]}" in each for each in words] == ([True] if where in SAYS else [])


def test_nobody_proposes_an_address_that_machines_give_themselves() -> None:
    for url in PLACES[Place.LINK]:
        with pytest.raises(Invalid, match="machines give themselves such addresses"):
            hub_list([f"nats://hub.example {url}"])
    assert [hub.urls for hub in hub_list(["nats://127.0.0.1:4222", "nats://10.0.0.1"])] == [
        ("nats://127.0.0.1:4222",),
        ("nats://10.0.0.1",),
    ]


def test_each_host_sees_it_and_nobody_connects_to_what_is_none(
    federation: Callable[..., list[Section]], browser: Callable[..., Any]
) -> None:
    (ic,) = federation("ic")
    link, here = "ws://169.254.169.254", "nats://127.0.0.1:4222"
    _name(ic, Hub(id="hub-1", urls=(link,)), Hub(id="hub-2", urls=("tls://hub.example", link)), Hub(id="hub-3", urls=(here,)))
    assert [hub.addresses for hub in hubs.named(ic)] == ["tls://hub.example", here]
    with ic.reading() as session:
        cards = exchange.overview(session, "ic", ic.now()).hubs
    assert [(card.url, card.inside is not None) for card in cards] == [(link, True), ("tls://hub.example", False), (here, True)]
    page = browser(ic, "secretary").get("/federation/hubs").text
    assert f"The address {here} (hub-3) means the very machine that connects to it" in page
    assert "No section connects to it." in page


def _name(section: Section, *named: Hub) -> None:
    """As others' software could have it."""
    with section.writing() as session:
        latest = queries.latest(session)
        assert isinstance(latest, Version)
        fresh = {"version": latest.roster.version + 1, "prevhash": latest.hash, "hubs": named}
        document = SignedDocument.seal(keys.ROSTER, latest.roster.model_copy(update=fresh), ROOT)
        port.store_version(session, document, section.now())
    section.roster_changed()
