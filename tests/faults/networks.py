"""Connections that break in every way: by a proxy, and by cables that are pulled."""

from .faults import fault
from .network import Cable
from .stage import Stage

AT_ONCE = 40


@fault(10, "a section is cut off for ten seconds, without a word")
def partition(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    wire = stage.wires["fr", 0]
    wire.gate(up=False, down=False)
    stage.rest(10)
    wire.heal()
    stage.rest(0.5)


@fault(10, "the cable of a section is pulled for ten seconds", needs_root=True)
def cable(stage: Stage) -> None:
    with Cable(stage.chance.randrange(1, 250)) as cable:
        stage.rewire("fr", cable.near, cable.namespace)
        stage.begin(AT_ONCE)
        cable.pull()
        stage.rest(10)
        cable.plug()
        stage.rest(0.5)
        stage.heal()
        stage.stop("fr")
        stage.rewire("fr", "127.0.0.1", None)


@fault(10, "the connection is cut again and again in the middle of whatever it carries")
def cuts(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    for _ in range(6):
        stage.rest(stage.chance.uniform(0.3, 0.8))
        for code in stage.codes:
            stage.wires[code, 0].cut_after(stage.chance.randrange(1, 20_000))


@fault(11, "half open: what the hub says does not arrive for forty seconds")
def deaf(stage: Stage) -> None:
    stage.begin(10)
    stage.wires["fr", 0].gate(down=False)
    stage.rest(40)


@fault(11, "half open: what a section says does not arrive for forty seconds")
def mute(stage: Stage) -> None:
    stage.begin(10)
    stage.wires["fr", 0].gate(up=False)
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


@fault(47, "one of two hubs stalls: it takes connections and says nothing", hubs=2)
def stalled(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    for code in stage.codes:
        stage.wires[code, 0].gate(down=False)
    before = sum(map(len, (stage.instances[code].said for code in stage.codes)))
    stage.rest(8)
    stage.rate(0)
    stage.until(stage.settled, "the other hub carries all", 20)
    assert sum(map(len, (stage.instances[code].said for code in stage.codes))) > before
