"""Run a command beside a throw-away PostgreSQL: ``postgresql.py BINDIR COMMAND…``.

The server listens on a socket in a temporary folder only (in memory where there is room), trusts whoever can reach it, and keeps
nothing. Its address is in INTERNATIONALE_TEST_DATABASE; the tests make a fresh database in it for each section.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_MEMORY, _ROOM = Path("/dev/shm"), 4 * 1024**3  # the folder in it is made safely, and is only ours
"""A file system in memory, and the bytes that have to be free there: databases are made in a fifth of a disk's time."""
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


def _as_owner(command: list[str]) -> None:
    """PostgreSQL refuses to run as root; the Debian package brings a user for it."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextlib.contextmanager
def server(binaries: Path) -> Iterator[str]:
    """A running server; yields the SQLAlchemy URL of its maintenance database."""
    memory = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM
    place = _MEMORY if memory else None
    with tempfile.TemporaryDirectory(prefix="internationale-pg-", dir=place, ignore_cleanup_errors=True) as folder:
        user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = f"{folder}/data"
        _as_owner([f"{binaries}/initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        options = " ".join(f"-c {name}={value}" for name, value in _UNSAFE.items())
        control = [f"{binaries}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        _as_owner([*control, "-o", f"-c listen_addresses='' -k {folder} {options}", "start"])
        try:
            yield f"postgresql+psycopg://{user}@/postgres?host={folder}"
        finally:
            _as_owner([*control, "-m", "immediate", "stop"])


def main() -> int:
    """Exit with the command's own status."""
    with server(Path(sys.argv[1])) as url:
        return subprocess.run(sys.argv[2:], check=False, env={**os.environ, "INTERNATIONALE_TEST_DATABASE": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
