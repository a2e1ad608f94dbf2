"""``internationale hub …``: a carrier of one's own, preparing an operator's, and how the hubs stand."""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from internationale.bus import server
from internationale.bus.configuration import Cluster, Configuration, Tls
from internationale.bus.server import HubProcess
from internationale.bus.weighing import Scales
from internationale.cli import files, listening, provisioning, sharing, userfile
from internationale.cli.forgetting import Forgetting
from internationale.cli.inspecting import inspect
from internationale.cli.provisioning import Operation, Prepared
from internationale.cli.purging import purge
from internationale.cli.root import Home
from internationale.cli.speech import say, tell, worded
from internationale.errors import Invalid
from internationale.messages import Message, marker, plural_marker

_ = marker("core")
ngettext = plural_marker("core")

USERS = "users.conf"
_OLDER = _(
    "The server's configuration is of an older make: if its file of users were ever empty, it would let everybody in. Write it"
    " again (“hub config”) and have the server reload it; where “hub run” is the server, start that again."
)
_FILE = click.Path(dir_okay=False, path_type=Path)
T = TypeVar("T")
C = TypeVar("C", bound=Callable[..., Any])
_EXISTING = click.Path(dir_okay=False, exists=True, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)

ENDS = 15
"""Seconds that the end may take."""


@click.group()
def hub() -> None:
    """The carriers between the sections."""


@hub.command("run")
@click.option("--port", type=click.IntRange(1, 65535), default=4222, show_default=True, help="Where it listens, on this machine.")
@click.option("--data", type=_FOLDER, required=True, help="Where it keeps what it carries.")
@click.option("--members-only", is_flag=True, help="Let in only the sections of this section's roster, and follow it.")
@click.pass_obj
def run(home: Home, port: int, data: Path, members_only: bool) -> None:
    """Run a hub on this machine until it is stopped (Ctrl-C)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    folder = data.absolute()
    server.require_alone(folder)
    for each in listening.sockets("127.0.0.1", port):
        each.close()  # the server takes it
    if members_only:
        userfile.write(home(), folder / USERS)
    with HubProcess(folder, port=port, ends_with_us=True, users=USERS if members_only else "") as process:
        try:
            signal.signal(signal.SIGCHLD, _died)
            say(_("The hub listens at %(url)s.") % {"url": process.url})
            if members_only:
                _watch(home, Operation(process.url, folder / USERS, folder / "hub.pid"))
            say(_("It lets in everybody on this machine. To let in the sections only, and watch it: --members-only"))
            say(sharing.OPEN)
            while True:
                signal.pause()
        except _Died:
            say(_("The message server ended: %(log)s") % {"log": process.last_words()}, problem=True)
            raise
        finally:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # it ends with us: what ends us is not to be hidden by that


def _stop(_number: int, _frame: object) -> None:
    """Come to an end; at once after ``ENDS`` seconds: what was asking a hub in this very moment may wait for an answer for ever.
    Nothing is left half done by that, and the server ends with us.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(ENDS)
    raise SystemExit(0)


def _end(_number: int, _frame: object) -> None:
    os._exit(0)


class _Died(SystemExit):
    """The server ended by itself; its log in the data directory says why."""


def _died(_number: int, _frame: object) -> None:
    raise _Died(1)


@hub.command("config")
@click.option("--data", type=_FOLDER, required=True, help="Where the server keeps what it carries, and finds its users.")
@click.option("--listen", default="0.0.0.0:4222", show_default=True, help="Where it listens, HOST:PORT.")
@click.option("--certificate", type=_EXISTING, help="Its TLS certificate with the chain (PEM).")
@click.option("--key", type=_EXISTING, help="The certificate's private key (PEM).")
@click.option(
    "--websocket", default="", help="Where it listens for WebSocket, HOST:PORT, for networks that let nothing else through."
)
@click.option("--cluster", default="", help="The cluster's name, when several servers are one hub.")
@click.option("--server", default="", help="This server's name in the cluster.")
@click.option(
    "--cluster-listen", default="0.0.0.0:6222", show_default=True, help="Where it listens for the cluster's other servers."
)
@click.option("--route", "routes", multiple=True, help="Another server of the cluster, nats://HOST:PORT. May be repeated.")
@click.option("--largest", default="", help="How much its store may take, such as 20GB.")
@click.option("--out", type=_FILE, help="Write it into this file.")
def config(data: Path, out: Path | None, certificate: Path | None, key: Path | None, **given: Any) -> None:
    """Print the configuration of a plain nats-server that is a hub; deploy/hub/README.md says what to do with it."""
    if (certificate is None) != (key is None):
        raise Invalid(_("A certificate and its key are given together."), place="--certificate")
    if bool(given["cluster"]) != bool(given["server"]):
        raise Invalid(_("A cluster's name and this server's name in it are given together."), place="--cluster")
    cluster = Cluster(given["cluster"], given["cluster_listen"], given["routes"]) if given["cluster"] else None
    text = Configuration(
        data.absolute(),
        given["listen"],
        name=given["server"],
        tls=Tls(certificate.absolute(), key.absolute()) if certificate and key else None,
        websocket=given["websocket"],
        users=os.path.relpath(data / USERS, out.parent if out else data),  # the server reads it from beside its configuration
        cluster=cluster,
        largest=given["largest"],
    ).text()
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    files.put(out, text)
    told = _("Written. Before the server starts it needs the file of its users: internationale hub users --out %(path)s")
    say(told % {"path": data.absolute() / USERS})


@hub.command("users")
@click.option("--out", type=_FILE, required=True, help="The file that the server's configuration includes.")
@click.pass_obj
def write_users(home: Home, out: Path) -> None:
    """Write the file of a hub's users from the roster: one for each section, and the administrator."""
    userfile.write(home(), out)
    say(_("Written. Start the server or have it reload, then say “hub provision” with its address."))


def _operation(command: C) -> C:
    """The argument and the options of who looks after a hub."""
    options = [
        click.argument("url"),
        click.option("--users", type=_FILE, help="Write the hub's users into this file, which its configuration includes."),
        click.option("--pid-file", type=_FILE, help="Where the server wrote its process number: it reads the users again."),
        click.option("--replicas", type=click.IntRange(1, 5), help="On how many servers of a cluster everything is kept."),
        click.option("--blob-bytes", type=click.IntRange(1), help="How many bytes attachments may take in all."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@hub.command("provision")
@_operation
@click.pass_obj
def provision(home: Home, /, url: str, **given: Any) -> None:
    """Prepare the hub at URL from the roster: users, streams, a consumer for each section. Safe to repeat."""
    section, operation = home(), Operation(url, **given)
    found = provisioning.prepare(section, operation)
    _told(found)
    _forgot(Forgetting().run(section, operation))
    if not found.open_to_all and not provisioning.is_watched(section, operation):
        say(sharing.UNWATCHED, problem=True)


@hub.command("watch")
@_operation
@click.pass_obj
def watch(home: Home, /, url: str, **given: Any) -> None:
    """Prepare the hub at URL like “hub provision”, again whenever the roster changes or the hub was emptied, until stopped."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if given["users"] is None:
        say(_("Without --users the hub is only prepared: nobody is cut, whatever they store."), problem=True)
    _watch(home, Operation(url, **given))


def _watch(home: Home, operation: Operation) -> None:
    """What passes is no reason to stop, such as a hub that is away: it is tried again. What is as before is not said again."""
    section, scales, forgetting = home(), Scales(), Forgetting()
    last: object = None

    def told(found: T, how: Callable[[T], None]) -> None:
        nonlocal last
        if found != last:
            how(found)
        last = found

    def prepared() -> bool:
        found = provisioning.prepare(section, operation)
        told(found, _told)
        _forgot(forgetting.run(section, operation))
        return found.read

    def failed(why: Message) -> None:
        told(why, partial(say, problem=True))

    provisioning.follow(section, prepared, lambda: sharing.look(section, scales, operation), failed)


@hub.command("shares")
@click.argument("url")
@click.option("--users", type=_FILE, help="The file of the hub's users: it says who may not add to what for now.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def who_holds(home: Home, url: str, users: Path | None, as_json: bool) -> None:
    """Show how full the hub at URL is, and what each section holds there. For who looks after it."""
    found = sharing.ask(home(), Operation(url, users))
    if as_json:
        tell(found)
    else:
        sharing.told(found)


hub.add_command(purge)


def _told(prepared: Prepared) -> None:
    say(_("The hub is ready for: %(codes)s.") % {"codes": ", ".join(prepared.sections)})
    if not prepared.read:
        say(userfile.UNREAD, problem=True)
    if not prepared.closed:
        say(_OLDER, problem=True)
    if prepared.open_to_all:
        say(_("It lets everybody in who reaches it. To let in the sections only, give it a file of users: “hub users”."))
        say(sharing.OPEN)
    elif prepared.nameless:
        codes = ", ".join(prepared.nameless)
        say(_("It cannot let these in yet, because the roster does not have their hub key: %(codes)s.") % {"codes": codes})
        say(_("Have each of them send its card again (“section card”), and say “section admit” with it."))


def _forgot(number: int) -> None:
    if number:
        told = ngettext(
            "Deleted from the hub: %(n)s piece of files that were taken back.",
            "Deleted from the hub: %(n)s pieces of files that were taken back.",
            number,
        )
        say(told % {"n": number})


def _unsent(number: int) -> Message:
    if not number:
        return _("It has everything that this section said.")
    told = ngettext("%(n)s event of this section is not there yet.", "%(n)s events of this section are not there yet.", number)
    return told % {"n": number}


@hub.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def status(home: Home, as_json: bool) -> None:
    """Ask every hub of this section how it stands. Exit status 1 when one of them needs a hand."""
    found = inspect(home())
    if as_json:
        tell(found)
    for state in () if as_json else found:
        click.echo(state.url)
        if state.trouble is not None:
            click.secho(f"  {worded(state.trouble)}", fg="red")
        if state.unsent is not None:
            click.echo(f"  {worded(_unsent(state.unsent))}")
    if not found:
        say(_("No hub is named, neither in the settings nor in the roster. Add one with “hubs” in section.toml."))
    if any(state.trouble is not None for state in found):
        raise SystemExit(1)
