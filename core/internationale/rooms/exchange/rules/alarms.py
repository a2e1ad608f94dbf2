"""What is not right with the exchange, in words: pure. Each alarm says what is missing or contradictory, and what helps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from internationale.kit import HubState, Message, marker, plural_marker

_ = marker("core")
ngettext = plural_marker("core")

ASKED = timedelta(seconds=30)
"""After so long something missing is mentioned: it is being asked for."""
WITHHELD = timedelta(minutes=10)
"""After so long it is an alarm: whoever is asked does not give it."""
ASKEW = timedelta(minutes=2)
"""How far ahead of ours another section's clock may be before it is mentioned."""
WARNING = timedelta(days=30)
"""How long before its end the roster is mentioned."""


@dataclass(frozen=True)
class Missing:
    """Numbers of a log that are not here although ``witness`` has signed to hold them. ``since``: when that word reached us."""

    origin: str
    epoch: int
    first: int
    last: int
    witness: str
    since: datetime


@dataclass(frozen=True)
class Split:
    """One number of a log under which different sections hold different messages: their codes, by the message's hash."""

    origin: str
    epoch: int
    sequence: int
    holders: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Alarm:
    """One finding. ``about``: the section or hub that it is about; not ``urgent``: it usually mends itself."""

    kind: str
    urgent: bool
    about: str
    sentence: Message
    advice: Message
    path: str = ""


def missing(found: Iterable[Missing], names: Mapping[str, str], now: datetime) -> Iterator[Alarm]:
    """Withheld or delayed messages, by name."""
    for each in found:
        if now - each.since < ASKED:
            continue
        urgent = now - each.since >= WITHHELD
        count = each.last - each.first + 1
        values = {"section": _name(names, each.origin), "witness": _name(names, each.witness), "n": count}
        values |= {"first": each.first, "last": each.last}
        if not urgent:
            told = ngettext(
                "%(section)s has %(n)s more message, number %(first)s, that is not here yet.",
                "%(section)s has %(n)s more messages, numbers %(first)s to %(last)s, that are not here yet.",
                count,
            )
        elif each.witness == each.origin:
            told = ngettext(
                "%(section)s says it has %(n)s more message, number %(first)s; no hub gives it.",
                "%(section)s says it has %(n)s more messages, numbers %(first)s to %(last)s; no hub gives them.",
                count,
            )
        else:
            told = ngettext(
                "%(witness)s has received %(n)s more message of %(section)s, number %(first)s; no hub gives it to us.",
                "%(witness)s has received %(n)s more messages of %(section)s, numbers %(first)s to %(last)s;"
                " no hub gives them to us.",
                count,
            )
        advice = (
            _("Ask the host of %(section)s, or of any section that has them, for a bundle file, and tell the hub's operator.")
            if urgent
            else _("They are being asked for, from the hubs and from the sections. Nothing needs to be done yet.")
        )
        yield Alarm("missing", urgent, each.origin, told % values, advice % values)


def splits(found: Iterable[Split], names: Mapping[str, str]) -> Iterator[Alarm]:
    """Sections that hold different histories of one log."""
    for each in found:
        one, *others = (tuple(_name(names, code) for code in codes) for codes in each.holders.values())
        values = {"section": _name(names, each.origin), "n": each.sequence, "one": one, "other": tuple(others)}
        yield Alarm(
            "split",
            True,
            each.origin,
            _("Under number %(n)s of %(section)s, different sections hold different messages: %(one)s against %(other)s.")
            % values,
            _(
                "Somebody shows different histories to different sections. Both messages are being looked for; when they are"
                " found, they are the proof. Until then, let the hosts of these sections compare by telephone."
            ),
            "/federation/forks",
        )


def forks(origins: Iterable[tuple[str, int]], names: Mapping[str, str]) -> Iterator[Alarm]:
    """Logs that stand still because two histories were proved: by section and first number."""
    for code, number in origins:
        yield Alarm(
            "fork",
            True,
            code,
            _("%(section)s has signed two different messages under number %(n)s. Its log counts only up to the number before.")
            % {"section": _name(names, code), "n": number},
            _("Look at the proof, and have the committee decide."),
            "/federation/forks",
        )


def roster(expires: datetime, now: datetime) -> Iterator[Alarm]:
    """A list of sections that ends soon, or has ended."""
    day = {"day": expires.date()}
    if expires <= now:
        told = _("The list of sections has expired on %(day)s. Reading goes on; nobody can join or leave.")
    elif expires - now < WARNING:
        told = _("The list of sections expires on %(day)s.")
    else:
        return
    yield Alarm("roster", expires <= now, "", told % day, _("The committee should issue a new version."), "/federation/roster")


def divided(version: int, other: str) -> Iterator[Alarm]:
    """Two versions of the list of sections with one number, both signed by enough root keys; ``other``: the hash of theirs."""
    yield Alarm(
        "divided",
        True,
        "",
        _(
            "The International is divided: enough root keys have signed another version %(n)s of the list of sections (%(hash)s)"
            " than the one that this section follows. Some sections follow that one; neither side takes up the other's later"
            " versions."
        )
        % {"n": version, "hash": other[:16]},
        _(
            "Sign nothing more. A backup that was put back may be the cause, or a stolen root key. Those who hold root keys find"
            " out by telephone, and agree which version counts. Then the host of each section says so: internationale roster"
            " decide HASH"
        ),
        "/federation/roster",
    )


def own(here: int, elsewhere: int) -> Iterator[Alarm]:
    """Our own log, when others hold more of it than we do."""
    if elsewhere > here:
        told = _("This section is behind its own log: %(ours)s of its messages are here, and others hold %(theirs)s.")
        advice = _("It says nothing until it has them back; usually that takes a moment. It happens when a backup was restored.")
        yield Alarm("own", True, "", told % {"ours": here, "theirs": elsewhere}, advice)


def disbelieved(codes: Iterable[str], names: Mapping[str, str]) -> Iterator[Alarm]:
    """Who has signed to hold more of our own log than there is, by the word of our host."""
    for code in codes:
        told = _("%(section)s has signed to hold messages of this section that, by the word of its host, do not exist.")
        advice = _(
            "What it says of this section's own log is not believed any more. Ask its host how it came to that; the committee can"
            " suspend it. To believe it again: internationale fence close --believe"
        )
        yield Alarm("disbelieved", False, code, told % {"section": _name(names, code)}, advice)


def clocks(ahead: Mapping[str, timedelta], names: Mapping[str, str]) -> Iterator[Alarm]:
    """Sections whose word came before they said it."""
    for code, by in sorted(ahead.items()):
        if by > ASKEW:
            told = _("The clock of %(section)s is %(n)s minutes ahead of ours.")
            values = {"section": _name(names, code), "n": round(by.total_seconds() / 60)}
            advice = _("Nothing is decided by clocks, but dates look wrong. Whichever host is wrong should set the clock.")
            yield Alarm("clock", False, code, told % values, advice)


def hubs(states: Iterable[HubState]) -> Iterator[Alarm]:
    """Hubs in trouble; or, where none is reached at all, that alone: the page of the hubs says what each has."""
    known = list(states)
    if known and not any(state.connected for state in known):
        yield Alarm(
            "cut_off",
            True,
            "",
            _("No hub can be reached. What is written here is kept and sent as soon as one answers."),
            _("Look at the network of this machine, then ask a hub's operator. Messages can also travel as a bundle file."),
            "/federation/hubs",
        )
        return
    for state in known:
        if state.trouble is not None:
            advice = _("What is missing there is sent again by itself. If it lasts, tell the hub's operator.")
            told = _("%(hub)s: %(trouble)s") % {"hub": state.url, "trouble": state.trouble}
            yield Alarm("hub", False, state.url, told, advice, "/federation/hubs")


def _name(names: Mapping[str, str], code: str) -> str:
    return names.get(code, code)
