"""How a section begins with a roster, follows it, and takes in what the others say they hold."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session, select

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import heads, roster
from internationale.events.heads import Head, Heads
from internationale.events.keys import SigningKey
from internationale.events.refs import Ref
from internationale.events.roster import LastGood, LogKey
from internationale.kit import Receipt, SectionCard
from internationale.ledger import tables
from internationale.ledger.reading import Gap
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rows import PeerHeadRow, Row
from internationale.rooms.roster.rules import lag

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


def test_heads_that_a_thief_dated_far_ahead_bar_nothing_once_the_key_is_replaced(
    session: Session, world: SimpleNamespace
) -> None:
    begin(session, world)
    minutes = (datetime.max.replace(tzinfo=UTC) - NOW) // timedelta(minutes=1)
    assert port.store_heads(session, said("ar", minutes, ic=(7, "a")), NOW)
    assert not port.store_heads(session, said("ar", 6, ic=(8, "a")), NOW)
    assert port.next_moment(session, "ar", NOW, queries.keyring(session)) == NOW + timedelta(minutes=minutes, milliseconds=1)
    assert port.store_heads(session, said("ar", datetime.max.replace(tzinfo=UTC), ic=(7, "a")), NOW)
    assert port.next_moment(session, "ar", NOW, queries.keyring(session)) is None
    new = SigningKey(b"n" * 32)
    ranges = (LogKey(key=LOGS["ar"].public, first=1, last=9), LogKey(key=new.public, first=10))
    port.store_version(session, make(world.grown, entry("ar", opened=2, keys=ranges), entry("fr"), entry("ic")), NOW)
    assert port.next_moment(session, "ar", NOW, queries.keyring(session)) == NOW
    assert port.store_heads(session, said("ar", 7, new, ic=(8, "a")), NOW)
    assert not port.store_heads(session, said("ar", 7, new, ic=(9, "a")), NOW)


def test_the_words_of_many_sections_are_heard_at_once(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    port.store_heads(session, said("ar", 1, ar=(3, "a"), ic=(9, "a")), NOW)
    forged = said("ic", 9, ic=(9, "a"))
    documents = [
        said("ar", 1, ar=(3, "a"), ic=(9, "a")),
        said("ic", 2, ar=(2, "a"), ic=(9, "a")),
        said("ar", 3, ic=(8, "b"), fr=(1, "a")),
        type(forged)(forged.body.replace(b'"ic"', b'"ar"'), forged.signatures),
        said("ar", 2, ar=(4, "a")),
        said("ic", 3, ar=(2, "a"), ic=(10, "a")),
    ]
    hearing, taken = port.Hearing(session, documents, LATER, queries.keyring(session)), []
    for document in documents:
        try:
            taken.append(hearing.take(document))
        except Untrusted as error:
            taken.append(error.reason)
    hearing.write()
    assert taken == [False, True, True, "bad_signature", False, True]
    assert {code: (at, word.time) for code, (at, word) in queries.peers(session).items()} == {
        "ar": (LATER, NOW + timedelta(minutes=3)),
        "ic": (LATER, NOW + timedelta(minutes=3)),
    }
    for code in ("ar", "fr", "ic"):
        words = {witness: word.heads[code] for witness, (_at, word) in queries.peers(session).items() if code in word.heads}
        assert queries.held(session, code) == words
    rows = session.exec(select(PeerHeadRow).order_by(PeerHeadRow.witness, PeerHeadRow.origin, PeerHeadRow.sequence))
    assert [(row.witness, row.origin, row.sequence, row.hash[0], row.received_at) for row in rows] == [
        ("ar", "fr", 1, "a", LATER),
        ("ar", "ic", 8, "b", LATER),
        ("ic", "ar", 2, "a", LATER),
        ("ic", "ic", 9, "a", LATER),
        ("ic", "ic", 10, "a", LATER),
    ]


def test_what_others_hold_beyond_us_is_told_by_log(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    epochs = {"ar": 1, "fr": 1, "ic": 1}
    assert queries.ahead(session, epochs) == []
    for code, number in (("fr", 4), ("ic", 8)):
        session.execute(tables.head.insert().values(section=code, epoch=1, sequence=number, hash="a" * 64, reason=""))
    port.store_heads(session, said("ar", 1, ar=(2, "a"), fr=(4, "a"), ic=(9, "a")), NOW)
    port.store_heads(session, said("ic", 1, ar=(1, "a"), fr=(3, "a"), ic=(12, "a"), zz=(1, "a")), NOW)
    assert queries.ahead(session, epochs) == [Gap("ar", 1, 1, 2), Gap("ic", 1, 9, 12)]
    assert queries.ahead(session, epochs | {"ar": 2}) == [Gap("ic", 1, 9, 12)]


def test_the_keyring_of_a_chain_is_that_of_all_its_versions(session: Session, world: SimpleNamespace) -> None:
    """Though only those are read that can say something of earlier epochs."""
    begin(session, world)
    latest, committee = world.grown, entry("ic", mandates=("committee",))
    old = LastGood(epoch=1, sequence=7, hash="a" * 64)
    for number, key in enumerate((b"n", b"o", b"p"), 3):
        epoch = {"epoch": number - 1, "opened": number, "keys": (LogKey(key=SigningKey(key * 32).public, first=1),)}
        good = old.model_copy(update={"epoch": number - 2})
        document = make(latest, entry("ar", opened=2), entry("fr", **epoch, last_good=good), committee)
        assert port.store_version(session, document, NOW)
        latest = queries.latest(session)
        keyring = queries.keyring(session)
        assert keyring == roster.keyring_of(queries.versions(session))
        assert sorted(keyring["fr"].closed) == list(range(1, number - 1))


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


def test_of_our_own_log_nobody_names_an_epoch_that_the_list_does_not(session: Session, world: SimpleNamespace) -> None:
    begin(session, world)
    session.execute(tables.head.insert().values(section="fr", epoch=1, sequence=8, hash="a" * 64, reason=""))
    lie = Heads(section="ar", time=NOW, roster=1, heads={"fr": Head(9, 999, "a" * 64)})
    port.store_heads(session, heads.seal(lie, LOGS["ar"]), NOW)
    port.store_heads(session, said("ic", 1, fr=(9, "a")), NOW)
    assert queries.own_log(session, "fr") == queries.OwnLog(8, 9)


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
    monkeypatch.setattr(lag, "KEPT", 3)
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
