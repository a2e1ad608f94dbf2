"""Network namespaces: each section on a cable of its own, which can be pulled."""

import os
import subprocess
from dataclasses import dataclass


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class Cable:
    """A namespace for one section, joined with this one by a cable. ``near`` is our end's address, ``far`` the section's."""

    number: int

    def __post_init__(self) -> None:
        tag = f"{os.getpid() % 100000}x{self.number}"
        self.namespace, self.ours, self.theirs = f"intl{tag}", f"ia{tag}", f"ib{tag}"
        self.near, self.far = f"10.231.{self.number}.1", f"10.231.{self.number}.2"

    def __enter__(self) -> "Cable":
        ip("netns", "add", self.namespace)
        ip("link", "add", self.ours, "type", "veth", "peer", "name", self.theirs)
        ip("link", "set", self.theirs, "netns", self.namespace)
        ip("addr", "add", f"{self.near}/24", "dev", self.ours)
        ip("link", "set", self.ours, "up")
        ip("-n", self.namespace, "addr", "add", f"{self.far}/24", "dev", self.theirs)
        ip("-n", self.namespace, "link", "set", self.theirs, "up")
        ip("-n", self.namespace, "link", "set", "lo", "up")
        return self

    def pull(self) -> None:
        """Out with it."""
        ip("link", "set", self.ours, "down")

    def plug(self) -> None:
        """And in again."""
        ip("link", "set", self.ours, "up")

    def __exit__(self, *exc: object) -> None:
        subprocess.run(["ip", "link", "del", self.ours], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", self.namespace], check=False, capture_output=True)
