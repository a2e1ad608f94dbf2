"""How much of what sections say of each other is remembered."""

KEPT, LEAST, ALTOGETHER = 256, 16, 12_800


def kept(sections: int) -> int:
    """How many of a section's words on one log are remembered: fewer where many sections speak, for all speak of all."""
    return min(KEPT, max(LEAST, ALTOGETHER // max(1, sections)))
