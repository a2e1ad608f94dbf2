"""``internationale roster propose …``: one command for each change of the list of sections."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
from sqlmodel import Session

from internationale import settings
from internationale.cli import signing
from internationale.cli.files import named, printed, read_card, write
from internationale.cli.root import Home
from internationale.cli.speech import agreed, say
from internationale.cli.unlocking import unasked_option, unlocked
from internationale.errors import Conflict, Invalid
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.roster import Root, Roster, Version
from internationale.events.signed import SignedDocument
from internationale.messages import Message, marker
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.rules import changes, papers
from internationale.rooms.roster.rules.hubs import hub_list
from internationale.rooms.roster.rules.papers import Paper

_ = marker("core")
Draft = Callable[[Session, Version], Roster]
C = TypeVar("C", bound=Callable[..., Any])


@click.group()
def propose() -> None:
    """Propose a change, over the hub or as a file. Nothing changes before enough holders of root keys have signed it."""


def _options(command: C) -> C:
    """What every proposal can be told."""
    for option in (
        click.option("--why", default="", help="Why, for those who are to sign and for everybody later. No names of persons."),
        click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a file instead, to be handed on."),
        click.option("--sign", is_flag=True, help="Sign it at once with the root key of this instance."),
        click.option("--yes", is_flag=True, help="Do not ask."),
        unasked_option,
    ):
        command = option(command)
    return command


@propose.command()
@click.argument("what", metavar="CARD|REQUEST|HASH")
@_options
@click.pass_obj
def admit(home: Home, /, what: str, **told: Any) -> None:
    """Admit a section: by the file of its CARD or REQUEST, or by the HASH of a request that “section requests” shows.

    Of a member: take over what its card says of it now.
    """
    file = named(what)
    shown = _card_or_request(file) if file else None

    def draft(session: Session, latest: Version) -> Roster:
        found = changes.admitted(latest, shown or queries.candidate(session, what).asked, home().now())
        if found is None:
            raise Conflict(_("The list says all this already."))
        return found

    _put(home, draft, **told)


def _named(change: str, help: Message) -> click.Command:
    @click.argument("code")
    @_options
    @click.pass_obj
    def command(home: Home, /, code: str, **told: Any) -> None:
        _put(home, lambda session, _latest: port.draft(session, change, code, home().now()), **told)

    return click.command(help=help.id)(command)


_NAMED = {
    "suspend": _("Suspend section CODE: what it says from now on waits until it is readmitted."),
    "expel": _("Expel section CODE: what it has said stays, what it says from now on does not count."),
    "resign": _("Record that section CODE has left: what it has said stays."),
    "readmit": _("Readmit the suspended section CODE: its log goes on where it was."),
    "rotate": _("Take over the key that section CODE has announced for its log."),
}
for _change, _help in _NAMED.items():
    propose.add_command(_named(_change, _help), _change)


@propose.command()
@click.argument("code")
@click.option("--card", type=click.File("rb"), help="The section's card, signed with its new key; the old key stays without it.")
@click.option("--last", type=click.IntRange(0), help="The last number that counts; what we hold of the log by default.")
@click.option("--hash", "pinned", default="", help="The hash of that number, where there are two.")
@_options
@click.pass_obj
def reopen(home: Home, /, code: str, card: BinaryIO | None, last: int | None, pinned: str, **told: Any) -> None:
    """Begin a new epoch for section CODE, whose key is lost or stolen or whose log is stopped."""
    shown = read_card(card.read(), card.name) if card else None
    if shown is not None and shown.code != code:
        raise Invalid(_("This is the card of another section."), place="--card")

    def draft(session: Session, latest: Version) -> Roster:
        entry = changes.entry_of(latest, code)
        good = queries.last_good(session, entry) if last is None else queries.pinned(session, entry, last, pinned)
        key = shown.key if shown else changes.signing(entry)
        return changes.reopened(latest, code, key, good, home().now())

    _put(home, draft, **told)


@propose.command()
@click.argument("code")
@click.argument("mandates", nargs=-1)
@_options
@click.pass_obj
def charge(home: Home, /, code: str, mandates: tuple[str, ...], **told: Any) -> None:
    """Charge section CODE with MANDATES, such as “committee”, instead of what it is charged with now; with none: with nothing."""
    _put(home, lambda _session, latest: changes.mandated(latest, code, mandates, home().now()), **told)


@propose.command()
@click.option("--root-card", "cards", multiple=True, type=click.File("rb"), help="A root key to add. May be repeated.")
@click.option("--remove", multiple=True, metavar="HOLDER", help="Whose root key signs no longer. May be repeated.")
@click.option("--threshold", type=click.IntRange(1, 64), help="How many must sign each change from then on.")
@_options
@click.pass_obj
def roots(home: Home, /, cards: tuple[BinaryIO, ...], remove: tuple[str, ...], threshold: int | None, **told: Any) -> None:
    """Change the root keys, or how many of them must sign."""
    shown = [papers.read_root_card(card.read(), card.name) for card in cards]

    def draft(_session: Session, latest: Version) -> Roster:
        missing = set(remove) - {root.holder for root in latest.roster.roots}
        if missing:
            raise Conflict(_("Nobody of this name holds a root key: %(names)s") % {"names": ", ".join(sorted(missing))})
        kept = [root for root in latest.roster.roots if root.holder not in remove]
        added = [Root(key=card.key, holder=card.holder) for card in shown]
        return changes.governed(latest, [*kept, *added], threshold or latest.roster.threshold, home().now())

    _put(home, draft, **told)


@propose.command()
@click.argument("urls", metavar="URL...", nargs=-1)
@click.option(
    "--certificate",
    "certificates",
    type=(str, click.Path(exists=True, dir_okay=False, path_type=Path)),
    multiple=True,
    metavar="URL FILE",
    help="To which certificate (PEM) the encrypted hub at this URL leads, and to no other. May be repeated.",
)
@_options
@click.pass_obj
def hubs(home: Home, /, urls: tuple[str, ...], certificates: tuple[tuple[str, Path], ...], **told: Any) -> None:
    """Name other hubs; several addresses of one hub as one word in quotation marks."""
    texts = {url: file.read_text(encoding="ascii", errors="replace") for url, file in certificates}
    named = hub_list(settings.hub_addresses(urls), texts)
    _put(home, lambda _session, latest: changes.moved(latest, named, home().now()), **told)


@propose.command()
@_options
@click.pass_obj
def renew(home: Home, /, **told: Any) -> None:
    """Change nothing but the date: the list is valid for a year."""
    _put(home, lambda _session, latest: changes.renewed(latest, home().now()), **told)


def _card_or_request(file: Path) -> Card:
    content = file.read_bytes()
    try:
        return papers.read_request(content, str(file))[0]
    except Invalid:
        return read_card(content, str(file))


def _put(home: Home, make: Draft, *, why: str, out: Path | None, sign: bool, yes: bool, unasked: bool) -> None:
    """Say what would change, and put it before those who sign."""
    section = home.speaking() if out is None else home.newest(unasked=unasked or not sign)
    if sign and out is None and "roster.proposed" in section.releasing.names:  # else the key has signed what may be rejected
        told = _(
            "Here a second person releases a proposal first. Propose it without “%(option)s”, and sign it when it is released."
        )
        raise Conflict(told % {"option": "--sign"})
    with section.reading() as session:
        latest = port.latest(session)
        draft = make(session, latest)
    for change in rules.told(latest.roster, draft):
        say(change)
    if not yes:
        agreed(_("Propose this?"))
    root = unlocked(section.settings.root_key) if sign else None
    if out is not None:
        _write(out, Paper(SignedDocument(draft.serialize(), ()), latest.document), latest, root, section.now())
        return
    with section.writing() as session:
        hash = port.propose(section, session, draft, why=why, by=home.host())
        in_force = root is not None and port.sign(section, session, hash, root, by=home.host())[1]
    section.roster_changed()
    if in_force:
        say(_("Version %(version)s is in force here, and travels to the other sections.") % {"version": draft.version})
    else:
        command = {"command": f"internationale roster sign {hash}"}
        say(_("Proposed. Each holder of a root key signs it on their own instance: %(command)s") % command)


def _write(file: Path, paper: Paper, latest: Version, root: SigningKey | None, now: datetime) -> None:
    if root is not None:
        signing.sign(file, paper, latest, root, now)
        return
    write(file, printed(paper.plain()))
    say(_("Each holder of a root key signs it: %(command)s") % {"command": f"internationale roster sign {file}"})
