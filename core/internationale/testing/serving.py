"""The pages of a section at a real port, for what goes from section to section over HTTP."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from internationale.section import Section
from internationale.web.app import create_app


@contextmanager
def served(section: Section) -> Iterator[str]:
    """Yields the address, which is the section's own from then on: unite the sections only afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    section.base_url = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(uvicorn.Config(create_app(section), port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield section.base_url
    finally:
        server.should_exit = True
        thread.join()
        logging.getLogger("uvicorn").setLevel(logging.NOTSET)  # which it sets for the whole process
