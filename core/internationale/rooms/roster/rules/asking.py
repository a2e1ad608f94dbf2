"""Whether a section is admitted with what it asked for, in words: pure. Somebody vouched for that, nobody for a proposal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from internationale.events import fingerprints
from internationale.events.joining import JoinRequest
from internationale.events.roster import Entry, Roster, Status
from internationale.kit import LanguageName, Message, marker
from internationale.kit.calling import called

_ = marker("core")

FEW = 5
"""How many requests that say otherwise are told of one section: anybody who vouches can make many."""
_OUT = (Status.EXPELLED, Status.RESIGNED)


@dataclass(frozen=True)
class Vouched:
    """A request, its hash, and the sections that vouch for it."""

    asked: JoinRequest
    hash: str
    by: tuple[str, ...]


def admissions(before: Roster, after: Roster) -> list[Entry]:
    """The sections that a version admits: new ones, and those who come back."""
    known = {entry.code: entry.status for entry in before.sections}
    return [entry for entry in after.sections if known.get(entry.code, Status.RESIGNED) in _OUT and entry.status not in _OUT]


def compared(entry: Entry, requests: Sequence[Vouched]) -> Iterator[Message]:
    """What the list would have of a section, against the requests in its name: first those that are the same."""
    words: dict[str, object] = {"name": called(entry)}
    if not requests:
        yield _("No request of section “%(name)s” is known here for which another section vouches.") % words
    same = [each for each in requests if not _differences(entry, each.asked)]
    for each in same[:FEW]:
        sentence = _("This is what section “%(name)s” asked for in request %(hash)s. These sections vouch for it: %(sections)s")
        yield sentence % (words | _named(each))
    others = sorted((each for each in requests if each not in same), key=lambda each: (-len(each.by), each.hash))
    for each in others[:FEW]:
        sentence = _(
            "This is not what section “%(name)s” asked for in request %(hash)s. There it has: %(there)s. These sections vouch for"
            " it: %(sections)s"
        )
        yield sentence % (words | _named(each) | {"there": _differences(entry, each.asked)})
    if len(others) > FEW:
        yield _("There are more requests in the name of section “%(name)s” that say otherwise.") % words


def _named(request: Vouched) -> dict[str, object]:
    return {"hash": request.hash[:16], "sections": request.by}


def _differences(entry: Entry, asked: JoinRequest) -> tuple[Message, ...]:
    """What the request says otherwise."""
    languages = tuple(map(LanguageName, asked.languages))
    found = (
        (entry.name != asked.name, _("the name “%(there)s”"), asked.name),
        (entry.languages != asked.languages, _("the languages %(there)s"), languages),
        (entry.address != asked.address, _("the address %(there)s"), asked.address),
        (entry.keys[-1].key != asked.key, _("the key of its log %(there)s"), fingerprints.groups(asked.key)),
        (entry.nkey != asked.nkey, _("the key for the hubs %(there)s"), asked.nkey),
        (entry.recipients != asked.recipients, _("the keys for confidential things %(there)s"), asked.recipients),
    )
    return tuple(message % {"there": there or "—"} for differs, message, there in found if differs)
