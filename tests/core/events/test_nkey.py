"""The key with which a section signs in at hubs: made once, read strictly, never shown."""

from concurrent.futures import ThreadPoolExecutor

import nkeys
import pytest

from internationale.errors import Misconfigured
from internationale.events.nkey import Nkey
from internationale.settings import read_nkey

SEED, PUBLIC = (
    "SUACMLFQTNJFWK76HEAH6NXENROMJZDNQMI34V5Z5FRLWFZZDCEHDDZO2E",
    "UB6X6RARXXWN6XLWSN3HAS54SAHBVENQXTKL7YBVJZVE2KNID2KJ7ZDY",
)  # nobody's


def test_a_key_is_what_nats_takes_for_a_users():
    key = Nkey.generate()
    pair = nkeys.from_seed(bytearray(key.seed, "ascii"))
    assert key.public == pair.public_key.decode()
    assert key.public.startswith("U")
    assert Nkey.parse(f"{key.seed}\n") == key
    assert key.seed not in repr(key)


@pytest.mark.parametrize("prefix", [nkeys.PREFIX_BYTE_ACCOUNT, nkeys.PREFIX_BYTE_SERVER])
def test_another_kind_of_key_is_refused(prefix):
    with pytest.raises(ValueError, match="nkey"):
        Nkey.parse(nkeys.encode_seed(bytes(32), prefix).decode())


@pytest.mark.parametrize("text", ["", "SU", "x" * 58, "clé", SEED[:-2], PUBLIC, "SU" + "A" * 56])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match="nkey"):
        Nkey.parse(text)


def test_it_is_made_when_it_is_missing_and_kept(tmp_path):
    path = tmp_path / "keys" / "hub.nkey"
    key = read_nkey(path)
    assert read_nkey(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["hub.nkey"]


def test_several_processes_come_to_the_same_key(tmp_path):
    path = tmp_path / "keys" / "hub.nkey"
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(read_nkey, [path] * 16))) == 1


def test_one_that_others_can_read_or_that_is_damaged_or_cannot_be_made(tmp_path):
    path = tmp_path / "hub.nkey"
    read_nkey(path)
    path.chmod(0o644)
    with pytest.raises(Misconfigured, match="Others can read"):
        read_nkey(path)
    path.chmod(0o600)
    path.write_text("nonsense")
    with pytest.raises(Misconfigured, match="not a key"):
        read_nkey(path)
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="cannot be made"):
        read_nkey(tmp_path / "file" / "hub.nkey")
