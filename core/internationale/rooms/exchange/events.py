"""What the room says: that the long texts of a message are taken back. It is written where the ledger can see it."""

from internationale.events.withdrawn import CODES, PartWithdrawn, may_withdraw

__all__ = ["CODES", "PartWithdrawn", "may_withdraw"]
