"""What somebody with a hub's rights puts there: too long, malformed, changed, old, under another name."""

import contextlib
from collections.abc import Sequence

from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from tests.simulation.crafting import MALFORMED

from internationale.bus import HEADS, LOG, ROSTER
from internationale.events.keys import EVENT, SigningKey
from internationale.testing import oracle

from .carriers import as_admin, spoken
from .faults import fault
from .stage import Stage

Put = tuple[str, bytes, str]
"""Subject, body, signature."""


def put(stage: Stage, *things: Put) -> None:
    """In this order, in the place of what is there. What the server does not take it does not take."""

    async def all_of_them(context: JetStreamContext) -> None:
        for subject, body, signature in things:
            await context.purge_stream(LOG, subject=subject)
            try:
                await context.publish(subject, body, headers={"Intl-Sig": signature} if signature else {})
            except (APIError, MaxPayloadError):
                assert len(body) > 300 * 1024, subject

    as_admin(stage, all_of_them)


def signed(stage: Stage, code: str, bodies: Sequence[bytes]) -> list[Put]:
    """Under the next numbers of a section, rightly signed."""
    first = stage.head(code, code).sequence + 1
    with stage.opened(code) as section:
        key = section.key
    return [(f"intl.v1.log.{code}.1.{first + place}", body, key.sign(EVENT, body)) for place, body in enumerate(bodies)]


def log(stage: Stage, code: str) -> list[Put]:
    """All that a section has of its own log."""
    with stage.opened(code) as section:
        found = [(id.split(":"), body, signature) for id, (body, signature) in oracle.log(section).items()]
    return [(f"intl.v1.log.{'.'.join(id)}", body, signature) for id, body, signature in found if id[0] == code]


def true_ones(stage: Stage, code: str, squatted: Sequence[Put]) -> None:
    """The section says what belongs there, and all have it; then the operator throws out what stands in its place."""
    stage.say(code, len(squatted) + stage.chance.randrange(1, 4))
    stage.until(stage.settled, "all have the true ones")

    async def purge(context: JetStreamContext) -> None:
        for subject, _body, _signature in squatted:
            await context.purge_stream(LOG, subject=subject)

    as_admin(stage, purge)


@fault(36, "bodies of 257 KiB to 9 MiB, rightly signed, stand under a section's next numbers; it tries to say one, too")
def oversize(stage: Stage) -> None:
    """Refused before it is signed, by the server, and by everybody unread."""
    code = stage.cast[0]
    spoken(stage)
    stage.say(code, 1, text="x" * 257 * 1024, tries=1)
    assert "Invalid" in stage.instances[code].refused
    kept, unkept = (257, stage.chance.randrange(258, 299)), (1000, 9 * 1024)
    things = signed(stage, code, [b"x" * 1024 * kibibytes for kibibytes in (*kept, *unkept)])
    put(stage, *things)
    stage.expected = [(subject, "oversize") for subject, _body, _signature in things[: len(kept)]]
    true_ones(stage, code, things[: len(kept)])


@fault(39, "malformed bodies, rightly signed, stand under a section's next numbers")
def malformed(stage: Stage) -> None:
    """Each is refused for its reason; then the true events under these numbers are accepted."""
    code = stage.cast[0]
    spoken(stage)
    chosen = stage.chance.sample(sorted(MALFORMED), len(MALFORMED))
    things = signed(stage, code, [MALFORMED[name][0] for name in chosen])
    put(stage, *things)
    stage.expected = [(subject, MALFORMED[name][1]) for (subject, *_), name in zip(things, chosen, strict=True)]
    true_ones(stage, code, things)


@fault(19, "the hub changes a byte of a body, of a signature, exchanges the signer, leaves the header out")
def tampered(stage: Stage) -> None:
    """Who was away refuses each for its reason, and has the true ones from those who have them."""
    hearer, speaker, _other = stage.cast
    spoken(stage)
    stage.kill(hearer)
    before = stage.head(speaker, speaker).sequence
    stage.say(speaker, 20)
    stage.until(lambda: all(stage.holds(code, speaker, before + 20) for code in stage.instances), "the others have it")
    chosen = stage.chance.sample(log(stage, speaker)[before:], 4)
    body, signature, signer, header = chosen
    place = stage.chance.apart().randrange(len(body[1]))
    changed = bytes([*body[1][:place], body[1][place] ^ 1, *body[1][place + 1 :]])
    put(
        stage,
        (body[0], changed, body[2]),
        (signature[0], signature[1], signature[2][:-4] + "AAAA"),
        (signer[0], signer[1], SigningKey.generate().sign(EVENT, signer[1])),
        (header[0], header[1], ""),
    )
    stage.expected = None
    stage.start(hearer)
    stage.until(stage.settled, "all have the true ones")
    reasons = ["bad_signature", "bad_signature", "unknown_key", "unknown_key"]
    with stage.opened(hearer) as section:
        oracle.refused(section, [(thing[0], reason) for thing, reason in zip(chosen, reasons, strict=True)])


@fault(22, "old events again, under other numbers, another section's name, another epoch")
def elsewhere(stage: Stage) -> None:
    """Only under its own subject does an event count."""
    code, other, _third = stage.cast
    spoken(stage)
    old, mine = stage.chance.choice(log(stage, code)), f"intl.v1.log.{code}"
    following, theirs = (stage.head(each, each).sequence + 1 for each in (code, other))
    subjects = [f"{mine}.1.{following}", f"{mine}.2.1", f"intl.v1.log.{other}.1.{theirs}"]
    things = [(subject, old[1], old[2]) for subject in subjects]
    put(stage, *things)
    stage.expected = list(zip(subjects, ["subject_mismatch", "subject_mismatch", "unknown_key"], strict=True))
    stage.say(other, 1)
    true_ones(stage, code, [things[0], things[2]])


@fault(23, "old rosters and old heads again")
def old_news(stage: Stage) -> None:
    """They were true once. Nobody goes back."""
    spoken(stage)
    old: list[Put] = []

    async def keep(context: JetStreamContext) -> None:
        for stream in (ROSTER, HEADS):
            state = (await context.stream_info(stream)).state
            for number in range(state.first_seq, state.last_seq + 1) if state.messages else ():
                with contextlib.suppress(NotFoundError):
                    message = await context.get_msg(stream, number)
                    old.append((message.subject or "", message.data or b"", (message.headers or {}).get("Intl-Sig", "")))

    async def again(context: JetStreamContext) -> None:
        await context.purge_stream(ROSTER)
        for subject, body, signature in stage.chance.sample(old, len(old)):
            await context.publish(subject, body, headers={"Intl-Sig": signature})

    as_admin(stage, keep)
    stage.say(stage.cast[0], stage.chance.randrange(5, 20))
    stage.until(stage.settled, "all have it")
    as_admin(stage, again)
    stage.rest(3)
    assert stage.settled(), "somebody went back"
