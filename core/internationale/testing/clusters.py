"""Several servers that together are one hub."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from internationale.bus.configuration import Cluster
from internationale.bus.server import HubProcess


def free_port() -> int:
    """A port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(folder: Path, count: int = 3, **configured: Any) -> Iterator[list[HubProcess]]:
    """A cluster of real servers, started; ``configured`` as for ``HubProcess``. Its first answers may take some seconds."""
    places = [f"127.0.0.1:{free_port()}" for _ in range(count)]
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                HubProcess(
                    folder / f"server-{number}",
                    name=f"server-{number}",
                    cluster=Cluster("hub", place, [f"nats://{other}" for other in places if other != place]),
                    **configured,
                )
            )
            for number, place in enumerate(places, 1)
        ]
