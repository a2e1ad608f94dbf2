"""What can happen to sections and hubs, for whoever decides what happens next."""

import os

from internationale.bus import LOG
from internationale.errors import Paused
from internationale.testing import oracle

SEEDS = int(os.environ.get("SIMULATION_SEEDS", "2"))
"""How many courses of things are tried; more when asked for."""
CODES = ("ic", "fr", "ar")


def try_to_say(world, name, text, *causes, parts=()):
    """People are told when their section may not write now."""
    try:
        return world.say(name, text, *causes, parts=parts)
    except Paused:
        return None


class Deeds:
    """What can happen, for whoever decides what happens next."""

    def __init__(self, world):
        self.world = world
        self.refs = []
        self.forged = set()
        self.restores = []

    def say(self, name, long=False):
        if self.world.instances[name].alive:
            ref = try_to_say(self.world, name, f"note {len(self.refs)}", parts=(b"long" * 50,) if long else ())
            self.refs += [ref] if ref else []

    def answer(self, name, which):
        world = self.world
        heard = [ref for ref in self.refs if ref.event_id in applied(world[name])]
        if heard and world.instances[name].alive and (ref := try_to_say(world, name, "answer", heard[which % len(heard)])):
            self.refs.append(ref)

    def kill(self, name):
        self.world.kill(name)

    def start(self, name, dies_at=None):
        self.world.start(name, dies_at=dies_at)

    def cut(self, name, hub):
        hub.faults.cut.add(name)
        hub.faults.late |= {name} if len(name) % 2 else set()

    def deafen(self, name, hub):
        hub.faults.deaf.add(name)

    def join(self, hub):
        hub.faults.cut.clear()
        hub.faults.deaf.clear()
        hub.arrive()

    def stop(self, hub):
        hub.faults.down = not hub.faults.down

    def freeze(self, hub):
        hub.faults.frozen = not hub.faults.frozen

    def wipe(self, hub):
        hub.wipe()
        hub.provision("ic")

    def lose(self, hub, stream, chance):
        kept = hub.streams.get(stream)
        for position in list(kept.kept) if kept else ():
            if chance.random() < 0.3:
                kept.drop(position)

    def back_up(self, hub):
        self.restores.append(hub.backup())

    def restore(self):
        if self.restores:
            self.restores.pop()()

    def shuffle(self, hub):
        hub.faults.window = 0 if hub.faults.window else 50
        hub.faults.repeats = 0.5

    def forge(self, hub, name, number):
        subject = f"intl.v1.log.{name}.1.{number}"
        if hub.streams and not hub.streams[LOG].under(subject):
            hub.put(subject, b"forged", "0123456789abcdef.AAAA")
            self.forged.add((subject, "unknown_key"))

    def end(self):
        """All heals; nobody lost anything, and nobody believes what was forged."""
        for hub in self.world.hubs.values():
            hub.provision("ic")
        self.world.heal(400)
        self.world.judge(bad=None)
        for section in self.world.sections:
            assert set(oracle.quarantined(section)) <= self.forged


def applied(section):
    with section.reading() as session:
        return {str(each.address) for each in section.ledger.every_event(session) if each.state.value == "applied"}
