"""``internationale section …``: one's own card, and who belongs to the International."""

from pathlib import Path
from typing import BinaryIO

import click

from internationale import i18n, settings
from internationale.cli import joining
from internationale.cli.comparing import tell_list
from internationale.cli.files import invitation, printed, read_card, write
from internationale.cli.keys import show
from internationale.cli.root import Home
from internationale.cli.speech import agreed, language, say, tell, worded
from internationale.cli.unlocking import unasked_option, unlocked
from internationale.kit.printing import visible
from internationale.messages import marker
from internationale.rooms.exchange import queries as exchange
from internationale.rooms.roster import port, queries, rules

_ = marker("core")


@click.group()
def section() -> None:
    """The sections of the International, and this section's card."""


@section.command("card")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it into this file.")
@click.pass_obj
def show_card(home: Home, out: Path | None) -> None:
    """Print this section's public card, for the committee that admits it."""
    running = home()
    text = printed(port.own_card(running).plain())
    if out is None:
        click.echo(text, nl=False)
        return
    write(out, text)
    say(_("Give the card to the committee, and compare this fingerprint with it, by voice or on paper:"))
    show(running.key.public)


@section.command("admit")
@click.argument("file", metavar="CARD", type=click.File("rb"))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the invitation here; CODE.invitation by default."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@unasked_option
@click.pass_obj
def admit(home: Home, file: BinaryIO, out: Path | None, yes: bool, unasked: bool) -> None:
    """Admit the section whose CARD this is, and write the invitation with which it joins."""
    candidate = read_card(file.read(), file.name)
    running = home.newest(unasked=unasked)
    with running.reading() as session:
        port.latest(session)
    root = unlocked(running.settings.root_key)
    say(
        _("Section “%(name)s” (%(code)s), languages: %(languages)s, at %(address)s")
        % {
            "name": candidate.name,
            "code": candidate.code,
            "languages": ", ".join(candidate.languages),
            "address": candidate.address or "—",
        }
    )
    show(candidate.key)
    with running.reading() as session:
        latest = port.latest(session)
        draft = rules.changes.admitted(latest, candidate, running.now())
    for change in rules.told(latest.roster, draft) if draft is not None else ():
        say(change)
    if not yes:
        agreed(_("Was this fingerprint compared with the section, by voice or on paper?"))
    with running.writing() as session:
        document = rules.admitting(candidate, port.latest(session), root, running.now())
        if document is not None:
            port.store_version(session, document, running.now())
        text = printed(invitation(queries.chain(session), queries.hubs(session)))
        out = out or Path(f"{candidate.code}.invitation")
        write(out, text)
        tell_list(session, queries.latest_number(session))
    say(_("Admitted. Send this file to the section: %(path)s") % {"path": out})
    say(_("There it says: %(command)s") % {"command": f"internationale join {out.name}"})
    say(_("It asks for this fingerprint: let people of the section hear it from you, by voice or on paper."))


@section.command("renew")
@click.option(
    "--hub", "hubs", multiple=True, help="The address of a hub, instead of those that were named before. May be repeated."
)
@unasked_option
@click.pass_obj
def renew(home: Home, hubs: tuple[str, ...], unasked: bool) -> None:
    """Sign the list of sections anew: it is valid for a year. Only where the root key lives."""
    running = home.newest(unasked=unasked)
    root = unlocked(running.settings.root_key)
    with running.writing() as session:
        document = rules.renewing(port.latest(session), root, settings.hub_addresses(hubs), running.now())
        port.store_version(session, document, running.now())
        renewed, named = exchange.overview(session, running.code, running.now()), port.latest(session).roster.hubs
    for told in rules.insides(named if hubs else ()):
        say(told)
    if renewed.expires is not None:
        until = i18n.day(renewed.expires, language())
        say(_("Version %(version)s is valid until %(day)s.") % {"version": renewed.version, "day": until})


@section.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def every(home: Home, as_json: bool) -> None:
    """List the sections with their keys' fingerprints, and how far each has everyone's log."""
    running = home()
    with running.reading() as session:
        state = exchange.overview(session, running.code, running.now())
    if as_json:
        tell(state)
        return
    if not state.version:
        say(_("This section has not joined an International yet."))
    for each in state.sections:
        lacks = "?" if each.lacks is None else f"-{each.lacks}" if each.lacks else "="
        first, *later = each.signers
        known = first.fingerprint
        click.echo(f"{each.code:16} {each.status:10} {lacks:>7}  {known}  {visible(each.name)} ({', '.join(each.languages)})")
        for key in later:
            told = _("%(fingerprint)s (from number %(first)s on)")
            click.echo(f"{'':36}{worded(told % {'fingerprint': key.fingerprint, 'first': key.first})}")


for _command in joining.COMMANDS:
    section.add_command(_command)
