"""Who may look at the International's lists, and who decides who is in it: pure."""

from internationale.errors import Refused
from internationale.kit import Reader, marker

_ = marker("core")


def require_member(reader: Reader) -> None:
    """The state of the federation is for the members of the section. Raises ``Refused``."""
    if not reader.signed_in:
        raise Refused(_("Sign in to see this page."))


def require_person(reader: Reader) -> None:
    """Whoever has stolen a token must not change who is in the International. Raises ``Refused``."""
    if reader.by_token:
        raise Refused(_("A root key is used in person, not by a program with a token. Please sign in."))
