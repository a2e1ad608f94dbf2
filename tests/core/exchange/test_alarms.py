"""Alarms name what is missing or contradictory, after the time that each is given to mend itself."""

from datetime import timedelta

from internationale.kit import HubState, Message
from internationale.ledger import tables
from internationale.rooms.exchange import queries
from internationale.rooms.roster import port
from internationale.section import Section

from .conftest import NOW, said


def told(section: Section, after: timedelta = timedelta(), hubs: tuple[HubState, ...] = ()) -> list[tuple[bool, str]]:
    with section.reading() as session:
        found = queries.findings(session, section.code, NOW + after, hubs)
    return [(alarm.urgent, str(alarm.sentence)) for alarm in found]


def hear(section: Section, witness: str, minute: int, **held: tuple[int, str]) -> None:
    with section.writing() as session:
        port.store_heads(session, said(witness, minute, **held), NOW + timedelta(minutes=minute))


def hold(section: Section, code: str, number: int, letter: str = "a") -> None:
    with section.writing() as session:
        session.execute(tables.head.insert().values(section=code, epoch=1, sequence=number, hash=letter * 64, reason=""))


def test_all_is_quiet_where_everything_is_here(joined: Section) -> None:
    hold(joined, "ic", 12)
    hear(joined, "ic", 0, ic=(12, "a"))
    assert told(joined, timedelta(hours=1)) == []


def test_before_joining_there_is_nothing_to_miss(section: Section) -> None:
    assert told(section) == []


def test_a_withheld_tail_is_asked_for_and_then_an_alarm(joined: Section) -> None:
    hold(joined, "ic", 11)
    hear(joined, "ic", 0, ic=(16, "a"))
    sentence = "Section ic (ic) says it has 5 more messages, numbers 12 to 16; no hub gives them."
    assert told(joined, timedelta(seconds=29)) == []
    early = "Section ic (ic) has 5 more messages, numbers 12 to 16, that are not here yet."
    assert told(joined, timedelta(seconds=31)) == [(False, early)]
    assert told(joined, timedelta(minutes=10)) == [(True, sentence)]


def test_a_peer_may_be_the_only_witness(joined: Section) -> None:
    hear(joined, "ar", 0, ic=(1, "a"))
    assert told(joined, timedelta(minutes=10)) == [
        (True, "Section ar (ar) has received 1 more message of Section ic (ic), number 1; no hub gives it to us.")
    ]


def test_the_time_counts_from_the_first_word(joined: Section) -> None:
    hear(joined, "ic", 0, ic=(1, "a"))
    hear(joined, "ic", 9, ic=(2, "b"))
    assert [urgent for urgent, _sentence in told(joined, timedelta(minutes=10))] == [True]


def test_split_views_name_who_holds_what(joined: Section) -> None:
    hear(joined, "ar", 0, ic=(7, "a"))
    hear(joined, "ic", 0, ic=(7, "b"))
    sentence = (
        "Under number 7 of Section ic (ic), different sections hold different messages: Section ar (ar) against Section ic (ic)."
    )
    assert (True, sentence) in told(joined)


def test_a_split_against_our_own_copy_is_seen_below_the_head_too(joined: Section) -> None:
    hold(joined, "ic", 9, "c")
    with joined.writing() as session:
        values = {"section": "ic", "epoch": 1, "sequence": 7, "hash": "a" * 64, "body": b"{}", "signature": "", "type": "t"}
        values |= {"state": "applied", "reason": "", "position": 1, "received_at": NOW, "via": ""}
        session.execute(tables.event.insert().values(**values))
    hear(joined, "ar", 0, ic=(7, "b"))
    (found,) = told(joined, timedelta(hours=1))
    assert found == (
        True,
        "Under number 7 of Section ic (ic), different sections hold different messages: Section fr (fr) against Section ar (ar).",
    )


def test_our_own_log_behind(joined: Section) -> None:
    hear(joined, "ar", 0, fr=(3, "a"))
    assert told(joined)[0] == (True, "This section is behind its own log: 0 of its messages are here, and others hold 3.")


def test_a_roster_that_ends(joined: Section) -> None:
    assert told(joined, timedelta(days=340)) == [(False, "The list of sections expires on 2027-11-22.")]
    assert told(joined, timedelta(days=366))[0][0] is True


def test_a_clock_that_runs_ahead(joined: Section) -> None:
    hold(joined, "ar", 1)
    with joined.writing() as session:
        port.store_heads(session, said("ar", 7, ar=(1, "a")), NOW)
    assert told(joined) == [(False, "The clock of Section ar (ar) is 7 minutes ahead of ours.")]


def test_hubs_in_trouble_and_none_at_all(joined: Section) -> None:
    well = HubState("nats://one:4222", connected=True, since=NOW)
    ill = HubState("nats://two:4222", trouble=Message("Its disk is full."))
    assert told(joined, hubs=(well, ill)) == [(False, "nats://two:4222: Its disk is full.")]
    assert told(joined, hubs=(ill,)) == [
        (True, "No hub can be reached. What is written here is kept and sent as soon as one answers.")
    ]
