"""The faults, by subject. Each is a function of a stage that is set up and not started yet; what it returns is judged."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .judgement import Verdict
from .stage import Stage


@dataclass(frozen=True)
class Fault:
    """One way in which things go wrong. ``number``: as in the plan; one number may have several ways."""

    number: int
    what: str
    play: Callable[[Stage], Verdict]
    needs_root: bool = False
    stage: dict[str, Any] = field(default_factory=dict)


FAULTS: list[Fault] = []


def fault(
    number: int, what: str, *, needs_root: bool = False, judged: bool = True, **stage: Any
) -> Callable[[Callable[[Stage], Any]], Callable[[Stage], Any]]:
    """Declares a fault. When its function returns, everything is healed and judged; unless it does that itself (``judged``)."""

    def declare(play: Callable[[Stage], Any]) -> Callable[[Stage], Any]:
        def whole(its: Stage) -> Verdict:
            play(its)
            return its.judge()

        FAULTS.append(Fault(number, what, whole if judged else play, needs_root, stage))
        return play

    return declare
