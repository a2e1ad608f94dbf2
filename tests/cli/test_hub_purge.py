"""``hub purge``: what one section has left at a hub goes, and nothing of anybody else's, with the real server."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import nats
import pytest
from click.testing import Result
from nats.aio.client import Client

from internationale.bus import BLOB, HEADS, LOG, PART, PROOF, ROSTER, SEED, Outcome, Parcel, genuine, purging
from internationale.bus.nats import NatsBus
from internationale.bus.purging import Left
from internationale.bus.server import HubProcess
from internationale.events.envelope import Signed
from internationale.kit import Reader, Utterance
from internationale.section import Section
from internationale.settings import read_nkey
from internationale.testing import notes
from internationale.worker.relay import Relay

from .conftest import opened

Command = Callable[..., Result]
STREAMS = (LOG, PART, HEADS, ROSTER, PROOF, SEED, BLOB)
HASH = "0" * 64
pytestmark = pytest.mark.usefixtures("with_notes")


class Stage:
    """A hub for ``ic``, who looks after it, and ``fr``."""

    def __init__(self, process: HubProcess, homes: Path) -> None:
        self.url = process.url
        self.homes = homes

    def put(self, code: str, *names: str, body: bytes = b"x" * 5000, signature: str = "k.1") -> None:
        async def deed(bus: NatsBus) -> None:
            for name in names:
                assert await bus.publish([Parcel(f"intl.v1.{name}", body, signature)]) == [Outcome.STORED]

        asyncio.run(self._signed_in(code, deed))

    def relay(self, section: Section) -> None:
        async def deed(bus: NatsBus) -> None:
            relay = Relay(section, bus, await bus.identity())
            while await relay.send():
                pass

        asyncio.run(self._signed_in(section.code, deed))

    async def _signed_in(self, code: str, deed: Callable[..., object]) -> None:
        bus = await NatsBus.connect(self.url, code, nkey=read_nkey(self.homes / code / "keys" / "hub.nkey"))
        try:
            await deed(bus)  # type: ignore[misc]
        finally:
            await bus.close()

    def names(self) -> set[str]:
        """All that the hub has, but for the first words."""

        async def read() -> set[str]:
            key = read_nkey(self.homes / "ic" / "keys" / "hub-admin.nkey")
            client = await nats.connect(self.url, nkeys_seed_str=key.seed)
            found = set[str]()
            for stream in STREAMS:
                info = await client.jetstream().stream_info(stream, subjects_filter=">")
                found.update(info.state.subjects or {})
            await client.close()
            return {name.removeprefix("intl.v1.") for name in found}

        return asyncio.run(read())


@pytest.fixture
def stage(joined: Command, tmp_path: Path) -> Iterator[Stage]:
    folder = tmp_path / "hub"
    joined("ic", "hub", "users", "--out", str(folder / "users.conf"))
    with HubProcess(folder, users="users.conf") as process:
        joined("ic", "hub", "provision", process.url, "--users", str(folder / "users.conf"))
        yield Stage(process, tmp_path)


@pytest.fixture
def said(stage: Stage, member: Callable[..., Reader], tmp_path: Path) -> set[str]:
    """What ``fr`` has said in earnest, and the hub has: three notes, one of them long."""
    section = opened(tmp_path / "fr")
    for parts in ((), (), (b"a long content",)):
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text="said"), parts=parts), by=member(section, language="en"))
    stage.relay(section)
    section.close()
    return stage.names()


OTHERS = {
    "log.ic.1.1",
    f"part.ic.{HASH}",
    "heads.ic",
    "seed.ic.fr.1.1",
    f"blob.ic.{HASH}.0",
    "proof.ic.fr.1.1-0000",
    "roster.ic.v1",
}
LEFT = {"log.fr.1.99", "log.fr.fr.ic", "seed.fr.ic.1.1", f"blob.fr.{HASH}.0", "proof.fr.ic.1.1-0000", "roster.fr.v1", "heads.fr"}


def test_what_one_section_left_goes_and_nothing_else(joined: Command, stage: Stage, said: set[str]) -> None:
    stage.put("ic", *OTHERS)
    stage.put("fr", *LEFT)
    everything = stage.names()
    assert everything == OTHERS | LEFT | said
    refused = joined("ic", "hub", "purge", stage.url, "fr", status=1).output
    assert stage.names() == everything, "nobody said yes"
    assert "under the names of Section française (fr)" in refused
    assert "what the sections say: 6 messages, 1" in refused
    assert "attachments: 1 message, 6 KiB" in refused
    assert "Every section that has read its log keeps it" in refused
    assert "Deleted: 1 message." in joined("ic", "hub", "purge", stage.url, "fr", "--kind", "seed", "--yes").output
    assert stage.names() == everything - {"seed.fr.ic.1.1"}
    joined("ic", "hub", "purge", stage.url, "fr", "--yes")
    assert stage.names() == OTHERS | {"heads.fr"}
    assert "left nothing" in joined("ic", "hub", "purge", stage.url, "fr", "--yes").output


def test_junk_goes_and_the_log_stays(
    joined: Command, stage: Stage, said: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Numbers that it never signed, names that are none, contents that are not what they are called or that nobody names; also
    where a name means the log as well, which stays then.
    """
    monkeypatch.setattr(genuine, "YOUNG", timedelta(0))
    unnamed = b"named by nobody"
    stage.put("ic", *OTHERS)
    stage.put("fr", "log.fr.1.4", "log.fr.2.1", "log.fr.x.y", "log.fr.01.1", f"part.fr.{HASH}")
    stage.put("fr", f"part.fr.{hashlib.sha256(unnamed).hexdigest()}", body=unnamed)
    stage.put("fr", "seed.fr.ic.1.1")
    output = joined("ic", "hub", "purge", stage.url, "fr", "--junk", "--yes").output
    assert stage.names() == OTHERS | said | {"seed.fr.ic.1.1"}
    assert "named by no event of it: 6 messages" in output
    assert "left nothing" in joined("ic", "hub", "purge", stage.url, "fr", "--junk").output
    stage.put("fr", "log.fr.*.2", "log.fr.1.*")
    output = joined("ic", "hub", "purge", stage.url, "fr", "--junk", "--yes").output
    assert "2 messages have names that stand for others as well" in output
    assert {"log.fr.1.1", "log.fr.1.2", "log.fr.1.3"} < stage.names()
    joined("ic", "hub", "purge", stage.url, "fr", "--kind", "log", "--yes")
    assert stage.names() == OTHERS | {"seed.fr.ic.1.1"}


def test_both_events_of_a_fork_stay_under_their_old_names_and_nothing_else(
    joined: Command, stage: Stage, member: Callable[..., Reader], tmp_path: Path
) -> None:
    """A member signs as many events as it likes for one number, and gives each as many names as it likes."""
    twins = [shutil.copytree(tmp_path / "fr", tmp_path / f"twin{number}") for number in range(3)]
    one, other, third = (last_said(home, member, str(number)) for number, home in enumerate(twins))
    proof = {f"proof.fr.1.1.{each.hash[:16]}" for each in (one, other)}
    for each in (one, other, third):
        stage.put("fr", f"proof.fr.1.1.{each.hash[:16]}", body=each.body, signature=each.signature)
    stage.put("fr", "proof.fr.1.1.0", f"proof.fr.1.1.{HASH[:16]}", body=one.body, signature=one.signature)
    stage.put("fr", f"proof.fr.1.1.{one.hash}", f"proof.fr.1.2.{one.hash[:16]}", body=one.body, signature=one.signature)
    output = joined("ic", "hub", "purge", stage.url, "fr", "--kind", "proof", "--yes").output
    assert "Deleted: 5 messages." in output
    assert stage.names() == proof
    assert "left nothing" in joined("ic", "hub", "purge", stage.url, "fr", "--kind", "proof").output


def test_a_log_that_is_copied_under_the_old_names_of_proofs_goes(
    joined: Command, stage: Stage, member: Callable[..., Reader], tmp_path: Path
) -> None:
    """What is alone under its number proves nothing; where there are two, they may be far apart, and the others between them."""
    homes = [shutil.copytree(tmp_path / "fr", tmp_path / f"twin{number}") for number in range(2)]
    one, other = (last_said(home, member, str(number)) for number, home in enumerate(homes))
    more = [last_said(homes[0], member, str(number)) for number in range(2, 12)]
    names = [f"proof.fr.1.{number}.{each.hash[:16]}" for number, each in enumerate([other, *more], 1)]
    for name, each in zip(names, [other, *more], strict=True):
        stage.put("fr", name, body=each.body, signature=each.signature)
    last = f"proof.fr.1.1.{one.hash[:16]}"
    stage.put("fr", last, body=one.body, signature=one.signature)
    output = joined("ic", "hub", "purge", stage.url, "fr", "--kind", "proof", "--yes").output
    assert "Deleted: 10 messages." in output
    assert stage.names() == {names[0], last}
    alone = f"proof.fr.1.2.{more[0].hash[:16]}"
    stage.put("fr", alone, body=more[0].body, signature=more[0].signature)
    assert "Deleted: 1 message." in joined("ic", "hub", "purge", stage.url, "fr", "--yes").output
    assert stage.names() == {names[0], last}


def last_said(home: Path, member: Callable[..., Reader], text: str) -> Signed:
    section = opened(home)
    with section.writing() as session:
        section.publish(session, Utterance(notes.Written(text=text)), by=member(section, language="en"))
    with section.reading() as session:
        *_before, event = section.ledger.every_event(session)
    section.close()
    return event.signed


def test_names_with_a_mark_that_stands_for_others_go_with_all_the_rest(joined: Command, stage: Stage, said: set[str]) -> None:
    """The server takes such words for names when it is given something, and a pattern word by word does not reach them."""
    stage.put("ic", *OTHERS)
    wild = {"log.fr.>.1", "log.fr.*.1", "log.fr.1.>", "part.fr.>", "part.fr.*", "blob.fr.>.0", "seed.fr.>.a.1", "proof.fr.>.a.1"}
    stage.put("fr", *wild, "roster.fr.>")
    assert stage.names() == OTHERS | said | wild | {"roster.fr.>"}
    output = joined("ic", "hub", "purge", stage.url, "fr", "--junk", "--yes").output
    assert "5 messages have names that stand for others as well" in output
    assert stage.names() == OTHERS | said | wild | {"roster.fr.>"}
    output = joined("ic", "hub", "purge", stage.url, "fr", "--yes").output
    assert "Deleted: 13 messages." in output
    assert "not deleted" not in output
    assert stage.names() == OTHERS


def test_what_the_hub_does_not_delete_is_told(joined: Command, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.put("fr", *LEFT)
    order = purging._order

    async def less(client: Client, left: Left, name: str) -> int:
        return 0 if left.stream == SEED else await order(client, left, name)

    monkeypatch.setattr(purging, "_order", less)
    output = joined("ic", "hub", "purge", stage.url, "fr", "--yes").output
    assert "Deleted: 5 messages." in output
    assert "1 message of those counted was not deleted" in output
    assert stage.names() == {"heads.fr", "seed.fr.ic.1.1"}


def test_a_content_whose_event_may_be_on_its_way_is_no_junk(joined: Command, stage: Stage) -> None:
    content = b"published before its event"
    stage.put("fr", f"part.fr.{hashlib.sha256(content).hexdigest()}", body=content)
    assert "left nothing" in joined("ic", "hub", "purge", stage.url, "fr", "--junk").output


@pytest.mark.parametrize("code", ["*", ">", "fr.>", "FR", ""])
def test_what_is_no_code_of_a_section_is_refused(joined: Command, stage: Stage, code: str) -> None:
    stage.put("ic", *OTHERS)
    assert "no code" in joined("ic", "hub", "purge", stage.url, code, "--yes", status=2).output
    assert stage.names() == OTHERS


def test_only_who_looks_after_the_hub_deletes(joined: Command, stage: Stage) -> None:
    stage.put("ic", *OTHERS)
    assert "does not look after" in joined("fr", "hub", "purge", stage.url, "ic", "--yes", status=1).output
    assert "a log" in joined("ic", "hub", "purge", stage.url, "ic", "--junk", "--kind", "blob", status=2).output
    assert stage.names() == OTHERS
