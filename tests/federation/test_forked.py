"""A process that was forked: none of its parent's threads is there."""

import asyncio
import multiprocessing

from internationale.worker.pace import in_thread, outside


async def both() -> list[int]:
    return [await in_thread(int, "1"), await outside(int, "2")]


def in_the_child(pipe) -> None:
    pipe.send(asyncio.run(asyncio.wait_for(both(), 20)))


def test_errands_go_on_in_a_process_that_was_forked_while_threads_were_idle():
    """Before, what was done in a thread there waited for one of the parent's."""
    assert asyncio.run(both()) == [1, 2]
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=in_the_child, args=(theirs,))
    child.start()
    assert ours.poll(30)
    assert ours.recv() == [1, 2]
    child.join(10)
    assert child.exitcode == 0
    ours.close()
    theirs.close()
