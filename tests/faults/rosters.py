"""Rosters: expired, with exchanged keys, out of order, signed by too few."""

from datetime import timedelta

from nats.js import JetStreamContext
from tests.simulation.crafting import entry, latest, rival, subject, version

from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.events.roster import LogKey, Root, verify
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import port, queries
from internationale.section import Section
from internationale.settings import write_key

from .bodies import put
from .carriers import as_admin, spoken
from .faults import fault
from .stage import Stage


def proclaim(stage: Stage, document: SignedDocument) -> None:
    """The committee follows a version; its instance carries it to everybody."""
    with stage.opened("ic") as committee, committee.writing() as session:
        port.store_version(session, document, committee.now())


def followed(stage: Stage, number: int) -> bool:
    """Whether all sections go by this version."""
    return all(_version(stage, code) == number for code in stage.codes)


def _version(stage: Stage, code: str) -> int:
    with stage.opened(code) as section, section.reading() as session:
        found = queries.latest(session)
        assert found is not None
        return found.roster.version


@fault(41, "the roster has expired")
def expired(stage: Stage) -> None:
    """Reading and speaking go on, and nobody is locked out; not even who is started again."""
    spoken(stage)
    for instance in stage.instances.values():
        instance.order("clock", timedelta(days=400))
    stage.kill(stage.cast[0])
    stage.start(stage.cast[0])
    stage.instances[stage.cast[0]].order("clock", timedelta(days=400))
    for code in stage.cast:
        stage.say(code, stage.chance.randrange(5, 20))


@fault(41, "a section's key is exchanged; somebody who has the old one goes on with it")
def rotated(stage: Stage) -> None:
    """The old one is good up to its last number, the new one from its first."""
    code, new = stage.cast[0], SigningKey.generate()
    spoken(stage)
    last = stage.head(code, code).sequence
    with stage.opened("ic") as committee, stage.opened(code) as section:
        ranges = (LogKey(key=section.key.public, first=1, last=last), LogKey(key=new.public, first=last + 1))
        document = version(committee, stage.root, sections=entry(code, keys=ranges))
        number = latest(committee).roster.version + 1
        late = rival(section, "with the old key")
    proclaim(stage, document)
    stage.until(lambda: followed(stage, number), "all follow")
    put(stage, (late.subject, late.body, late.signature))
    stage.expected = [(late.subject, "key_not_valid_at_number")]
    stage.stop(code)
    stage.settings[code].log_key.unlink()
    write_key(stage.settings[code].log_key, new)
    stage.start(code)
    stage.say(code, stage.chance.randrange(3, 20))
    stage.until(stage.settled, "all have the true ones")


@fault(42, "rosters out of order, signed by too few, by one key twice, as another kind of thing")
def too_few(stage: Stage) -> None:
    """Nobody follows those; a version that came too early is followed when the one before it has come."""
    spoken(stage)
    with stage.opened("ic") as committee:
        number = latest(committee).roster.version
        second = version(committee, stage.root)
        third = version(committee, stage.root, before=verify(latest(committee), second))
        bad = forged(stage, committee)
    order = [(number + 2, third), *((number + 1, document) for document in bad)]
    hang(stage, stage.chance.sample(order, len(order)))
    stage.rest(3)
    assert followed(stage, number), "somebody followed a roster that does not hold"
    proclaim(stage, second)
    stage.until(lambda: followed(stage, number + 2), "all follow both")


def forged(stage: Stage, committee: Section) -> list[SignedDocument]:
    """What nobody may follow."""
    other = SigningKey.generate()
    both = (Root(key=stage.root.public, holder="ic"), Root(key=other.public, holder="fr"))
    twice = version(committee, stage.root, roots=both, threshold=2)
    return [
        version(committee, stage.root, roots=both[1:]),
        version(committee, other, roots=both[1:]),
        SignedDocument(twice.body, twice.signatures * 2),
        SignedDocument(twice.body, (stage.root.sign(keys.HEADS, twice.body),)),
    ]


def hang(stage: Stage, documents: list[tuple[int, SignedDocument]]) -> None:
    """Somebody with the hub's rights puts them there. One subject takes one."""

    async def publish(context: JetStreamContext) -> None:
        names = dict.fromkeys(subject(number, document) for number, document in documents)
        found = {subject(number, document): document for number, document in documents}
        for name in names:
            await context.publish(name, found[name].body, headers={"Intl-Sig": found[name].header})

    as_admin(stage, publish)
