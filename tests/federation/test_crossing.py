"""The plain way: what one section says, the others show, and everyone can prove it."""

from internationale.testing import notes, oracle


def test_nothing_said_nothing_carried(three, carry):
    carry(*three)
    oracle.agree(*three, said=0)


def test_everyone_hears_everyone(three, carry, say):
    ic, fr, ar = three
    first = say(ic, "first")
    say(fr, "second")
    carry(*three)
    say(ar, "an answer", first)
    say(ar, "and more")
    carry(*three)
    oracle.agree(*three, said=4)
    assert [row[2] for row in oracle.rows(fr)["notes_note"]] == ["an answer", "and more", "second", "first"]


def test_parts_travel_with_what_names_them(three, carry, say):
    ic, _fr, ar = three
    say(ic, "long", parts=(b"x" * 200_000, b"y" * 200_000))
    carry(*three)
    oracle.agree(*three, said=1)
    assert oracle.rows(ar)["notes_note"][0][-2] == 400_000


def test_who_has_it_is_known_after_heads_came(three, carry, say):
    ic, fr, _ar = three
    ref = say(ic, "first")
    carry(ic, fr)
    with ic.reading() as session:
        assert [(each.section, each.holds) for each in ic.receipts(session, ref)] == [("ar", False), ("fr", True), ("ic", True)]
    carry(*three)
    with ic.reading() as session:
        assert {each.section: each.holds for each in ic.receipts(session, ref)} == {"ar": True, "fr": True, "ic": True}


def test_more_than_one_batch(three, carry, say, member):
    ic, _fr, _ar = three
    from internationale.kit import Utterance

    with ic.writing() as session:
        ic.publish(session, *(Utterance(notes.Written(text=str(n))) for n in range(1234)), by=member(ic))
    carry(*three)
    oracle.agree(*three, said=1234)


def test_a_section_absent_for_the_whole_story(three, carry, say):
    ic, fr, ar = three
    for number in range(10):
        note = say(ic, f"note {number}", parts=(b"part %d" % number,))
        carry(ic, fr)
        say(fr, f"answer {number}", note)
        carry(ic, fr)
    carry(ic, fr)
    oracle.agree(ic, fr, said=20)
    carry(ar)
    oracle.agree(ic, fr, ar, said=20)
