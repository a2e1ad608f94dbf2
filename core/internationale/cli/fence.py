"""``internationale fence …`` and ``backup``: silence until it is sure that this section remembers all that it said."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import create_engine

from internationale.cli.keys import lacks_its_key
from internationale.cli.root import Home
from internationale.cli.speech import say, tell, worded
from internationale.errors import Conflict, Invalid, Misconfigured
from internationale.kit.calling import Names
from internationale.ledger import fencing
from internationale.ledger.fencing import WORDS, Lasting
from internationale.ledger.ownkeys import LOST
from internationale.messages import marker
from internationale.section import Section
from internationale.worker.fence import behind_a_hole

_ = marker("core")

_CERTAIN = _(
    "Later messages of this section are here, signed with its own key, and some before them are missing. Whatever it said now"
    " would be a second history of its log for certain. Import a bundle of a section that has them. If nobody has, its log is"
    " begun anew with another key: %(command)s"
)


@click.group()
def fence() -> None:
    """Whether this section may speak, or stays silent because its own log may be behind what others have of it."""


@fence.command("show")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def show(home: Home, as_json: bool) -> None:
    """Show why this section is silent, if it is. A start without an answer from any hub is shown on the pages only."""
    section = home()
    lasting, keyless = section.gate.lasting, lacks_its_key(section)
    if as_json:
        signed = {"claimants": _claimants(section, disbelieved=False), "disbelieved": _claimants(section, disbelieved=True)}
        tell({"silent": lasting is not None, "reason": lasting, "keyless": keyless, **signed})
        return
    if keyless:
        say(LOST, problem=True)
    elif lasting is None:
        say(_("Nothing that lasts keeps this section silent."))
    if lasting is not None:
        say(WORDS[lasting], problem=True)
        say(_("It goes on by itself when that is so no more. Where nobody can answer: %(command)s") % {"command": _open(home)})
    if liars := _claimants(section, disbelieved=True):
        say(
            _("Not believed in what they sign to hold of this section's log: %(sections)s")
            % {"sections": _called(section, liars)}
        )


@fence.command("open")
@click.option("--confirm", metavar="CODE", help="The section's code, instead of typing it when asked.")
@click.pass_obj
def lift(home: Home, confirm: str | None) -> None:
    """Go on without an answer, when there is nobody who could give one.

    It counts once: now if the section is running and waits, otherwise for the next command that speaks, or at the next start.
    """
    section = home()
    say(WORDS[section.gate.lasting] if section.gate.lasting else _("Nothing that lasts keeps this section silent."))
    if behind_a_hole(section):
        command = f"internationale --home {home.path} key new-log"
        raise Conflict(_CERTAIN % {"command": command})
    say(
        _(
            "If others hold events of this section that are not here, it will say other things under the same numbers. That is a"
            " fork: its log will then stand still for everybody until the committee decides."
        )
    )
    if claimants := _claimants(section, disbelieved=False):
        say(
            _(
                "These sections have signed to hold more of it than is here: %(sections)s. Ask them. If it is not so, what they"
                " sign to hold of this section's log is not believed from now on, until you say: %(command)s"
            )
            % {"sections": _called(section, claimants), "command": f"internationale --home {home.path} fence close"}
        )
    typed = click.prompt(_sentence(section), type=str) if confirm is None else confirm
    if typed.strip() != section.code:
        raise Invalid(_("This is not the section's code. Nothing was changed."), place="--confirm")
    section.gate.give_word(claimants)
    say(
        _(
            "The section goes on without an answer, once: within moments if it is running, otherwise with the next command that"
            " speaks or at its next start."
        )
    )


@fence.command("close")
@click.pass_obj
def close(home: Home) -> None:
    """Stay silent from the next start on until others have answered. To be said after restoring a database by hand.

    Whoever was not believed any more in what they sign to hold of this section's log is believed again.
    """
    section = home()
    section.gate.believe()
    section.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    say(WORDS[Lasting.RESTORED])


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(home: Home, file: Path) -> None:
    """Copy the database into FILE, also while the section runs. Who starts from the copy stays silent until others have answered.

    Keep it with section.toml, the folder keys and the folder attachments. To restore: put it in the place of section.db.
    """
    section = home()
    if section.database.engine.dialect.name != "sqlite":
        raise Misconfigured(
            _("A PostgreSQL database is copied with pg_dump. After restoring it, before the start: %(command)s")
            % {"command": f"internationale --home {home.path} fence close"}
        )
    if file.exists():
        raise Conflict(_("This file exists already. Nothing was changed."), place=str(file))
    try:
        _copy(section, file)
    except (OSError, sqlite3.Error) as error:
        file.unlink(missing_ok=True)
        raise Misconfigured(_("The file cannot be written: %(reason)s") % {"reason": str(error)}, place=str(file)) from error
    say(_("The database is copied. Keep it with section.toml, the folder keys and the folder attachments."))
    say(_("Whoever starts from this copy says nothing until others have shown how far the log has come by then."))


def _copy(section: Section, file: Path) -> None:
    """A consistent copy with a mark in it: one's own word about its age, since a copy cannot know when it is used."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(str(section.database.engine.url.database))) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        fencing.keep(connection, Lasting.RESTORED, section.now())
    engine.dispose()


def _claimants(section: Section, *, disbelieved: bool) -> tuple[str, ...]:
    with section.reading() as session:
        return fencing.claimants(session.connection(), disbelieved=disbelieved)


def _called(section: Section, codes: tuple[str, ...]) -> tuple[str, ...]:
    with section.reading() as session:
        return Names.of(section.sections(session)).all(codes)


def _open(home: Home) -> str:
    return f"internationale --home {home.path} fence open"


def _sentence(section: Section) -> str:
    return worded(_("To go on all the same, type the section's code (%(code)s)") % {"code": section.code})
