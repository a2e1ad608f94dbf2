"""Encrypted hubs with the real server: the certificate that is named and no other, WebSocket, and ways around a closed port."""

import asyncio
from urllib.parse import urlparse

import pytest
from nats.aio.client import Server

from internationale.bus import LOG, Insecure, Outcome, Parcel, Unreachable, connecting
from internationale.bus.connecting import ways
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess

pytestmark = pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float':DeprecationWarning")  # nats-py and aiohttp

PATIENCE = 1.0
"""Seconds in which a local server answers."""


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory, certificates):
    with HubProcess(tmp_path_factory.mktemp("hub"), tls=certificates.server, websocket="127.0.0.1:-1") as process:
        yield process


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with HubProcess(tmp_path_factory.mktemp("hub"), websocket="127.0.0.1:-1") as process:
        yield process


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(connecting, "TIMEOUT", PATIENCE)


async def exchange(url, number, certificates=None):
    """Say one thing and read it, over the same connection."""
    bus = await NatsBus.connect(url, f"section-{number}", certificates=certificates)
    try:
        await bus.provision()
        event = Parcel(f"intl.v1.log.fr.{number}.1", b"event", "key.1")
        assert await bus.publish([event]) == [Outcome.STORED]
        batch = await bus.receive(LOG, 100, 5)
        assert event in batch.parcels
        await batch.done()
    finally:
        await bus.close()


def test_the_named_certificate(encrypted, certificates):
    closed = "tls://127.0.0.1:1"
    addresses = [
        encrypted.url,
        encrypted.url.replace("tls://", "nats://"),
        encrypted.websocket_url,
        f"{closed} {encrypted.websocket_url}",
    ]
    for number, url in enumerate(addresses, 1):
        asyncio.run(exchange(url, number, certificates.right))


@pytest.mark.parametrize("websocket", [False, True])
def test_any_other_certificate(encrypted, certificates, websocket):
    url = encrypted.websocket_url if websocket else encrypted.url
    for named in (certificates.other, None, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Insecure):
            asyncio.run(NatsBus.connect(url, "fr", certificates=named))


def test_nothing_goes_in_the_clear_where_encryption_is_meant(plain, certificates):
    """Also not where somebody between pretends that the server knows no encryption."""
    for url, named in (
        (plain.url.replace("nats://", "tls://"), None),
        (plain.url, certificates.right),
        (plain.websocket_url.replace("ws://", "wss://"), None),
        (plain.websocket_url, certificates.right),
    ):
        with pytest.raises(Insecure):
            asyncio.run(NatsBus.connect(url, "fr", certificates=named))


def test_a_hub_over_plain_websocket_behind_a_proxy(plain):
    asyncio.run(exchange(plain.websocket_url, 1))
    with pytest.raises(Unreachable):
        asyncio.run(NatsBus.connect("ws://127.0.0.1:1", "fr"))


def test_over_websocket_a_hub_that_comes_back_is_found_again(tmp_path):
    async def story(hub):
        bus = await NatsBus.connect(hub.websocket_url, "fr")
        await bus.provision()
        hub.kill()
        hub.start()
        outcome = Outcome.UNKNOWN
        async with asyncio.timeout(30):
            while outcome is Outcome.UNKNOWN:
                try:
                    (outcome,) = await bus.publish([Parcel("intl.v1.log.fr.1.1", b"x")])
                except Unreachable:
                    await asyncio.sleep(0.05)
        kept = await bus.get(["intl.v1.log.fr.1.1"])
        await bus.close()
        return outcome, kept["intl.v1.log.fr.1.1"].body

    with HubProcess(tmp_path / "hub", websocket="127.0.0.1:-1") as hub:
        outcome, body = asyncio.run(story(hub))
    assert outcome in (Outcome.STORED, Outcome.PRESENT)
    assert body == b"x"


def test_ways():
    both = "tls://a:4222 wss://a:443 tls://b:4222"
    assert ways(both, pinned=False) == [["tls://a:4222", "tls://b:4222"], ["wss://a:443"]]
    assert ways("nats://a ws://a:80", pinned=True) == [["tls://a"], ["wss://a:80"]]
    assert ways("wss://a", pinned=True) == [["wss://a"]]


def test_servers_that_a_cluster_tells_of_are_not_followed():
    """They may lead past the certificate and the proxy; only what was named counts, even where it failed more often."""
    line = connecting.Line("tls://a:4222")
    with pytest.raises(Insecure):
        asyncio.run(
            line.open(["tls://a:4222", "tls://b"], "fr", None, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
        )
    named, told = Server(urlparse("tls://b:4222"), 7), Server(urlparse("nats://10.0.0.7:4222"))
    assert line._next([told, named], {})[0] is named
