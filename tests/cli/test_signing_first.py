"""Commands that sign a version of the list of sections, or put one into force: each asks the hubs for the newest first.

The committee's database is put back raw, and knows nothing of the version that it signed last.
"""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess

from .conftest import copied, plain, wait

Command = Callable[..., Result]


pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def forgetful(united: Command, at_work: Callable[..., None], hub: HubProcess, tmp_path: Path) -> Iterator[Command]:
    """``ic`` has signed version 3 and ``fr`` follows it; then the committee's database of version 2 is put back."""
    restore = copied(tmp_path / "ic")
    united("ic", "section", "renew")
    at_work("ic", do=lambda: wait(lambda: versions(hub) >= {"2", "3"}))
    at_work("fr", do=lambda: wait(lambda: version(united, "fr") == 3))
    restore()
    assert version(united, "ic") == 2
    return united


def versions(hub: HubProcess) -> set[str]:
    """The numbers of the versions that the hub has."""

    async def ask() -> set[str]:
        bus = await NatsBus.connect(hub.url, "ic")
        names = await bus.kept("intl.v1.roster.*.*")
        await bus.close()
        return {name.rpartition(".v")[2] for name in names}

    return asyncio.run(ask())


def version(command: Command, home: str) -> int:
    return int(plain(command(home, "section", "list", "--json"))["version"])


def chain(command: Command, home: str) -> list[str]:
    """The hashes of all versions that a section knows, the latest first."""
    return [each["hash"] for each in plain(command(home, "roster", "list", "--json"))["versions"]]


def test_the_list_is_renewed_after_the_newest_version_that_a_hub_has(forgetful, at_work):
    known = chain(forgetful, "fr")
    assert "Version 4 is valid until" in forgetful("ic", "section", "renew").output
    assert chain(forgetful, "ic")[1:] == known
    at_work("ic", do=lambda: at_work("fr", do=lambda: wait(lambda: version(forgetful, "fr") == 4)))
    assert chain(forgetful, "fr") == chain(forgetful, "ic")


def test_a_section_is_admitted_after_the_newest_version_that_a_hub_has(forgetful):
    forgetful("de", "init", "de", "--name", "Sektion", "--language", "de")
    forgetful("de", "section", "card", "--out", "de.card")
    known = chain(forgetful, "fr")
    forgetful("ic", "section", "admit", "de.card", "--yes")
    assert chain(forgetful, "ic")[1:] == known


def test_a_file_that_was_made_from_an_old_list_is_neither_signed_nor_adopted(forgetful, hub, tmp_path):
    hub.stop()
    forgetful("ic", "roster", "propose", "renew", "--yes", "--out", "renewal")
    hub.start()
    for deed in (("sign", "renewal", "--yes"), ("adopt", "renewal")):
        assert "does not follow the version" in forgetful("ic", "roster", *deed, status=1).output
    assert json.loads((tmp_path / "renewal").read_text())["roster"]["signatures"] == []
    assert chain(forgetful, "ic") == chain(forgetful, "fr")


@pytest.mark.parametrize(
    "deed",
    [
        ("section", "renew"),
        ("section", "admit", "fr.card", "--yes"),
        ("roster", "propose", "renew", "--yes", "--sign", "--out", "new"),
        ("roster", "sign", "renewal", "--yes"),
        ("roster", "adopt", "renewal"),
    ],
    ids=lambda deed: " ".join(deed[:2]),
)
def test_when_no_hub_answers_it_is_said_and_nothing_is_signed(united, hub, tmp_path, deed):
    united("ic", "roster", "propose", "renew", "--yes", "--out", "renewal")
    hub.stop()
    before = (tmp_path / "renewal").read_bytes()
    said = united("ic", *deed, status=1).output
    assert "No hub could be asked whether there is a newer list of sections than version 2" in said
    assert "--unasked" in said
    assert version(united, "ic") == 2
    assert (tmp_path / "renewal").read_bytes() == before


def test_whoever_is_sure_goes_on_without_an_answer(united, hub):
    hub.stop()
    united("ic", "roster", "propose", "renew", "--yes", "--out", "renewal", "--unasked")
    united("ic", "roster", "sign", "renewal", "--yes", "--unasked")
    united("ic", "roster", "adopt", "renewal", "--unasked")
    assert version(united, "ic") == 3
    assert "Version 4 is valid until" in united("ic", "section", "renew", "--unasked").output


def signed(tmp_path: Path) -> list[list[str]]:
    """What the key has noted of each signature: the number and the hash of the version."""
    return [line.split()[1:] for line in (tmp_path / "north/keys/root.signed").read_text().splitlines()]


def test_a_root_key_remembers_beside_it_what_it_has_signed(holder, tmp_path):
    holder("north", "roster", "sign", "renewal", "--yes")
    assert [number for number, _hash in signed(tmp_path)] == ["1", "2"]
    assert (tmp_path / "north/keys/root.signed").stat().st_mode & 0o077 == 0
    refused = holder("north", "roster", "sign", "hubs", "--yes", status=1).output
    assert f"has signed another version 2 of the list of sections before ({signed(tmp_path)[1][1][:16]})" in refused
    assert "--again" in refused
    assert json.loads((tmp_path / "hubs").read_text())["roster"]["signatures"] == []
    holder("north", "roster", "sign", "renewal", "--yes")  # the same once more is no other
    assert [number for number, _hash in signed(tmp_path)] == ["1", "2"]


def test_whoever_insists_is_told_what_it_means(holder, tmp_path):
    holder("north", "roster", "sign", "renewal", "--yes")
    assert "would be divided" in holder("north", "roster", "sign", "hubs", "--yes", "--again").output
    assert [number for number, _hash in signed(tmp_path)] == ["1", "2", "2"]


def test_a_version_before_the_last_one_is_not_signed(holder, tmp_path):
    """Whoever asks for it works from an old list, or wants the International to have two."""
    holder("north", "roster", "sign", "renewal", "--yes")
    holder("ic", "roster", "adopt", "renewal", "--unasked")
    holder("ic", "roster", "propose", "renew", "--yes", "--out", "third")
    holder("north", "roster", "sign", "third", "--yes")
    memory = tmp_path / "north/keys/root.signed"
    memory.write_text("".join(line for line in memory.read_text().splitlines(keepends=True) if " 2 " not in line))
    refused = holder("north", "roster", "sign", "hubs", "--yes", status=1).output
    assert "has signed another version 3" in refused
    assert "does not sign this version 2" in refused


def test_where_it_cannot_be_noted_nothing_is_signed(holder, tmp_path):
    memory = tmp_path / "north/keys/root.signed"
    memory.unlink()
    memory.mkdir()
    assert (
        f"{memory}: What this root key signs is noted" in holder("north", "roster", "sign", "renewal", "--yes", status=2).output
    )
    assert json.loads((tmp_path / "renewal").read_text())["roster"]["signatures"] == []


def test_a_root_key_on_the_committees_own_machine_remembers_too(united, hub, tmp_path):
    """The database was put back, the keys were not; and nobody could be asked."""
    restore = copied(tmp_path / "ic")
    united("ic", "section", "renew")
    restore()
    hub.stop()
    assert "has signed another version 3" in united("ic", "section", "renew", "--unasked", status=1).output
    assert version(united, "ic") == 2


@pytest.fixture
def divided(united: Command, at_work: Callable[..., None], hub: HubProcess, tmp_path: Path) -> Command:
    """The whole machine of ``ic`` was put back, its keys and what they remember too, and no hub answered: so it has signed
    another version 3 than the one that ``fr`` follows.
    """
    shutil.copytree(tmp_path / "ic", tmp_path / "snapshot")
    united("ic", "section", "renew")
    at_work("ic", do=lambda: wait(lambda: versions(hub) >= {"2", "3"}))
    at_work("fr", do=lambda: wait(lambda: version(united, "fr") == 3))
    shutil.rmtree(tmp_path / "ic")
    shutil.copytree(tmp_path / "snapshot", tmp_path / "ic")
    hub.stop()
    united("ic", "section", "renew", "--hub", hub.url, "--hub", "nats://127.0.0.1:1", "--unasked")
    hub.start()
    for code in ("ic", "fr"):
        at_work(code, do=lambda code=code: wait(lambda: bool(against(united, code))))
    return united


def against(command: Command, home: str) -> list[str]:
    """The hashes of the versions that stand against those of a section."""
    return [each["hash"] for each in plain(command(home, "roster", "list", "--json"))["contradicting"]]


def test_two_versions_of_one_number_are_an_alarm_on_both_sides_and_nothing_more_is_signed(divided):
    ours, theirs = chain(divided, "ic")[0], chain(divided, "fr")[0]
    assert (against(divided, "ic"), against(divided, "fr")) == ([theirs], [ours])
    for code, other in (("ic", theirs), ("fr", ours)):
        state = divided(code, "status", "--json", status=1).output
        assert "two versions with the number 3" in state
        assert f"another version 3 of the list of sections ({other[:16]})" in state
    for deed in (("section", "renew"), ("roster", "propose", "renew", "--yes", "--sign")):
        assert "before those who hold root keys have agreed" in divided("ic", *deed, status=1).output
    assert "is another than here" in divided("fr", "join", invited(divided), status=1).output


def invited(command: Command) -> str:
    """An invitation of the committee's."""
    command("ic", "section", "invite", "fr", "--out", "later.invitation")
    return "later.invitation"


def test_the_hosts_say_which_version_counts_and_all_go_on_with_it(divided, at_work):
    ours, theirs = chain(divided, "ic")[0], chain(divided, "fr")[0]
    assert "There is no such version" in divided("ic", "roster", "decide", "0" * 16, "--yes", status=1).output
    assert "has changed over" in divided("ic", "roster", "decide", theirs[:16], "--yes").output
    assert "stays in force" in divided("fr", "roster", "decide", theirs[:16], "--yes").output
    assert chain(divided, "ic") == chain(divided, "fr")
    assert (against(divided, "ic"), against(divided, "fr")) == ([ours], [ours])
    assert "Version 4 is valid until" in divided("ic", "section", "renew").output
    at_work("ic", do=lambda: at_work("fr", do=lambda: wait(lambda: version(divided, "fr") == 4)))
    for code in ("ic", "fr"):
        assert "divided" not in divided(code, "status", "--json").output
