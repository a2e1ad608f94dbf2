"""Instances that die again and again, after a few steps each; and times in which everything goes wrong in every order."""

import pytest

from internationale.bus import HEADS, LOG, PART

from .deeds import CODES, SEEDS, Deeds, try_to_say


@pytest.mark.parametrize("seed", range(SEEDS))
def test_short_lives(make, seed):
    """Every process dies after a few steps, wherever that is; what was committed is everywhere in the end, once."""
    world = make(*CODES, seed=seed)
    for number in range(20):
        name = world.chance.choice(CODES)
        if world.instances[name].alive:
            try_to_say(world, name, f"said {number}")
            world.instances[name].life.dies_at = len(world.instances[name].life.steps) + world.chance.randint(1, 40)
        else:
            world.start(name, dies_at=world.chance.randint(1, 80))
        world.run(world.chance.choice([0, 0.1, 1, 3]))
    world.heal()
    world.judge()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_chaos(make, seed):
    """Whatever a seed says, over two hubs."""
    world = make(*CODES, hubs=2, seed=seed)
    deeds, chance, hubs = Deeds(world), world.chance, list(world.hubs.values())
    faults = [
        lambda: deeds.kill(chance.choice(CODES)),
        lambda: deeds.cut(chance.choice(CODES), chance.choice(hubs)),
        lambda: deeds.deafen(chance.choice(CODES), chance.choice(hubs)),
        lambda: deeds.join(chance.choice(hubs)),
        lambda: deeds.stop(chance.choice(hubs)),
        lambda: deeds.freeze(chance.choice(hubs)),
        lambda: deeds.wipe(chance.choice(hubs)),
        lambda: deeds.lose(chance.choice(hubs), chance.choice([LOG, PART, HEADS]), chance),
        lambda: deeds.back_up(chance.choice(hubs)),
        deeds.restore,
        lambda: deeds.shuffle(chance.choice(hubs)),
        lambda: deeds.forge(chance.choice(hubs), chance.choice(CODES), chance.randint(1, 20)),
    ]
    for _ in range(25):
        deeds.say(chance.choice(CODES), long=chance.random() < 0.2)
        deeds.answer(chance.choice(CODES), chance.randrange(100))
        deeds.start(chance.choice(CODES), chance.choice([None, 50]))
        chance.choice(faults)()
        world.run(chance.choice([0, 0.2, 2]))
    deeds.end()


def test_the_same_seed_takes_the_same_course(make):
    """What a seed has shown once, it shows again."""

    def course():
        world = make(*CODES, hubs=2, seed=7)
        for number in range(6):
            try_to_say(world, world.chance.choice(CODES), f"said {number}", parts=(b"long",) if number % 3 == 0 else ())
            world.hub.faults.window = world.chance.choice([0, 20])
            world.run(world.chance.choice([0, 0.5, 2]))
            world.start(world.chance.choice(CODES), dies_at=None)
        world.kill("fr")
        world.heal()
        return world.time, [instance.life.steps for instance in world.instances.values()]

    assert course() == course()
