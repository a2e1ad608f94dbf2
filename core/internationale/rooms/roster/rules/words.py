"""Who may look at the International's lists: pure."""

from internationale.errors import Refused
from internationale.kit import Reader, marker

_ = marker("core")


def require_member(reader: Reader) -> None:
    """The state of the federation is for the members of the section. Raises ``Refused``."""
    if not reader.signed_in:
        raise Refused(_("Sign in to see this page."))
