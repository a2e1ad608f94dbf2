"""The rule of shares at a hub: nobody within its share is cut, whoever floods is cut in time, and nothing goes to and fro."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from internationale.bus.shares import BACK, EASED, KINDS, LEAST, TIGHT, Room, cut

LIMIT = 100_000
CODES = tuple(f"s{number}" for number in range(12))
KIND = st.sampled_from(sorted(KINDS))


def room(kind, held, limit=LIMIT, more=0, whole=True):
    return Room(kind, KINDS[kind], limit, sum(held.values()) + more, held, whole)


@st.composite
def standings(draw):
    """Sections, what each holds, and who was cut before."""
    codes = CODES[: draw(st.integers(1, len(CODES)))]
    held = draw(st.dictionaries(st.sampled_from(codes), st.integers(0, LIMIT), max_size=len(codes)))
    return codes, held, draw(st.sets(st.sampled_from(codes)))


@given(KIND, standings(), st.integers(0, LIMIT), st.booleans())
def test_nobody_within_its_share_is_cut(kind, standing, more, whole):
    codes, held, before = standing
    found = cut(room(kind, held, more=more, whole=whole), codes, before)
    share = Fraction(LIMIT, len(codes))
    assert all(held.get(code, 0) > share for code in found - before)
    assert not whole or all(held.get(code, 0) > share * BACK for code in found)
    assert cut(room(kind, held, more=more, whole=whole), codes) <= found | (set() if whole else before)


@given(KIND, standings(), st.integers(0, LIMIT))
def test_where_there_is_room_nobody_is_cut(kind, standing, more):
    codes, held, before = standing
    found = room(kind, held, more=more)
    if found.used <= LIMIT * TIGHT:
        assert cut(found, codes) == frozenset()
    if found.used <= LIMIT * EASED:
        assert cut(found, codes, before) == frozenset()


@given(KIND, standings(), st.integers(0, LIMIT))
def test_who_is_no_member_any_longer_is_not_named(kind, standing, more):
    codes, held, before = standing
    assert cut(room(kind, {**held, "gone": LIMIT}, more=more), codes, {*before, "gone"}) <= set(codes)


@given(KIND, st.integers(2, 12), st.integers(1, LIMIT // 4), st.data())
def test_who_floods_is_cut_before_the_room_is_full(kind, number, rate, data):
    """At a rate of up to a quarter of the room between two looks. The others add what they want, within their shares."""
    codes = CODES[:number]
    flooder, others = codes[0], codes[1:]
    found = room(kind, {})
    held, most, limit = dict.fromkeys(codes, 0), int(Fraction(LIMIT, number)), max(found.share(number), LIMIT * TIGHT)
    gone: frozenset[str] = frozenset()
    for _look in range(40):
        held[flooder] += 0 if flooder in gone else rate
        for code in others:
            held[code] += data.draw(st.integers(0, max(0, min(most - held[code], LIMIT // 50))))
        gone = cut(room(kind, held), codes, gone)
        assert gone <= {flooder}
        assert held[flooder] <= limit + rate
    assert gone or sum(held.values()) <= LIMIT * TIGHT or held[flooder] <= found.share(number)
    if kind not in LEAST:
        quiet = {**dict.fromkeys(codes, 0), flooder: 0}
        gone = frozenset()
        while not gone:
            assert quiet[flooder] <= LIMIT
            quiet[flooder] += rate
            gone = cut(room(kind, quiet), codes, gone)
        assert quiet[flooder] <= LIMIT, "the others still have room when it is cut"


@given(KIND, standings(), st.integers(0, LIMIT), st.integers(0, 10))
def test_the_same_again_changes_nothing(kind, standing, more, looks):
    codes, held, before = standing
    first = cut(room(kind, held, more=more), codes, before)
    for _look in range(looks):
        assert cut(room(kind, held, more=more), codes, first) == first


@given(KIND, standings(), st.integers(0, LIMIT), st.data())
def test_small_steps_do_not_go_to_and_fro(kind, standing, more, data):
    """Between two changes of one's right, what it holds or how full the room is goes all the way between the marks."""
    codes, held, _before = standing
    step = max(1, int(min(LIMIT * (TIGHT - EASED), Fraction(LIMIT, len(codes)) * (1 - BACK))) // 8)
    gone, since = frozenset[str](), dict[str, int]()
    for look in range(30):
        for code in codes:
            held[code] = max(0, held.get(code, 0) + data.draw(st.integers(-step, step)) // len(codes))
        now = cut(room(kind, held, more=more), codes, gone)
        for code in now ^ gone:
            assert look - since.get(code, -10) > 4, (code, look, since)
            since[code] = look
        gone = now


@given(KIND, standings(), st.integers(0, LIMIT))
def test_more_room_lets_everybody_in_again(kind, standing, more):
    codes, held, before = standing
    found = room(kind, held, more=more)
    assert cut(room(kind, held, limit=2 * max(found.used, 1), more=more), codes, before) == frozenset()


@given(KIND, standings())
def test_while_it_is_counted_nobody_is_let_in_again(kind, standing):
    codes, held, before = standing
    assert cut(room(kind, held, whole=False), codes, before) >= before


def test_a_room_whose_limit_nobody_knows():
    assert cut(Room("log", KINDS["log"], 0, 10, {"s0": 10}), ("s0", "s1"), ("s1",)) == frozenset()
