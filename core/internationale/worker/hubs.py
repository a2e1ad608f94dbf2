"""Which hubs to attend, and what is known of each, for people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from internationale.bus import Bus, Insecure, NotAllowed, NotAuthorised, Unprovisioned
from internationale.events.nkey import Nkey
from internationale.kit import HubState
from internationale.ledger.outages import outage
from internationale.messages import Message, marker, plural_marker
from internationale.rooms.roster import queries, rules
from internationale.section import Section

_ = marker("core")
ngettext = plural_marker("core")

REFUSED = _(
    "This hub does not let this section in. Either it is not prepared from the current list of sections, which whoever runs it"
    " does; or by that list this section is a member no more: ask the committee."
)
KEYLESS = _(
    "This hub does not let this section in: the list of sections does not have its key for hubs, or another one. "
    "Send the committee this section's card again."
)
INSECURE = _("This hub's certificate is not the one that it should have, so nothing was sent to it. Ask whoever runs it.")
UNPREPARED = _("This hub is not prepared for this section. Whoever runs it has to prepare it from the current list of sections.")
OURS = _(
    "The database of this section does not answer, or cannot take anything in: nothing is sent to the hubs, and nothing taken"
    " from them. It goes on by itself when there is room and the database is there again."
)
AWAY = _("This hub does not answer. What is written meanwhile is kept and sent later.")
NOT_ALLOWED = _(
    "This hub does not take all that this section sends. Either its room runs short and this section holds more than its share"
    " of it, or it is not prepared from the current list of sections: whoever runs it sees which. This section goes on reading"
    " there, and what is not taken is kept and sent later."
)
FULL = _("This hub stores nothing at the moment; its disk may be full. Whoever runs it has to make room and restart it.")
EMPTIED = _("This hub was emptied or made anew. Everything that this section said is being sent to it again.")
CONNECTION, SENDING, CARRYING, STORE = "connection", "sending", "carrying", "store"
"""What a trouble is about, the gravest first."""
SHOWN = timedelta(minutes=10)
"""How long it is shown that a hub had lost something, when it is there again; or did not take something beside the log."""


def lost(number: int) -> Message:
    """So many of our events were found missing there."""
    told = ngettext(
        "This hub had lost %(n)s event of this section. It is being sent again.",
        "This hub had lost %(n)s events of this section. They are being sent again.",
        number,
    )
    return told % {"n": number}


@dataclass(frozen=True)
class Hub:
    """One hub by its addresses, separated by spaces; ``certificates``: to which its TLS must lead (PEM)."""

    addresses: str
    certificates: str | None = None

    @property
    def name(self) -> str:
        """Its first address."""
        return self.addresses.split()[0]


class Connect(Protocol):
    """Connects a section (its code) to a hub (its addresses). Raises ``Unreachable``."""

    async def __call__(self, url: str, section: str, *, nkey: Nkey | None = None, certificates: str | None = None) -> Bus: ...


def named(section: Section) -> tuple[Hub, ...]:
    """The hubs of the settings and of the roster; what the roster says of one that both name counts. To addresses
    that machines give themselves the roster leads nobody.
    """
    with section.reading() as session:
        latest = queries.latest(session)
    listed = latest.roster.hubs if latest is not None else ()
    by_roster = [Hub(" ".join(urls), hub.ca) for hub in listed if (urls := rules.reachable(hub))]
    known = {url for hub in by_roster for url in hub.addresses.split()}
    own = [Hub(addresses) for addresses in section.settings.hubs if known.isdisjoint(addresses.split())]
    return tuple({hub.name: hub for hub in (*own, *by_roster)}.values())


def keyless(section: Section) -> bool:
    """Whether the roster names this section without its nkey, so that no hub with users can know it."""
    with section.reading() as session:
        latest = queries.latest(session)
    entry = latest.roster.entry(section.code) if latest is not None else None
    return entry is not None and entry.nkey != section.nkey.public


class Standing:
    """What this instance sees of one hub, kept in ``section.hubs`` as long as it is attended."""

    def __init__(self, section: Section, hub: Hub) -> None:
        self._section = section
        self._troubles: dict[str, tuple[Message, datetime]] = {}
        self._state = HubState(hub.name)
        self._show()

    def connected(self) -> None:
        """It answers, and has everything that we need of it."""
        self._state = replace(self._state, connected=True, since=self._section.now())
        self.trouble(CONNECTION, None)

    def lost(self, why: Exception | None, *, keyless: bool = False) -> None:
        """No connection, or none that is of use. ``keyless``: it turned us away, and the roster does not have our nkey."""
        if self._state.connected or self._state.since is None:
            self._state = replace(self._state, connected=False, since=self._section.now())
        self.trouble(CONNECTION, KEYLESS if keyless else worded(why))

    def trouble(self, about: str, what: Message | None) -> None:
        """Something is wrong; None: no longer."""
        self._troubles.pop(about, None)
        if what is not None:
            self._troubles[about] = what, self._section.now()
        self._show()

    def unsent(self, number: int) -> None:
        """How many own events it is not known to have. When there are none it takes what we send, and has been filled again."""
        self._state = replace(self._state, unsent=number)
        if not number:
            self._troubles.pop(SENDING, None)
            for about in (CARRYING, STORE):
                if about in self._troubles and self._section.now() - self._troubles[about][1] > SHOWN:
                    del self._troubles[about]
        self._show()

    def forget(self) -> None:
        """It is no longer attended."""
        self._section.hubs.pop(self._state.url, None)

    def _show(self) -> None:
        gravest = next(
            (self._troubles[about][0] for about in (CONNECTION, SENDING, CARRYING, STORE) if about in self._troubles), None
        )
        self._state = replace(self._state, trouble=gravest)
        self._section.hubs[self._state.url] = self._state


def worded(why: Exception | None) -> Message:
    """What it means for people that a hub cannot be used. Not every trouble is the hub's."""
    kinds: Sequence[tuple[type[Exception], Message]] = (
        (NotAuthorised, REFUSED),
        (Insecure, INSECURE),
        (Unprovisioned, UNPREPARED),
        (NotAllowed, UNPREPARED),
    )
    if outage(why):
        return OURS
    return next((message for kind, message in kinds if isinstance(why, kind)), AWAY)
