"""Processes that are killed or stand still: sections at every step, and hubs."""

import signal
from collections.abc import Callable

from .faults import fault
from .stage import Stage

AT_ONCE = 60
"""Notes a second, by each: so that batches are in flight."""

SAYING = {
    1: "before the commit",
    2: "after the commit",
    3: "after publishing, before the answer",
    4: "after the answer, before the cursor",
    5: "in the middle of a batch",
}
HEARING = (
    "after fetching, before the commit",
    "in the middle of the projection",
    "after the commit, before acknowledging",
    "after acknowledging",
)


def _dying(step: str) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        code = stage.cast[0]
        stage.begin(AT_ONCE)
        stage.dies(code, step)
        stage.rest(stage.chance.uniform(0.1, 0.8))
        stage.start(code)
        stage.rate(AT_ONCE, code)
        stage.rest(0.5)

    return play


for number, step in SAYING.items():
    fault(number, f"a section killed {step}")(_dying(step))
for step in HEARING:
    fault(7, f"a section that hears killed {step}")(_dying(step))


@fault(6, "the hub killed while nobody writes")
def idle(stage: Stage) -> None:
    stage.start()
    stage.say(stage.cast[0], stage.chance.randrange(10, 40))
    stage.until(stage.settled, "all have it")
    stage.hubs[0].kill()
    stage.rest(stage.chance.uniform(0.2, 2))
    stage.hubs[0].start()


@fault(6, "the hub killed again and again while all write")
def busy(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    for _ in range(stage.chance.randrange(2, 5)):
        stage.rest(stage.chance.uniform(0.5, 1.5))
        stage.hubs[0].kill()
        stage.rest(stage.chance.uniform(0.1, 1))
        stage.hubs[0].start()
    stage.rest(0.5)


@fault(12, "the hub stands still for eight seconds")
def stopped(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    stage.hub_signal(0, signal.SIGSTOP)
    stage.rest(8)
    stage.hub_signal(0, signal.SIGCONT)
    stage.rest(0.5)


@fault(34, "a section whose database takes two seconds for each batch")
def slow(stage: Stage) -> None:
    slow, *others = stage.cast
    stage.begin(AT_ONCE)
    stage.instances[slow].order("slow", 2.0)
    stage.rate(AT_ONCE, *others)
    stage.rest(stage.chance.uniform(4, 8))
    stage.kill(slow)
    stage.start(slow)


@fault(35, "one section floods for ten seconds")
def flood(stage: Stage) -> None:
    """As fast as it can; the others go on, and their pages answer."""
    flooding, *others = stage.cast
    stage.begin(5)
    before = {code: len(stage.instances[code].said) for code in others}
    stage.rate(10_000, flooding)
    stage.rest(10)
    assert all(len(stage.instances[code].said) > said + 5 for code, said in before.items()), "the others could not write"


@fault(48, "the client of the hub was closed for good")
def closed(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    stage.instances[stage.cast[0]].order("close client")
    stage.rest(2)


@fault(46, "three servers that are one hub: each killed in turn, then all at once", hubs=0, cluster=True)
def cluster(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    for hub in stage.chance.sample(stage.hubs, 3):
        hub.kill()
        stage.rest(stage.chance.uniform(1, 3))
        hub.start()
        stage.rest(stage.chance.uniform(1, 3))
    for hub in stage.hubs:
        hub.kill()
    stage.rest(1)
    for hub in stage.hubs:
        hub.start()
    stage.rest(2)


@fault(46, "three servers that are one hub: each stands still in turn", hubs=0, cluster=True)
def frozen(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    for number in stage.chance.sample(range(3), 3):
        stage.hub_signal(number, signal.SIGSTOP)
        stage.rest(stage.chance.uniform(4, 8))
        stage.hub_signal(number, signal.SIGCONT)
        stage.rest(1)
