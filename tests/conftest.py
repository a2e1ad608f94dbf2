"""What several kinds of tests need."""

import gc
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, settings

from internationale.bus.configuration import Tls
from internationale.ledger import patience
from internationale.worker import clearance

# machines are noisy: no test fails because of how long something took (hypothesis does so by itself only where it sees a CI)
settings.register_profile("unhurried", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not look through all of it again in every other test. Nor need it look
    after each few objects: to make an application makes a hundred thousand, and a fifth of the time went into that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@dataclass(frozen=True)
class Certificates:
    """``server`` is 127.0.0.1's, signed by ``right``; ``other`` signed nothing. Both as PEM text, as a roster names them."""

    server: Tls
    right: str
    other: str


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Made anew for each run, so that no private key of a server lies in the repository."""
    folder: Path = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "server.key")
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    right, other = (one.cert_pem.bytes().decode("ascii") for one in (authority, trustme.CA()))
    return Certificates(Tls(folder / "server.pem", folder / "server.key"), right, other)


@pytest.fixture
def ic(three):
    """The first of a folder's ``three``: the committee; ``fr`` and ``ar`` are the others."""
    return three[0]


@pytest.fixture
def fr(three):
    return three[1]


@pytest.fixture
def ar(three):
    return three[2]


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Those who are away are not waited for as long as people would, and are asked more often."""
    monkeypatch.setattr(patience, "GRACE", timedelta(seconds=2))
    monkeypatch.setattr(patience, "UNANSWERED", timedelta(seconds=4))
    monkeypatch.setattr(clearance, "REST", 1.0)
