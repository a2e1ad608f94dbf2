"""``internationale key …``: the keys of this machine, and their fingerprints to compare aloud."""

from pathlib import Path

import click
import segno
from sqlmodel import Session

from internationale import settings
from internationale.cli.files import printed, write
from internationale.cli.root import Home
from internationale.cli.speech import say, worded
from internationale.cli.unlocking import chosen_passphrase, unlocked
from internationale.errors import Conflict, Invalid, Misconfigured
from internationale.events import card, fingerprints, joining
from internationale.events.fingerprints import Listed
from internationale.events.keys import PublicKey, SigningKey
from internationale.ledger.ownkeys import OwnKeys
from internationale.messages import marker
from internationale.rooms.exchange.queries.releasing import waits
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.events import KeyAnnounced
from internationale.rooms.roster.port import secret
from internationale.rooms.roster.rules import announcing, changes
from internationale.rooms.roster.rules.signers import Signer
from internationale.section import Section

_ = marker("core")
_FOREIGN = _(
    "A key for this log is announced that is not on this machine: %(fingerprint)s. If its file was lost, put it back. If nobody"
    " of this section has announced it, somebody else has the key of this log: make another, for which the committee opens a new"
    " epoch: internationale key new-log"
)


@click.group("key")
def group() -> None:
    """The keys of this instance: what they are for, and their fingerprints."""


@group.command("new-root")
@click.option("--holder", required=True, help="Who holds it: an office or a section, never a person's name.")
@click.option("--lock/--no-lock", default=True, help="Lock it with a passphrase (by default).")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("root.card"), help="Write the root card here."
)
@click.pass_obj
def new_root(home: Home, holder: str, lock: bool, out: Path) -> None:
    """Make a root key in keys/root.key, and a root card that shows it to the founders. There need be no section here."""
    holder = settings.fit_name(holder)
    path = home.path / "keys" / "root.key"
    root: SigningKey
    if path.exists():  # perhaps the power failed before its card was written
        say(_("There already is a root key here: %(path)s. No other one is made, and its card is written.") % {"path": path})
        root = unlocked(path)
        write(out, printed(joining.root_card(holder, root).plain()))
    else:
        root = SigningKey.generate()
        port.write_root_key(path, root, chosen_passphrase() if lock else "")
        try:
            write(out, printed(joining.root_card(holder, root).plain()))
        except Misconfigured:
            path.unlink()  # its card was asked for in a place where none can be: as if nothing had been asked
            raise
    if port.root_state(path) == "locked":
        say(_("The root key is %(path)s: keep a copy in a safe place, and the passphrase in another.") % {"path": path})
    else:
        say(_("The root key is %(path)s: keep a copy in a safe place.") % {"path": path})
    say(_("Send the card to those who found. When all compare, read this fingerprint aloud:"))
    show(root.public)


@group.command("show")
@click.option("--qr", is_flag=True, help="Also as a square code to scan.")
@click.pass_obj
def fingerprint(home: Home, qr: bool) -> None:
    """Show the fingerprint of this section's key, to compare it by voice or on paper; of both, while one follows the other."""
    section = home()
    with section.reading() as session:
        signers = own_signers(section, session)
    for each in signers:
        if len(signers) > 1:
            say(_("From number %(first)s of the log on:") % {"first": each.first})
        show(each.key, qr=qr)


@group.command("rotate-sealing")
@click.pass_obj
def rotate_sealing(home: Home) -> None:
    """Make a new sealing key, for which the other sections encrypt what is for this one. The old ones stay, for reading."""
    section = home()
    section.sealing.rotate()
    say(_("There is a new sealing key in %(folder)s. Back this folder up, whole.") % {"folder": section.sealing.folder})
    command = f"internationale --home {home.path} section card"
    say(_("The others use it once the committee has your card with it. Make the card: %(command)s") % {"command": command})


@group.command("new-log")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the card that shows it here; CODE.card by default."
)
@click.pass_obj
def new_log(home: Home, out: Path | None) -> None:
    """Make another key for this section's log, because the present one is lost or stolen.

    It signs nothing until the International has opened a new epoch for it: the committee needs the card.
    """
    lost = not home.settings.log_key.exists()
    if lost:
        settings.write_key(home.settings.log_key, SigningKey.generate())  # without any key no section can be opened
    section = home()
    held = section.log_keys.all
    key = held[0] if lost and len(held) == 1 else section.log_keys.add()
    shown = port.card_of(section).model_copy(update={"key": key.public})
    write(out or Path(f"{section.code}.card"), printed(card.seal(shown, key).plain()))
    say(_("Give the card to the committee, and compare this fingerprint with it, by voice or on paper:"))
    show(key.public)
    command = f"internationale roster propose reopen {section.code} --card {out or f'{section.code}.card'}"
    say(_("There it says: %(command)s") % {"command": command})


@group.command("rotate-log")
@click.option(
    "--after",
    type=click.IntRange(announcing.NEAREST, 1_000_000),
    default=1000,
    help="After how many more events the new key begins. The committee has until then; 1000 by default.",
)
@click.pass_obj
def rotate_log(home: Home, after: int) -> None:
    """Replace the key of this section's log by another: announces it, signed with both. Nothing stops meanwhile."""
    section = home.speaking()
    key = SigningKey.generate()
    with section.writing() as session:
        entry = changes.entry_of(port.latest(session), section.code)
        announced = queries.announcement(session, entry)
        here = {str(key.public) for key in OwnKeys(home.settings.log_key).all}  # also one that another command has just made
        if announced is not None and announced.key not in here:
            raise Conflict(_FOREIGN % {"fingerprint": fingerprints.groups(PublicKey.parse(announced.key))})
        if waits(session, KeyAnnounced, section.vocabulary):
            raise Conflict(_("A new key waits already for a second person, who has to release it, or to reject it, first."))
        first = queries.last_good(session, entry).sequence + 1 + after
        port.announce_key(section, session, key, first=first, epoch=entry.epoch, by=home.host())
        section.log_keys.add(key)  # after all that may be refused, and before the others hear of it
    say(
        _("Announced: from number %(first)s on the log is signed with the new key, once the International confirms it.")
        % {"first": first}
    )
    show(key.public)
    say(_("The committee confirms it: %(command)s") % {"command": f"internationale roster propose rotate {section.code}"})


@group.command("new-secret")
@click.option("--confirm", metavar="CODE", help="The section's code, instead of typing it when asked.")
@click.pass_obj
def new_secret(home: Home, confirm: str | None) -> None:
    """Go on with another secret in keys/section.secret, because the one with which the database was written is lost for good."""
    code = home.settings.code
    say(
        _(
            "With the secret is lost: handles that people have given up, or that were theirs when they left, can be taken by"
            " others; a database that is put back later brings those in again who were closed or left before today; and no"
            " browser is known any more, so that people may have to wait at signing in while somebody tries their password."
            " Everything else stays: accounts, passwords, sessions, links, tokens, and what was said."
        )
    )
    sentence = worded(_("To go on all the same, type the section's code (%(code)s)") % {"code": code})
    if (click.prompt(sentence, type=str) if confirm is None else confirm).strip() != code:
        raise Invalid(_("This is not the section's code. Nothing was changed."), place="--confirm")
    section = Section.open(home.settings, home.plugins)  # not prepared: that is what is refused
    with section.database.engine.begin() as connection:
        secret.renew(connection, home.settings.secret_key)
    section.close()
    say(_("The section goes on with the secret in %(path)s. Back it up.") % {"path": home.settings.secret_key})


def own_signers(section: Section, session: Session) -> tuple[Signer, ...]:
    """The keys of this machine that sign what is said from now on, with the first number of each."""
    latest = queries.latest(session)
    entry = latest.roster.entry(section.code) if latest is not None else None
    if entry is None:
        return (Signer(section.key.public, 1),)
    held = {key.public for key in section.log_keys.all}
    signers = rules.signers.to_come(entry, queries.last_good(session, entry).sequence)
    return tuple(each for each in signers if each.key in held) or (Signer(section.key.public, 1),)


def lacks_its_key(section: Section) -> bool:
    """Whether the key is gone that signs what is said next: better known before there is something to be said."""
    with section.reading() as session:
        rules = section.keyring(session).get(section.code)
        head = section.ledger.head(session, section.code)
    if rules is None:
        return False
    return section.log_keys.lacking(rules, head.sequence + 1 if head.epoch == rules.epoch else 1)


def show(key: PublicKey | Listed, *, qr: bool = False) -> None:
    """A fingerprint in all its forms."""
    say(_("Fingerprint, in digits: %(digits)s") % {"digits": fingerprints.groups(key)})
    say(_("Fingerprint, in words: %(words)s") % {"words": fingerprints.words(key)})
    if qr:
        segno.make(fingerprints.scanned(key), micro=False).terminal(compact=True)
