"""Long contents, parts and attachments, of which a hub has something else."""

import hashlib

from nats.js import JetStreamContext

from internationale.bus import BLOB, PART
from internationale.errors import Conflict, NotFound
from internationale.rooms.attachments.port import taking
from internationale.rooms.attachments.queries import files

from .carriers import as_admin, spoken
from .faults import fault
from .stage import Stage


@fault(37, "long contents: the hub has something else under their names, and the line is cut again and again")
def pieces(stage: Stage) -> None:
    """What is wrong is not kept; the true piece comes from whom it is."""
    hearer, speaker, other = stage.cast
    spoken(stage)
    stage.kill(hearer)
    stage.say(speaker, 12, size=200_000)
    last = stage.head(speaker, speaker).sequence
    stage.until(lambda: stage.holds(other, speaker, last), f"{other} has them")

    async def spoil(context: JetStreamContext) -> None:
        info = await context.stream_info(PART, subjects_filter=">")
        which = stage.chance.apart()
        for subject in which.sample(sorted(info.state.subjects or {}), 6):
            await context.purge_stream(PART, subject=subject)
            await context.publish(subject, which.randbytes(100_000))

    as_admin(stage, spoil)
    stage.start(hearer)
    for _ in range(8):
        stage.wires[hearer, 0].cut_after(stage.chance.randrange(50_000, 500_000))
        stage.rest(0.7)


@fault(37, "an attachment: the hub has wrong chunks of it and lacks others, the line is cut, and who attached it is away")
def chunks(stage: Stage) -> None:
    """A wrong chunk is not kept, what came stays; the rest is asked of the one section that has it, and the whole is right."""
    hearer, sender, other = stage.cast
    spoken(stage)
    stage.kill(hearer)
    attachment = stage.answer(sender, "attach", stage.chance.randrange(3, 5) * 1024 * 1024)
    stage.until(lambda: bool(whole(stage, other, attachment)), f"{other} has it whole")
    true = whole(stage, sender, attachment)
    stage.kill(sender)
    as_admin(stage, lambda context: spoil_chunks(stage, context))
    stage.start(hearer)
    for _ in range(3):
        stage.wires[hearer, 0].cut_after(stage.chance.randrange(200_000, 900_000))
        stage.rest(0.7)
    stage.until(lambda: bool(whole(stage, hearer, attachment)), f"{hearer} has it whole", 60)
    assert whole(stage, hearer, attachment) == true


async def spoil_chunks(stage: Stage, context: JetStreamContext) -> None:
    """Two are something else of the same length, with a true beginning; one is gone."""
    info = await context.stream_info(BLOB, subjects_filter=">")
    wrong, another, lost = stage.chance.sample(range(6), 3)
    subjects = sorted(info.state.subjects or {}, key=lambda subject: int(subject.rpartition(".")[2]))
    for number in (wrong, another):
        kept = (await context.get_msg(BLOB, subject=subjects[number])).data or b""
        await context.purge_stream(BLOB, subject=subjects[number])
        await context.publish(subjects[number], kept[: len(kept) // 2] + bytes(len(kept) - len(kept) // 2))
    await context.purge_stream(BLOB, subject=subjects[lost])


def whole(stage: Stage, code: str, attachment: str) -> str:
    """The hash of an attached file as a section hands it out; empty while it cannot."""
    with stage.opened(code) as section:
        try:
            with section.reading() as session:
                digest = files.find(session, attachment).file.digest
            _known, bytes_of_it = taking.take(section, attachment, None)
            found = hashlib.sha256(b"".join(bytes_of_it)).hexdigest()
        except (Conflict, NotFound):
            return ""
    return found if found == digest else ""
