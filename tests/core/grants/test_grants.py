"""What follows from grants: capabilities, ends, ceilings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from internationale.kit import Capability, Invalid, Message, NotFound, Reader, Refused, Role
from internationale.kit.grants import Grant, holds
from internationale.ledger import database, migrate
from internationale.plugins import Plugins
from internationale.rooms import grants
from internationale.rooms.grants import rules
from internationale.rooms.grants.port import Room
from internationale.rooms.grants.rows import GrantRow

NOW = datetime(2027, 4, 1, 12, tzinfo=UTC)
VOCABULARY = (
    Capability("texts.read", Message("read"), frozenset({Role.MEMBER, Role.TRANSLATOR})),
    Capability("texts.translate", Message("translate"), frozenset({Role.TRANSLATOR})),
    Capability("machine.look", Message("look"), frozenset({Role.HOST})),
    Capability(rules.GIVE, Message("give"), frozenset({Role.SECRETARY})),
)
SECRETARY = Reader(id="s", roles=frozenset({Role.SECRETARY}), capabilities={rules.GIVE: frozenset({None})})
MEMBER = Reader(id="m", roles=frozenset({Role.MEMBER}), capabilities={"texts.read": frozenset({None})})


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def room(clock):
    return Room(VOCABULARY, clock)


@pytest.fixture
def opened(tmp_path):
    opened = database.connect(f"sqlite:///{tmp_path / 'grants.db'}")
    with opened.engine.begin() as connection:
        migrate.upgrade(connection, Plugins([("grants", grants)]).folders("migrations"))
    yield opened
    opened.dispose()


@pytest.fixture
def session(opened):
    with database.writing(opened) as session:
        yield session


def reader(room, session, person="p"):
    return room.reader(session, id=person, handle="rosa", language="en")


def test_roles_and_single_rights_add_up(room, session):
    assert reader(room, session) == Reader(id="p", handle="rosa", language="en")
    room.give_role(session, "p", Role.MEMBER, by=SECRETARY)
    room.give_capability(session, "p", "texts.translate", object="fr", by=SECRETARY)
    room.give_capability(session, "p", "texts.read", object="x", by=SECRETARY)
    found = reader(room, session)
    assert found.roles == {Role.MEMBER}
    assert found.capabilities == {"texts.read": frozenset({None, "x"}), "texts.translate": frozenset({"fr"})}
    assert holds(found, "texts.translate", "fr")
    assert not holds(found, "texts.translate", "ar")
    assert not holds(found, "texts.translate")
    assert reader(room, session, "other").capabilities == {}


def test_a_grant_ends_on_its_day(room, session, clock):
    room.give_role(session, "p", Role.MEMBER, until=NOW + timedelta(days=1), by=None)
    assert reader(room, session).roles == {Role.MEMBER}
    clock.now += timedelta(days=1)
    assert reader(room, session).roles == frozenset()
    with pytest.raises(Invalid):
        room.give_role(session, "p", Role.MEMBER, until=NOW, by=None)


def test_the_same_grant_is_given_once(room, session):
    first = room.give_role(session, "p", Role.MEMBER, by=SECRETARY)
    assert room.give_role(session, "p", Role.MEMBER, by=None) == first
    assert room.held(session, "p") == [first]
    assert room.everyone(session) == {"p": [first]}


def test_what_is_withdrawn_is_gone_at_once_and_only_once(room, session):
    grant = room.give_role(session, "p", Role.MEMBER, by=SECRETARY)
    with pytest.raises(NotFound):
        room.withdraw(session, "other", grant.id, by=SECRETARY)
    room.withdraw(session, "p", grant.id, by=SECRETARY)
    assert reader(room, session).roles == frozenset()
    with pytest.raises(NotFound):
        room.withdraw(session, "p", grant.id, by=SECRETARY)


def test_nobody_hands_out_more_than_they_may(room, session):
    for role, by in ((Role.HOST, SECRETARY), (Role.MEMBER, MEMBER), (Role.MEMBER, Reader())):
        with pytest.raises(Refused):
            room.give_role(session, "p", role, by=by)
    with pytest.raises(Refused):
        room.give_capability(session, "p", "machine.look", by=SECRETARY)
    with pytest.raises(Invalid):
        room.give_capability(session, "p", "texts.burn", by=SECRETARY)
    host = room.give_role(session, "p", Role.HOST, by=None)
    with pytest.raises(Refused):
        room.withdraw(session, "p", host.id, by=SECRETARY)
    assert room.assignable(SECRETARY) == set(Role) - {Role.HOST}
    assert room.assignable(None) == set(Role)


def test_forgetting_leaves_nothing(room, session):
    room.give_role(session, "p", Role.MEMBER, by=None)
    gone = room.give_role(session, "p", Role.DELEGATE, by=None)
    room.withdraw(session, "p", gone.id, by=None)
    other = room.give_role(session, "q", Role.MEMBER, by=None)
    room.forget(session, "p")
    assert room.everyone(session) == {"q": [other]}
    assert [row.person for row in session.exec(select(GrantRow))] == ["q"]


roles = st.sampled_from([None, *Role])
capability_names = st.sampled_from([None, "texts.read", "texts.translate", "gone.long_ago"])
some_grants = st.lists(
    st.builds(
        Grant,
        st.just("g"),
        st.just("p"),
        st.none(),
        st.just(NOW),
        role=roles,
        capability=capability_names,
        object=st.sampled_from([None, "x"]),
    )
)


@given(some_grants)
def test_only_what_is_declared_is_held_and_every_grant_counts(given_grants):
    held = rules.capabilities_of(given_grants, rules.Declared.of(VOCABULARY))
    assert set(held) <= {capability.name for capability in VOCABULARY}
    for capability in VOCABULARY:
        expected = {g.object for g in given_grants if g.capability == capability.name or g.role in capability.roles}
        assert held.get(capability.name, frozenset()) == expected


def test_a_token_gives_nobody_a_right_and_may_take_one_away(room, session):
    program = replace(SECRETARY, by_token=True)
    for give in (
        lambda: room.give_role(session, "m", Role.MEMBER, by=program),
        lambda: room.give_capability(session, "m", "texts.read", by=program),
    ):
        with pytest.raises(Refused):
            give()
    assert list(room.held(session, "m")) == []
    room.withdraw(session, "m", room.give_role(session, "m", Role.MEMBER, by=SECRETARY).id, by=program)
    assert list(room.held(session, "m")) == []
