"""Connections that break in every way: by a proxy, and by cables that are pulled."""

from contextlib import suppress

from nats.js.errors import NotFoundError

from internationale.bus import LOG

from .carriers import as_admin
from .faults import fault
from .network import Cable
from .stage import Stage

AT_ONCE = 40


@fault(10, "a section is cut off for ten seconds, without a word")
def partition(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    wire = stage.wires[stage.cast[0], 0]
    wire.gate(up=False, down=False)
    stage.rest(10)
    wire.heal()
    stage.rest(0.5)


@fault(10, "the cable of a section is pulled for ten seconds", needs_root=True)
def cable(stage: Stage) -> None:
    code = stage.cast[0]
    with Cable(stage.chance.randrange(1, 250)) as cable:
        stage.rewire(code, cable.near, cable.namespace)
        stage.begin(AT_ONCE)
        cable.pull()
        stage.rest(10)
        cable.plug()
        stage.rest(0.5)
        stage.heal()
        stage.stop(code)
        stage.rewire(code, "127.0.0.1", None)


@fault(10, "the connection is cut again and again in the middle of whatever it carries")
def cuts(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    for _ in range(6):
        stage.rest(stage.chance.uniform(0.3, 0.8))
        for code in stage.codes:
            stage.wires[code, 0].cut_after(stage.chance.randrange(1, 20_000))


@fault(11, "half open for forty seconds: one section does not hear the hub, another is not heard by it")
def half_open(stage: Stage) -> None:
    stage.begin(10)
    deaf, mute, _third = stage.cast
    stage.wires[deaf, 0].gate(down=False)
    stage.wires[mute, 0].gate(up=False)
    stage.rest(40)


@fault(10, "a slow and shaky line, as from far away")
def shaky(stage: Stage) -> None:
    stage.begin(10)
    for code in stage.codes:
        stage.wires[code, 0].delay(stage.chance.uniform(0.05, 0.3))
    for _ in range(4):
        stage.rest(1.5)
        stage.wires[stage.chance.choice(stage.codes), 0].refuse()
        stage.rest(0.3)
        for wire in stage.wires.values():
            wire.refuse(False)


@fault(17, "everything comes again and again, from two hubs", hubs=2)
def repeated(stage: Stage) -> None:
    """It counts once."""
    stage.begin(AT_ONCE)
    for _ in range(3):
        stage.rest(stage.chance.uniform(0.5, 1.5))
        for number in range(2):
            for code in stage.codes:
                with suppress(NotFoundError):  # deleted before, and not made again yet
                    as_admin(stage, lambda context, code=code: context.delete_consumer(LOG, code), number)


@fault(18, "two hubs bring each its own half of the events, and one of them is slow", hubs=2)
def disordered(stage: Stage) -> None:
    """What comes before what it stands on is kept aside."""
    for code in stage.codes:
        slow = stage.chance.randrange(2)
        stage.wires[code, slow].delay(stage.chance.uniform(0.05, 0.2))
        for number, half in enumerate(("[02468]", "[13579]")):
            stage.wires[code, number].withhold(rf"delivered intl\.v1\.log\..*{half}")
    stage.begin(AT_ONCE)
    stage.rest(4)
