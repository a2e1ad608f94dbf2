"""``internationale backup`` and ``restore``: the database as one file, and back. Whoever starts from it begins silent."""

import contextlib
import glob
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from internationale.cli import progress, using
from internationale.cli.root import Home
from internationale.cli.speech import agreed, say
from internationale.errors import Conflict, Invalid, Misconfigured
from internationale.ledger import copies, database, reasons
from internationale.ledger.migrate import version_table
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import marker
from internationale.rooms.roster.port import secret
from internationale.section import Section
from internationale.settings import whole

_ = marker("core")
FILE = click.Path(path_type=Path, dir_okay=False)
_POSTGRESQL = _("A PostgreSQL database is copied with pg_dump. After restoring it, before the start: %(command)s")


@click.command()
@click.argument("file", type=FILE)
@click.pass_obj
def backup(home: Home, file: Path) -> None:
    """Copy the database into FILE, also while the section runs. Who starts from the copy stays silent until others have answered.

    Keep it with section.toml, the folder keys and the folder attachments. To put it back: internationale restore FILE.
    """
    section = home()
    source = _place(home)
    if file.exists():
        raise Conflict(_("This file exists already. Nothing was changed."), place=str(file))
    try:
        with whole.fresh(file) as part:
            copies.copy(source, part)
            _mark(section, part)
    except FileExistsError as error:
        raise Conflict(_("This file exists already. Nothing was changed."), place=str(file)) from error
    except (OSError, sqlite3.Error, DatabaseError) as error:
        raise Misconfigured(_("The file cannot be written: %(reason)s") % {"reason": str(error)}, place=str(file)) from error
    say(_("The database is copied. Keep it with section.toml, the folder keys and the folder attachments."))
    say(_("Whoever starts from this copy says nothing until others have shown how far the log has come by then."))


@click.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(home: Home, file: Path, yes: bool) -> None:
    """Put the database in FILE, a backup, in the place of this section's, which is kept beside it.

    Stop the section first. Put section.toml, the folder keys and the folder attachments back too, if they are lost. The section
    then says nothing until others have shown how far its log had come.
    """
    place = _place(home)
    if not file.is_file():
        raise Invalid(_("There is no such file."), place=str(file))
    with using.alone(home.path):
        if not yes:
            agreed(
                _("What this database has learnt since %(file)s was written will be missing. Put that in its place?")
                % {"file": str(file)}
            )
        with _part(place) as part:
            _prepare(home, part, file, marked=_read(file, part))
            kept = copies.take_place(part, place)
    say(_("The database of %(file)s is in its place.") % {"file": str(file)})
    if kept is not None:
        say(
            _("The former one is kept: %(path)s. Delete it when you are sure that you do not need it any more.")
            % {"path": str(kept)}
        )
    say(WORDS[Lasting.RESTORED])
    command = f"internationale --home {home.path}"
    say(
        _("Start the section: %(run)s. It goes on by itself when that is so no more. Where nobody can answer: %(open)s")
        % {"run": f"{command} run", "open": f"{command} fence open"}
    )
    say(_("What needs a hand now: %(command)s") % {"command": f"{command} status"})


def _place(home: Home) -> Path:
    """Raises ``Misconfigured`` for a PostgreSQL database."""
    place = database.file(home.settings.database)
    if place is None:
        raise Misconfigured(_POSTGRESQL % {"command": f"internationale --home {home.path} fence close"})
    return place


def _mark(section: Section, part: Path) -> None:
    """One's own word about its age, since a copy cannot know when it is used."""
    engine = create_engine(f"sqlite:///{part}")
    with engine.begin() as connection:
        reasons.put_back(connection, section.now(), copied=section.now())
    engine.dispose()


@contextmanager
def _part(place: Path) -> Iterator[Path]:
    """Where a database is made ready that comes to ``place`` at the end. Otherwise nothing is left of it."""
    for left in place.parent.glob(f"{glob.escape(place.name)}.*.part*"):  # of one that was killed: people's data is in it
        left.unlink()
    part = place.with_name(f"{place.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
    except OSError as error:
        raise Misconfigured(
            _("The file cannot be written: %(reason)s") % {"reason": str(error)}, place=str(error.filename or part)
        ) from error
    finally:
        for beside in ("", *copies.BESIDE):
            part.with_name(part.name + beside).unlink(missing_ok=True)


def _read(file: Path, part: Path) -> bool:
    """Copy it. Returns whether it is marked as a backup. Raises ``Invalid`` unless it is a whole database of some section."""
    try:
        copies.copy_idle(file, part)
        database.check(f"sqlite:///{part}")
        with closing(sqlite3.connect(part)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            marked = any(connection.execute(mark).fetchone() for mark in _marks(tables))
    except (sqlite3.Error, Misconfigured) as error:
        why = error.message if isinstance(error, Misconfigured) else str(error)
        raise Invalid(_("This database is damaged. Nothing was changed. %(why)s") % {"why": why}, place=str(file)) from error
    if version_table("ledger") not in tables:
        raise Invalid(_("This is not the database of a section. Nothing was changed."), place=str(file))
    return marked


def _marks(tables: Collection[str]) -> list[str]:
    """Where the mark of a backup is looked for: an older build's is nothing but a reason to be silent."""
    if "ledger_restored" in tables:
        return ["SELECT 1 FROM ledger_restored"]
    return ["SELECT 1 FROM ledger_fence WHERE reason = 'restored'"] if "ledger_fence" in tables else []


def _prepare(home: Home, part: Path, file: Path, *, marked: bool) -> None:
    """Bring it up to date, and have it begin silent whoever has copied it. Raises ``Invalid`` when it is another section's."""
    url = make_url(home.settings.database).set(database=str(part)).render_as_string(hide_password=False)
    with contextlib.closing(Section.open(replace(home.settings, database=url), home.plugins)) as section:
        _require_secret(section, file)
        with progress.replays():
            section.prepare()
        with section.reading() as session:
            known = section.keyring(session)
        if known and section.code not in known:
            raise Invalid(
                _("This is the database of another section, not of “%(code)s”. Nothing was changed.") % {"code": section.code},
                place=str(file),
            )
        if not marked:
            section.gate.put_back()
            section.begin()
    copies.settle(part)


def _require_secret(section: Section, file: Path) -> None:
    try:
        with section.database.engine.begin() as connection:
            secret.require(connection, section.settings.secret_key)
    except Misconfigured as error:
        raise Invalid(
            _(
                "This database was written with another secret than the one in %(path)s: it is another section's, or that file"
                " has to be put back from your backup first. Nothing was changed."
            )
            % {"path": error.place},
            place=str(file),
        ) from error
