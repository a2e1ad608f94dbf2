"""What somebody has made up is sought, for it might be there; and nobody else's waits for it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace

from internationale.events import envelope as envelopes
from internationale.events import heads as documents
from internationale.events.envelope import MAX_REFS
from internationale.events.heads import Head, Heads
from internationale.events.keys import EVENT
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port, queries
from internationale.testing import builds, oracle
from internationale.testing.carrying import settle
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.worker import mending, questions
from internationale.worker.resting import Resting


def naming(author, said, count):
    """Events of an author that name so many parts that do not exist."""
    like, events, last = envelopes.parse(said(author)[0].body), [], None
    for number, start in enumerate(range(0, count, MAX_REFS), 1):
        names = tuple(f"{each:064x}" for each in range(start, min(start + MAX_REFS, count)))
        draft = replace(like, sequence=number, parts=names, prevhash=last.hash if last else like.prevhash)
        body, last = envelopes.write(draft)
        events.append(Delivery(last.address.subject, body, author.key.sign(EVENT, body), "test"))
    return events


def test_nobodys_parts_wait_behind_those_that_do_not_exist(three, say, said, carry):
    ic, fr, ar = three
    say(ar, "x", parts=(b"one",))
    assert set(ic.accept(naming(ar, said, 700))) == {"waiting"}
    say(fr, "an honest long text", parts=(b"text of fr",))
    carry(fr, ic)
    assert [event for event in oracle.log(ic) if event.startswith("fr")] == ["fr:1:1"]
    with ic.reading() as session:
        missing = ic.ledger.missing_parts(session)
        later = ic.ledger.missing_parts(session, start=f"{600:064x}")
    assert (len(missing), set(missing.values())) == (64, {"ar"})
    assert sorted(missing) == [f"{number:064x}" for number in range(64)]
    assert sorted(later) == [f"{number:064x}" for number in range(600, 664)], "in the end everything is looked for"


@dataclass(eq=False)
class Counting(MemoryBus):
    """Counts what it is asked for. ``silent``: who hears and does not answer."""

    silent: tuple[str, ...] = ()
    asked: Counter[str] = field(default_factory=Counter)

    async def get(self, subjects):
        self.asked["hub"] += 1
        return await super().get(subjects)

    async def ask(self, section, question, wait):
        self.asked[section] += 1
        if section in self.silent:
            await asyncio.sleep(wait)
            return []
        return await super().ask(section, question, wait)


def lie(liar, to, *logs):
    """The liar signs that it holds far more of these logs than there is."""
    with to.reading() as session:
        version = queries.latest_number(session)
    ends = {code: Head(1, 999_999_999, "a" * 64) for code in logs}
    signed = documents.seal(Heads(section=liar.code, time=liar.now(), roster=version, heads=ends), liar.key)
    with to.writing() as session:
        port.store_heads(session, signed, to.now(), to.keyring(session))


def test_a_lie_about_everybodys_logs_costs_little_and_nothing_waits_for_it(federation, say, monkeypatch):
    others = [f"s{number}" for number in range(10)]
    ic, fr, ar = federation("ic", "fr", "ar", absent=others, plugins=builds.today())
    monkeypatch.setattr(mending.ladder, "PATIENCE", 0.05)
    hub = MemoryHub()

    async def story():
        pairs = [(section, MemoryBus(hub, section.code)) for section in (ic, fr)]
        for section, bus in pairs:
            await bus.provision()
            await questions.answer_others(section, bus)
        bus = Counting(hub, "fr", silent=("ar", *others))
        glanced, searched = Resting(), Resting()
        lie(ar, fr, *others)
        costs = []
        for _ in range(3):
            bus.asked.clear()
            assert await mending.glance(fr, bus, glanced) == (0, True)
            assert await mending.mend(fr, bus, None, searched) == 0
            costs.append(bus.asked.total())
        assert max(costs) <= 4, costs
        await asyncio.to_thread(say, ic, "true")
        await settle(pairs[:1])
        await settle_heads(pairs)
        assert (await mending.glance(fr, bus, glanced))[0] == 1

    async def settle_heads(pairs):
        with ic.reading() as session:
            word = queries.heads_document(session, "ic")
        with fr.writing() as session:
            port.store_heads(session, word, fr.now(), fr.keyring(session))

    asyncio.run(story())
    assert list(oracle.log(fr)) == ["ic:1:1"]
