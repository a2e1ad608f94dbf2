"""``status``: how the section stands, on one screen. Exit status 1 when something needs a hand."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import click
from sqlalchemy.engine import make_url
from sqlmodel import Session

from internationale import i18n
from internationale.cli.inspecting import inspect
from internationale.cli.keys import lacks_its_key, own_signers
from internationale.cli.root import Home
from internationale.cli.speech import language, say, tell, worded
from internationale.events import card
from internationale.kit import Check
from internationale.kit.printing import visible
from internationale.ledger import outbox
from internationale.ledger.ownkeys import LOST
from internationale.ledger.reasons import WORDS
from internationale.messages import Message, marker, plural_marker
from internationale.rooms.exchange import queries as exchange
from internationale.rooms.exchange.queries import Counts, Federation
from internationale.rooms.roster import queries
from internationale.rooms.roster.queries import OwnLog
from internationale.section import Section
from internationale.worker import hubs as worker_hubs

_ = marker("core")
ngettext = plural_marker("core")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HubState:
    """How much of our own log a hub is not known to have."""

    hub: str
    unsent: int


@dataclass(frozen=True)
class Key:
    """The fingerprint of a key that signs what this section says from number ``first`` of its log on."""

    fingerprint: str
    first: int


@dataclass(frozen=True)
class Status:
    """Everything that ``status`` knows. ``problems`` empty: all is well. ``fingerprint``: of the first of ``keys``."""

    code: str
    name: str
    home: str
    database: str
    address: str
    fingerprint: str
    keys: tuple[Key, ...]
    federation: Federation
    logs: dict[str, int]
    own_log: OwnLog
    hubs: tuple[HubState, ...]
    counts: Counts
    problems: tuple[Message, ...]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def status(home: Home, as_json: bool) -> None:
    """Show how the section stands: roster, logs, hubs, what is held back, and what the plugins' checks say."""
    found = survey(home())
    if as_json:
        tell(found)
    else:
        _print(found)
    if found.problems:
        raise SystemExit(1)


def survey(section: Section) -> Status:
    """Look at everything once."""
    named = [hub.name for hub in worker_hubs.named(section)]
    with section.reading() as session:
        federation = exchange.overview(session, section.code, section.now())
        heads = {code: head.sequence for code, head in section.ledger.heads(session).items()}
        hubs = _hubs(session, section, named)
        own_log = queries.own_log(session, section.code)
        counts = exchange.counts(session)
        keys = tuple(Key(card.fingerprint(each.key), each.first) for each in own_signers(section, session))
    return Status(
        code=section.code,
        name=section.name,
        home=str(section.settings.home),
        database=make_url(section.settings.database).render_as_string(hide_password=True),
        address=section.base_url,
        fingerprint=keys[0].fingerprint,
        keys=keys,
        federation=federation,
        logs=heads,
        own_log=own_log,
        hubs=hubs,
        counts=counts,
        problems=tuple(_problems(section, counts)),
    )


def _hubs(session: Session, section: Section, named: Sequence[str]) -> tuple[HubState, ...]:
    """Cursors are kept for ``<address> <identity>``; a hub that was never reached has none."""
    logs = section.ledger.own_logs(session)
    known = [HubState(hub, outbox.unsent(logs, cursor)) for hub, cursor in section.ledger.cursors(session).items()]
    reached = {state.hub.partition(" ")[0] for state in known}
    return (*known, *(HubState(url, outbox.unsent(logs, (0, 0))) for url in named if url not in reached))


def _problems(section: Section, counts: Counts) -> Sequence[Message]:
    found = [
        _("Plugin %(name)s is set aside: %(why)s") % {"name": name, "why": why} for name, why in section.plugins.broken.items()
    ]
    if lacks_its_key(section):
        found.append(LOST)
    if section.gate.lasting is not None:
        found.append(WORDS[section.gate.lasting])
    if counts.forks:
        found.append(_("A log has two histories. It stands still until the committee decides."))
    if counts.failed:
        failed = ngettext(
            "%(n)s event could not be shown here; an upgrade may help.",
            "%(n)s events could not be shown here; an upgrade may help.",
            counts.failed,
        )
        found.append(failed % {"n": counts.failed})
    found += _perhaps_out(section)
    for name, checks in section.plugins.each("checks"):
        for check in checks:
            found += _run(section, name, check)
    return found


def _perhaps_out(section: Section) -> list[Message]:
    """A change by which this section is a member no more waits here for signatures: no hub brings the news that it is in force,
    for none lets it in. So they are asked.
    """
    with section.reading() as session:
        ends = any(each.state in ("open", "complete") and queries.ends(each, section.code) for each in queries.pending(session))
    shut = [state for state in inspect(section) if state.trouble == worker_hubs.REFUSED] if ends else []
    if not shut:
        return []
    return [
        *(_("%(hub)s: %(why)s") % {"hub": state.url, "why": worker_hubs.REFUSED} for state in shut),
        _(
            "A proposal by which this section is a member no more may be in force already. Let another section hand you its"
            " bundle (%(export)s), and take it in: %(take)s"
        )
        % {"export": "internationale bundle export FILE", "take": "internationale bundle import FILE"},
    ]


def _run(section: Section, name: str, check: Check) -> list[Message]:
    """A check that fails is a finding itself; the others go on."""
    try:
        return check.run(section)
    except Exception as error:
        log.exception("check %s of %s failed", check.name, name)
        return [_("The check “%(check)s” of %(name)s failed: %(why)s") % {"check": check.name, "name": name, "why": repr(error)}]


def _fingerprint(key: Key, *, alone: bool) -> str:
    if alone:
        return key.fingerprint
    return worded(_("%(fingerprint)s (from number %(first)s on)") % {"fingerprint": key.fingerprint, "first": key.first})


def _print(found: Status) -> None:
    spoken = language()
    rows: list[tuple[Message, str]] = [
        (_("Section"), f"{found.name} ({found.code})"),
        (_("Folder"), found.home),
        (_("Database"), found.database),
        (_("Address"), found.address),
        *((_("Fingerprint"), _fingerprint(each, alone=len(found.keys) == 1)) for each in found.keys),
    ]
    if found.federation.version and found.federation.expires:
        until = i18n.day(found.federation.expires, spoken)
        rows.append(
            (_("Roster"), worded(_("version %(n)s, valid until %(day)s") % {"n": found.federation.version, "day": until}))
        )
    else:
        rows.append((_("Roster"), worded(_("not joined"))))
    rows += [(_("Log"), f"{code} {number}") for code, number in found.logs.items()]
    if found.federation.progress is not None:
        far = found.federation.progress
        told = ngettext(
            "%(here)s of %(all)s event is here, the latest from %(via)s",
            "%(here)s of %(all)s events are here, the latest from %(via)s",
            far.known,
        )
        rows.append((_("Catching up"), worded(told % {"here": far.here, "all": far.known, "via": far.via or "-"})))
    told = ngettext(
        "%(n)s event is here; others have signed to hold %(others)s",
        "%(n)s events are here; others have signed to hold %(others)s",
        found.own_log.here,
    )
    rows.append((_("Our own log"), worded(told % {"n": found.own_log.here, "others": found.own_log.elsewhere})))
    rows += [
        (_("Hub"), worded(_("%(hub)s: %(n)s unsent") % {"hub": hub.hub.partition(" ")[0], "n": hub.unsent})) for hub in found.hubs
    ]
    counts = found.counts
    rows.append((_("Waiting"), str(counts.waiting + counts.parked)))
    rows.append((_("Void or failed"), str(counts.void + counts.failed)))
    rows.append((_("Turned away"), str(counts.refused)))
    for label, value in rows:
        click.echo(f"{worded(label):16} {visible(value)}")
    for hub in found.federation.hubs:
        if hub.inside is not None:
            say(hub.inside)
    for problem in found.problems:
        say(problem, problem=True)
