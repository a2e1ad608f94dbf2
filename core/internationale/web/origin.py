"""Whether a request that changes something comes from a page of ours: the defence against forged requests, without tokens.

Browsers say where a request comes from in ``Sec-Fetch-Site``, older ones in ``Origin``. Programs say neither, and carry no
session cookie; so where there is a session cookie, one of the two is required.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])


def is_foreign(method: str, headers: Mapping[str, str], own_url: str, *, has_session: bool) -> bool:
    """Whether to refuse. ``headers`` by lower-case name; ``own_url`` is the section's ``base_url``."""
    if method in SAFE_METHODS:
        return False
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in {"same-origin", "none"}
    if (origin := headers.get("origin")) is not None:
        return not _is_ours(origin, headers.get("host", ""), own_url)
    return has_session


def _is_ours(origin: str, host: str, own_url: str) -> bool:
    if origin == own_url:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return bool(host) and parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
