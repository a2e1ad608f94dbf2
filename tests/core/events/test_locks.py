"""Root keys locked with a passphrase."""

import base64
import re
import textwrap

import pytest

from internationale.errors import Invalid
from internationale.events import locks
from internationale.events.keys import SigningKey

KEY = SigningKey.generate()


def refused(content: str, passphrase: str) -> str:
    with pytest.raises(Invalid) as refusal:
        locks.unlock(content, passphrase)
    assert refusal.value.place == "passphrase"
    return refusal.value.message.id


def test_only_its_passphrase_opens_it() -> None:
    locked = locks.lock(KEY, "red umbrellas")
    assert locks.unlock(locked, "red umbrellas").secret_text() == KEY.secret_text()
    assert "not the passphrase" in refused(locked, "blue umbrellas")
    assert "is needed" in refused(locked, "")


def test_a_lock_that_takes_this_machine_too_long_is_no_wrong_passphrase() -> None:
    """As one that was made on a machine that is far faster: N of scrypt is 2^40 here."""
    whole = base64.b64decode("".join(locks.lock(KEY, "red umbrellas").splitlines()[1:-1]))
    slow = re.sub(rb"(-> scrypt \S+) \d+\n", rb"\1 40\n", whole)
    lines = textwrap.wrap(base64.b64encode(slow).decode(), 64)
    armoured = "\n".join([locks.BEGINNING, *lines, "-----END AGE ENCRYPTED FILE-----", ""])
    assert "too slow" in refused(armoured, "red umbrellas")
