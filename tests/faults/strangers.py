"""Those who speak for others, who may not, and who may no longer."""

import asyncio

import nats
import psutil

from internationale.bus import LOG, users
from internationale.events.keys import EVENT, ROSTER, SigningKey
from internationale.events.roster import LastGood, Status
from internationale.events.signed import SignedDocument
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.section import Section

from .carriers import as_admin
from .faults import fault
from .instance import PLUGINS
from .judgement import Verdict
from .stage import Stage

AT_ONCE = 40


@fault(21, "somebody with the hub's rights squats the next number of a section")
def squatted(stage: Stage) -> None:
    """The true event is fetched from whom it is; the operator purges the subject, and it goes there too."""
    stage.start()
    stage.say("fr", 20)
    stage.until(stage.settled, "all have it")
    subject = "intl.v1.log.fr.1.21"
    body = b"something else"
    forged = SigningKey.generate().sign(EVENT, body)
    as_admin(stage, lambda context: context.publish(subject, body, headers={"Intl-Sig": forged}))
    stage.say("fr", 5)
    stage.until(stage.settled, "all have the true one")
    stage.expected = [(subject, "unknown_key")]
    as_admin(stage, lambda context: context.purge_stream(LOG, subject=subject))


@fault(20, "a section's user at the hub publishes for another", guarded=True)
def forged(stage: Stage) -> None:
    """The server refuses it; nobody ever sees it."""
    stage.start()
    stage.say("fr", 20)
    stage.until(stage.settled, "all have it")
    key = Section.open(stage.settings["ar"], Plugins(PLUGINS)).nkey

    async def publish() -> None:
        client = await nats.connect(stage.hubs[0].url, nkeys_seed_str=key.seed, error_cb=_quiet, inbox_prefix=b"_INBOX_ar")
        for subject in ("intl.v1.log.fr.1.21", "intl.v1.heads.fr", "intl.v1.part.fr." + "0" * 64):
            await client.publish(subject, b"forged", headers={"Intl-Sig": "x.y"})
        await client.flush()
        await client.close()

    asyncio.run(publish())


async def _quiet(_error: Exception) -> None:
    """What the server has against it."""


def _expelled(stage: Stage) -> Verdict:
    """It is cut off at once; what it says afterwards is refused by everybody, whoever brings it."""
    stage.begin(AT_ONCE)
    stage.rate(0)
    stage.until(stage.settled, "all have it")
    committee = Section.open(stage.settings["ic"], Plugins(PLUGINS))
    with committee.writing() as session:
        latest = queries.latest(session)
        assert latest is not None
        head = committee.ledger.head(session, "ar")
        last = LastGood(epoch=head.epoch, sequence=head.sequence, hash=head.hash)
        draft = changes.ended(latest, "ar", Status.EXPELLED, last, committee.now())
        port.store_version(session, SignedDocument.seal(ROSTER, draft, stage.root), committee.now())
    stage.provision()
    committee.close()
    before = len(stage.instances["ar"].said)
    stage.say("ar", 3)
    assert len(stage.instances["ar"].said) == before + 3
    stage.stop("ar")
    stage.codes = stage.writers = ("ic", "fr")
    stage.unsaid = {f"ar:1:{head.sequence + number}" for number in (1, 2, 3)}
    return stage.judge()


fault(43, "a section is expelled while it is connected", guarded=True, judged=False)(_expelled)


@fault(45, "the hub no longer lets a section publish its own log", guarded=True)
def forbidden(stage: Stage) -> None:
    """It says so, and does not hammer; when it may again, all arrives."""
    stage.start()
    stage.say("fr", 20)
    stage.until(stage.settled, "all have it")
    roster = stage.roster()
    silent = [users.Member(each.section, each.nkey, each.section != "fr") for each in users.members(roster)]
    stage.let_in(silent)
    stage.say("fr", 10)
    stage.rest(2)
    process = psutil.Process(stage.instances["fr"].process.pid)
    spent = sum(process.cpu_times()[:2])
    stage.rest(6)
    used = (sum(process.cpu_times()[:2]) - spent) / 6
    assert used < 0.2, f"it hammers: {used:.0%} of a processor"
    stage.let_in(users.members(roster))
