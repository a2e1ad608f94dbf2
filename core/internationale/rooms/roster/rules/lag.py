"""How much of what sections say of each other is remembered."""

KEPT = 256
"""How many of a section's words on one log are remembered."""
