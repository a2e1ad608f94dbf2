"""Debate and proposals inside the section."""

import json
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import update
from sqlmodel import select

from internationale.errors import Conflict, Invalid, NotFound, Refused
from internationale.kit import Reader
from internationale.ledger import database, migrate
from internationale.rooms import documents as room
from internationale.rooms.documents.port import amending, home, revising
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import amendments, private
from internationale.rooms.documents.queries.waiting import needs
from internationale.rooms.documents.rows.private import Debate, Motion, Private
from internationale.testing import carrying
from internationale.testing.people import speaker


def member(handle="lucie"):
    allowed = {name: frozenset([None]) for name in ("documents.read", "documents.discuss")}
    return Reader(id=f"account-{handle}", handle=handle, language="fr", capabilities=allowed)


def test_a_debate_is_the_writers_own_and_stays_at_home(three, fr, draft):
    document, block = draft
    lucie, karim = member(), member("karim")
    with fr.writing() as session:
        first = home.say(fr, session, document, block=block, text="Trente suffisent.", by=lucie)
        home.say(fr, session, document, block=block, text="Pourquoi pas vingt ?", by=karim)
        home.mend(fr, session, document, first, text="Trente, et pas une de plus.", by=lucie)
        with pytest.raises(NotFound):
            home.mend(fr, session, document, first, text="Non.", by=karim)
    with fr.reading() as session:
        one, other = private.thread(session, document, lucie, 1, block=block).things
        assert (one.text, one.handle, one.own, one.quote) == (
            "Trente, et pas une de plus.",
            "lucie",
            True,
            "We stand for thirty-five hours.",
        )
        assert one.edited is not None
        assert (other.own, other.edited) == (False, None)
        assert private.counts(session, document) == {block: 2}
    with fr.writing() as session:
        home.take_back(fr, session, document, first, by=lucie)
        with pytest.raises(NotFound):
            home.take_back(fr, session, document, first, by=lucie)
    with fr.reading() as session:
        one, _other = private.thread(session, document, lucie, 1, block=block).things
        assert (one.text, one.own, one.deleted is not None) == ("", False, True)
        assert private.counts(session, document) == {block: 1}
    said = b"".join(delivery.body for delivery in carrying.said(*three))
    assert b"Trente" not in said
    assert b"account-" not in said


def test_who_may_not_or_asks_for_nothing_is_refused(fr, draft):
    document, block = draft
    with fr.writing() as session:
        with pytest.raises(Refused):
            home.say(fr, session, document, block=block, text="x", by=Reader())
        with pytest.raises(Invalid):
            home.say(fr, session, document, block="nowhere", text="x", by=member())
        with pytest.raises(NotFound):
            home.say(fr, session, document, block=block, motion="nothing", text="x", by=member())
        with pytest.raises(NotFound):
            home.say(fr, session, "fr-000000000000", block=block, text="x", by=member())


def test_a_members_proposal_is_carried_in_the_language_of_the_document(three, ic, fr, draft):
    document, block = draft
    lucie, rosa = member(), speaker(fr)
    french = Proposal(block, 1, "replace", "fr", "Trente heures", "Le temps est à nous.", "Nous voulons trente heures.")
    english = Proposal(
        block, 1, "replace", "fr", "Trente heures", "Le temps est à nous.", "We stand for thirty hours.", french.text
    )
    with fr.writing() as session:
        motion = home.move(fr, session, document, french, lucie)
        home.say(fr, session, document, block="", motion=motion, text="Bien dit.", by=rosa)
        (need,) = needs(fr, session, rosa)
        assert need.path == f"/documents/{document}/motions/{motion}"
        assert needs(fr, session, lucie) == []
        with pytest.raises(Refused):
            home.carry(fr, session, document, motion, proposal=english, by=lucie)
    with fr.writing() as session:
        amendment = home.carry(fr, session, document, motion, proposal=english, by=rosa)
        with pytest.raises(Conflict):
            home.decline(fr, session, document, motion, reason="Non.", by=rosa)
        assert needs(fr, session, rosa) == []
        card = private.motion_card(session, document, motion, lucie)
        assert (card.state, card.amendment, card.own) == ("carried", amendment, True)
    carrying.hand_on(*three)
    with ic.reading() as session:
        card = amendments.one(session, document, amendment)
        assert (card.language, card.wording, card.author) == ("fr", "Nous voulons trente heures.", "rosa")
        (need,) = needs(ic, session, speaker(ic))
        assert need.path == f"/documents/{document}/amendments"


def test_a_proposal_that_was_carried_is_not_open_again_where_a_backup_says_so(fr, draft):
    """Its amendment is in the log, which comes back from the others: carried once more it would be there twice."""
    document, block = draft
    rosa = speaker(fr)
    proposal = Proposal(block, 1, "replace", "en", "Thirty hours", "Our time.", "We stand for thirty hours.")
    with fr.writing() as session:
        motion = home.move(fr, session, document, proposal, member())
        before = private.motion(session, document, motion).model_dump()
        assert private.motion_card(session, document, motion, rosa).amendment == ""
    with fr.writing() as session:
        amendment = home.carry(fr, session, document, motion, proposal=proposal, by=rosa)
    with fr.writing() as session:
        session.execute(update(Motion).values(before))
    with fr.writing() as session:
        assert private.motion(session, document, motion).state == "open"
        assert needs(fr, session, rosa) == []
        (card,) = private.motions(session, document, rosa)
        assert (card.state, card.amendment) == ("carried", amendment)
        assert private.motion_of(session, amendment, rosa) == card
        with pytest.raises(Conflict, match="already answered"):
            home.carry(fr, session, document, motion, proposal=proposal, by=rosa)
        with pytest.raises(Conflict, match="already answered"):
            home.decline(fr, session, document, motion, reason="No.", by=rosa)


def test_an_amendment_that_nobody_has_sent_is_nowhere(fr, draft):
    document, block = draft
    proposal = Proposal(block, 1, "replace", "en", "Thirty hours", "Our time.", "We stand for thirty hours.")
    with fr.writing() as session:
        motion = home.move(fr, session, document, proposal, member())
        assert "amendment" not in fr.kept(session, member().id)["documents"]["proposals"][0]
        home.decline(fr, session, document, motion, reason="No.", by=speaker(fr))
        assert private.motion_card(session, document, motion, speaker(fr)).amendment == ""


def test_titles_of_what_somebody_may_not_read_are_not_told_to_them(three, ic, fr, draft):
    document, block = draft
    proposal = Proposal(block, 1, "replace", "en", "Thirty hours", "Our time.", "We stand for thirty hours.")
    deeds = ("documents.amendment_proposed", "documents.amendment_decided", "documents.revised")

    def reader(*may: str, of: str | None = document) -> Reader:
        return Reader(id="account-karim", handle="karim", language="en", capabilities={each: frozenset([of]) for each in may})

    with fr.writing() as session:
        home.move(fr, session, document, proposal, member())
        amending.propose(fr, session, document, proposal, speaker(fr))
        assert needs(fr, session, reader(*deeds)) == []
        assert len(needs(fr, session, reader(*deeds, "documents.read"))) == 1
        assert needs(fr, session, reader(*deeds, "documents.read", of="fr-0123456789ab")) == []
    carrying.hand_on(*three)
    with ic.reading() as session:
        assert needs(ic, session, reader(*deeds)) == []
        assert len(needs(ic, session, reader(*deeds, "documents.read"))) == 1
        assert revising.ours(ic, session, document, reader(*deeds, "documents.read")).id == document
        with pytest.raises(Refused):
            revising.ours(ic, session, document, reader(*deeds))


def test_a_declined_proposal_is_answered(fr, draft):
    document, block = draft
    proposal = Proposal(block, 1, "replace", "en", "T", "R", "We stand for twenty hours.")
    with fr.writing() as session:
        motion = home.move(fr, session, document, proposal, member())
        home.decline(fr, session, document, motion, reason="Thirty is what we can win.", by=speaker(fr))
    with fr.reading() as session:
        card = private.motion_card(session, document, motion, member("karim"))
        assert (card.state, card.answer, card.answered_by, card.own) == (
            "declined",
            "Thirty is what we can win.",
            "rosa",
            False,
        )


def test_what_a_person_said_stays_without_the_person(fr, draft):
    document, block = draft
    lucie, rosa = member(), speaker(fr)
    proposal = Proposal(block, 1, "replace", "en", "Twenty", "Time is ours.", "We stand for twenty hours.")
    with fr.writing() as session:
        home.say(fr, session, document, block=block, text="Thirty will do.", by=lucie)
        open_one, declined = (home.move(fr, session, document, proposal, lucie) for _ in range(2))
        home.decline(fr, session, document, declined, reason="Once is enough.", by=rosa)
        kept = fr.kept(session, lucie.id)["documents"]
        assert [comment["text"] for comment in kept["contributions"]] == ["Thirty will do."]
        assert {motion["id"] for motion in kept["proposals"]} == {open_one, declined}
        assert [answer["answer"] for answer in fr.kept(session, rosa.id)["documents"]["answers"]] == ["Once is enough."]
        json.dumps(kept)
    with fr.writing() as session:
        fr.forget(session, lucie.id)
        fr.forget(session, rosa.id)
    with fr.reading() as session:
        (comment,) = private.thread(session, document, lucie, 1, block=block).things
        assert (comment.text, comment.handle, comment.own) == ("Thirty will do.", "", False)
        card = private.motion_card(session, document, declined, lucie)
        assert (card.text, card.handle, card.own, card.answer, card.answered_by) == (
            "We stand for twenty hours.",
            "",
            False,
            "Once is enough.",
            "",
        )
        (need,) = needs(fr, session, speaker(fr, "karim"))
        assert str(need.title.id) == "A former member proposes an amendment: %(title)s"
        assert "documents" not in fr.kept(session, lucie.id)
        held = "".join(str(row.model_dump()) for table in (Debate, Motion) for row in session.exec(select(table)))
        assert not re.search("lucie|rosa", held)


def test_the_migrations_make_the_tables(tmp_path):
    opened = database.connect(f"sqlite:///{tmp_path}/section.db")
    with opened.engine.begin() as connection:
        migrate.upgrade(connection, {"documents": Path(room.__file__).parent / "migrations"})
        mine = {"include_name": lambda name, kind, _parents: kind != "table" or name in Private.metadata.tables}
        context = MigrationContext.configure(connection, opts={"compare_type": True, **mine})
        assert compare_metadata(context, Private.metadata) == []
    opened.dispose()
