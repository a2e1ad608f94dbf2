"""A first sync says how far it has come, and is silent about the few that are always on their way."""

from internationale.rooms.exchange import queries
from internationale.rooms.exchange.queries import Progress
from internationale.rooms.roster import port
from internationale.section import Section

from .conftest import NOW, Browse, said


def tell(section: Section, minutes: int, **held: tuple[int, str]) -> None:
    with section.writing() as session:
        port.store_heads(session, said("ar", minutes, **held), NOW)


def test_the_page_says_how_far_it_is(joined: Section, browse: Browse) -> None:
    tell(joined, 1, ic=(30_000, "a"), ar=(10_000, "b"))
    with joined.reading() as session:
        assert queries.progress(session) == Progress(0, 40_000, "")
    assert "0 of 40000 messages are here." in browse("/federation", "member")
    assert "0 of 40000 messages of the International are here" in browse("/", "member")


def test_a_few_are_always_on_their_way(joined: Section, browse: Browse) -> None:
    tell(joined, 1, ic=(49, "a"))
    with joined.reading() as session:
        assert queries.progress(session) is None
    assert "progress" not in browse("/federation", "member")
