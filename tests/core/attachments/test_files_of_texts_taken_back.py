"""A text is taken back to which files are attached: they go with it, everywhere, and whoever takes it back is shown which."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, delete, select

from internationale.cli.forgetting import Forgetting
from internationale.cli.provisioning import Operation
from internationale.events.refs import Ref
from internationale.ledger import tables
from internationale.ledger.falling import falling
from internationale.ledger.judging import address
from internationale.ledger.records import State
from internationale.rooms.attachments.port import attaching, keeping, sent, uploading
from internationale.rooms.attachments.queries import files, traces
from internationale.rooms.attachments.rows.private import Trace
from internationale.rooms.attachments.rows.shared import File
from internationale.rooms.documents.port import amending
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.exchange import queries
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.carrying import exchange

NAMES = b"names of comrades " * 40_000
OTHER = b"another " * 1000


def settled(*sections: Section) -> None:
    """All have heard it, and have tidied up."""
    exchange(*sections)
    for section in sections:
        keeping.tidy(section)


async def whole(at: Any) -> None:
    for each in at.values():
        await each.offer()
    for each in at.values():
        await each.fetch()


def stored(*sections: Section) -> list[int]:
    """How many pieces each has."""
    return [len(list(each.attachments.store.all())) for each in sections]


@pytest.mark.parametrize("file_too", [False, True])
@pytest.mark.parametrize("audience", ["international", "ar fr ic"])
def test_the_file_goes_with_its_text(
    three: Any,
    hub: Any,
    text: Any,
    attach: Any,
    carriages: Any,
    there: Any,
    back: Any,
    member: Any,
    file_too: bool,
    audience: str,
) -> None:
    ic, fr, ar = three
    document, message = text(fr, audience)
    exchange(*three)
    mine, _of_ar = attach(fr, document, NAMES, name="names.txt"), attach(ar, document, OTHER, name="other.txt")
    exchange(*three)
    carriages(whole, *three)
    assert (there(), stored(*three)) == ({"fr", "ar"}, [3, 3, 3])
    if file_too:  # and nobody looked at the hub in between
        with fr.writing() as session:
            attaching.withdraw(fr, session, mine, reason="danger", by=member(fr, "delegate"))
    back(fr, message)
    settled(*three)
    assert (Forgetting().run(ic, Operation(hub.url)), there(), stored(*three)) == (3, set(), [0, 0, 0])


def test_the_text_of_the_message_that_attaches_it_is_taken_back(
    three: Any, hub: Any, text: Any, attach: Any, carriages: Any, there: Any, back: Any, said_by: Any
) -> None:
    ic, fr, _ar = three
    document, _message = text(fr)
    attach(fr, document, NAMES)
    message = f"fr:1:{said_by(fr)}"
    again = attach(fr, document, OTHER)
    exchange(*three)
    carriages(whole, *three)
    back(fr, message)
    settled(*three)
    assert (Forgetting().run(ic, Operation(hub.url)), there(), stored(*three)) == (2, {"fr"}, [1, 1, 1])
    with ic.reading() as session:
        assert files.find(session, again).file.name == "plan.pdf"


def test_what_another_file_of_the_section_needs_stays(
    three: Any, hub: Any, text: Any, attach: Any, carriages: Any, there: Any, back: Any, taken: Any
) -> None:
    ic, fr, ar = three
    (document, message), (other, _message) = text(fr), text(fr)
    attach(fr, document, NAMES)
    same = attach(fr, other, NAMES)
    exchange(*three)
    carriages(whole, *three)
    back(fr, message)
    settled(*three)
    assert (Forgetting().run(ic, Operation(hub.url)), there(), taken(ar, same)) == (0, {"fr"}, NAMES)


def test_what_only_waits_is_not_gone(three: Any, text: Any, attach: Any) -> None:
    """As while the plugin is away of whose events it stands on: there is no row of it, and it will count again."""
    _ic, fr, _ar = three
    document, _message = text(fr)
    attach(fr, document, NAMES)
    event, withdrawn = tables.event, tables.withdrawn
    attached = event.c.type.in_(traces.TYPES)
    decided = [
        (State.WAITING, "unknown_type", []),
        (State.WAITING, "cut", []),
        (State.VOID, "cause_mismatch", []),  # of two histories of a log the other one counts, for now
        (State.VOID, "stands_on_void", ["fr"]),
    ]
    with fr.writing() as session:
        connection = session.connection()
        session.execute(delete(File))
        for state, reason, found in decided:
            connection.execute(event.update().where(attached).values(state=state.value, reason=reason, position=None))
            assert [section for section, _blob in files.gone(session)] == found
        (trace,) = session.exec(select(Trace)).all()
        place = {"section": "fr", "epoch": trace.epoch, "sequence": trace.sequence}
        connection.execute(event.delete().where(attached))  # it was cut off its log, and its section takes it back all the same
        assert files.gone(session) == []
        connection.execute(withdrawn.insert().values(**place, by_epoch=1, by_sequence=99, hash16="0" * 16))
        assert files.gone(session) == []
        connection.execute(withdrawn.insert().values(**place, by_epoch=1, by_sequence=100, hash16=trace.hash16))
        assert files.gone(session) == [("fr", trace.blob)]


def test_a_file_on_what_was_said_on_the_text_goes_too(three: Any, text: Any, member: Any, said_by: Any) -> None:
    _ic, fr, ar = three
    document, message = text(fr, kind="programme")
    exchange(*three)
    by, wanted = member(ar, "delegate"), Proposal("", 1, "hint", "en", "Less", "Time is ours.", "Fewer words.")
    with ar.writing() as session:
        amendment = amending.propose(ar, session, document, wanted, by)
    with ar.writing() as session:
        on = queries.whole(ar.ledger, session, f"ar:1:{said_by(ar)}").sent.ref
        at = uploading.place(ar, session, amendment, on, by)
        incoming = uploading.incoming(ar, session, at)
    incoming.add(OTHER)
    upload = uploading.bring(ar, incoming, at, name="deep.txt", media="text/plain", by=by)
    with ar.writing() as session:
        attaching.attach(ar, session, upload, name="deep.txt", note="", by=by)
    exchange(*three)
    with fr.reading() as session:
        ref = queries.whole(fr.ledger, session, message).sent.ref
        assert [each.name for each in sent.files_with(fr, session, ref, member(fr, "delegate")).first] == ["deep.txt"]


def test_what_only_counts_another_does_not_fall_with_it(three: Any, text: Any, attach: Any) -> None:
    _ic, fr, _ar = three
    document, _message = text(fr)
    attach(fr, document, NAMES)
    kind, version = fr.vocabulary.by_wire[traces.TYPES[0]]
    counting = replace(kind, outlives=frozenset(["documents.opened"]))
    other = replace(fr.vocabulary, by_wire={**fr.vocabulary.by_wire, kind.wire: (counting, version)})
    with fr.reading() as session:
        opened = address(fr.documents.get(session, document).ref)
        (file,) = (address(Ref.parse(ref)) for ref in files.standing(session))
        fallen = [falling(session, each, fr.ledger.seals, {opened}, {file}) for each in (fr.vocabulary, other)]
    assert fallen == [{file}, frozenset()]


def test_who_comes_later_has_the_hub_forget_the_same(three: Any, text: Any, attach: Any, back: Any) -> None:
    """``ar`` hears first that the text was taken back; ``ic`` had all of it; ``fr`` has made its rows anew."""
    ic, fr, ar = three
    document, message = text(fr)
    attach(fr, document, NAMES)
    exchange(ic, fr)
    lists = carrying.parts(fr)
    back(fr, message)
    events = carrying.said(fr)
    for _round in range(2):
        ar.accept(events)
        ar.add_parts(lists)
        ic.accept(events)
    with fr.writing() as session:
        fr.ledger.replay_all(session, fr.now())
    found = []
    for section in three:
        keeping.tidy(section)
        keeping.tidy(section)
        with section.reading() as session:
            found.append((list(files.gone(session)), [row.model_dump() for row in session.exec(select(Trace))]))
    assert found[0][0]
    assert found == [found[0]] * 3


def test_what_another_section_brought_to_a_hub_stays_and_the_pages_say_so(
    three: Any, hub: Any, text: Any, attach: Any, bring_over: Any, carriages: Any, there: Any, back: Any, browser: Any
) -> None:
    """The hub is new, and ``ar`` comes there before ``fr``, whose file it is."""
    ic, fr, ar = three
    document, message = text(fr)
    file = attach(fr, document, OTHER)
    exchange(*three)
    bring_over(ar, OTHER)
    carriages(whole, ar)
    carriages(whole, fr, ic)
    page = browser(fr, "delegate", language="en")
    told = [page.get(f"{each}/withdraw").text for each in (f"/federation/sent/{message}", f"/attachments/{file}")]
    assert "What another section brought to a hub in its place stays there" in told[0]
    assert "What another section brought there in your place stays, for whoever may read there" in told[1]
    back(fr, message)
    settled(*three)
    assert (there(), Forgetting().run(ic, Operation(hub.url)), there()) == ({"ar", "fr"}, 1, {"ar"})


@pytest.mark.parametrize("counted_once", [True, False])
def test_what_a_file_needs_that_waits_here_stays_at_hubs(
    three: Any, text: Any, attach: Any, back: Any, counted_once: bool
) -> None:
    """Two texts have the same file; of the second, ``ic``, which watches a hub, does not understand what it stands on."""
    ic, fr, _ar = three
    (document, message), (other, _message) = text(fr), text(fr)
    attach(fr, document, NAMES)
    same = attach(fr, other, NAMES)
    exchange(*three)
    event = tables.event
    with ic.writing() as session:
        attached = session.get(File, same)
        first = event.c.section == "fr", event.c.sequence == attached.sequence
        waits = {"state": State.WAITING.value, "reason": "missing_cause", "position": None}
        session.connection().execute(event.update().where(*first).values(waits))
        if not counted_once:
            session.execute(delete(Trace).where(col(Trace.sequence) == attached.sequence))
        session.delete(attached)
    back(fr, message)
    settled(*three)
    found = []
    for section in (ic, fr):
        with section.reading() as session:
            found.append(list(files.gone(session)))
    assert found == [[], []]
