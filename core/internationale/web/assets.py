"""Style sheets, scripts and pictures: read once at start, served from memory under an address that carries their hash.

``/static/page.css`` is ours, ``/static/<plugin>/…`` a plugin's. Nothing is looked up in the file system by a request.
"""

import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from internationale.errors import NotFound
from internationale.messages import marker

_ = marker("core")

HERE = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    content: bytes
    type: str
    version: str


class Assets:
    """All static files by their path below ``/static/``."""

    def __init__(self, plugins: Mapping[str, Path]) -> None:
        self._assets = dict(_read(HERE, ""))
        for name, folder in plugins.items():
            self._assets.update(_read(folder, f"{name}/"))

    def url(self, path: str) -> str:
        """The address of a file, for templates. Raises ``KeyError`` when there is none: a template names a missing file."""
        return f"/static/{path}?v={self._assets[path].version}"

    def route(self) -> HTTPRouteHandler:
        """The handler that serves them."""

        @get("/static/{path:path}", include_in_schema=False, sync_to_thread=False)
        def serve(path: FromPath[str], v: FromQuery[str] = "") -> Response[bytes]:
            asset = self._assets.get(path.lstrip("/"))
            if asset is None:
                raise NotFound(_("There is no such file."))
            return Response(
                asset.content,
                media_type=asset.type,
                headers={"Cache-Control": FOR_EVER if v == asset.version else "no-cache", "ETag": f'"{asset.version}"'},
            )

        return serve


def _read(folder: Path, prefix: str) -> Iterator[tuple[str, Asset]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            content = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            version = hashlib.sha256(content).hexdigest()[:16]
            yield prefix + path.relative_to(folder).as_posix(), Asset(content, kind, version)
