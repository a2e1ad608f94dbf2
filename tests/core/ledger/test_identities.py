"""The sealing keys of a section, as files."""

import pytest

from internationale.events.sealing import Identity
from internationale.ledger.identities import Identities


def test_two_processes_that_begin_at_once_have_one_key(tmp_path, monkeypatch):
    generate = Identity.generate

    def after_another():
        monkeypatch.undo()
        Identities(tmp_path).begin()
        return generate()

    monkeypatch.setattr(Identity, "generate", after_another)
    late = Identities(tmp_path)
    late.begin()
    assert [path.name for path in tmp_path.iterdir()] == ["0001.age"]
    assert late.recipients() == Identities(tmp_path).recipients() != ()


@pytest.mark.parametrize("count", [1, 3])
def test_the_newest_is_for_others_and_all_are_kept(tmp_path, count):
    keys = Identities(tmp_path)
    keys.begin()
    before = keys.recipients()
    for _ in range(count):
        keys.rotate()
    keys.begin()
    assert [path.name for path in sorted(tmp_path.iterdir())] == [f"{number:04}.age" for number in range(1, count + 2)]
    assert keys.former()[-1:] == before != keys.recipients()
