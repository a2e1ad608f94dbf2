"""Bundles, backups and the fence from the command line."""

import shutil

import pytest

from internationale import settings
from internationale.errors import Paused
from internationale.kit import Utterance
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import notes

from .conftest import join, plain


@pytest.fixture
def with_notes(monkeypatch):
    """The command line with a plugin that can say something."""
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("notes", notes)])))


@pytest.fixture
def speak(joined, with_notes, tmp_path, member):
    """``speak("fr", "text")``: says a note in that section's log."""

    def write(code, text):
        section = Section.open(settings.load(tmp_path / code, {}), Plugins([("notes", notes)]))
        section.prepare()
        try:
            with section.writing() as session:
                section.publish(session, Utterance(notes.Written(text=text)), by=member(section))
        finally:
            section.close()

    return write


def test_a_bundle_there_and_what_is_missing_back(joined, speak, tmp_path):
    speak("ic", "one")
    joined("fr", "bundle", "have", "fr.have")
    assert "bundle import ic.bundle" in joined("ic", "bundle", "export", "ic.bundle", "--since", "fr.have").output
    assert "1 new, 0 known" in joined("fr", "bundle", "import", "ic.bundle").output
    found = plain(joined("fr", "bundle", "import", "ic.bundle", "--json"))
    assert (found["new"], found["outcomes"], found["whole"]) == (0, {"duplicate": 1}, True)
    joined("fr", "bundle", "have", "fr.later")
    assert joined("ic", "bundle", "export", "nothing.bundle", "--since", "fr.later", "--section", "ic").output.startswith(
        "0 events"
    )
    assert (tmp_path / "ic.bundle").stat().st_mode & 0o077 == 0


def test_a_link_that_lies_there_is_not_written_through(joined, tmp_path):
    """In a folder that is everybody's."""
    (theirs := tmp_path / "of somebody").write_text("as it was")
    for planted in ("x.bundle.part", ".x.bundle.part"):
        (tmp_path / planted).symlink_to(theirs)
    joined("ic", "bundle", "export", "x.bundle")
    (tmp_path / "y.bundle").symlink_to(theirs)
    assert "exists already" in joined("ic", "bundle", "export", "y.bundle", status=1).output
    assert theirs.read_text() == "as it was"
    assert (tmp_path / "x.bundle").read_bytes().startswith(b'{"bundle"')


def test_a_damaged_bundle_and_what_is_none(joined, speak, tmp_path):
    speak("ic", "one")
    joined("ic", "bundle", "export", "ic.bundle")
    content = (tmp_path / "ic.bundle").read_bytes()
    (tmp_path / "cut.bundle").write_bytes(content[:-20])
    assert "cut off" in joined("fr", "bundle", "import", "cut.bundle", status=1).output
    (tmp_path / "no.bundle").write_bytes(b"no")
    assert "no.bundle: This is not a bundle." in joined("fr", "bundle", "import", "no.bundle", status=2).output
    assert "no.bundle" in joined("ic", "bundle", "export", "other.bundle", "--since", "no.bundle", status=2).output
    assert "exists already" in joined("ic", "bundle", "export", "ic.bundle", status=1).output
    assert "“it”" in joined("ic", "bundle", "export", "it.bundle", "--section", "it", status=2).output
    assert "cannot be written" in joined("ic", "bundle", "export", "nowhere/it.bundle", status=2).output


def test_who_starts_from_a_backup_is_silent_until_somebody_has_answered(joined, speak, tmp_path):
    speak("fr", "one")
    assert "silent" in joined("fr", "fence", "show").output
    joined("fr", "backup", "fr.backup")
    assert "exists already" in joined("fr", "backup", "fr.backup", status=1).output
    speak("fr", "two")
    joined("fr", "bundle", "export", "fr.bundle")
    for suffix in ("-wal", "-shm"):
        (tmp_path / "fr" / f"section.db{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "fr.backup", tmp_path / "fr" / "section.db")
    with pytest.raises(Paused, match="was put back"):
        speak("fr", "another")
    assert "fence open" in joined("fr", "fence", "show").output
    assert "1 new, 1 known" in joined("fr", "bundle", "import", "fr.bundle").output
    with pytest.raises(Paused):
        speak("fr", "another")
    assert plain(joined("fr", "fence", "show", "--json")) == {
        "silent": True,
        "reason": "restored",
        "keyless": False,
        "claimants": [],
        "disbelieved": [],
    }


def test_who_joins_again_with_a_key_that_has_signed_waits_for_the_others(joined, speak, tmp_path):
    """The database was lost. Nothing of the log is here, and the hub may have lost it, too."""
    speak("fr", "one")
    for file in (tmp_path / "fr").glob("section.db*"):
        file.unlink()
    joined("ic", "section", "invite", "fr", "--out", "again.invitation")
    assert "made anew" in join(joined, "fr", "again.invitation").output
    assert plain(joined("fr", "fence", "show", "--json"))["reason"] == "restored"
    with pytest.raises(Paused):
        speak("fr", "another one")


def test_who_joins_again_with_a_key_that_has_not_signed_yet_waits_for_the_others(joined, speak, tmp_path):
    """It was confirmed, and the machine was lost before it signed anything; the one before has signed."""
    speak("fr", "one")
    joined("fr", "fence", "open", "--confirm", "fr")
    joined("fr", "key", "rotate-log")
    joined("fr", "bundle", "export", "fr.bundle")
    joined("ic", "bundle", "import", "fr.bundle")
    joined("ic", "roster", "propose", "rotate", "fr", "--yes", "--out", "rotated", "--sign", "--unasked")
    joined("ic", "roster", "adopt", "rotated", "--unasked")
    for file in (tmp_path / "fr").glob("section.db*"):
        file.unlink()
    joined("ic", "section", "invite", "fr", "--out", "again.invitation")
    assert "made anew" in join(joined, "fr", "again.invitation").output
    with pytest.raises(Paused):
        speak("fr", "another one")


def test_the_hosts_word_opens_the_fence(joined, speak):
    joined("fr", "fence", "close")
    with pytest.raises(Paused):
        speak("fr", "one")
    assert "not the section's code" in joined("fr", "fence", "open", "--confirm", "ic", status=2).output
    with pytest.raises(Paused):
        speak("fr", "one")
    assert "next start" in joined("fr", "fence", "open", "--confirm", "fr").output
    speak("fr", "one")


def test_no_word_opens_the_fence_over_later_messages_of_ones_own(joined, speak, tmp_path):
    """They are signed: to go on is no risk that a host may take, it is a second history for certain."""
    home = tmp_path / "fr"
    shutil.copy(home / "section.db", tmp_path / "before.db")
    for text in ("one", "two", "three"):
        speak("fr", text)
    section = Section.open(settings.load(home, {}), Plugins([("notes", notes)]))
    with section.reading() as session:
        stored = list(section.ledger.own_events_after(session, 1, 0, 3))
    section.close()
    first, second, third = (Delivery(one.address.subject, one.signed.body, one.signed.signature, "test") for one in stored)
    shutil.copy(tmp_path / "before.db", home / "section.db")
    section = Section.open(settings.load(home, {}), Plugins([("notes", notes)]))
    assert section.accept([third]) == ["parked"]
    refused = joined("fr", "fence", "open", "--confirm", "fr", status=1).output
    assert "second history" in refused
    assert f"internationale --home {home} key new-log" in refused
    assert section.accept([first, second]) == ["applied", "applied"]
    section.close()
    assert "next start" in joined("fr", "fence", "open", "--confirm", "fr").output


def test_a_hub_is_given_everything_that_one_section_holds(joined, speak, hub):
    speak("fr", "one")
    speak("ic", "two")
    joined("fr", "bundle", "export", "fr.bundle")
    joined("ic", "bundle", "import", "fr.bundle")
    assert "events of this section: 1; of others: 1;" in joined("ic", "bundle", "seed", hub.url).output
    assert "events of this section: 0; of others: 0;" in joined("ic", "bundle", "seed", hub.url).output
    assert "does not take it" in joined("ic", "bundle", "seed", "nats://127.0.0.1:1", status=2).output
