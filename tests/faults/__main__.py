"""``tests/faults/run``: plays every fault with every seed and prints the table."""

import argparse
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from . import bodies, carriers, contents, crashes, disks, mirrors, networks, own, rosters, strangers, versions, withheld
from .faults import FAULTS, Fault
from .judgement import Verdict
from .stage import Stage

_ = (bodies, carriers, contents, crashes, mirrors, networks, own, rosters, strangers, versions, withheld)
COLUMNS = ("events", "lost", "doubled", "diverged", "healed", "page", "MiB", "in all")
HEAD = "fault  seed  course  {:>6} {:>5} {:>7} {:>8}  {:>7} {:>6} {:>4} {:>7}  what".format(*COLUMNS)


def play(place: int, seed: int) -> Verdict:
    """One fault (its place among all), once. What was wrong leaves its folder behind."""
    fault, began = FAULTS[place], time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"internationale-fault-{fault.number}-"))
    try:
        with Stage(folder, seed, **fault.stage) as stage:
            verdict = fault.play(stage)
        verdict.course = stage.chance.course
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        verdict = Verdict(wrong=[f"{type(error).__name__}: {error}"])
    if verdict.well:
        shutil.rmtree(folder)
    else:
        verdict.wrong.append(f"see {folder}")
    verdict.seconds = time.monotonic() - began
    return verdict


def campaign(faults: Sequence[Fault], seeds: int, at_once: int) -> int:
    """The table, line by line, its totals, and the exit status. ``at_once``: so many faults are played beside each other."""
    total, failed, began = Verdict(), 0, time.monotonic()
    processors = os.cpu_count() or 1
    print(f"{processors} processors, load {os.getloadavg()[0]:.1f}; pages are not judged while it is above {2 * processors}")
    print(HEAD)
    plays = [(fault, seed) for fault in faults for seed in range(1, seeds + 1)]
    with ProcessPoolExecutor(at_once, multiprocessing.get_context("fork")) as pool:
        playing = [pool.submit(play, FAULTS.index(fault), seed) for fault, seed in plays]
        for (fault, seed), future in zip(plays, playing, strict=True):
            verdict = future.result()
            print(line(f"{fault.number:>5}  {seed:>4}", verdict, fault.what), flush=True)
            for reason in verdict.wrong:
                print(f"{'':>14}WRONG: {reason}")
            for name in ("written", "lost", "doubled", "diverged"):
                setattr(total, name, getattr(total, name) + getattr(verdict, name))
            for name in ("healing", "slowest", "memory"):
                setattr(total, name, max(getattr(total, name), getattr(verdict, name)))
            failed += not verdict.well
    total.seconds = time.monotonic() - began
    print(line(f"{len(faults):>5}  {seeds:>4}", total, f"in all; {failed} went wrong"))
    return 1 if failed else 0


def line(name: str, verdict: Verdict, what: str) -> str:
    counted = f"{verdict.course:6}  {verdict.written:>6} {verdict.lost:>5} {verdict.doubled:>7} {verdict.diverged:>8}"
    times = f"{verdict.healing:>6.1f}s {verdict.slowest:>5.2f}s {verdict.memory:>4} {verdict.seconds:>6.1f}s"
    return f"{name}  {counted}  {times}  {what}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/faults/run", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how often each fault is played, each time otherwise")
    parser.add_argument("--only", default="", help="numbers of faults, separated by commas")
    parser.add_argument("--at-once", type=int, default=min(4, os.cpu_count() or 1), help="how many are played beside each other")
    parser.add_argument("--list", action="store_true", help="name the faults and play none")
    given = parser.parse_args()
    wanted = {int(number) for number in given.only.split(",") if number}
    faults = sorted((fault for fault in FAULTS if not wanted or fault.number in wanted), key=lambda fault: fault.number)
    left_out = [fault for fault in faults if fault.needs_root and not disks.possible()]
    faults = [fault for fault in faults if fault not in left_out]
    if given.list:
        print(*(f"{fault.number:>3}  {fault.what}" for fault in faults), sep="\n")
        return 0
    logging.disable(logging.CRITICAL)
    status = campaign(faults, given.seeds, given.at_once)
    for fault in left_out:
        print(f"NOT TRIED: {fault.number}, {fault.what}: it needs the rights of root")
    return status


if __name__ == "__main__":
    sys.exit(main())
