"""The first and the last moment that the wire has, on pages and in the API, in whatever time zone the database server lives."""

from datetime import UTC, datetime

import pytest

from internationale.events import envelope
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rules import writing
from internationale.testing import oracle
from internationale.testing.forging import Forger

MOMENTS = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC)]
PAGES = ("/", "/programme", "/statements", "/actions", "/translation", "/federation", "/federation/hubs", "/federation/sealed")
API = ("documents", "statements", "statements/proposed", "actions", "attachments")
OPENED, CALLED = "org.intl.documents.opened.v1", "org.intl.actions.called.v1"
WORDS = ("participants", "demands", "leadership", "outlook", "conditions", "forces")


@pytest.fixture(params=["Asia/Tokyo", "America/New_York"])
def zone(request, monkeypatch):
    """PostgreSQL begins each connection with it, as with one of its own configuration."""
    monkeypatch.setenv("PGTZ", request.param)


@pytest.mark.parametrize("moment", MOMENTS, ids=["first", "last"])
def test_pages_have_events_of_the_farthest_moments(zone, federation, browser, moment):
    ic, fr = federation("ic", "fr")
    forger, day = Forger(fr), moment.date().isoformat()
    said, ids = [], {}
    for kind, end in (("programme", "a"), ("statement", "b"), ("action", "c")):
        ids[kind] = f"fr-{end * 12}"
        opening, _parts = writing.opening(ids[kind], kind=kind, language="fr", title="Heures", text="Un.\n\nDeux.")
        said.append(forger.say(OPENED, opening.model_dump(mode="json"), time=moment))
    call = {"action": "fr-dddddddddddd", "document": ids["action"], "language": "fr", "first": day, "last": day}
    call["assessment"] = dict.fromkeys(WORDS, "w")
    said.append(forger.say(CALLED, call, envelope.parse(said[-1].body).ref, time=moment))
    assert ic.accept(said) == ["applied"] * 4
    with ic.reading() as session:
        assert documents.summary(session, ids["programme"]).changed == moment
    texts = [f"/documents/{each}{page}" for each in ids.values() for page in ("", "/revisions", "/amendments")]
    paths = [
        *PAGES,
        *texts,
        f"/statements/{ids['statement']}",
        "/actions/fr-dddddddddddd",
        *(f"/api/v1/{each}" for each in API),
    ]
    for language in ("en", "fr", "ar"):
        reader = browser(ic, "secretary", "delegate", language=language)
        assert {path: reader.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    oracle.replayed(ic)
