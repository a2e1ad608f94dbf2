"""``hub run`` and ``hub provision``, with the real server."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess

Command = Callable[..., Result]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def identity(url: str, code: str) -> str:
    bus = await NatsBus.connect(url, code)
    try:
        return await bus.identity()
    finally:
        await bus.close()


def test_a_hub_is_made_ready_for_every_section(joined: Command, hub: HubProcess) -> None:
    for _again in range(2):
        assert "fr, ic" in joined("ic", "hub", "provision", hub.url).output
    assert asyncio.run(identity(hub.url, "fr")).startswith(hub.url)


def test_a_hub_that_does_not_answer_is_said_to(joined: Command) -> None:
    assert "does not answer" in joined("ic", "hub", "provision", f"nats://127.0.0.1:{free_port()}", status=1).output


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_hub_runs_until_it_is_stopped(tmp_path: Path, stop: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "internationale", "hub", "run", "--port", str(port), "--data", str(tmp_path / "hub")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"The hub listens at nats://127.0.0.1:{port}.\n"
        socket.create_connection(("127.0.0.1", port), 10).close()
        process.send_signal(stop)
        assert process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)
