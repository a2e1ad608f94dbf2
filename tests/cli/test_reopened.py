"""A log that was begun anew, and a hub that lost what was said before: by the commands of the host."""

import shutil
from collections.abc import Callable

from click.testing import Result

from internationale.bus.server import HubProcess

from .conftest import plain

Command = Callable[..., Result]


def test_what_was_said_before_counts_as_unsent(united: Command, at_work: Callable[..., None], hub: HubProcess) -> None:
    at_work("fr", "one")
    united("fr", "bundle", "export", "fr.bundle")
    united("ic", "bundle", "import", "fr.bundle")
    united("ic", "roster", "propose", "reopen", "fr", "--yes", "--sign")
    united("ic", "bundle", "export", "ic.bundle")
    united("fr", "bundle", "import", "ic.bundle")
    hub.stop()
    shutil.rmtree(hub.folder / "store")
    hub.start()
    united("ic", "hub", "provision", hub.url)
    assert "1 event of this section is not there yet." in united("fr", "hub", "status").output
    assert "events of this section: 1;" in united("fr", "bundle", "seed", hub.url).output
    assert "It has everything that this section said." in united("fr", "hub", "status").output
    assert [each["unsent"] for each in plain(united("fr", "hub", "status", "--json"))] == [0]
