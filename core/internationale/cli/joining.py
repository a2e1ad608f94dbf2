"""``internationale section …`` about joining: asking, vouching, declining, inviting."""

from pathlib import Path
from typing import BinaryIO

import click

from internationale.cli.comparing import tell_list
from internationale.cli.files import printed, write
from internationale.cli.keys import show
from internationale.cli.root import Home
from internationale.cli.speech import say, worded
from internationale.events.joining import JoinRequest
from internationale.kit.calling import Names
from internationale.messages import marker
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import papers

_ = marker("core")
FILES = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--out", type=FILES, help="Write it into this file; CODE.request by default.")
@click.option("--qr", is_flag=True, help="Show the fingerprint as a square code to scan, too.")
@click.pass_obj
def request(home: Home, out: Path | None, qr: bool) -> None:
    """Ask to be admitted: write a signed request, for a section that knows us and will vouch for us."""
    section = home()
    write(out or Path(f"{section.code}.request"), printed(port.own_request(section, section.now()).plain()))
    say(_("Send the file to a section that knows you. They compare this fingerprint with you, by voice or on paper:"))
    show(section.key.public, qr=qr)


@click.command()
@click.argument("file", metavar="REQUEST", type=click.File("rb"))
@click.option("--fingerprint", help="As its people said it to you, in words or digits; asked for by default.")
@click.option("--why", default="", help="What you know of the section, for the committee. No names of persons.")
@click.pass_obj
def vouch(home: Home, file: BinaryIO, fingerprint: str | None, why: str) -> None:
    """Vouch for the section whose REQUEST this is, after its people have told you the fingerprint of its key."""
    asked, document = papers.read_request(file.read(), file.name)
    _describe(asked)
    typed = fingerprint or click.prompt(worded(_("The fingerprint, as its people say it (words or digits)")))
    section = home.speaking()
    with section.writing() as session:
        hash = port.vouch(section, session, document, typed=typed, why=why, by=home.host())
    say(_("This section vouches for it. The committee decides about request %(hash)s.") % {"hash": hash})


@click.command()
@click.pass_obj
def requests(home: Home) -> None:
    """List the sections that want to join, and who vouches for each."""
    section = home()
    with section.reading() as session:
        found, names = queries.candidates(session), Names.of(section.sections(session))
    for each in found:
        _describe(each.asked)
        vouchers = ", ".join(names[voucher.section] for voucher in each.vouchers)
        words = {"hash": each.hash, "sections": vouchers}
        say(_("Request %(hash)s; these sections vouch for it: %(sections)s") % words)
        for refusal in each.refusals:
            say(_("Declined by %(section)s: %(why)s") % {"section": names[refusal.section], "why": refusal.why})
        if each.member:
            say(_("It is a member now."))
        elif each.past:
            say(_("It was a member after this request, and is none any more. To come back it asks anew."))
        elif not each.refusals:
            command = f"internationale roster propose admit {each.hash}"
            say(_("The committee proposes to admit it: %(command)s") % {"command": command})


@click.command()
@click.argument("hash")
@click.option("--why", required=True, help="The reasons, for everybody.")
@click.pass_obj
def decline(home: Home, hash: str, why: str) -> None:
    """Say, for the committee, why the section of this request is not admitted now."""
    section = home.speaking()
    with section.writing() as session:
        port.decline(section, session, hash, why=why, by=home.host())
    say(_("The sections that vouch for it can read the reasons."))


@click.command()
@click.argument("code")
@click.option("--out", type=FILES, help="Write it here; CODE.invitation by default.")
@click.pass_obj
def invite(home: Home, code: str, out: Path | None) -> None:
    """Write the invitation with which the admitted section CODE joins."""
    with home().reading() as session:
        text = printed(port.invitation(session, code))
        out = out or Path(f"{code}.invitation")
        write(out, text)
        tell_list(session, port.latest(session).roster.version)
    say(_("Send this file to the section. There it says: %(command)s") % {"command": f"internationale join {out.name}"})
    say(_("It asks for this fingerprint: let people of the section hear it from you, by voice or on paper."))


def _describe(asked: JoinRequest) -> None:
    words = {"name": asked.name, "code": asked.code, "languages": ", ".join(asked.languages), "address": asked.address or "—"}
    say(_("Section “%(name)s” (%(code)s), languages: %(languages)s, at %(address)s") % words)


COMMANDS = (request, vouch, requests, decline, invite)
