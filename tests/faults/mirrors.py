"""Sections at a leaf node: a server in their own house that mirrors the streams of a hub, and passes on what they say."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import nats
from nats.js.api import ExternalStream, StreamSource

from internationale.bus.configuration import Configuration
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.bus.streams import CONFIGURATIONS

from .faults import fault
from .proxy import Proxy
from .scene import quiet_port
from .stage import Stage

AT_ONCE = 30


@dataclass(frozen=True)
class OfDomain(Configuration):
    """A server whose streams have names of their own, and more lines."""

    domain: str = ""
    leaf: str = ""

    def text(self) -> str:
        return super().text().replace("jetstream {", f"jetstream {{ domain: {self.domain},", 1) + self.leaf


class Server(HubProcess):
    """A hub that has leaf nodes, or a leaf node (``leaf``: the lines that say so)."""

    def __init__(self, folder: Path, domain: str, leaf: str, port: int = -1) -> None:
        super().__init__(folder, port=port)
        self._domain, self._leaf = domain, leaf

    def _configuration(self) -> Configuration:
        return OfDomain(**vars(super()._configuration()), domain=self._domain, leaf=self._leaf)


def leaf(stage: Stage) -> Server:
    """Give the hub leaf nodes, and start one that mirrors it. What goes between the two goes over ``stage.wires["leaf", 0]``."""
    former, port = stage.hubs[0], quiet_port()
    former.stop()
    stage.hubs[0] = Server(former.folder, "hub", f'leafnodes {{ listen: "127.0.0.1:{port}" }}\n', former.port)
    between = stage.wires["leaf", 0] = Proxy(("127.0.0.1", port))
    remote = f'leafnodes {{ remotes: [{{ url: "{between.url}" }}] }}\n'
    found = Server(stage.folder / "leaf", "leaf", remote)
    stage.stack.callback(between.close)
    for server in (stage.hubs[0], found):
        stage.stack.callback(server.stop)
        server.start()
    asyncio.run(mirrored(stage, found))
    return found


async def mirrored(stage: Stage, leaf: Server) -> None:
    """Every stream of the hub, as a mirror at the leaf."""
    bus = await NatsBus.connect(stage.hubs[0].url, "administrator")
    await bus.prepare(stage.codes)
    await bus.close()
    client = await nats.connect(leaf.url)
    for each in CONFIGURATIONS.values():
        source = StreamSource(name=each.name or "", external=ExternalStream(api="$JS.hub.API", deliver=""))
        await client.jetstream().add_stream(each.evolve(subjects=None, allow_atomic=None, mirror=source))
    await client.close()


@fault(47, "a leaf node whose mirror stalls: one section has a direct way to the hub as well, one has not")
def stalled(stage: Stage) -> None:
    """By the direct way all comes at once, and the hosts are told of the leaf; when it goes on, so does who has nothing else."""
    both, only, far = stage.cast
    near = leaf(stage)
    stage.settings[only] = replace(stage.settings[only], hubs=(near.url,))
    stage.settings[both] = replace(stage.settings[both], hubs=(near.url, *stage.settings[both].hubs))
    stage.begin(AT_ONCE)
    stage.rate(0)
    stage.until(stage.settled, "all is well by way of the mirror")
    stage.wires["leaf", 0].gate(up=False, down=False)
    held = stage.head(far, far).sequence
    stage.say(far, stage.chance.randrange(20, 60))
    stage.say(both, stage.chance.randrange(20, 60))
    stage.say(only, stage.chance.randrange(5, 20))
    last = [(code, stage.head(code, code).sequence) for code in (both, far)]
    stage.until(lambda: all(stage.holds(code, *each) for code in (both, far) for each in last), "the direct way takes over", 15)
    assert not stage.holds(only, far, held + 1), "the mirror has not stalled"
    stage.until(lambda: near.url in stage.answer(both, "troubles"), "it is told that the leaf is in trouble", 60)
