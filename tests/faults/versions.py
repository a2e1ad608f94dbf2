"""Builds that know less than others, or stumble."""

from internationale.ledger.records import State
from internationale.testing import builds

from .carriers import spoken
from .faults import fault
from .stage import Stage


def states(stage: Stage, code: str) -> dict[State, int]:
    """How many events a section holds in which state."""
    with stage.opened(code) as section, section.reading() as session:
        found = [event.state for event in section.ledger.every_event(session)]
    return {state: found.count(state) for state in set(found)}


def rebuild(stage: Stage, code: str) -> None:
    """Stop an instance, and start the build that everybody has."""
    stage.stop(code)
    stage.plugins.pop(code)
    stage.start(code)


@fault(49, "a section goes back to an older build while newer events are in its log, and more come")
def downgraded(stage: Stage) -> None:
    """What it does not know waits there, nothing is lost, and after the upgrade all is applied."""
    code, speaker, _other = stage.cast
    before, after = (stage.chance.randrange(3, 20) for _ in range(2))
    spoken(stage)
    stage.say(speaker, before, kind="Later")
    stage.until(stage.settled, "all have it")
    stage.stop(code)
    stage.plugins[code] = builds.older()
    stage.start(code)
    stage.say(speaker, after, kind="Later")
    stage.say(code, 5)
    stage.until(stage.settled, "all hold the same")
    assert states(stage, code)[State.WAITING] == before + after
    rebuild(stage, code)
    stage.until(lambda: State.WAITING not in states(stage, code), "all is applied")


@fault(40, "a type that one section's build does not know")
def unknown(stage: Stage) -> None:
    """Kept, checked, handed on; applied after the upgrade."""
    code, speaker, _other = stage.cast
    stage.plugins[code] = builds.older()
    spoken(stage)
    count = stage.chance.randrange(3, 20)
    stage.say(speaker, count, kind="Later")
    stage.until(stage.settled, "all hold the same")
    assert states(stage, code)[State.WAITING] == count
    rebuild(stage, code)


@fault(38, "an event over which one section's build stumbles")
def poison(stage: Stage) -> None:
    """It is kept and shown, the rest goes on; the repaired build applies it."""
    code, speaker, _other = stage.cast
    stage.plugins[code] = builds.defective()
    spoken(stage)
    stage.say(speaker, 1, text="poison")
    stage.say(speaker, stage.chance.randrange(3, 20))
    stage.until(stage.settled, "all hold the same")
    assert states(stage, code)[State.FAILED] == 1
    rebuild(stage, code)
