"""How a section begins with a roster, follows it, and takes in what the others say they hold."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, select

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events.keys import SigningKey
from internationale.events.refs import Ref
from internationale.kit import Receipt, SectionCard
from internationale.ledger import tables
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rows import PeerHeadRow, Row

from .conftest import LOGS, NOW, entry, make, said

LATER = NOW + timedelta(hours=1)


def begin(session: Session, world: SimpleNamespace, *documents: object) -> None:
    port.adopt(session, documents or (world.first, world.second), code="fr", key=LOGS["fr"].public, now=NOW)


def reason(error: pytest.ExceptionInfo[Untrusted]) -> str:
    return error.value.reason


def test_the_migrations_make_just_these_tables(session: Session) -> None:
    context = MigrationContext.configure(
        session.connection(), opts={"include_name": lambda name, kind, _parents: kind != "table" or name in Row.metadata.tables}
    )
    assert compare_metadata(context, Row.metadata) == []


def test_before_joining_there_is_nothing(session: Session) -> None:
    assert (queries.latest(session), queries.chain(session), queries.keyring(session)) == (None, (), {})
    assert (queries.sections(session), queries.federation_languages(session), queries.hubs(session)) == ((), (), ())


def test_the_first_version_is_never_taken_from_the_bus(session: Session, world: SimpleNamespace) -> None:
    with pytest.raises(Untrusted) as caught:
        port.store_version(session, world.first, NOW)
    assert reason(caught) == "roster_unknown"


def test_joining_stores_the_whole_chain(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    assert queries.latest(session) == world.grown
    assert queries.chain(session) == (world.first, world.second)
    assert queries.chain(session, after=1) == (world.second,)
    assert queries.sections(session) == (
        SectionCard("ar", "Section ar", ("ar",), "member"),
        SectionCard("fr", "Section fr", ("fr",), "member"),
        SectionCard("ic", "Section ic", ("en",), "member", frozenset(["committee"])),
    )
    assert queries.federation_languages(session) == ("ar", "en", "fr")
    assert set(queries.keyring(session)) == {"ar", "fr", "ic"}
    begin(session, world)
    assert queries.chain(session) == (world.first, world.second)


def test_one_joins_only_where_one_is_named_with_ones_own_key(session: Session, world: SimpleNamespace) -> None:
    stranger = SigningKey(b"s" * 32).public
    for code, key in (("de", LOGS["fr"].public), ("fr", stranger), ("ic", LOGS["fr"].public)):
        with pytest.raises(Invalid, match=code):
            port.adopt(session, [world.first], code=code, key=key, now=NOW)
    assert queries.latest(session) is None


def test_nobody_belongs_to_two_internationals(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    other = make(None, entry("fr"), entry("ic"), threshold=1, issued=NOW - timedelta(days=1))
    with pytest.raises(Conflict):
        begin(session, world, other)
    assert queries.latest(session) == world.grown


def test_following_the_roster(session: Session, world: SimpleNamespace) -> None:
    begin(session, world, world.first)
    third = make(world.grown, entry("ar", opened=2), entry("fr"), entry("ic"))
    with pytest.raises(Untrusted) as caught:
        port.store_version(session, third, NOW)
    assert reason(caught) == "roster_gap"
    assert [port.store_version(session, document, NOW) for document in (world.second, third, world.second, world.first)] == [
        True,
        True,
        False,
        False,
    ]
    forged = make(world.begun, entry("fr"), entry("ic"))
    with pytest.raises(Untrusted) as caught:
        port.store_version(session, forged, NOW)
    assert reason(caught) == "roster_rollback"


def test_heads_count_only_when_newer_and_signed_by_the_section(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    assert port.store_heads(session, said("ar", 5, ic=(7, "a")), NOW)
    assert not port.store_heads(session, said("ar", 5, ic=(9, "a")), NOW)
    assert not port.store_heads(session, said("ar", 4, ic=(9, "a")), NOW)
    assert port.store_heads(session, said("ar", 6, ic=(8, "a")), LATER)
    forged = said("fr", 9, ic=(9, "a"))
    with pytest.raises(Untrusted) as caught:
        port.store_heads(session, type(forged)(forged.body.replace(b'"fr"', b'"ar"'), forged.signatures), NOW)
    assert reason(caught) == "bad_signature"
    assert {code: at for code, (at, _heads) in queries.peers(session).items()} == {"ar": LATER}
    assert len(queries.heads_documents(session)) == 1


def test_receipts_name_each_member_once_with_the_time_of_its_first_word(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    session.execute(tables.head.insert().values(section="ic", epoch=1, sequence=8, hash="a" * 64, reason=""))
    port.store_heads(session, said("ar", 1, ic=(5, "a")), NOW)
    port.store_heads(session, said("ar", 2, ic=(7, "b")), LATER)
    port.store_heads(session, said("ar", 3, ic=(9, "c")), LATER + timedelta(hours=1))

    def holds(number: int) -> list[tuple[str, bool, object]]:
        return [(r.section, r.holds, r.since) for r in queries.receipts(session, Ref("ic", 1, number, "a" * 16), "fr")]

    assert holds(5) == [("ar", True, NOW), ("fr", True, None), ("ic", True, None)]
    assert holds(6) == [("ar", True, LATER), ("fr", True, None), ("ic", True, None)]
    assert holds(9) == [("ar", True, LATER + timedelta(hours=1)), ("fr", False, None), ("ic", True, None)]
    assert holds(10) == [("ar", False, None), ("fr", False, None), ("ic", True, None)]
    assert queries.receipts(session, Ref("ar", 1, 1, "a" * 16), "fr")[0] == Receipt("ar", "Section ar", True)


def test_our_own_log_here_and_as_others_hold_it(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    assert queries.own_log(session, "fr") == queries.OwnLog(0, 0)
    session.execute(tables.head.insert().values(section="fr", epoch=1, sequence=8, hash="a" * 64, reason=""))
    port.store_heads(session, said("ic", 1, fr=(7, "a")), NOW)
    port.store_heads(session, said("fr", 1, fr=(9, "a")), NOW)
    assert (queries.own_log(session, "fr"), queries.own_log(session, "fr").behind) == (queries.OwnLog(8, 7), False)
    port.store_heads(session, said("ar", 1, fr=(11, "b")), NOW)
    assert (queries.own_log(session, "fr"), queries.own_log(session, "fr").behind) == (queries.OwnLog(8, 11), True)


def test_a_section_that_lost_events_no_longer_holds_them(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    ref = Ref("ic", 1, 7, "a" * 16)
    for minute, number in ((1, 5), (2, 9), (3, 5)):
        port.store_heads(session, said("ar", minute, ic=(number, "a")), NOW)
    assert not queries.receipts(session, ref, "fr")[0].holds
    port.store_heads(session, said("ar", 4, ic=(7, "b")), LATER)
    assert queries.receipts(session, ref, "fr")[0] == Receipt("ar", "Section ar", True, LATER)


def test_the_memory_of_words_is_bounded_and_says_when_it_no_longer_knows(
    session: Session, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(session, world)
    for module in (port.heads, queries.heads):
        monkeypatch.setattr(module, "KEPT", 3)
    for number in range(1, 7):
        port.store_heads(session, said("ar", number, ic=(number, "a")), NOW + timedelta(hours=number))
    assert [row.sequence for row in session.exec(select(PeerHeadRow).order_by(PeerHeadRow.sequence))] == [4, 5, 6]
    since = [queries.receipts(session, Ref("ic", 1, n, "a" * 16), "fr")[0].since for n in (2, 4, 5)]
    assert since == [None, None, NOW + timedelta(hours=5)]


def test_contradictions_are_seen(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    session.execute(tables.head.insert().values(section="ic", epoch=1, sequence=7, hash="a" * 64, reason=""))
    port.store_heads(session, said("ar", 1, ic=(7, "a")), NOW)
    assert queries.contradictions(session) == {}
    port.store_heads(session, said("ar", 2, ic=(7, "b")), NOW)
    assert queries.contradictions(session) == {"ar": ("ic",)}
