"""``internationale attachments …``, as the host types it."""

from typing import Any

from click.testing import CliRunner, Result

from internationale.cli.attachments import attachments
from internationale.errors import Conflict, Misconfigured, NotFound


def test_the_hosts_commands(three, share, attach, carry, carriages, tmp_path, monkeypatch) -> None:
    _ic, fr, ar = three
    monkeypatch.setenv("LC_ALL", "C")

    def run(*arguments: str, section: Any = ar) -> Result:
        return CliRunner().invoke(attachments, list(arguments), obj=lambda: section)

    document = share(fr)
    id = attach(fr, document, b"words" * 1_500_000, name="a long one.txt")
    carry(*three)
    assert run("list").output == f"{id}\tabsent\t7500000\tfr\t{document}\ta long one.txt\n0 of 20000 MiB are taken.\n"
    target = tmp_path / "saved.txt"
    assert isinstance(run("save", id, str(target)).exception, Conflict)
    assert "is fetched while" in run("fetch", id).output
    assert "\tcoming\t" in run("list").output
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert "7 of 20000 MiB" in run("list").output
    assert str(target) in run("save", id, str(target)).output
    assert target.read_bytes() == b"words" * 1_500_000
    assert isinstance(run("save", id, str(target)).exception, Misconfigured)
    for command in (("fetch", "nothing"), ("save", "nothing", str(tmp_path / "other"))):
        assert isinstance(run(*command).exception, NotFound)
    assert "Nothing was deleted" in run("gc", "--dry-run").output
    assert "Freed: 0 MiB" in run("gc").output
