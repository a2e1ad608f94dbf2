"""Fixtures for this project's tests and for those of plugin authors. pytest loads this module before coverage starts, so the
application is imported inside the fixtures.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from internationale.bus.server import HubProcess


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[HubProcess]":
    """A real ``nats-server`` on a free port; its store is a temporary folder."""
    from internationale.bus.server import HubProcess

    with HubProcess(tmp_path_factory.mktemp("hub")) as process:
        yield process
