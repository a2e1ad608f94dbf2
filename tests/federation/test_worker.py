"""The worker as it lives: over restarts of the hub, restored backups, a second instance, new rosters and newcomers."""

import asyncio
import logging
import shutil
from contextlib import AsyncExitStack

import pytest

from internationale import worker
from internationale.bus.server import HubProcess
from internationale.errors import Paused
from internationale.testing import builds, oracle
from internationale.testing.founding import admit
from internationale.worker import claims, fence

from .living import live, opened, same, until, with_hubs


def test_words_cross_within_moments(three, hub, say):
    for section in three:
        with_hubs(section, hub.url)
    ic, _fr, ar = three

    async def story():
        await until(opened(ic))
        ref = await asyncio.to_thread(say, ic, "hello", parts=(b"long",))
        await until(lambda: oracle.rows(ar)["notes_note"])
        await until(opened(ar))
        await asyncio.to_thread(say, ar, "answer", ref)
        await until(same(*three))
        await until(lambda: held_by(ic, ref) == {"ic", "fr", "ar"})

    live(story, *three)
    oracle.agree(*three, said=2)


def held_by(section, ref):
    with section.reading() as session:
        return {receipt.section for receipt in section.receipts(session, ref) if receipt.holds}


def test_the_hub_stops_and_starts_while_both_write(three, hub, say):
    ic, fr, _ar = three
    with_hubs(ic, hub.url)
    with_hubs(fr, hub.url)

    async def write(section, count):
        await until(opened(section))
        for number in range(count):
            await asyncio.to_thread(say, section, f"{section.code} {number}")
            await asyncio.sleep(0.01)

    async def story():
        writers = asyncio.gather(write(ic, 60), write(fr, 60))
        for stop in (hub.stop, hub.kill):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(stop)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(hub.start)
        await writers
        await until(lambda: len(oracle.log(ic)) == len(oracle.log(fr)) == 120)

    live(story, ic, fr)
    oracle.agree(ic, fr, said=120)


def test_the_hubs_disk_is_lost_while_they_run(three, hub, say):
    ic, fr, ar = (with_hubs(section, hub.url) for section in three)

    async def story():
        await until(opened(ic))
        await asyncio.to_thread(say, ic, "before")
        await until(same(ic, fr))
        await asyncio.to_thread(hub.stop)
        shutil.rmtree(hub.folder / "store")
        await asyncio.to_thread(hub.start)
        await asyncio.to_thread(say, ic, "after")
        await until(lambda: len(oracle.log(fr)) == 2)

    live(story, ic, fr)

    async def late():
        await until(lambda: len(oracle.log(ar)) == 2)

    live(late, ar)
    oracle.agree(ic, fr, ar, said=2)


def test_writing_waits_until_a_hub_has_answered(three, hub, say):
    ic, _fr, _ar = three
    with_hubs(ic, hub.url)
    hub.stop()

    async def story():
        assert ic.fenced == fence.NO_ANSWER
        with pytest.raises(Paused):
            await asyncio.to_thread(say, ic, "too early")
        await asyncio.to_thread(hub.start)
        await until(opened(ic))
        await asyncio.to_thread(say, ic, "now")

    live(story, ic)
    oracle.agree(ic, said=1)


def test_a_section_without_hubs_is_not_fenced(three, say):
    ic, _fr, _ar = three

    async def story():
        assert ic.fenced is None
        await asyncio.to_thread(say, ic, "at home")

    live(story, ic)
    oracle.agree(ic, said=1)


@pytest.mark.parametrize("hub_knows", [True, False])
def test_a_restored_backup_takes_its_own_events_back_first(three, hub, carry, say, backup, intruder, hub_knows):
    """The hub has them, or only the others do: in both cases there is no fork."""
    ic, fr, ar = three
    say(fr, "before the backup")
    carry(*three)
    restore = backup(fr)
    first = say(fr, "after", parts=(b"long",))
    carry(*three)
    say(ic, "answer", first)
    say(fr, "after that")
    carry(*three)
    true = oracle.log(ic)
    fr = with_hubs(restore(), hub.url)
    assert list(oracle.log(fr)) == ["fr:1:1"]
    if not hub_knows:
        for number in (2, 3):
            intruder.purge(f"intl.v1.log.fr.1.{number}")

    async def story():
        assert fr.fenced is not None
        await until(opened(fr))
        await until(same(fr, ic))
        await asyncio.to_thread(say, fr, "and on")
        await until(same(fr, ic))

    live(story, with_hubs(ic, hub.url), fr)
    assert true.items() <= oracle.log(fr).items()
    carry(ic, fr, ar)
    oracle.agree(ic, fr, ar, said=5)
    fr.close()


def test_behind_and_nobody_can_help_it_stays_silent(three, hub, carry, say, backup, intruder):
    ic, fr, ar = three
    say(fr, "one")
    carry(*three)
    restore = backup(fr)
    say(fr, "two")
    carry(*three)
    fr = with_hubs(restore(), hub.url)
    intruder.purge("intl.v1.log.fr.1.2")
    who = tuple(f"{each.name} ({each.code})" for each in (ar, fr, ic))

    async def story():
        await until(lambda: fr.fenced == claims.BEHIND % {"theirs": 2, "ours": 1, "who": who})
        with pytest.raises(Paused):
            await asyncio.to_thread(say, fr, "something else")

    live(story, fr)

    async def mended():
        await until(opened(fr))

    live(mended, with_hubs(ic, hub.url), fr)
    oracle.agree(ic, fr, said=2)
    fr.close()


def test_a_second_instance_is_noticed(three, hub, carry, say, backup, caplog):
    _ic, fr, _ar = three
    say(fr, "one")
    carry(*three)
    second = with_hubs(backup(fr)(), hub.url)

    async def story():
        await until(opened(second))
        say(fr, "by the first instance")
        await asyncio.to_thread(carry_over, hub, fr)
        await until(lambda: second.fenced is not None)

    with caplog.at_level(logging.CRITICAL + 1):
        live(story, second)
    second.close()


def carry_over(hub, *sections):
    from internationale.testing.carrying import carry

    carry(hub.url, *sections)


def test_two_hubs_of_which_one_is_away(three, hub, say, tmp_path):
    ic, fr, _ar = three
    with HubProcess(tmp_path / "other") as other:
        other.stop()
        with_hubs(ic, hub.url, other.url)
        with_hubs(fr, hub.url, other.url)

        async def story():
            await until(opened(ic))
            await asyncio.to_thread(say, ic, "one")
            await until(same(ic, fr))
            await asyncio.to_thread(hub.stop)
            await asyncio.to_thread(other.start)
            await asyncio.to_thread(say, ic, "two")
            await until(lambda: len(oracle.log(fr)) == 2)
            await asyncio.to_thread(hub.start)

        live(story, ic, fr)
    oracle.agree(ic, fr, said=2)


def test_a_newcomer_is_followed_by_those_who_run(federation, hub, say):
    (ic,) = federation("ic", plugins=builds.today(), hubs=(hub.url,))
    fr = federation.alone("fr", plugins=builds.today(), hubs=(hub.url,))

    async def story():
        await until(opened(ic))
        await asyncio.to_thread(say, ic, "alone")
        await asyncio.to_thread(admit, ic, fr)  # as ``section admit`` and ``join`` do, in processes of their own
        await until(opened(fr))
        await asyncio.to_thread(say, fr, "together")
        await until(lambda: len(oracle.log(ic)) == len(oracle.log(fr)) == 2)

    live(story, ic, fr)
    oracle.agree(ic, fr, said=2)


def test_shutdown_is_prompt(three, hub):
    for section in three:
        with_hubs(section, hub.url)

    async def run():
        async with AsyncExitStack() as stack:
            for section in three:
                await stack.enter_async_context(worker.running(section))
            await asyncio.sleep(1)
            began = asyncio.get_running_loop().time()
            await stack.pop_all().aclose()
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) < 3


def test_a_section_that_stands_alone_and_a_hub_that_is_away_end_promptly(three):
    ic, _fr, _ar = three
    with_hubs(ic, "nats://127.0.0.1:1")

    async def story():
        await asyncio.sleep(0.3)

    live(story, ic)
    assert ic.fenced == fence.NO_ANSWER
