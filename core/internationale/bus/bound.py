"""Becoming a program that ends with whoever started it, also when that is killed.

``python -m internationale.bus.bound PID PROGRAM …``. Linux sends the signal when the *thread* ends that started the process, so
it is to be started in the main one.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""Of ``prctl``: which signal a process gets when its parent ends. It stays when the process becomes another program."""


def prefix() -> tuple[str, ...]:
    """What stands before a command so that it ends with this process; nothing where the system cannot do it."""
    return (sys.executable, "-m", __name__, str(os.getpid())) if sys.platform == "linux" else ()


def main(parent: str, program: str, *arguments: str) -> None:
    """Ask for the signal, then become the program; or end, when the parent has meanwhile."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == int(parent):
        os.execv(program, (program, *arguments))  # noqa: S606  # whoever started us names it


if __name__ == "__main__":
    main(*sys.argv[1:])
