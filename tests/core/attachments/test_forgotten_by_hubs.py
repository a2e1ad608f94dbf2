"""What was taken back is deleted from a hub by who looks after it; what another file still needs is not."""

import asyncio

import nats
import pytest
from click.testing import CliRunner

from internationale.bus import BLOB
from internationale.cli.forgetting import AGAIN, Forgetting
from internationale.cli.hub import hub as command
from internationale.cli.provisioning import Operation
from internationale.rooms.attachments.port import attaching
from internationale.testing.carrying import exchange

NAMES = b"names of comrades " * 40_000


@pytest.fixture
def there(hub):
    """How many pieces the hub has, by the section under whose name."""

    def look():
        async def deed():
            client = await nats.connect(hub.url)
            found = (await client.jetstream().stream_info(BLOB, subjects_filter=">")).state.subjects or {}
            await client.close()
            return sorted(subject.split(".")[3] for subject in found)

        return asyncio.run(deed())

    return look


@pytest.fixture
def withdraw(member, three):
    def deed(section, file):
        with section.writing() as session:
            attaching.withdraw(section, session, file, reason="danger", by=member(section, "delegate"))
        exchange(*three)

    return deed


async def offer(at):
    for each in at.values():
        await each.offer()


def test_a_hub_forgets_what_was_taken_back_and_nothing_else(three, hub, share, attach, carriages, there, withdraw, intrude):
    ic, fr, ar = three
    document = share(fr)
    mine, other = attach(fr, document, NAMES, name="names.txt"), attach(fr, document, b"other" * 1000)
    same = attach(ar, share(ar), NAMES, name="copy.txt")
    exchange(*three)
    carriages(offer, *three)
    before = there()
    assert (before.count("fr"), before.count("ar")) == (3, 2)
    forgetting = Forgetting()
    assert forgetting.run(ic, Operation(hub.url)) == 0
    withdraw(fr, mine)
    assert (forgetting.run(ic, Operation(hub.url)), there()) == (2, ["ar", "ar", "fr"])  # another section attached the same
    withdraw(ar, same)
    assert (forgetting.run(ic, Operation(hub.url)), there()) == (2, ["fr"])
    with ic.reading() as session:
        blob = next(each.file.blob for each in attaching.files.newest(session, 9) if each.file.id == mine)
    intrude(f"intl.v1.blob.fr.{blob}.0", b"brought again in that moment")
    assert (forgetting.run(ic, Operation(hub.url)), len(there())) == (0, 2)
    forgetting.asked = {each: moment - AGAIN for each, moment in forgetting.asked.items()}
    assert (forgetting.run(ic, Operation(hub.url)), there()) == (1, ["fr"])
    withdraw(fr, other)
    result = CliRunner().invoke(command, ["provision", hub.url], obj=lambda: ic, env={"LC_ALL": "C"})
    assert (result.exit_code, "Deleted from the hub: 1 piece of files" in result.output, there()) == (0, True, [])
    result = CliRunner().invoke(command, ["provision", hub.url], obj=lambda: ic, env={"LC_ALL": "C"})
    assert (result.exit_code, "Deleted from the hub" in result.output) == (0, False)


def test_of_what_is_sealed_for_others_who_looks_after_it_does_not_know(three, hub, share, attach, carriages, there, withdraw):
    ic, fr, _ar = three
    file = attach(fr, share(fr, "ar fr"), NAMES)
    exchange(*three)
    carriages(offer, *three)
    withdraw(fr, file)
    assert (Forgetting().run(ic, Operation(hub.url)), len(there())) == (0, 2)
    assert (Forgetting().run(fr, Operation(hub.url)), there()) == (2, [])
