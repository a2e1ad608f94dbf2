"""The deeds in the orders that hypothesis looks for, and the shortest one that goes wrong if any does."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from internationale.bus import HEADS, LOG, PART
from internationale.testing.world import World

from .deeds import CODES, SEEDS, Deeds

NAMES, HUBS = st.sampled_from(CODES), st.integers(0, 1)


class Machine(RuleBasedStateMachine):
    """Three sections and two hubs."""

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed):
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(TemporaryDirectory()))
        self.world = self.stack.enter_context(World(folder, *CODES, hubs=2, seed=seed))
        self.world.start()
        self.world.until(lambda: self.world.open)
        self.deeds = Deeds(self.world)
        self.hubs = list(self.world.hubs.values())

    @rule(name=NAMES, long=st.booleans())
    def say(self, name, long):
        self.deeds.say(name, long)

    @rule(name=NAMES, which=st.integers(0, 9))
    def answer(self, name, which):
        self.deeds.answer(name, which)

    @rule(seconds=st.sampled_from([0.1, 1, 7]))
    def wait(self, seconds):
        self.world.run(seconds)

    @rule(name=NAMES, dies_at=st.none() | st.integers(1, 60))
    def kill(self, name, dies_at):
        self.deeds.kill(name)
        self.deeds.start(name, dies_at)

    @rule(name=NAMES, hub=HUBS, deaf=st.booleans())
    def cut(self, name, hub, deaf):
        (self.deeds.deafen if deaf else self.deeds.cut)(name, self.hubs[hub])

    @rule(hub=HUBS, what=st.sampled_from(["join", "stop", "freeze", "wipe", "back_up", "shuffle"]))
    def trouble(self, hub, what):
        getattr(self.deeds, what)(self.hubs[hub])

    @rule()
    def restore(self):
        self.deeds.restore()

    @rule(hub=HUBS, stream=st.sampled_from([LOG, PART, HEADS]))
    def lose(self, hub, stream):
        self.deeds.lose(self.hubs[hub], stream, self.world.chance)

    @rule(hub=HUBS, name=NAMES, number=st.integers(1, 6))
    def forge(self, hub, name, number):
        self.deeds.forge(self.hubs[hub], name, number)

    def teardown(self):
        with self.stack:
            self.deeds.end()


def test_any_order_of_deeds():
    options = settings(
        max_examples=2 * SEEDS,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=options)
