"""Where this machine listens, looked at before anything else is begun: a port that is taken is said in words."""

import errno
import os
import socket
from contextlib import ExitStack

from internationale.errors import Misconfigured
from internationale.messages import marker

_ = marker("core")


def sockets(host: str, port: int) -> list[socket.socket]:
    """Listen at each address that the host's name has, and hold them. Raises ``Misconfigured`` when one cannot be had."""
    place = f"{host}:{port}"
    with ExitStack() as begun:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            held = [
                begun.enter_context(socket.create_server((at[0], port), family=family))
                for family, _type, _proto, _name, at in found
            ]
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                told = _(
                    "Something else listens here already, perhaps another instance of this. Stop that one, or take another port."
                )
            else:
                told = _("One cannot listen here: %(why)s") % {"why": os.strerror(error.errno) if error.errno else error}
            raise Misconfigured(told, place=place) from error
        begun.pop_all()
    return held
