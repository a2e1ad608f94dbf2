"""Handing out what is here."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from internationale.ledger import noting
from internationale.rooms.attachments.rows.private import Copy
from internationale.section import Section
from internationale.testing.trouble import only_read


def used(section: Section) -> Any:
    with section.reading() as session:
        return session.exec(select(Copy)).one().used


def test_what_is_here_can_be_taken_while_that_cannot_be_noted(
    three, share, attach, carry, bring_over, taken, monkeypatch
) -> None:
    monkeypatch.setattr(noting, "PAUSE", 0.0)
    _ic, fr, ar = three
    attachment = attach(fr, share(fr), b"minutes")
    carry(*three)
    bring_over(ar, b"minutes")
    assert taken(ar, attachment) == b"minutes"
    before, later = used(ar), ar.now() + timedelta(days=2)
    ar.now = lambda: later
    with only_read(ar):
        assert taken(ar, attachment) == b"minutes"
    assert used(ar) == before
    assert taken(ar, attachment) == b"minutes"
    assert used(ar) == later
