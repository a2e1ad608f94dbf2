"""Those who speak for others, who may not, and who may no longer."""

import asyncio

import nats
import psutil

from internationale.bus import LOG, users
from internationale.events.keys import EVENT, ROSTER, SigningKey
from internationale.events.roster import LastGood, Status
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes

from .carriers import as_admin
from .faults import fault
from .judgement import Verdict
from .stage import Stage

AT_ONCE = 40


@fault(21, "somebody with the hub's rights squats the next number of a section")
def squatted(stage: Stage) -> None:
    """The true event is fetched from whom it is; the operator purges the subject, and it goes there too."""
    code, count = stage.cast[0], stage.chance.randrange(5, 40)
    stage.start()
    stage.say(code, count)
    stage.until(stage.settled, "all have it")
    subject = f"intl.v1.log.{code}.1.{count + 1}"
    body = b"something else"
    forged = SigningKey.generate().sign(EVENT, body)
    as_admin(stage, lambda context: context.publish(subject, body, headers={"Intl-Sig": forged}))
    stage.say(code, stage.chance.randrange(2, 9))
    stage.until(stage.settled, "all have the true one")
    stage.expected = [(subject, "unknown_key")]
    as_admin(stage, lambda context: context.purge_stream(LOG, subject=subject))


@fault(20, "a section's user at the hub publishes for another", guarded=True)
def forged(stage: Stage) -> None:
    """The server refuses it; nobody ever sees it."""
    forger, victim, _third = stage.cast
    count = stage.chance.randrange(5, 40)
    stage.start()
    stage.say(victim, count)
    stage.until(stage.settled, "all have it")
    with stage.opened(forger) as section:
        key = section.nkey

    async def publish() -> None:
        inbox = f"_INBOX_{forger}".encode()
        client = await nats.connect(stage.hubs[0].url, nkeys_seed_str=key.seed, error_cb=_quiet, inbox_prefix=inbox)
        for subject in (f"intl.v1.log.{victim}.1.{count + 1}", f"intl.v1.heads.{victim}", f"intl.v1.part.{victim}." + "0" * 64):
            await client.publish(subject, b"forged", headers={"Intl-Sig": "x.y"})
        await client.flush()
        await client.close()

    asyncio.run(publish())


async def _quiet(_error: Exception) -> None:
    """What the server has against it."""


def _expelled(stage: Stage) -> Verdict:
    """It is cut off at once; what it says afterwards is refused by everybody, whoever brings it."""
    expelled, *others = [*(code for code in stage.cast if code != "ic"), "ic"]
    stage.begin(AT_ONCE)
    stage.rate(0)
    stage.until(stage.settled, "all have it")
    with stage.opened("ic") as committee:
        with committee.writing() as session:
            latest = queries.latest(session)
            assert latest is not None
            head = committee.ledger.head(session, expelled)
            last = LastGood(epoch=head.epoch, sequence=head.sequence, hash=head.hash)
            draft = changes.ended(latest, expelled, Status.EXPELLED, last, committee.now())
            port.store_version(session, SignedDocument.seal(ROSTER, draft, stage.root), committee.now())
        stage.provision()
    before = len(stage.instances[expelled].said)
    stage.say(expelled, stage.chance.randrange(1, 6))
    said = len(stage.instances[expelled].said) - before  # less than that: it heard of it, and is silent from then on
    stage.stop(expelled)
    stage.codes = stage.writers = tuple(others)
    stage.unsaid = {f"{expelled}:1:{head.sequence + number}" for number in range(1, said + 1)}
    return stage.judge()


fault(43, "a section is expelled while it is connected", guarded=True, judged=False)(_expelled)


@fault(45, "the hub no longer lets a section publish its own log", guarded=True)
def forbidden(stage: Stage) -> None:
    """It says so, and does not hammer; when it may again, all arrives."""
    code = stage.cast[0]
    stage.start()
    stage.say(code, stage.chance.randrange(5, 40))
    stage.until(stage.settled, "all have it")
    roster = stage.roster()
    silent = [users.Member(each.section, each.nkey, each.section != code) for each in users.members(roster)]
    stage.let_in(silent)
    stage.say(code, stage.chance.randrange(5, 20))
    stage.rest(2)
    process = psutil.Process(stage.instances[code].process.pid)
    spent = sum(process.cpu_times()[:2])
    stage.rest(6)
    used = (sum(process.cpu_times()[:2]) - spent) / 6
    assert used < 0.2, f"it hammers: {used:.0%} of a processor"
    stage.let_in(users.members(roster))


@fault(50, "words are sealed for two sections; the third holds them, hands them on, and cannot read them")
def sealed(stage: Stage) -> None:
    """Nor can it when it has the whole log, the parts, and the hub."""
    _stranger, speaker, reader = stage.cast
    words = f"nobody else may know of {stage.chance.randbytes(6).hex()}"
    stage.secrets = [(words.encode(), frozenset((speaker, reader)))]
    stage.begin(AT_ONCE)
    audience = " ".join(sorted((speaker, reader)))
    stage.say(speaker, 1, text=words, audience=audience)
    stage.say(speaker, stage.chance.randrange(3, 12), audience=audience, size=stage.chance.choice([0, 500, 150_000]))
    stage.kill(reader)
    stage.start(reader)
    stage.rate(0)
    stage.until(stage.settled, "all hold the same")
