"""Internationale: sections of a workers' International that write, translate and act together, each on its own machine."""

from internationale.lazily import put_off

__version__ = "0.1.0"

put_off("aiohttp")  # 8 MiB: nats-py imports it wherever it is installed, and only WebSocket needs it
put_off("rapidfuzz")  # 3 MiB: until two texts are compared
put_off("nh3")  # 1.5 MiB: until a text is shown
put_off("yaml")  # 1 MiB: Litestar imports it for a form of the API's description that we do not serve
put_off("segno")  # a third of one: until a card or a key is shown as a square
