"""The hubs of a roster: their addresses, and the certificates to which they must lead."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from internationale.errors import Invalid
from internationale.events.roster import Hub
from internationale.kit import marker

from .places import Place, place

_ = marker("core")
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----")


def hub_list(urls: Sequence[str], certificates: Mapping[str, str] | None = None) -> tuple[Hub, ...]:
    """Hubs by their addresses; several of one hub are separated by spaces.

    ``certificates``: to which TLS must lead (PEM), by any address of the hub. Raises ``Invalid`` for an address of no hub or
    of none that there can be, and for what is no certificate.
    """
    certificates = certificates or {}
    for url in " ".join(urls).split():
        if place(url) is Place.LINK:
            raise Invalid(_("This address is none of a hub: machines give themselves such addresses."), place=url)
    named = [tuple(url.split()) for url in urls]
    for url in certificates:
        if not any(url in addresses for addresses in named):
            raise Invalid(_("There is a certificate for %(url)s, but no such hub.") % {"url": url}, place=url)
    return tuple(_hub(f"hub-{number}", addresses, certificates) for number, addresses in enumerate(named, 1))


def _hub(id: str, addresses: tuple[str, ...], certificates: Mapping[str, str]) -> Hub:
    certificate = next((_pem(certificates[url], url) for url in addresses if url in certificates), None)
    try:
        return Hub(id=id, urls=addresses, ca=certificate)
    except ValidationError as error:
        why = error.errors()[0]["msg"]
        raise Invalid(_("This hub cannot be named: %(why)s") % {"why": why}, place=" ".join(addresses)) from error


def _pem(text: str, url: str) -> str:
    """The certificates of a file, without what tools write around them. Raises ``Invalid`` when there are none."""
    found = "".join(f"{block}\n" for block in _BLOCK.findall(text.replace("\r\n", "\n")))
    if not found:
        raise Invalid(_("This file is not a certificate (PEM)."), place=url)
    return found


def certificates(text: str) -> tuple[str, ...]:
    """The SHA-256 of each certificate in a text, as ``openssl x509 -fingerprint -sha256`` prints it; of the text itself, where it
    is not written as ``hub_list`` writes it.
    """
    blocks = _BLOCK.findall(text)
    found = [_content("".join(block.splitlines()[1:-1])) for block in blocks]
    whole = "".join(f"{block}\n" for block in blocks) == text
    contents = [each for each in found if each is not None]
    return tuple(map(_fingerprint, contents if whole and len(contents) == len(found) else [text.encode()]))


def _content(encoded: str) -> bytes | None:
    """What base64 stands for; None when it is not written in the one way in which it is to be written."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    return content if base64.b64encode(content).decode() == encoded else None


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).digest().hex(":").upper()
