"""``internationale log …``: prove the log, and hand it out as it travelled."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

import click

from internationale.cli import progress
from internationale.cli.root import Home
from internationale.cli.speech import say, tell
from internationale.errors import Conflict, Untrusted
from internationale.events import keys, roster
from internationale.events import proofs as fork_proofs
from internationale.events.card import fingerprint
from internationale.events.logs import LogRules
from internationale.kit.calling import Names
from internationale.ledger.reading import Stored
from internationale.messages import marker, plural_marker
from internationale.rooms.exchange import queries as exchange
from internationale.rooms.roster import queries

_ = marker("core")
ngettext = plural_marker("core")


@dataclass
class Proof:
    """What came of checking one log: how many events are right, and the first that is not (with the reason's code)."""

    section: str
    epoch: int
    events: int = 0
    wrong_at: int | None = None
    reason: str = ""


@click.group()
def log() -> None:
    """The signed log of all sections, as it is stored here."""


@log.command("verify")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def verify(home: Home, as_json: bool) -> None:
    """Check every signature and every chain, by section, against the roster. Exit status 1 when anything is wrong."""
    section = home()
    with section.reading() as session:
        chain = roster.verify_chain(documents) if (documents := queries.chain(session)) else ()
        count = sum(head.sequence for head in section.ledger.all_heads(session))
        names = Names.of(section.sections(session))
        proofs = prove(progress.checking(section.ledger.every_event(session), count), roster.histories(chain))
    if as_json:
        tell({"roster": len(chain), "logs": proofs})
    else:
        count = len(chain)
        versions = ngettext(
            "The roster: %(n)s version, signed by enough root keys.",
            "The roster: %(n)s versions, each signed by enough root keys.",
            count,
        )
        say(versions % {"n": count})
        for proof in proofs:
            _print(proof, names)
    if any(proof.reason for proof in proofs):
        raise SystemExit(1)


@log.command("export")
@click.option("--section", "only", help="Of the logs only the one of this section.")
@click.pass_obj
def export(home: Home, only: str | None) -> None:
    """Print the rosters and every event as they travelled: one JSON object per line with subject, body and signature.

    Anybody can check it without this software: deploy/verify/verify.py.
    """
    section = home()
    with section.reading() as session:
        for version in roster.verify_chain(documents) if (documents := queries.chain(session)) else ():
            click.echo(line(version.subject, version.document.body, version.document.header))
        for event in section.ledger.every_event(session):
            if only in (None, event.address.section):
                click.echo(line(event.address.subject, event.signed.body, event.signed.signature))


@log.command("proof")
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@click.option("--of", "number", default="", help="Only the proof of this number, such as fr:1:7.")
@click.pass_obj
def proof(home: Home, file: TextIO | None, number: str) -> None:
    """Print the proofs of forks that are held here, each with the rosters by which anybody can check it.

    With FILE: check such a file instead. This needs no section. Exit status 1 when it proves nothing.
    """
    if file is None:
        with home().reading() as session:
            for each in exchange.proof_lines(session, number):
                click.echo(each)
        return
    try:
        found = fork_proofs.check(file)
    except (Untrusted, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, Untrusted) else "malformed_line"
        raise Conflict(_("This file is not a proof, or it was altered: %(reason)s") % {"reason": reason}) from error
    for proven in found:
        two = {"address": proven.address, "one": proven.first.hash[:16], "other": proven.second.hash[:16]}
        say(_("%(address)s: two different messages, rightly signed: %(one)s and %(other)s.") % two)
        for root in proven.roots:
            say(_("It holds if this root key is the International's: %(key)s") % {"key": fingerprint(root)})
    if not found:
        say(_("Nothing is proved: there are no two messages of one number."), problem=True)
        raise SystemExit(1)


def line(subject: str, body: bytes, signature: str) -> str:
    """One signed thing as it stands in a file: what travels on the bus, the body as base64url."""
    return json.dumps({"subject": subject, "body": keys.encode(body), "signature": signature})


def prove(events: Iterable[Stored], histories: Mapping[tuple[str, int], LogRules]) -> list[Proof]:
    """Check events that come by section, epoch and number. One proof for each log, up to its first fault."""
    proofs: list[Proof] = []
    previous = ""
    for event in events:
        address = event.address
        rules = histories.get((address.section, address.epoch))
        if not proofs or (proofs[-1].section, proofs[-1].epoch) != (address.section, address.epoch):
            proofs.append(Proof(address.section, address.epoch))
            previous = rules.genesis if rules is not None else ""
        proof = proofs[-1]
        if proof.reason:
            continue
        try:
            _check(event, rules, proof.events + 1, previous)
        except Untrusted as error:
            proof.wrong_at, proof.reason = address.sequence, error.reason
        else:
            proof.events, previous = address.sequence, event.hash
    return proofs


def _check(event: Stored, rules: LogRules | None, number: int, previous: str) -> None:
    if rules is None:
        raise Untrusted("unknown_section")
    envelope = event.recheck({rules.section: rules})
    if event.address.sequence != number:
        raise Untrusted("missing_before")
    if envelope.prevhash != previous:
        raise Untrusted("broken_chain")


def _print(proof: Proof, names: Names) -> None:
    values = {
        "section": names[proof.section],
        "epoch": proof.epoch,
        "n": proof.events,
        "at": proof.wrong_at,
        "code": proof.reason,
    }
    if proof.reason:
        say(
            _("%(section)s, epoch %(epoch)s: WRONG at number %(at)s: %(code)s. %(n)s events before it are right.") % values,
            problem=True,
        )
    else:
        right = ngettext(
            "%(section)s, epoch %(epoch)s: %(n)s event, signed and chained.",
            "%(section)s, epoch %(epoch)s: %(n)s events, all signed and chained.",
            proof.events,
        )
        say(right % values)
