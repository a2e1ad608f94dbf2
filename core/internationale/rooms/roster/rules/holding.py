"""In whose hands the root keys are: pure.

A root key names its holder, an office or a section, and nothing in the list ties it to a section's log. So it counts as a
section's when its holder is called as the section is: by its name, its code, or both; all of them, however many one holds.
When a section takes another name, its root keys follow (``renamed``).
"""

from internationale.events import names
from internationale.events.roster import Entry, Root, Roster, Status
from internationale.kit.calling import called


def holds(entry: Entry, root: Root) -> bool:
    """Whether a root key is this section's, as far as its holder's name tells."""
    return names.alike(root.holder) in {names.alike(str(each)) for each in (entry.name, entry.code, called(entry))}


def others(roster: Roster) -> int:
    """How many root keys are in the hands of no section that is out: as many can sign the next version whatever those do."""
    out = [entry for entry in roster.sections if entry.status is not Status.MEMBER]
    return sum(not any(holds(entry, root) for entry in out) for root in roster.roots)


def outside(roster: Roster) -> tuple[Entry, ...]:
    """The sections that are no members and hold root keys."""
    out = (entry for entry in roster.sections if entry.status is not Status.MEMBER)
    return tuple(entry for entry in out if any(holds(entry, root) for root in roster.roots))


def lost(before: Roster | None, after: Roster) -> bool:
    """Whether by ``after`` too few root keys are left to change the list without those who are out, and before it there were
    enough.
    """
    return others(after) < after.threshold and (before is None or others(before) >= before.threshold)


def renamed(roots: tuple[Root, ...], before: Entry, name: str) -> tuple[Root, ...]:
    """The root keys when a section takes another name."""
    was = names.alike(before.name)
    return tuple(root.model_copy(update={"holder": name}) if names.alike(root.holder) == was else root for root in roots)
