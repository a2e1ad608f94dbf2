"""Tidying: what nothing speaks of goes in the end, and never what a section may only have forgotten."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import make_url

from internationale.cli.attachments import attachments
from internationale.errors import Conflict
from internationale.kit.attachments import Limits
from internationale.ledger.reasons import WORDS, Lasting
from internationale.rooms.attachments.port import fetching, keeping, watching
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rules.chunking import hash_of
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing.databases import DATABASE
from internationale.testing.founding import adopt, open_section
from internationale.worker.fence import NO_ANSWER

STEP = 6
"""Hours that are believed to have passed between two tidyings, instead of one: less of them make a week."""
WEEK, DAY = 7 * 24, 24


@pytest.fixture(autouse=True)
def step(monkeypatch) -> None:
    monkeypatch.setattr(watching, "STEP", STEP * 3600)


def age(section: Section) -> None:
    """All files of the folder were brought two days ago."""
    for path in section.attachments.store.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - 2 * 86_400,) * 2)


def pass_(section: Section, hours: int, **how: Any) -> int:
    """So many hours of tidying, now and then; returns how many pieces went."""
    gone = 0
    for _time in range(0, hours, STEP):
        now = section.now() + timedelta(hours=STEP)
        section.now = lambda now=now: now  # type: ignore[method-assign]
        gone += keeping.tidy(section, **how).chunks
    return gone


def kept(section: Section) -> set[str]:
    return {each.name for each in section.attachments.store.all()}


@pytest.fixture
def put_back() -> Callable[..., Any]:
    """``again = put_back(fr)``: copies the database now; ``again()`` opens it beside the folder as that is then."""

    def copy(section: Section) -> Callable[[], Section]:
        url = make_url(section.settings.database)
        former = _copy_file(section, url) if url.get_backend_name() == "sqlite" else _copy_database(section, url)

        def back() -> Section:
            section.close()
            settings = replace(section.settings, database=former.render_as_string(hide_password=False))
            return open_section(settings, None, section.now)

        return back

    return copy


def _copy_file(section: Section, url: URL) -> URL:
    former = section.settings.home / "former.db"
    with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(former)) as target:
        source.backup(target)
    return url.set(database=str(former))


def _copy_database(section: Section, url: URL) -> URL:
    section.database.dispose()
    engine = create_engine(os.environ[DATABASE], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {url.database}_former TEMPLATE {url.database}"))
    engine.dispose()
    return url.set(database=f"{url.database}_former")


def test_what_a_crash_left_behind_goes_after_it_was_seen_for_a_day(three, share, bring, attach) -> None:
    fr = three[1]
    document, store = share(fr), fr.attachments.store
    keeping.tidy(fr)
    bring(fr, document, b"never attached")
    attach(fr, document, b"attached")
    store.put(b"half a file")
    (store.folder / ".half").write_bytes(b"ha")
    age(fr)
    assert keeping.tidy(fr).chunks == 0
    assert pass_(fr, DAY - STEP) == 0
    assert keeping.tidy(fr).waiting == 2
    hour = fr.now() + timedelta(hours=STEP)
    fr.now = lambda: hour
    assert keeping.tidy(fr, dry=True).chunks == keeping.tidy(fr).chunks == 2
    assert kept(fr) == {hash_of(b"never attached"), hash_of(b"attached")}
    later = fr.now() + timedelta(days=8)
    fr.now = lambda: later
    assert (keeping.tidy(fr).uploads, pass_(fr, DAY)) == (1, 1)
    assert kept(fr) == {hash_of(b"attached")}


def test_what_is_brought_again_stays(three) -> None:
    fr = three[1]
    keeping.tidy(fr)
    fr.attachments.store.put(b"a piece")
    age(fr)
    pass_(fr, DAY - STEP)
    fr.attachments.store.put(b"a piece")
    assert pass_(fr, DAY) == 0
    age(fr)
    assert pass_(fr, STEP) == 1


def test_a_clock_that_leaps_makes_no_week_of_a_moment(three) -> None:
    fr = three[1]
    fr.attachments.store.put(b"a piece")
    age(fr)
    keeping.tidy(fr)
    leapt = fr.now() + timedelta(days=3650)
    fr.now = lambda: leapt
    assert (keeping.tidy(fr).chunks, keeping.tidy(fr).chunks) == (0, 0)
    back = leapt - timedelta(days=3650)
    fr.now = lambda: back
    assert pass_(fr, WEEK - 2 * STEP) == 0
    assert pass_(fr, DAY) == 1


def test_a_clock_that_leaps_takes_nothing_away_that_others_attached(three, share, attach, carry, bring_over, taken) -> None:
    """Every machine of a country may have the same wrong time for a moment, and the section that attached it be gone."""
    _ic, fr, ar = three
    attachment = attach(fr, share(fr), b"minutes")
    carry(*three)
    bring_over(ar, b"minutes")
    right = ar.now()
    keeping.tidy(ar)
    for at in (right + timedelta(days=7300), right, right - timedelta(days=7300), right):
        ar.now = lambda at=at: at
        assert (keeping.tidy(ar, dry=True).expired, keeping.tidy(ar).expired) == (0, 0)
    assert taken(ar, attachment) == b"minutes"


@pytest.mark.parametrize("wrong", [7300, 0, -7300], ids=["taken in the far future", "taken now", "taken long ago"])
def test_a_copy_goes_when_nobody_took_it_for_so_long_as_tidying_has_seen(
    three, share, attach, carry, bring_over, taken, wrong
) -> None:
    _ic, fr, ar = three
    ar.attachments.limits = Limits(days=3)
    attachment = attach(fr, share(fr), b"minutes")
    carry(*three)
    bring_over(ar, b"minutes")
    assert pass_(ar, 3 * DAY) == 0
    right = ar.now()
    ar.now = lambda: right + timedelta(days=wrong)
    taken(ar, attachment)
    ar.now = lambda: right
    assert pass_(ar, 2 * DAY) == 0
    taken(ar, attachment)
    assert pass_(ar, 3 * DAY) == 0
    assert pass_(ar, STEP) == 1


@pytest.mark.parametrize("marked", [True, False], ids=["with its mark", "a mere copy"])
def test_an_older_database_beside_a_newer_folder_loses_nothing(three, share, attach, carry, taken, put_back, marked) -> None:
    """The events come back from the others; of the pieces there may be no other copy."""
    _ic, fr, ar = three
    ar.attachments.limits = Limits(automatic=0)
    keeping.tidy(fr)
    document = share(fr)
    fr.attachments.store.put(b"seen unnamed before the copy was made")
    fr.attachments.store.put(b"minutes")
    age(fr)
    pass_(fr, DAY - STEP)
    again = put_back(fr)
    attachment = attach(fr, document, b"minutes")
    carry(fr, ar)
    pass_(fr, DAY)
    age(fr)
    restored = again()
    try:
        if marked:
            restored.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
            held = keeping.tidy(restored)
            assert (held.held, held.chunks, pass_(restored, 8 * DAY)) == (WORDS[Lasting.RESTORED], 0, 0)
            restored.unfence()
        assert pass_(restored, WEEK - STEP, silent=True) == 0
        assert pass_(restored, WEEK - STEP) == 0
        restored.fence(NO_ANSWER)
        carry(restored, ar)
        assert fetching.settle_here(restored.attachments) == 1
        assert taken(restored, attachment) == b"minutes"
        pass_(restored, 2 * DAY)
        assert taken(restored, attachment) == b"minutes"
    finally:
        restored.close()


def test_a_new_database_beside_an_old_folder_loses_nothing(federation, three, share, attach, carry, taken) -> None:
    _ic, fr, ar = three
    attachment = attach(fr, share(fr), b"minutes")
    carry(fr, ar)
    anew = federation.alone("fr")
    shutil.copytree(fr.attachments.store.folder, anew.attachments.store.folder)
    anew.attachments.store.put(b"garbage")
    age(anew)
    assert str(keeping.tidy(anew).held) == "This section has not joined an International yet."
    assert pass_(anew, 8 * DAY) == 0
    with ar.reading() as session:
        chain = queries.chain(session)
    adopt(anew, chain)
    anew.roster_changed()
    assert pass_(anew, WEEK - STEP) == 0
    anew.fence(NO_ANSWER)
    carry(anew, ar)
    fetching.settle_here(anew.attachments)
    assert taken(anew, attachment) == b"minutes"
    assert pass_(anew, STEP) == 1
    assert kept(anew) == {hash_of(b"minutes")}


def test_another_folder_is_a_new_start(three) -> None:
    fr = three[1]
    keeping.tidy(fr)
    fr.attachments.store.put(b"a piece")
    age(fr)
    pass_(fr, DAY - STEP)
    (fr.attachments.store.folder / "watched").unlink()
    assert pass_(fr, WEEK) == 0
    assert pass_(fr, STEP) == 1


def test_a_full_disk_does_not_make_it_begin_anew(three, monkeypatch) -> None:
    fr = three[1]
    keeping.tidy(fr)
    fr.attachments.store.put(b"a piece")
    age(fr)
    pass_(fr, DAY - STEP)
    with monkeypatch.context() as full:
        full.setattr(Files, "set_mark", lambda _files, _mark: False)
        pass_(fr, 5)
    assert pass_(fr, DAY) == 1


def test_the_hosts_command_says_why_it_keeps_what_it_keeps(three, monkeypatch) -> None:
    fr = three[1]
    monkeypatch.setenv("LC_ALL", "C")
    fr.attachments.store.put(b"a piece")
    age(fr)
    said = CliRunner().invoke(attachments, ["gc"], obj=lambda: fr).output
    assert "Pieces of which nothing here speaks, and which are still kept: 1." in said
    fr.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    for arguments in (["gc"], ["gc", "--dry-run"]):
        refused = CliRunner().invoke(attachments, arguments, obj=lambda: fr).exception
        assert isinstance(refused, Conflict)
        assert "nothing was deleted" in str(refused.message)
    fr.unfence()
    assert pass_(fr, WEEK + STEP) == 1
