"""Making a bundle from what this section holds."""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlmodel import Session

from internationale.bundle.form import Header, Span, Writer
from internationale.bundle.witnessing import Attendance, Testimony
from internationale.errors import Untrusted
from internationale.events import heads
from internationale.events.envelope import Address
from internationale.events.signed import SignedDocument
from internationale.ledger import forks
from internationale.ledger.forks import Proof
from internationale.ledger.reading import Stored
from internationale.rooms.roster import queries
from internationale.section import Section

PAGE = 100
"""Events of one log that are read at a time: as many logs as there are, so many pages are in memory."""

Log = tuple[str, int]
"""A section and an epoch."""


@dataclass(frozen=True)
class Wanted:
    """What goes into a bundle. ``sections``: only the logs of these (None: all); ``since``: what who gets it has already."""

    sections: Collection[str] | None = None
    since: Mapping[Log, int] = field(default_factory=dict)
    spans: Collection[Span] | None = None
    """Exactly these stretches, as far as they are here, as somebody has asked for them; the two others count for nothing then."""
    parts: Collection[str] = ()
    """Parts besides those that the events name."""
    rosters_after: int = 0
    """The version of the roster that is known already."""
    largest: int | None = None
    """Bytes after which no further event is added."""
    said: Testimony | Attendance | None = None
    """What is said besides what is stored, to who asks what we hold now."""


def lines(section: Section, wanted: Wanted) -> Iterator[bytes]:
    """The bundle, line by line: rosters, events (in the order in which they came here) with their parts, proofs, heads.

    Events of several logs are mixed, so that what stands on something comes after it and need not wait.

    Whoever takes it may be slow, and the connections with the database are few: no session is held while a line is handed out.
    What is inside was so at the beginning all the same, as logs only grow: they are read up to the numbers that the header names,
    and the rosters and heads are those of that moment. A log that the roster ends or takes up elsewhere meanwhile stops where it
    was read to; a part that was taken back meanwhile is not in it, and a proof that was found meanwhile is.
    """
    writer = Writer()
    with section.reading() as session:
        spans = _spans(section, session, wanted)
        held = [Span(log.section, log.epoch, 1, log.sequence) for log in section.ledger.all_heads(session) if log.sequence]
        versions = list(queries.hashes(session, wanted.rosters_after))
        counting = list(_counting_heads(section, session))
    yield writer.header(Header(section.code, tuple(spans), tuple(held)), section.now())
    for number in versions:
        yield from map(writer.version, _version(section, number))
    size = 0
    for event in heapq.merge(*(_events(section, span) for span in spans), key=lambda event: event.received_at):
        for line in _with_parts(section, writer, event):
            size += len(line)
            yield line
        if wanted.largest is not None and size > wanted.largest:
            break
    yield from _parts(section, writer, wanted.parts)
    for proof in _proofs(section) if wanted.spans is None else _open_proofs(section):
        for signed in (proof.first, proof.second):
            yield writer.event(proof.address.subject, signed.body, signed.signature)
    yield from _said(writer, wanted.said)
    for document in counting:
        yield writer.heads(document)
    yield writer.end()


def _version(section: Section, number: int) -> Sequence[SignedDocument]:
    with section.reading() as session:
        return queries.chain(session, number - 1, number)


def _counting_heads(section: Section, session: Session) -> Iterator[SignedDocument]:
    """Not those of a section that is no member any more, or signed with a key that was replaced: nobody would take them."""
    signers = heads.signers(section.keyring(session))
    for document in queries.heads_documents(session):
        with suppress(Untrusted):
            heads.verify_by(document, signers)
            yield document


def _said(writer: Writer, said: Testimony | Attendance | None) -> Iterator[bytes]:
    if said is not None and (kept := said.beside) is not None:  # first: nobody counts without it
        yield writer.event(kept.subject, kept.body, kept.signature)
    match said:
        case Testimony():
            yield writer.heads(said.heads)
        case Attendance():
            yield writer.presence(said.presence)


def _with_parts(section: Section, writer: Writer, event: Stored) -> Iterator[bytes]:
    yield writer.event(event.address.subject, event.signed.body, event.signed.signature)
    yield from _parts(section, writer, event.named_parts)


def _parts(section: Section, writer: Writer, names: Collection[str]) -> Iterator[bytes]:
    for name in names:
        if (body := _part(section, name)) is not None:
            yield writer.part(body)


def _part(section: Section, name: str) -> bytes | None:
    with section.reading() as session:
        return section.ledger.part(session, name)


def _proofs(section: Section) -> Iterator[Proof]:
    after: Address | None = None
    while page := _proofs_after(section, after):
        yield from page
        after = page[-1].address


def _open_proofs(section: Section) -> Sequence[Proof]:
    """Where no hub carries them they travel with answers only, whatever was asked. What was decided comes with the list, which is
    in each answer as well.
    """
    with section.reading() as session:
        return forks.open_proofs(session, section.keyring(session))


def _proofs_after(section: Section, after: Address | None) -> Sequence[Proof]:
    with section.reading() as session:
        return forks.proofs(session, after, PAGE)


def _spans(section: Section, session: Session, wanted: Wanted) -> list[Span]:
    held = {(log.section, log.epoch): log.sequence for log in section.ledger.all_heads(session) if log.sequence}
    if wanted.spans is not None:
        asked = [(span, held.get((span.section, span.epoch), 0)) for span in wanted.spans]
        return [Span(span.section, span.epoch, span.first, min(span.last, end)) for span, end in asked if end >= span.first]
    return [
        Span(code, epoch, after + 1, end)
        for (code, epoch), end in sorted(held.items())
        if (wanted.sections is None or code in wanted.sections) and (after := wanted.since.get((code, epoch), 0)) < end
    ]


def _events(section: Section, span: Span) -> Iterator[Stored]:
    last: Stored | None = None
    while page := _events_after(section, span, last):
        yield from page
        last = page[-1]


def _events_after(section: Section, span: Span, last: Stored | None) -> Sequence[Stored]:
    """The next of a stretch after the one that was read last; none when that is in its log no more."""
    after = span.first - 1 if last is None else last.address.sequence
    if after >= span.last:
        return ()
    with section.reading() as session:
        if last is not None and section.ledger.known(session, [last.address]) != {last.address: last.hash}:
            return ()
        return section.ledger.events_after(session, span.section, span.epoch, after, min(PAGE, span.last - after))
