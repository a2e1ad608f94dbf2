"""Whose word counts on where a visitor comes from."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from internationale.cli import running
from internationale.settings import Settings

SETTINGS = Settings(code="fr", name="F", languages=("fr",), home=Path("/nowhere"))


def seen(settings: Settings, peer: str, forwarded: str) -> str:
    """The address that the application sees, of a request that ``peer`` brings with this header."""
    found: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        found.append(scope["client"][0])

    config = running.configuration(app, settings)
    config.load()
    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())], "scheme": "http"}
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    return found[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        ((), "127.0.0.1", "10.9.8.7", "127.0.0.1"),
        (("127.0.0.1/32",), "127.0.0.1", "10.9.8.7", "10.9.8.7"),
        (("127.0.0.1/32",), "127.0.0.1", "1.1.1.1, 10.9.8.7", "10.9.8.7"),
        (("10.0.0.0/24",), "10.0.0.5", "192.0.2.1", "192.0.2.1"),
        (("10.0.0.0/24",), "127.0.0.1", "192.0.2.1", "127.0.0.1"),
    ],
)
def test_only_a_proxy_that_the_settings_name_says_where_somebody_comes_from(
    monkeypatch: pytest.MonkeyPatch, proxies: tuple[str, ...], peer: str, forwarded: str, address: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # uvicorn's own: what is not in the settings counts for nothing
    assert seen(replace(SETTINGS, proxies=proxies), peer, forwarded) == address
