"""``init``, ``found`` and ``join``: how a section begins, and how it comes to belong to an International."""

import json
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import click
from sqlmodel import Session

from internationale import settings
from internationale.cli import files
from internationale.cli.comparing import tell_beginning, tell_roots
from internationale.cli.files import read_invitation
from internationale.cli.keys import show
from internationale.cli.root import NAMING, Home
from internationale.cli.speech import say, worded
from internationale.errors import Conflict, InternationaleError, Invalid, Misconfigured
from internationale.events import fingerprints
from internationale.events.joining import RootCard
from internationale.events.keys import SigningKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument
from internationale.kit import called
from internationale.kit.printing import visible
from internationale.ledger import reasons
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import marker
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.rules import papers
from internationale.rooms.roster.rules.hubs import hub_list
from internationale.rooms.roster.rules.papers import Paper
from internationale.section import Section
from internationale.settings import whole

_ = marker("core")
FILES = click.Path(dir_okay=False, path_type=Path)
AT_ONCE = timedelta(days=1)
"""Within so long after the list names a key of theirs people join with it."""
_OPTIONS = {
    "code": "CODE",
    "name": "--name",
    "languages": "--language",
    "port": "--port",
    "base_url": "--base-url",
    "hubs": "--hub",
    "database": "--database",
}
"""What each setting is called on the command line."""
_IN_THE_WAY = _(
    "There already is a root key here, although this section belongs to no International. If it was made for a founding with root"
    " cards, go on with that: “found --root-card”, “roster adopt”. If this section belonged to an International and its database"
    " was lost, keep the key and put the database back. Only if a founding was broken off here (the machine stopped, say) does"
    " the key belong to nothing: move the file away and found once more."
)
_OTHER = _(
    "This is not the fingerprint of the list in the invitation, up to version %(version)s. Nothing was joined. If the committee"
    " has a newer list, let it make another invitation. Otherwise compare again; should it stay so, the file is not the"
    " committee's."
)
_OTHER_LIST = _(
    "This is not the fingerprint of the list in the invitation, up to version %(version)s. This section joined before, and stays"
    " as it was: nothing of the file was taken."
)


@click.command()
@click.argument("code", required=False)
@click.option("--name", help="The section's name, as people call it.")
@click.option("--language", "languages", multiple=True, help="A language code; the main one first. May be repeated.")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the pages are served on this machine.")
@click.option("--base-url", help="Where people reach the pages, e.g. https://section.example.")
@click.option("--hub", "hubs", multiple=True, help="The address of a hub. May be repeated.")
@click.option("--database", help="The address of a database; a SQLite file beside the settings by default.")
@click.pass_obj
def init(home: Home, /, code: str | None, **given: object) -> None:
    """Begin a section: settings, key, database.

    CODE is its name in addresses, for ever: 2 to 32 small letters, digits and hyphens, a letter first. In a directory that
    already has a section.toml only the key and the database are made.
    """
    file = home.path / settings.FILE
    if (home.path / "keys" / "log.key").exists():
        raise Conflict(_("There already is a section here. Nothing was changed."), place=str(home.path))
    if file.exists():
        if code is not None or any(given.values()):
            raise Conflict(_("There already are settings here. Edit the file, then say “init” alone."), place=str(file))
    else:
        _write_settings(home, {"code": code, **given})
    with files.written(home.settings.log_key):  # else nothing of it is left, and the same command can be given again
        settings.write_key(home.settings.log_key, SigningKey.generate())
    section = home()
    say(_("Section “%(name)s” begins in %(home)s.") % {"name": section.name, "home": home.path})
    show(section.key.public)
    command = f"internationale --home {home.path}"
    say(
        _("Invite the first member, who looks after membership: %(command)s")
        % {"command": f"{command} members invite --role secretary"}
    )
    say(_("Start it: %(command)s") % {"command": f"{command} run"})
    say(_("Its card, for the International that it wants to join: %(command)s") % {"command": f"{command} section card"})


@click.command()
@click.option("--hub", "hubs", multiple=True, help="The address of a hub that the sections share. May be repeated.")
@click.option("--root-card", "cards", multiple=True, type=click.File("rb"), help="Of each who holds a root key. May be repeated.")
@click.option("--threshold", type=click.IntRange(1, 64), default=1, help="How many of them must sign each change.")
@click.option("--out", type=FILES, default=Path("founding.proposal"), help="With --root-card: write what they sign here.")
@click.pass_obj
def found(home: Home, hubs: tuple[str, ...], cards: tuple[BinaryIO, ...], threshold: int, out: Path) -> None:
    """Found an International, with this section as its committee.

    Makes the root key that signs who belongs to it. Keep a copy of keys/root.key in a safe place. With root cards (each holder
    says “key new-root”) nothing is founded yet: a proposal is written, which the holders sign and this section then adopts.
    """
    section = home()
    named = settings.hub_addresses(hubs) or section.settings.hubs
    if cards:
        shown = [papers.read_root_card(each.read(), each.name) for each in cards]
        _propose_founding(section, shown, threshold, named, out)
        return
    if threshold > 1:
        raise Misconfigured(_("“%(option)s” is missing.") % {"option": "--root-card"})
    root = _found(section, named)
    say(
        _("The International is founded. Its root key is %(path)s: keep a copy in a safe place.")
        % {"path": section.settings.root_key}
    )
    show(root.public)
    for told in rules.insides(hub_list(named)):
        say(told)
    if not named:
        told = _(
            "No hub is named yet, and without one the sections do not hear from each other. When one runs, name it: %(command)s"
        )
        say(told % {"command": NAMING})


def _found(section: Section, hubs: tuple[str, ...]) -> port.RootKey:
    path = section.settings.root_key
    with section.writing() as session:
        if queries.latest(session) is not None:
            raise Conflict(_("This section already belongs to an International."))
        if path.exists():
            raise Conflict(_IN_THE_WAY, place=str(path))
        root = port.RootKey(SigningKey.generate().seed, path)
        document = rules.founding(port.card_of(section), root, hubs, section.now())
        port.adopt(session, [document], code=section.code, key=section.key.public, now=section.now())
        try:
            settings.write_key(path, root)
        except FileExistsError as error:
            raise Conflict(_IN_THE_WAY, place=str(path)) from error
        try:  # at the end: what is noted stays, also of an International that came to nothing
            section.log_keys.pledge([section.key], queries.hashes(session)[1])
        except InternationaleError:
            path.unlink()  # of an International that is not, and in the way of the next one
            raise
    return root


def _propose_founding(section: Section, shown: list[RootCard], threshold: int, hubs: tuple[str, ...], out: Path) -> None:
    with section.reading() as session:
        draft = port.draft_founding(section, session, shown, threshold, hubs)
    for change in rules.told(None, draft):
        say(change)
    for root in draft.roots:
        click.echo(f"{visible(root.holder)}\n  {fingerprints.groups(root.key)}\n  {fingerprints.words(root.key)}")
    tell_beginning(draft.serialize())
    say(_("Compare these fingerprints aloud, holder by holder. Then each signs a copy of the file with “roster sign”."))
    files.write(out, files.printed(Paper(SignedDocument(draft.serialize(), ())).plain()))
    say(_("At the end, here: %(command)s") % {"command": f"internationale roster adopt {out}"})


def begin(home: Home, copies: list[SignedDocument], fingerprint: str | None) -> Version:
    """Found, after somebody who holds a root key has said the fingerprint of the list."""
    section = home()
    with section.reading() as session:
        offer = port.offered_founding(section, session, copies)
    for change in rules.told(None, offer.version.roster):
        say(change)
    tell_roots(offer.version.roster)
    asked = _("The fingerprint of the list, as a holder of a root key says it (words or digits)")
    typed = fingerprint or click.prompt(worded(asked))
    with section.writing() as session:
        return port.adopt_founding(section, session, copies, typed=typed, by=home.host())


@click.command()
@click.argument("invitation", type=click.File("rb"))
@click.option("--fingerprint", help="Of the list, as people of the committee said it to you, in words or digits; else asked for.")
@click.pass_obj
def join(home: Home, invitation: BinaryIO, fingerprint: str | None) -> None:
    """Join the International whose committee made the file INVITATION, after its people have told you the list's fingerprint.

    Anybody can make an invitation, to an International of their own. Let people of the committee whom you know read the
    fingerprint to you: theirs is on the page of the invitation, and “roster show” says it.
    """
    documents, hubs = read_invitation(invitation.read(), invitation.name)
    section = home()
    with section.reading() as session:
        joined = queries.latest(session) is not None
        offer = port.offered(session, documents, code=section.code, key=section.key.public, now=section.now())
    _tell_offer(offer, hubs)
    typed = fingerprint or click.prompt(worded(_("The fingerprint of the list, as the committee says it (words or digits)")))
    if not fingerprints.matches(offer.fingerprint, typed):
        raise Invalid(
            (_OTHER_LIST if joined else _OTHER) % {"version": offer.version.roster.version},
            place="--fingerprint",
        )
    with section.writing() as session:
        port.adopt(session, documents, code=section.code, key=section.key.public, now=section.now())
        international = queries.hashes(session)[1]
        again = not joined and (section.log_keys.has_signed(section.log_keys.all, international) or _late(section, session))
        if again:  # what it has said is not here any more
            reasons.keep(session.connection(), Lasting.RESTORED, section.now())
        section.log_keys.pledge([section.key], international)
    section.roster_changed()
    say(_("Joined."))
    if again:
        say(WORDS[Lasting.RESTORED])


def _late(section: Section, session: Session) -> bool:
    """Whether the list has named its key for so long that it may have spoken in the meantime: where keys were put back as they
    were made nothing else tells of that.
    """
    since = queries.named_since(session, section.code, section.key.public)
    return since is not None and abs(section.now() - since) > AT_ONCE


def _tell_offer(offer: port.Offer, hubs: tuple[str, ...]) -> None:
    roster = offer.version.roster
    names = ", ".join(called(entry) for entry in roster.sections)
    say(_("The International of the invitation has these sections: %(names)s.") % {"names": names})
    tell_roots(roster)
    if hubs:
        say(_("Its hubs: %(hubs)s.") % {"hubs": ", ".join(hubs)})
    for told in rules.insides(roster.hubs):
        say(told)


def _write_settings(home: Home, given: dict[str, object]) -> None:
    """A new ``section.toml``, and its folder; neither when what was given makes no sense."""
    file = home.path / settings.FILE
    for name in ("code", "name", "languages"):
        if not given[name]:
            raise Misconfigured(_("“%(option)s” is missing.") % {"option": _OPTIONS[name]})
    for name, value in given.items():
        if value:
            settings.check(name, value, _OPTIONS.get(name, name))
    lines = [f"{name} = {_toml(value)}\n" for name, value in given.items() if value]
    with files.written(file):
        home.path.mkdir(mode=0o750, parents=True, exist_ok=True)
        with whole.fresh(file) as part:  # its owner's alone: a database's address may have a password in it
            part.write_text("# What each setting means: internationale.settings.\n" + "".join(lines), encoding="utf-8")
    try:
        settings.load(home.path, home.environ)
    except Misconfigured:  # the environment
        file.unlink()
        raise


def _toml(value: object) -> str:
    """JSON's texts, numbers and lists of texts are TOML's too."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
