"""Each way to a missing event by itself, with the others off."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from internationale.bus import LOG, Parcel
from internationale.errors import TooSoon, Untrusted
from internationale.events import request
from internationale.events.keys import PublicKey
from internationale.events.request import Request
from internationale.events.signed import SignedDocument
from internationale.ledger.reading import Gap
from internationale.rooms.roster import queries
from internationale.settings import Federation
from internationale.testing import oracle
from internationale.testing.carrying import settle
from internationale.testing.founding import unite
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.web import allowing, logs
from internationale.worker import ladder, mending, origin, pace, questions, seeding
from internationale.worker.origin import Origin, Unanswered


def connected(*sections, answering=True):
    """A simulated hub, prepared, and a connection of each section."""

    async def prepare():
        for section, bus in pairs:
            await bus.provision()
            if answering:
                await questions.answer_others(section, bus)

    hub = MemoryHub()
    pairs = [(section, MemoryBus(hub, section.code)) for section in sections]
    asyncio.run(prepare())
    return hub, pairs


def lose(hub):
    """The hub loses every event that it had."""
    for position in [*hub.streams[LOG].kept]:
        hub.streams[LOG].drop(position)


def gap(last, first=1):
    return Gap("fr", 1, first, last)


def numbers(section, code="fr"):
    return sorted(int(event.rpartition(":")[2]) for event in oracle.log(section) if event.startswith(f"{code}:"))


def test_the_hub_by_subject(three, say):
    _ic, fr, ar = three
    _hub, pairs = connected(fr, ar, answering=False)
    for number in range(3):
        say(fr, str(number))
    asyncio.run(settle(pairs[:1]))
    assert asyncio.run(ladder.fill(ar, pairs[1][1], gap(3))) == 3
    assert numbers(ar) == [1, 2, 3]


def test_a_seed_by_any_section_when_the_hub_has_lost_it_and_its_own_section_is_away(three, say):
    ic, fr, ar = three
    hub, pairs = connected(ic, fr, answering=False)
    say(fr, "one")
    say(fr, "two")
    asyncio.run(settle(pairs))
    lose(hub)
    bus = pairs[0][1]
    assert asyncio.run(seeding.seed(ic, bus)) == 2
    assert asyncio.run(seeding.seed(ic, bus)) == 0
    other = MemoryBus(hub, "ar")
    assert asyncio.run(ladder.fill(ar, other, gap(2))) == 2
    oracle.agree(ic, ar, said=2)


def test_what_a_section_can_say_again_itself_is_left_to_it(three, say):
    ic, fr, _ar = three
    hub, pairs = connected(ic, fr)
    say(fr, "one")
    asyncio.run(settle(pairs))
    lose(hub)
    assert asyncio.run(seeding.seed(ic, pairs[0][1])) == 0
    assert asyncio.run(seeding.seed(ic, pairs[0][1], always=True)) == 1


def test_a_false_seed_harms_nothing(three, say):
    ic, fr, ar = three
    hub, pairs = connected(ic, fr, answering=False)
    say(fr, "one")
    asyncio.run(settle(pairs))
    lose(hub)
    bus = pairs[0][1]
    asyncio.run(bus.publish([Parcel("intl.v1.seed.ar.fr.1.1", b"{}", "0123456789abcdef.AAAA")]))
    asyncio.run(bus.publish([seeding.seeded("ic", Parcel("intl.v1.log.fr.1.1", *signed(ic)))]))
    assert asyncio.run(ladder.fill(ar, MemoryBus(hub, "ar"), gap(1))) == 1
    assert oracle.quarantined(ar) == [("intl.v1.log.fr.1.1", "unknown_key")]


def test_seeds_that_are_none_keep_nobody_from_republishing(three, say):
    ic, fr, ar = three
    hub, pairs = connected(ic, fr, answering=False)
    for number in range(3):
        say(fr, str(number))
    asyncio.run(settle(pairs))
    lose(hub)
    for number in (1, 2, 3):
        hub.put(f"intl.v1.seed.ar.fr.1.{number}", b"junk", "x.y")
        hub.put(f"intl.v1.log.fr.1.x{number}", b"junk", "x.y")
    bus = pairs[0][1]
    assert (asyncio.run(seeding.seed(ic, bus)), asyncio.run(seeding.seed(ic, bus))) == (3, 0)
    assert asyncio.run(ladder.fill(ar, MemoryBus(hub, "ar"), gap(3))) == 3
    assert asyncio.run(seeding.seed(ar, MemoryBus(hub, "ar"))) == 0, "what is true counts, whoever brought it"


def signed(section):
    with section.reading() as session:
        event = section.ledger.events_after(session, "fr", 1, 0)[0]
    return event.signed.body, event.signed.signature


def test_who_finds_its_number_squatted_says_it_as_a_seed(three, say, carry, intruder):
    ic, fr, ar = three
    say(fr, "one")
    intruder.put("intl.v1.log.fr.1.1", b"squat", "key.sig")
    carry(fr)
    carry(ic, ar)
    assert numbers(ic) == numbers(ar) == [1]


def test_another_section_that_holds_it(three, say):
    ic, fr, ar = three
    hub, pairs = connected(ic, fr, ar)
    say(fr, "one")
    asyncio.run(settle(pairs[:2]))
    lose(hub)
    hub.answers = [answer for answer in hub.answers if answer[0] != "fr"]
    asyncio.run(settle([pairs[0], pairs[2]]))
    assert numbers(ar) == [1]


def test_its_own_section_over_https(pair, say):
    fr, ar = pair
    say(fr, "one", parts=(b"at length",))
    say(fr, "two")

    async def climb():
        _hub = MemoryHub()
        bus = MemoryBus(_hub, "ar")
        await bus.provision()
        return await ladder.fill(ar, bus, gap(2), Origin(ar, settled=0))

    assert asyncio.run(climb()) == 3
    oracle.agree(fr, ar, said=2)


def test_a_part_over_https(pair, say, said):
    fr, ar = pair
    say(fr, "one", parts=(b"at length",))
    assert ar.accept(said(fr)) == ["waiting"]

    async def climb():
        bus = MemoryBus(MemoryHub(), "ar")
        await bus.provision()
        return await mending.fetch_parts(ar, bus, Origin(ar, settled=0))

    assert asyncio.run(climb()) == 1
    oracle.agree(fr, ar, said=1)


def test_a_long_log_over_https_comes_piece_by_piece(pair, say):
    fr, ar = pair
    for number in range(request.AT_ONCE + 5):
        say(fr, str(number))

    async def climb():
        bus, asked = MemoryBus(MemoryHub(), "ar"), Origin(ar, settled=0)
        await bus.provision()
        return [await ladder.fill(ar, bus, gap(500, len(numbers(ar)) + 1), asked) for _ in range(3)]

    assert asyncio.run(climb()) == [200, 5, 0]


def asked_by(asker, other, **changed):
    question = {"section": asker.code, "to": other.code, "time": asker.now(), "log": other.code, "first": 1, "last": 9}
    return Request(**{**question, **changed})


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"to": "it"}, 403),
        ({"section": "it"}, 403),
        ({"time": datetime(2020, 1, 1, tzinfo=UTC)}, 403),
        ({"first": 7, "last": 3}, 200),
        ({"log": "nobody"}, 200),
        ({"first": 10**14, "last": 10**14}, 200),
    ],
)
def test_only_sections_of_the_roster_are_answered(three, browser, changed, status):
    ic, fr, _ar = three
    document = request.seal(asked_by(ic, fr, **changed), ic.key)
    assert browser(fr).post("/api/v1/log", json=document.plain()).status_code == status


def test_a_copied_question_is_not_answered_again(three, browser):
    """Nor when it is dressed up with more signatures; whoever asks anew is answered."""
    ic, fr, _ar = three
    client = browser(fr)
    asked = [request.seal(asked_by(ic, fr, first=first), ic.key) for first in (1, 2)]
    dressed = SignedDocument(asked[0].body, (*asked[0].signatures, *asked[1].signatures))
    answers = [client.post("/api/v1/log", json=each.plain()).status_code for each in (*asked, asked[0], dressed)]
    assert answers == [200, 200, 403, 403]
    assert client.post("/api/v1/log/chunk", json=asked[0].plain()).status_code == 403


def test_what_was_answered_is_forgotten_when_it_is_stale(three, monkeypatch):
    monkeypatch.setattr(request, "MOST", 2)
    ic, fr, _ar = three
    now, remembered = ic.now(), request.Answered()
    first, *others = (request.seal(asked_by(ic, fr, first=number), ic.key) for number in range(1, 5))
    remembered.note(first, now)
    with pytest.raises(Untrusted, match="repeated"):
        remembered.note(first, now + request.FRESH)
    remembered.note(first, now + 3 * request.FRESH)  # too old to be verified by then
    for other in others:
        remembered.note(other, now + 3 * request.FRESH)
    remembered.note(first, now + 3 * request.FRESH)  # there were too many


@pytest.mark.parametrize("content", [{}, {"body": 1}, {"body": "AA", "signatures": []}, {"body": "AA", "signatures": ["x.y"]}])
def test_what_is_no_question(three, browser, content):
    answer = browser(three[1]).post("/api/v1/log", json=content)
    assert answer.status_code in (400, 403)


def test_a_strangers_key_is_not_answered(three, browser):
    ic, fr, ar = three
    document = request.seal(asked_by(ic, fr), ar.key)
    answer = browser(fr).post("/api/v1/log", json=document.plain(), headers={"Accept-Language": "en"})
    assert (answer.status_code, "roster" in answer.text) == (403, True)


def test_a_question_has_one_signature_and_a_strangers_noise_is_not_verified(three, browser, monkeypatch):
    ic, fr, _ar = three
    document, verified = request.seal(asked_by(ic, fr), ic.key), []
    verify = PublicKey.verify

    def counted(self, payload_type, body, signature):
        verified.append(signature)
        verify(self, payload_type, body, signature)

    monkeypatch.setattr(PublicKey, "verify", counted)
    false = f"{ic.key.public.id}.{'A' * 86}"
    for noise in (
        SignedDocument(document.body, (false,) * 64),
        SignedDocument(document.body, (false, *document.signatures)),
        SignedDocument(document.body, ()),
        SignedDocument(b" " * (request.LARGEST + 1), (false,)),
    ):
        assert browser(fr).post("/api/v1/log", json=noise.plain()).status_code in (400, 403)
    assert verified == []
    assert browser(fr).post("/api/v1/log", json=document.plain()).status_code == 200


INNER = {
    "private.example": ["10.0.0.1"],
    "both.example": ["93.184.215.14", "127.0.0.1"],
    "tunnel.example": ["2002:c0a8:101::1"],
    "gateway.example": ["64:ff9b::c0a8:101"],
    "mapped.example": ["::ffff:192.168.1.1"],
    "everybody.example": ["224.0.0.1"],
    "link.example": ["fe80::1%eth0"],
    "nowhere.example": ["0.0.0.0"],
    "192.168.1.1": ["192.168.1.1"],
    "0x7f.1": ["127.0.0.1"],
    "fd00::1": ["fd00::1"],
    "localhost": ["127.0.0.1"],
}
OUTER = {"name.example": ["93.184.215.14"], "93.184.215.14": ["93.184.215.14"], "gateway.example": ["64:ff9b::5db8:d70e"]}


def leading(monkeypatch, places):
    found = {name: [(2, 1, 6, "", (number, 443)) for number in numbers] for name, numbers in places.items()}
    monkeypatch.setattr(socket, "getaddrinfo", lambda name, _port, **_: found[name])


@pytest.mark.parametrize("host", INNER)
def test_what_leads_into_the_house_is_not_asked_unless_the_host_says_so(monkeypatch, host):
    leading(monkeypatch, INNER)
    with pytest.raises(Unanswered, match="private"):
        origin._permitted(host, 443, inner=False)  # what it would connect to
    assert origin._permitted(host, 443, inner=True) == INNER[host][0]


@pytest.mark.parametrize("host", OUTER)
def test_what_leads_out_is_asked(monkeypatch, host):
    leading(monkeypatch, OUTER)
    assert origin._permitted(host, 443, inner=False) == OUTER[host][0]


def test_a_section_that_names_an_address_of_the_house_is_not_asked_there(federation, monkeypatch):
    """No setting says that sections live there: nobody knocks at that door."""
    ic, fr = (federation.alone(code, federation=Federation()) for code in ("ic", "fr"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        fr.base_url = f"http://127.0.0.1:{door.getsockname()[1]}"
        unite([ic, fr])
        for ask in (lambda: origin.ask(ic, "fr", {"log": "fr"}), lambda: origin.chunk(ic, "fr", "0" * 64, 0)):
            with pytest.raises(Unanswered, match="private"):
                ask()
        with pytest.raises(BlockingIOError):
            door.accept()


def test_redirects_and_endless_answers_are_given_up(three, monkeypatch):
    ic, fr, _ar = three
    monkeypatch.setattr(origin, "LARGEST", 1000)
    for answer in (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000,
        b"junk",
    ):
        with answering(answer) as address:
            with ic.reading() as session:
                latest = queries.latest(session)
            entry = replace_address(latest, fr.code, address)
            monkeypatch.setattr(queries, "latest", lambda _session, entry=entry: entry)
            with pytest.raises(Unanswered):
                origin.ask(ic, "fr", {"log": "fr"})


DRIPS = {
    "a header": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "promises": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the size of a piece": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
    "nothing": (b"HTTP/1.1 200 OK\r\n", b""),
}


@pytest.mark.parametrize("what", DRIPS)
def test_an_answer_that_drips_is_given_up_in_time(monkeypatch, what):
    """Whatever comes drop by drop: never a silence, never an end. All that is missing of other logs waits behind it."""
    monkeypatch.setattr(origin, "SECONDS", 0.5)
    with dripping(*DRIPS[what]) as address:
        began = time.monotonic()
        with pytest.raises(Unanswered, match="too slow"):
            origin.post(urlsplit(address), b"{}", inner=True)
        assert time.monotonic() - began < 5


def replace_address(latest, code, address):
    sections = tuple(
        entry.model_copy(update={"address": address}) if entry.code == code else entry for entry in latest.roster.sections
    )
    return replace(latest, roster=latest.roster.model_copy(update={"sections": sections}))


@contextmanager
def answering(answer):
    """A server that answers anything with these bytes, once."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            stream, _ = server.accept()
            with stream:
                stream.recv(65536)
                stream.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@contextmanager
def dripping(beginning, drop):
    """A server that goes on for ten seconds, or until who asked has had enough."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            stream, _ = server.accept()
            with stream, suppress(OSError):
                stream.recv(65536)
                stream.sendall(beginning)
                for _ in range(100):
                    stream.sendall(drop)
                    if gone.wait(0.1):
                        return

        gone = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        gone.set()
        thread.join()


def test_what_a_section_asks_over_https_has_an_end(three, browser, monkeypatch):
    """One that asks without end keeps nobody from anything: it is told to come again later; the others are answered."""
    monkeypatch.setattr(logs, "MOST", 60_000)
    monkeypatch.setattr(logs, "RATE", 0)
    ic, fr, ar = three
    client = browser(fr)

    def ask(by, number):
        document = request.seal(asked_by(by, fr, first=1, last=number, roster=number), by.key)
        return client.post("/api/v1/log", json=document.plain(), headers={"Accept-Language": "en"})

    answers = [ask(ic, number) for number in range(1, 6)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[4].headers["Retry-After"] == str(allowing.AGAIN)
    assert ask(ar, 1).status_code == 200


def test_few_answers_to_one_section_are_under_way_at_a_time():
    allowances = allowing.Allowances(most=1_000_000, rate=0)
    for _ in range(allowing.AT_ONCE):
        allowances.begin("fr")
    with pytest.raises(TooSoon):
        allowances.begin("fr")
    allowances.begin("ic")
    allowances.end("fr", 10)
    allowances.begin("fr")


def test_an_answer_that_nobody_reads_is_let_go_of(monkeypatch):
    monkeypatch.setattr(allowing, "SLOWEST", 0.05)
    ended, sent = [], []

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(len(message.get("body", b"")))
        if sum(sent) >= 2 * allowing.PIECE:
            await asyncio.sleep(60)

    answer = allowing.Answer(b"x" * 1_000_000, lambda: ended.append(1), media_type="application/jsonl")
    asyncio.run(answer.to_asgi_response()({"type": "http"}, receive, send))
    assert (ended, sum(sent)) == ([1], 2 * allowing.PIECE)


def test_a_question_of_a_stranger_is_not_read_when_it_is_long(three, browser):
    client = browser(three[1])
    for path in ("/api/v1/log", "/api/v1/log/chunk"):
        assert client.post(path, json={"a": [[]] * 20_000}).status_code == 413


def test_who_answers_slowly_holds_up_nobody_but_who_asks():
    """Pages and the database have threads of their own: as many slow sections as there are threads keep none of them."""
    held = threading.Event()

    async def story():
        slow = [asyncio.ensure_future(pace.outside(held.wait)) for _ in range(50)]
        await asyncio.sleep(0)
        names = {await pace.in_thread(lambda: threading.current_thread().name) for _ in range(5)}
        held.set()
        assert all(await asyncio.gather(*slow))
        return names

    assert not [name for name in asyncio.run(story()) if name.startswith("outside")]
