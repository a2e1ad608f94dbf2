"""What anybody may carry: versions of the roster, proofs of forks. Junk stands under the name of who left it, in nobody's way."""

import asyncio
import os
from contextlib import AsyncExitStack

import nats
import pytest
from nats.js.api import DiscardPolicy

from internationale.bus import PROOF, ROSTER, NotAllowed, Outcome, Parcel, streams, users
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.events import keys
from internationale.events.envelope import Signed
from internationale.events.nkey import Nkey
from internationale.events.signed import SignedDocument
from internationale.ledger import forks
from internationale.ledger.reading import Gap
from internationale.rooms.exchange.queries import waiting
from internationale.rooms.roster import port, queries
from internationale.testing import oracle
from internationale.testing.founding import ROOT
from internationale.worker import ladder, proofs, rosters

from .living import live, until, with_hubs

ADMIN, EVIL = Nkey.generate(), Nkey.generate()


def members_hub(folder, *sections, **configured):
    """A hub for these sections and for ``evil``, not prepared."""
    folder.mkdir()
    known = [users.Member(section.code, section.nkey.public) for section in sections]
    (folder / "users.conf").write_text(users.text(ADMIN.public, [*known, users.Member("evil", EVIL.public)]))
    return HubProcess(folder, users="users.conf", **configured)


async def prepare(hub, *codes):
    bus = await NatsBus.connect(hub.url, "administrator", nkey=ADMIN)
    try:
        await bus.prepare([*codes, "evil"])
    finally:
        await bus.close()


async def leave(hub, subjects, body=b"x"):
    """``evil`` leaves this under each of these subjects, as fast as it goes. Returns what the server refuses."""
    refused = []

    async def note(error):
        refused.append(str(error))

    client = await nats.connect(hub.url, nkeys_seed_str=EVIL.seed, inbox_prefix="_INBOX_evil", error_cb=note)
    try:
        for number, subject in enumerate(subjects):
            await client.publish(subject, body)
            if number % 500 == 0:
                await client.flush()
        await client.flush()
    finally:
        await client.close()
    return refused


def version(section):
    with section.reading() as session:
        return queries.latest_number(session)


def renew(section):
    with section.writing() as session:
        latest = queries.latest(session)
        fresh = {"version": latest.roster.version + 1, "prevhash": latest.hash}
        port.store_version(session, SignedDocument.seal(keys.ROSTER, latest.roster.model_copy(update=fresh), ROOT), section.now())
    section.roster_changed()


def test_no_number_of_names_delays_the_next_version(three, tmp_path):
    ic, fr, _ar = three
    with members_hub(tmp_path / "members", ic, fr) as hub:
        asyncio.run(prepare(hub, "ic", "fr"))
        for section in (ic, fr):
            with_hubs(section, hub.url)

        async def story():
            await until(lambda: all(hub.url in each.hubs and each.hubs[hub.url].connected for each in (ic, fr)))
            number = version(ic) + 1
            assert await leave(hub, [f"intl.v1.roster.evil.v{each}" for each in range(1, 3000)]) == []
            await leave(hub, [f"intl.v1.roster.evil.{each:016x}" for each in range(3000)])
            clock = asyncio.get_running_loop().time
            began = clock()
            await asyncio.to_thread(renew, ic)
            await until(lambda: version(fr) == number, 20)
            assert clock() - began < 8

        live(story, ic, fr)


def test_what_fills_the_names_of_one_takes_no_room_of_the_logs(three, tmp_path):
    ic, fr, _ar = three
    with members_hub(tmp_path / "members", ic, fr, largest="30MB") as hub:

        async def story():
            await prepare(hub, "ic", "fr")
            assert await leave(hub, [f"intl.v1.roster.evil.v{each}" for each in range(200)], b"x" * 250_000) == []
            assert await leave(hub, [f"intl.v1.proof.evil.fr.1.{each}-x" for each in range(200)], b"x" * 250_000) == []
            assert await leave(hub, [f"intl.v1.seed.evil.fr.1.{each}" for each in range(200)], b"x" * 250_000) == []
            bus = await NatsBus.connect(hub.url, "fr", nkey=fr.nkey)
            try:
                await bus.provision()
                for number in range(1, 70):  # more than half of the store
                    parcel = Parcel(f"intl.v1.log.fr.1.{number}", os.urandom(250_000), "k.1")
                    assert await bus.publish([parcel]) == [Outcome.STORED]
                assert await rosters.carry(fr, bus, rosters.Seen()) == version(fr)
                assert await rosters.carry(fr, bus, rosters.Seen()) == 0
            finally:
                await bus.close()

        asyncio.run(story())


def test_nobody_publishes_under_anothers_name_or_under_nobodys(three, tmp_path):
    ic, fr, _ar = three
    with members_hub(tmp_path / "members", ic, fr) as hub:
        asyncio.run(prepare(hub, "ic", "fr"))

        async def refused(subject):
            bus = await NatsBus.connect(hub.url, "evil", nkey=EVIL)
            try:
                with pytest.raises(NotAllowed):
                    await bus.publish([Parcel(subject, b"x", "x.y")])
            finally:
                await bus.close()

        for subject in (
            "intl.v1.roster.ic.v9",
            "intl.v1.roster.9.0123456789abcdef",
            "intl.v1.proof.fr.evil.1.1-0123456789abcdef",
        ):
            asyncio.run(refused(subject))


def test_a_hub_of_before_goes_on_and_loses_nothing_when_it_is_prepared_anew(three, tmp_path):
    """Its streams are as they were made; what was carried under the names of before is read; junk gives way to what is right."""
    ic, fr, _ar = three
    old = roster_names(ic)
    with members_hub(tmp_path / "members", ic, fr) as hub:

        async def story():
            admin = await nats.connect(hub.url, nkeys_seed_str=ADMIN.seed)
            await streams.provision(admin.jetstream(), "ic", "fr")
            for name, document in old.items():
                await admin.jetstream().publish(name, document.body, headers={"Intl-Sig": document.header})
            await admin.jetstream().publish("intl.v1.roster.fr.v1", b"junk")
            async with AsyncExitStack() as stack:
                bus = await NatsBus.connect(hub.url, "fr", nkey=fr.nkey)
                stack.push_async_callback(bus.close)
                stack.push_async_callback(admin.close)
                await bus.provision()
                assert await rosters.carry(fr, bus, rosters.Seen()) == 0, "all of it is there"
                before = (await admin.jetstream().stream_info(ROSTER)).state.messages
                for _ in range(2):
                    await prepare(hub, "ic", "fr")
                    info = await admin.jetstream().stream_info(ROSTER)
                    assert (info.state.messages, info.config.discard) == (before, DiscardPolicy.OLD)
                    assert info.config.max_bytes == streams.LIMITS[ROSTER]
                await bus.provision()  # a section finds nothing to change
                await asyncio.to_thread(renew, fr)
                for name in old:
                    await admin.jetstream().purge_stream(ROSTER, subject=name)
                assert await rosters.carry(fr, bus, rosters.Seen()) == version(fr)
                assert (await bus.get(["intl.v1.roster.fr.v1"]))["intl.v1.roster.fr.v1"].body == old[next(iter(old))].body

        asyncio.run(story())


def roster_names(section):
    with section.reading() as session:
        named = queries.subjects(session)
        return dict(zip(named, queries.chain(session, 0, len(named)), strict=True))


def forked(federation, three, say, said):
    """``ar`` has told ``ic`` one thing and ``fr`` another under the same number; ``ic`` has the proof. Returns both events."""
    ic, fr, ar = three
    again = federation.fresh("ar")
    say(ar, "history A")
    say(again, "history B")
    first, second = said(ar), said(again)
    assert (fr.accept(first), ic.accept(first), ic.accept(second)) == (["applied"], ["applied"], ["forked"])
    return [*first, *second]


def proven(section):
    with section.reading() as session:
        return [str(proof.address) for proof in forks.proofs(session)]


def test_who_forked_does_not_hide_the_proof_under_its_names(federation, three, say, said, carry, intruder):
    ic, fr, _ar = three
    for event in forked(federation, three, say, said):
        hash16 = Signed(event.body, event.signature).hash[:16]
        intruder.put(f"intl.v1.proof.ar.1.1.{hash16}", b"junk", "x.y")
        for code in ("ic", "fr", "ar"):
            intruder.put(f"intl.v1.proof.{code}.ar.1.1-{hash16}", event.body, "x.y")
    carry(ic, fr)
    carry(ic, fr)
    assert proven(ic) == proven(fr) == ["ar:1:1"]
    assert list(oracle.log(ic)) == list(oracle.log(fr)) == []


def test_what_one_brings_in_anothers_name_is_told_of_who_brought_it(three, intruder, hub):
    ic, _fr, _ar = three
    intruder.put("intl.v1.proof.ar.fr.1.1-0123456789abcdef", b"junk", "x.y")
    intruder.put("intl.v1.seed.ar.fr.1.1", b"junk", "x.y")
    intruder.put("intl.v1.proof.fr.1.1.0123456789abcdef", b"junk of nobody's", "x.y")

    async def story():
        bus = await NatsBus.connect(hub.url, "ic")
        await bus.provision()
        await proofs.look(ic, bus, proofs.Seen())
        await ladder.fill(ic, bus, Gap("fr", 1, 1, 1))
        await bus.close()

    asyncio.run(story())
    with ic.reading() as session:
        held = waiting.listing(session, waiting.Kind.QUARANTINED).held
    assert sorted((each.source, each.brought, each.via.partition(" ")[2]) for each in held) == [
        ("?", True, "proof"),
        ("ar", True, "proof ar"),
    ], "the same thing is kept once"


def test_proofs_are_heard_whatever_somebody_else_leaves_before_them(federation, three, say, said, tmp_path):
    ic, fr, _ar = three
    forked(federation, three, say, said)
    with members_hub(tmp_path / "members", ic, fr) as hub:

        async def story():
            await prepare(hub, "ic", "fr")
            assert await leave(hub, [f"intl.v1.proof.evil.fr.1.{each}-0123456789abcdef" for each in range(1, 2000)]) == []
            async with AsyncExitStack() as stack:
                buses = []
                for section in (ic, fr):
                    buses.append(await NatsBus.connect(hub.url, section.code, nkey=section.nkey))
                    stack.push_async_callback(buses[-1].close)
                assert await proofs.carry(ic, buses[0], proofs.Seen()) == 2
                seen = proofs.Seen()
                assert await proofs.carry(ic, buses[0], seen) == 0
                assert await proofs.look(fr, buses[1], seen) < 20
                assert await buses[1].kept("intl.v1.proof.ic.*.*.*") == set(await names(hub, PROOF, "intl.v1.proof.ic."))

        asyncio.run(story())
    assert proven(fr) == ["ar:1:1"]


def test_a_name_that_stands_for_all_others_stops_nobody(three, tmp_path):
    ic, fr, _ar = three
    with members_hub(tmp_path / "members", ic, fr) as hub:

        async def story():
            await prepare(hub, "ic", "fr")
            stars = ["intl.v1.roster.evil.*", "intl.v1.proof.evil.fr.1.*", "intl.v1.seed.evil.fr.1.*"]
            assert await leave(hub, [*stars, "intl.v1.proof.evil.fr.1.1-0123456789abcdef"]) == []
            bus = await NatsBus.connect(hub.url, "fr", nkey=fr.nkey)
            try:
                seen = proofs.Seen()
                assert await rosters.carry(fr, bus, rosters.Seen()) == version(fr)
                assert (await proofs.look(fr, bus, seen), await proofs.carry(fr, bus, seen)) == (1, 0)
                assert await proofs.hear(fr, bus, 1, seen) == ["quarantined", "duplicate"]
                assert await ladder.fill(fr, bus, Gap("ic", 1, 1, 1)) == 0
            finally:
                await bus.close()

        asyncio.run(story())


async def names(hub, stream, prefix):
    client = await nats.connect(hub.url, nkeys_seed_str=ADMIN.seed)
    info = await client.jetstream().stream_info(stream, subjects_filter=f"{prefix}>")
    await client.close()
    return info.state.subjects or {}
